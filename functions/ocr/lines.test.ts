import { expect, test } from "vitest";
import { fortnite } from "./games/fortnite.ts";
import { pubg } from "./games/pubg.ts";
import { isTooSmall, linesOf } from "./lines.ts";

const frame = { width: 1280, height: 720 };
const grey = (width: number, height: number) => ({ data: new Uint8Array(width * height).fill(99), width, height });
/** What capture cuts out of such a frame. */
const regions = {
  pubg: { x: 848, y: 0, width: 432, height: 130 },
  fortnite: { x: 848, y: 173, width: 432, height: 86 },
};

test.each([
  ["the game's region", pubg, regions.pubg, { x: 0, width: 432 }],
  ["a pixel more, as another rounding has it", pubg, { ...regions.pubg, x: 847, width: 433 }, { x: 0, width: 433 }],
  ["a part of it", pubg, { x: 1100, y: 0, width: 180, height: 60 }, { x: 0, width: 180 }],
  ["the whole frame", pubg, { x: 0, y: 0, ...frame }, { x: 848, width: 432 }],
  ["the upper strip of the frame", pubg, { x: 0, y: 0, width: 1280, height: 130 }, { x: 848, width: 432 }],
  ["a little more than the region", pubg, { x: 800, y: 0, width: 480, height: 130 }, { x: 48, width: 432 }],
  ["the frame's other half, where no counter is", pubg, { x: 0, y: 0, width: 640, height: 130 }, undefined],
  ["lines that the picture does not reach", pubg, { x: 848, y: 400, width: 432, height: 130 }, undefined],
  ["a region in the middle of the frame", fortnite, regions.fortnite, { x: 0, width: 432 }],
])("linesOf: %s", (_name, profile, region, expected) => {
  const [line] = linesOf({ picture: grey(region.width, region.height), region, frame }, profile);
  expect(line && { x: line.x, width: line.width }).toEqual(expected);
});

test("a picture that is delivered smaller is read in the same place", () => {
  const region = { x: 0, y: 0, ...frame };
  const [whole] = linesOf({ picture: grey(1280, 720), region, frame }, pubg);
  const [half] = linesOf({ picture: grey(640, 360), region, frame }, pubg);
  expect(half).toEqual({ x: 424, width: 216, y: (whole?.y ?? 0) / 2, height: (whole?.height ?? 0) / 2 });
});

/** PUBG's lines without bars. */
const USUAL = pubg.scales.flatMap(({ lines }) => lines).length;

test("bars above and below make the lines smaller and lower", () => {
  const picture = grey(432, 130);
  picture.data.fill(16, 0, 432 * 86);
  const lines = linesOf({ picture, region: regions.pubg, frame }, pubg);
  const [usual, barred] = [lines[0], lines[USUAL]];
  const within = (720 - 2 * 86) / 720;
  expect([usual?.y, usual?.height].map(Number)).toEqual([9, expect.closeTo(43.2)]);
  expect([barred?.y, barred?.height].map(Number)).toEqual([
    expect.closeTo(86 + 9 * within),
    expect.closeTo(43.2 * within),
  ]);
});

test("a dark scene under a bar is not a part of it", () => {
  const barOf = (rows: number) => {
    const picture = grey(432, 130);
    picture.data.fill(16, 0, 432 * rows);
    const lines = linesOf({ picture, region: regions.pubg, frame }, pubg);
    return lines[USUAL];
  };
  expect(barOf(106)).toEqual(barOf(90));
  expect(barOf(88)).not.toEqual(barOf(87));
});

test.each([
  ["a frame of 360 lines", { width: 640, height: 360 }, 1, false],
  ["a frame of 270 lines", { width: 480, height: 270 }, 1, true],
  ["a frame of 720 lines, delivered at half", frame, 2, false],
  ["a frame of 720 lines, delivered at a third", frame, 3, true],
])("isTooSmall: %s", (_name, size, smaller, expected) => {
  const picture = grey(size.width / smaller, size.height / smaller);
  expect(isTooSmall({ picture, region: { x: 0, y: 0, ...size }, frame: size })).toBe(expected);
});
