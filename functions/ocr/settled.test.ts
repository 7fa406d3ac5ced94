import { expect, test } from "vitest";
import { fortnite } from "./games/fortnite.ts";
import { pubg } from "./games/pubg.ts";
import { isSettled } from "./settled.ts";

const seen = (alive: number, certainty: number) => ({
  phase: "match" as const,
  alive,
  certainty,
  at: { x: 0, width: 9 },
});
const cut = { reason: "unreadable" as const };
const number = { text: "58", confidence: 0.97 };
const word = { text: "ALIVE", confidence: 0.9 };
test.each([
  ["one view, number and word", pubg, [seen(58, 0.99)], { number, word }, true],
  ["a 4 that may be a 44", pubg, [seen(4, 0.99)], { number: { ...number, text: "4" }, word }, false],
  ["a 10 that may be a 100", pubg, [seen(10, 0.99)], { number: { ...number, text: "10" }, word }, false],
  ["a full match", pubg, [seen(100, 0.99)], { number: { ...number, text: "100" }, word }, true],
  ["a view in doubt", pubg, [seen(58, 0.9)], { number, word }, false],
  [
    "a word in a script the other engine does not know",
    pubg,
    [seen(58, 0.99)],
    { number, word: { ...word, text: "WN3bIX" } },
    false,
  ],
  ["no word asked for", pubg, [seen(58, 0.99)], { number }, false],
  ["another number", pubg, [seen(58, 0.99)], { number: { ...number, text: "56" }, word }, false],
  ["the number and a rim", pubg, [seen(58, 0.99)], { number: { ...number, text: "58." }, word }, false],
  ["an unsure other engine", pubg, [seen(58, 0.99)], { number: { ...number, confidence: 0.8 }, word }, false],
  ["an icon in one view", fortnite, [seen(58, 0.99)], { number }, false],
  ["an icon in two", fortnite, [seen(58, 0.99), seen(58, 0.97)], { number }, true],
  ["two views that differ", fortnite, [seen(58, 0.99), seen(56, 0.97)], { number }, false],
  ["a view without the number", fortnite, [seen(58, 0.99), cut], { number }, false],
])("isSettled: %s", (_name, profile, views, opinion, settled) => {
  expect(isSettled(views, opinion, profile)).toBe(settled);
});
