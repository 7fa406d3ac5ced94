/** Digits set into another frame: at the distances of its HUD generation, where its own number ended, over what was there. */
import { expect, test } from "vitest";
import { boxOf, type Frame } from "../../bench/ocr/manifest.ts";
import { digitsOf, transplanted } from "../../bench/ocr/transplant.ts";

const [WIDTH, HEIGHT, TOP, TALL] = [160, 60, 20, 20];
const GROUND = 50;

/** White bars as digits, from column to column. */
function framed(
  source: string,
  hud: string,
  alive: number,
  bars: [number, number][],
  tall = TALL,
): [Frame, ReturnType<typeof grey>] {
  const data = new Uint8Array(WIDTH * HEIGHT).fill(GROUND);
  for (const [from, to] of bars) {
    for (let y = TOP; y < TOP + tall; y++) data.fill(246, y * WIDTH + from, y * WIDTH + to);
  }
  const [left, right] = [bars[0]?.[0] ?? 0, bars.at(-1)?.[1] ?? 0];
  // Two columns too wide, as a box by hand is.
  const box = { x: left, y: TOP, width: right - left + 2, height: tall };
  const want = { phase: "match", alive } as const;
  const size = { width: WIDTH, height: HEIGHT };
  const frame = { ...size, path: "", name: source, game: "pubg", hud, source, want, box, region: undefined };
  return [frame, grey(data)];
}
const grey = (data: Uint8Array) => ({ data, width: WIDTH, height: HEIGHT });

/** The bright runs of the row through the digits' middle. */
function runs(data: Uint8Array, tall = TALL): [number, number][] {
  const list: [number, number][] = [];
  for (let x = 0; x < WIDTH; x++) {
    if ((data[(TOP + tall / 2) * WIDTH + x] ?? 0) < 150) continue;
    const last = list.at(-1);
    if (last?.[1] === x) last[1] = x + 1;
    else list.push([x, x + 1]);
  }
  return list;
}

const donor = digitsOf(
  ...framed("donor", "gen3", 17, [
    [60, 64],
    [70, 80],
  ]),
);

test.each([
  ["gen3", 77, 2],
  ["gen3", 17, 3],
  ["gen3", 11, 3],
  ["gen2 zh", 17, 5],
  ["gen2", 11, 7],
] as const)("%s: %i has its digits %i columns apart, and ends where the frame's own number did", (hud, count, gap) => {
  const [frame, picture] = framed("host", hud, 88, [
    [100, 110],
    [112, 122],
  ]);
  const [first, second, ...more] = runs(transplanted(frame, picture, count, donor)?.data ?? new Uint8Array());
  expect(more).toEqual([]);
  expect((second?.[0] ?? 0) - (first?.[1] ?? 0)).toBeGreaterThanOrEqual(gap - 1);
  expect((second?.[0] ?? 0) - (first?.[1] ?? 0)).toBeLessThanOrEqual(gap + 1);
  expect(Math.abs((second?.[1] ?? 0) - 122)).toBeLessThanOrEqual(1);
});

test("a gap of one pixel between digits is there in a frame of few lines", () => {
  const bars: [number, number][] = [
    [60, 63],
    [67, 74],
  ];
  const low = digitsOf(...framed("donor", "gen3", 17, bars, 14));
  const [frame, picture] = framed("host", "gen3", 88, [[100, 104]], 8);
  expect(runs(transplanted(frame, picture, 17, low)?.data ?? picture.data, 8)).toHaveLength(2);
});

test("a number that does not fit left of where it must end is not set", () => {
  const [frame, picture] = framed("host", "gen3", 8, [[4, 14]]);
  expect(transplanted(frame, picture, 7, donor)).toBeDefined();
  expect(transplanted(frame, picture, 77, donor)).toBeUndefined();
});

test("a box over one shade ends where it says, and has whole pixels", () => {
  const [frame] = framed("host", "gen3", 8, [[100, 110]]);
  const plain = grey(new Uint8Array(WIDTH * HEIGHT).fill(GROUND));
  expect(runs(transplanted(frame, plain, 7, donor)?.data ?? plain.data)).toEqual([[102, 112]]);
  expect(boxOf("99.6,20.2,10.4,19.5")).toEqual({ x: 100, y: 20, width: 10, height: 20 });
});

test("nothing of the old number is left", () => {
  const [frame, picture] = framed("host", "gen3", 88, [
    [100, 110],
    [112, 122],
  ]);
  const { data } = transplanted(frame, picture, 1, donor) ?? picture;
  expect(runs(data)).toHaveLength(1);
  expect(data.subarray((TOP + 5) * WIDTH, (TOP + 5) * WIDTH + 110).every((value) => value === GROUND)).toBe(true);
});

test.each([
  ["its digits are from the frame's own source", "donor", "gen3", 88, 17],
  ["nobody has the digit", "host", "gen3", 88, 12],
  ["the label stands where a longer number would", "host", "observer", 7, 17],
])("no picture: %s", (_name, source, hud, alive, count) => {
  const [frame, picture] = framed(source, hud, alive, [[100, 110]]);
  expect(transplanted(frame, picture, count, donor)).toBeUndefined();
});
