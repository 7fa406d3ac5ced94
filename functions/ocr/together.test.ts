import { expect, test } from "vitest";
import type { Found, Unread } from "./hud.ts";
import { needsSecond, together } from "./together.ts";

const found = (alive: number, certainty: number, phase: Found["phase"] = "match"): Found => ({
  ...{ phase, alive, certainty },
  at: { x: 100, width: 20 },
});
const unreadable: Unread = { reason: "unreadable" };

test.each<[string, Found | Unread, boolean]>([
  ["a sure number", found(27, 0.9), false],
  ["an unsure number", found(27, 0.6), true],
  ["a counter that cannot be read", unreadable, true],
  ["a number nobody can have", { reason: "out-of-range" }, true],
  ["a picture without a counter", { reason: "no-counter" }, false],
  ["a match that is over", { reason: "match-over" }, false],
])("the second model is asked about: %s", (_name, first, asked) => {
  expect(needsSecond(first)).toBe(asked);
});

test.each<[string, Found | Unread, Found | Unread, Found | Unread]>([
  ["the same number: as sure as both on average", found(27, 0.3), found(27, 0.9), found(27, 0.6)],
  ["two numbers", found(27, 0.7), found(21, 0.99), unreadable],
  ["a lobby and a match", found(27, 0.7), found(27, 0.99, "lobby"), unreadable],
  ["only the first sees it", found(27, 0.6), { reason: "no-counter" }, found(27, 0.42)],
  ["only the second sees it", unreadable, found(27, 1), found(27, 0.7)],
  ["neither: what the first said", { reason: "out-of-range" }, unreadable, { reason: "out-of-range" }],
])("together: %s", (_name, first, second, expected) => {
  const got = together(first, second);
  if (!("alive" in expected)) return expect(got).toEqual(expected);
  expect(got).toMatchObject({ alive: expected.alive, phase: expected.phase });
  expect("alive" in got && got.certainty).toBeCloseTo(expected.certainty, 9);
});
