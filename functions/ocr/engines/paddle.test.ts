import { expect, test } from "vitest";
import { components, decodeCtc } from "./paddle.ts";

/** Blank, then the letters; each step names the best class and how sure it is. */
const alphabet = ["", "3", "A", " "];
const decode = (...steps: [number, number][]) => {
  const data = steps.flatMap(([best, share]) => alphabet.map((_, index) => (index === best ? share : 0)));
  return decodeCtc(new Float32Array(data), steps.length, alphabet.length, alphabet);
};

test.each([
  [
    "one letter over several steps",
    [
      [1, 0.9],
      [1, 0.8],
      [0, 1],
    ],
    "3",
    0.9,
  ],
  [
    "two alike, with a blank between",
    [
      [1, 0.9],
      [0, 1],
      [1, 0.7],
    ],
    "33",
    0.7,
  ],
  [
    "two alike that touch are one: its own error",
    [
      [1, 0.9],
      [1, 0.9],
    ],
    "3",
    0.9,
  ],
  [
    "a space at the end is none",
    [
      [2, 0.9],
      [3, 0.5],
    ],
    "A",
    0.5,
  ],
  [
    "nothing",
    [
      [0, 1],
      [0, 1],
    ],
    "",
    0,
  ],
] as [string, [number, number][], string, number][])("decodeCtc: %s", (_name, steps, text, confidence) => {
  const got = decode(...steps);
  expect(got).toEqual({ text, confidence: expect.closeTo(confidence) });
});

/** "#" is text, and a letter of it is 5 pixels wide and high. */
const picture = (...rows: string[]) => {
  const wide = rows.flatMap((row) => new Array<string>(5).fill(row.replace(/./g, (mark) => mark.repeat(5))));
  const data = new Float32Array([...wide.join("")].map((mark) => (mark === "#" ? 0.9 : 0)));
  return components(data, wide[0]?.length ?? 0, wide.length);
};

test("components: one box for each area that hangs together, grown, the largest first", () => {
  expect(picture("#..##", "#..##").map(({ x, y, width, height }) => [x + width / 2, y + height / 2])).toEqual([
    [expect.closeTo(20), expect.closeTo(5)],
    [expect.closeTo(2.5), expect.closeTo(5)],
  ]);
  const [box] = picture("...", ".#.", "...");
  expect(box).toEqual({ x: 3, y: 3, width: 9, height: 9 });
});

test("components: corners do not hang together, and specks are none", () => {
  expect(picture("#.", ".#")).toHaveLength(2);
  expect(components(new Float32Array(100).fill(0.9, 0, 3), 10, 10)).toEqual([]);
});
