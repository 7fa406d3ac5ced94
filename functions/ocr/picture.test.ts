import { expect, test } from "vitest";
import { blackRows, type Grey, resample } from "./picture.ts";

const grey = (rows: number[][]): Grey => ({
  data: Uint8Array.from(rows.flat()),
  width: rows[0]?.length ?? 0,
  height: rows.length,
});

test.each([
  ["same size", { x: 0, y: 0, width: 2, height: 2 }, 2, 2, [10, 20, 30, 40]],
  ["half the size is the mean", { x: 0, y: 0, width: 2, height: 2 }, 1, 1, [25]],
  ["a part", { x: 1, y: 0, width: 1, height: 2 }, 1, 2, [20, 40]],
  ["outside repeats the edge", { x: 4, y: 0, width: 2, height: 2 }, 2, 2, [20, 20, 40, 40]],
])("resample: %s", (_name, box, width, height, expected) => {
  const got = resample(
    grey([
      [10, 20],
      [30, 40],
    ]),
    box,
    width,
    height,
  );
  expect([...got.data]).toEqual(expected);
});

test.each([
  [
    "none",
    [
      [200, 200],
      [0, 0],
    ],
    0,
  ],
  [
    "two rows",
    [
      [16, 17],
      [20, 16],
      [90, 16],
    ],
    2,
  ],
  [
    "a picture that is black all over has no bar",
    [
      [16, 16],
      [16, 16],
    ],
    0,
  ],
])("blackRows: %s", (_name, rows, expected) => {
  expect(blackRows(grey(rows))).toBe(expected);
});
