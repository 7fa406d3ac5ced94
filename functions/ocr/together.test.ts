import { expect, test } from "vitest";
import { confidenceOf } from "./calibration.ts";
import { DEFAULT_ACCEPT } from "./config.ts";
import type { Found, Unread } from "./hud.ts";
import { needsAnother, type Sights, together } from "./together.ts";

const found = (alive: number, certainty: number, phase: Found["phase"] = "match"): Found => ({
  ...{ phase, alive, certainty },
  at: { x: 100, width: 20 },
});
const unreadable: Unread = { reason: "unreadable" };

test.each<[string, Sights, boolean]>([
  ["a sure number", [found(27, 0.9)], false],
  ["an unsure number", [found(27, 0.6)], true],
  ["a counter that cannot be read", [unreadable], true],
  ["a number nobody can have", [{ reason: "out-of-range" }], true],
  ["a picture without a counter", [{ reason: "no-counter" }], false],
  ["a match that is over", [{ reason: "match-over" }], false],
  ["two that agree", [found(27, 0.7), found(27, 0.9)], false],
  ["two that agree and are not sure", [found(27, 0.3), found(27, 0.6)], true],
  ["what one alone sees, however sure", [unreadable, found(27, 1)], true],
  ["two numbers", [found(27, 0.3), found(21, 0.9)], false],
  ["two that cannot read it", [unreadable, unreadable], false],
])("another model is asked about: %s", (_name, sights, asked) => {
  expect(needsAnother(sights)).toBe(asked);
});

test.each<[string, Sights, Found | Unread]>([
  ["one: as it says", [found(27, 0.3)], found(27, 0.3)],
  ["the same number: as sure as both on average", [found(27, 0.3), found(27, 0.9)], found(27, 0.6)],
  ["two numbers", [found(27, 0.7), found(21, 0.99)], unreadable],
  ["a lobby and a match", [found(27, 0.7), found(27, 0.99, "lobby")], unreadable],
  ["only the first sees it", [found(27, 0.6), { reason: "no-counter" }], found(27, 0.39)],
  ["only the second sees it", [unreadable, found(27, 1)], found(27, 0.65)],
  ["neither: what the first said", [{ reason: "out-of-range" }, unreadable], { reason: "out-of-range" }],
  ["two of three see it", [unreadable, found(27, 0.4), found(27, 0.8)], found(27, 0.6)],
  ["three see it: the two surest", [found(27, 0.1), found(27, 0.5), found(27, 0.7)], found(27, 0.6)],
  ["one of three sees it", [found(27, 0.6), unreadable, unreadable], found(27, 0.2535)],
  ["the third sees another number", [unreadable, found(27, 0.6), found(21, 0.1)], unreadable],
])("together: %s", (_name, sights, expected) => {
  const got = together(sights);
  if (!("alive" in expected)) return expect(got).toEqual(expected);
  expect(got).toMatchObject({ alive: expected.alive, phase: expected.phase });
  expect("alive" in got && got.certainty).toBeCloseTo(expected.certainty, 9);
});

test("what one of three sees stays below the accept threshold that ships", () => {
  const alone = together([unreadable, found(27, 1), { reason: "no-counter" }]);
  expect("alive" in alone && confidenceOf("vote", alone.certainty)).toBeLessThan(DEFAULT_ACCEPT);
});
