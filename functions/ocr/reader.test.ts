import { expect, test } from "vitest";
import type { Engine, ReadWords, Word } from "./engines/engine.ts";
import { findProfile } from "./games/index.ts";
import type { Profile } from "./games/profile.ts";
import { look } from "./reader.ts";

const pubg = findProfile("pubg") as Profile;
const strip = {
  picture: { data: new Uint8Array(648 * 194).fill(60), width: 648, height: 194 },
  region: { x: 1272, y: 0, width: 648, height: 194 },
  frame: { width: 1920, height: 1080 },
};
const word = (text: string, x: number, confidence: number): Word => ({
  ...{ text, confidence },
  box: { x, y: 0, width: 12 * text.length, height: 48 },
});
const says =
  (...words: Word[]): ReadWords =>
  async () =>
    words;
const label = word("alive", 420, 0.99);

test.each<[string, ReadWords, ReadWords[], object]>([
  [
    "a sure number is not asked about",
    says(word("58", 380, 0.9), label),
    [says(word("53", 380, 0.99), label)],
    { alive: 58 },
  ],
  ["a label without a number", says(label), [says(word("58", 380, 0.99), label)], { alive: 58 }],
  ["two numbers", says(word("58", 380, 0.5), label), [says(word("53", 380, 0.99), label)], { reason: "unreadable" }],
  ["no counter is not searched twice", says(), [says(word("58", 380, 0.99), label)], { reason: "no-counter" }],
  [
    "the third is not asked where two are sure",
    says(word("58", 380, 0.7), label),
    [says(word("58", 380, 0.9), label), says(word("53", 380, 0.99), label)],
    { alive: 58 },
  ],
  [
    "the third is asked where two are not",
    says(label),
    [says(word("58", 380, 0.6), label), says(word("53", 380, 0.6), label)],
    { reason: "unreadable" },
  ],
])("several models: %s", async (_name, readWords, readAnew, expected) => {
  const engine: Engine = { name: "fake", readWords, readAnew, close: async () => {} };
  expect(await look(strip, pubg, engine)).toMatchObject(expected);
});

test.each([
  [0.65 ** 2 * 0.99, []],
  [0.99, [word("53", 380, 0.99)]],
])("several models: two may overrule one view of the first, the second alone not surely", async (certainty, third) => {
  let views = 0;
  const engine: Engine = {
    name: "fake",
    readWords: (line, labels) => says(...(views++ === 0 ? [word("58", 380, 0.95)] : []), label)(line, labels),
    readAnew: [says(word("53", 380, 0.99), label), says(...third, label)],
    close: async () => {},
  };
  expect(await look(strip, pubg, engine)).toMatchObject({ alive: 53, certainty: expect.closeTo(certainty, 9) });
});
