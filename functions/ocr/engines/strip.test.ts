import { expect, test } from "vitest";
import { type Mark, marks, withoutDoubt } from "./marks.ts";
import { trimmed } from "./strip.ts";

const mark = (name: string, column: number, confidence: number, presence = confidence): Mark => ({
  ...{ name, column, confidence, presence },
});

test.each([
  ["all clear", [mark("5", 1, 0.9), mark("8", 5, 0.99)], "58", 0],
  ["a faint letter before", [mark("x", 1, 0.3), mark("5", 5, 0.9), mark("8", 9, 0.99)], "58", 0.3],
  ["a faint digit behind", [mark("4", 1, 0.9), mark("4", 5, 0.99), mark("0", 9, 0.2)], "44", 0.2],
  ["a glyph that is there, only which is not clear", [mark("7", 1, 0.95), mark("6", 5, 0.3, 0.9)], "76", 0],
  ["nothing clear is left", [mark("4", 1, 0.6), mark("0", 9, 0.2)], "40", 0],
  ["one faint mark alone", [mark("4", 1, 0.2)], "4", 0],
  ["a faint glyph in the middle stays", [mark("1", 1, 0.9), mark("0", 5, 0.3), mark("0", 9, 0.9)], "100", 0],
])("trimmed: %s", (_name, group, text, doubt) => {
  const got = trimmed(group);
  expect(got.inner.map(({ name }) => name).join("")).toBe(text);
  expect(got.doubt).toBe(doubt);
});

test("two readings of one place leave the better, in doubt", () => {
  const kept = withoutDoubt([mark("alive", 10, 0.9), mark("joined", 14, 0.4), mark("time", 60, 0.9)], 12);
  expect(kept.map(({ name }) => name)).toEqual(["alive", "time"]);
  expect(kept[0]?.confidence).toBeCloseTo(0.9 * 0.8);
});

/** What the model says of a number's columns, two classes each: "_" is an empty one. */
const says = (columns: string) => {
  const names = ["", ..."0123456789"];
  const data = columns.split(" ").flatMap((text) => {
    const column = new Array<number>(26).fill(0);
    const [first = "_", share = "1", second = ""] = text.split(/[.,]/);
    column[first === "_" ? 0 : names.indexOf(first)] = Number(share) / (share === "1" ? 1 : 100);
    if (second) column[names.indexOf(second)] = 1 - Number(share) / 100;
    return column;
  });
  return marks(new Float32Array(data), data.length / 26, 0, names);
};
test.each([
  ["a 3 that a 2 interrupts, as before a bright roof", "3.64,2 2.63,3 3.65,2 3.62,2 _ _ 3.99 3.99 3.99", "33", 0.57],
  ["a digit whose end looks like another", "3.90,8 3.95,8 8.60,3 _ 5.99", "385", 0.95],
  ["one that looks like the other all in all", "5.52,6 6.90,5 5.51,6", "6", 0.62],
  ["the same class again behind an empty column", "9.90 _ 9.80", "99", 0.9],
  ["the same class again too far for one digit", "9.90,8 9.90,8 8.60,9 9.90,8 9.90,8 9.90,8", "989", 0.9],
])("one digit or two: %s", (_name, columns, text, confidence) => {
  const found = says(columns);
  expect(found.map(({ name }) => name).join("")).toBe(text);
  expect(found[0]?.confidence).toBeCloseTo(confidence, 2);
});

test.each([
  ["a wide one", [0.9, 1, 1, 0.97, 0.7], [2]],
  ["two narrow ones with a gap between", [0.9, 1, 0.6, 0.9, 0.8], [0.5, 3.5]],
  ["two that touch", [0.9, 1, 0.99, 0.99, 1, 0.9], [1, 4.5]],
  ["a narrow one", [0.9, 1, 0.9], [1]],
])("one class in neighbouring columns: %s", (_name, shares, middles) => {
  const data = new Float32Array(shares.flatMap((share) => [1 - share, 0, share, ...new Array<number>(23).fill(0)]));
  const found = marks(data, shares.length, 0, ["", "0", "1"]);
  expect(found.map(({ column }) => Math.round(column * 2) / 2)).toEqual(middles);
});

test("a wide digit is one, however long", () => {
  const shares = [0.98, 1, 1, 0.99, 0.98, 0.86];
  const data = new Float32Array(shares.flatMap((share) => [1 - share, 0, share, ...new Array<number>(23).fill(0)]));
  expect(marks(data, shares.length, 0, ["", "1", "4"]).map(({ name }) => name)).toEqual(["4"]);
});

test("columns that agree are one mark, at their middle", () => {
  // Two classes of labels would follow the glyphs; 26 numbers a column, of which the first three are looked at.
  const column = (...shares: number[]) => [...shares, ...new Array<number>(26 - shares.length).fill(0)];
  const data = new Float32Array(
    [column(1, 0, 0), column(0.2, 0.8, 0), column(0.1, 0.9, 0), column(1, 0, 0), column(0.1, 0, 0.9)].flat(),
  );
  const found = marks(data, 5, 0, ["", "0", "1"]);
  expect(found.map(({ name }) => name)).toEqual(["0", "1"]);
  expect(found[0]?.column).toBeCloseTo(1.53, 1);
  expect(found[1]).toMatchObject({ column: 4 });
});
