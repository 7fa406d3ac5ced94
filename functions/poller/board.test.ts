import { describe, expect, test } from "vitest";
import { fits, track } from "./board.ts";
import { merge, type Observation } from "./board-observations.ts";

const T = Date.parse("2026-01-02T20:00:00Z");
const s = 1000;
const match = (seconds: number, count: number, confidence = 0.9): Observation => ({
  at: T + seconds * s,
  kind: "match",
  count,
  confidence,
});
const lobby = (seconds: number, count: number): Observation => ({
  at: T + seconds * s,
  kind: "lobby",
  count,
  confidence: 0.9,
});
const other = (seconds: number, kind: Observation["kind"]): Observation => ({ at: T + seconds * s, kind });

describe("track", () => {
  const cases: [name: string, observations: Observation[], expected: Partial<ReturnType<typeof track>>][] = [
    ["nothing known", [], { phase: "unknown", count: undefined, answeredAt: 0 }],
    ["a first reading stands, unconfirmed", [match(0, 42)], { phase: "match", count: 42, confirmed: false }],
    ["a second that fits confirms", [match(0, 42), match(5, 41)], { count: 41, confirmed: true }],
    ["one wild low reading changes nothing", [match(0, 42), match(5, 42), match(10, 4)], { count: 42, at: T + 5 * s }],
    [
      "a wild reading between two good ones",
      [match(0, 42), match(5, 42), match(10, 4), match(15, 41)],
      { count: 41, confirmed: true, pending: undefined },
    ],
    ["a repeated low reading is the truth", [match(0, 42), match(5, 42), match(10, 4), match(15, 4)], { count: 4 }],
    ["one rise changes nothing", [match(0, 12), match(5, 12), match(10, 98)], { count: 12 }],
    [
      "a repeated rise is a new match",
      [match(0, 12), match(5, 11), match(10, 98), match(15, 97)],
      {
        count: 97,
        history: [
          [T + 10 * s, 98],
          [T + 15 * s, 97],
        ],
      },
    ],
    [
      "a repeated rise back onto the history is a correction",
      [match(0, 42), match(5, 40), match(10, 38), match(15, 26), match(20, 37), match(25, 37)],
      {
        count: 37,
        history: [
          [T, 42],
          [T + 5 * s, 40],
          [T + 10 * s, 38],
          [T + 20 * s, 37],
        ],
      },
    ],
    [
      "two wild readings that disagree change nothing",
      [match(0, 42), match(5, 42), match(10, 4), match(15, 88)],
      { count: 42 },
    ],
    ["a lobby at once from nothing", [lobby(0, 71)], { phase: "lobby", count: 71 }],
    [
      "one lobby reading inside a match changes nothing",
      [match(0, 9), match(5, 9), lobby(10, 96)],
      { phase: "match", count: 9 },
    ],
    [
      "a repeated one ends the match",
      [match(0, 9), match(5, 9), lobby(10, 96), lobby(15, 97)],
      { phase: "lobby", count: 97 },
    ],
    ["the lobby's 96 read as 6 waits", [lobby(0, 96), match(5, 6)], { phase: "lobby", count: 96 }],
    ["the match after the lobby", [lobby(0, 96), match(60, 93)], { phase: "match", count: 93, confirmed: false }],
    ["a death or win screen once", [match(0, 3), match(5, 3), other(10, "over")], { phase: "match", count: 3 }],
    [
      "a death or win screen twice",
      [match(0, 3), match(5, 3), other(10, "over"), other(15, "over")],
      { phase: "over", count: undefined },
    ],
    [
      "a win screen, then the menu",
      [match(0, 2), other(5, "over"), other(10, "none"), other(15, "none")],
      { phase: "none" },
    ],
    [
      "the map hides the counter for a while",
      [match(0, 30), other(5, "none"), other(10, "none")],
      { phase: "match", count: 30 },
    ],
    [
      "no counter three times",
      [match(0, 30), other(5, "none"), other(10, "none"), other(15, "none")],
      { phase: "none" },
    ],
    [
      "an unread picture changes nothing",
      [match(0, 30), match(5, 30), other(10, "unread")],
      { phase: "match", count: 30, streak: 1 },
    ],
    ["an ad shows at once", [match(0, 30), match(5, 30), other(10, "ad")], { phase: "ad", count: 30, at: T + 5 * s }],
    ["an ad ends with the next reading", [match(0, 30), other(10, "ad"), match(40, 28)], { phase: "match", count: 28 }],
    [
      "an ad ends with an unread picture too",
      [match(0, 30), other(10, "ad"), other(40, "unread")],
      { phase: "match", count: 30 },
    ],
    ["offline shows at once", [match(0, 30), other(10, "offline")], { phase: "offline" }],
    [
      "after a gap nothing of before is believed",
      [match(0, 3), match(5, 3), match(400, 88)],
      { count: 88, confirmed: false, history: [[T + 400 * s, 88]] },
    ],
    [
      "a contradiction nobody repeats is forgotten",
      [match(0, 42), match(5, 42), match(10, 4), other(60, "unread"), match(140, 4)],
      { count: 42 },
    ],
  ];
  test.each(cases)("%s", (_name, observations, expected) => {
    expect(track(observations)).toMatchObject(expected);
  });

  test("agreeing readings raise the confidence, never to certainty", () => {
    const one = track([match(0, 10, 0.8)]).confidence;
    const two = track([match(0, 10, 0.8), match(5, 10, 0.8)]).confidence;
    const many = track(Array.from({ length: 50 }, (_, i) => match(i * 5, 10, 0.99))).confidence;
    expect(one).toBe(0.8);
    expect(two).toBeGreaterThan(0.9);
    expect(many).toBeLessThan(1);
  });
});

describe("fits", () => {
  test.each([
    ["the same", 42, 42, 0, true],
    ["a squad of four at 8, one tick", 8, 4, 5, false],
    ["two at 8, one tick", 8, 6, 5, true],
    ["a rise", 8, 9, 60, false],
    ["96 losing its 9", 96, 6, 60, false],
    ["42 losing its 2", 42, 4, 60, false],
    ["19 losing its 1, one tick", 19, 9, 5, false],
    ["the last two", 2, 1, 5, true],
    ["hot drop", 95, 60, 60, true],
    ["a clock that jumped back", 42, 41, -100, true],
  ])("%s: %i to %i in %i s", (_name, from, to, seconds, expected) => {
    expect(fits({ at: T, count: from }, { at: T + seconds * s, count: to })).toBe(expected);
  });
});

describe("merge", () => {
  test("a duplicate gives back the very same set", () => {
    const set = merge([], [match(0, 42), match(5, 41)]);
    expect(merge(set, [match(0, 42)])).toBe(set);
  });
  test("an older frame takes its place and does not become the newest", () => {
    const set = merge(merge([], [match(10, 40)]), [match(0, 42)]);
    expect(set.map(({ count }) => count)).toEqual([42, 40]);
    expect(track(set).count).toBe(40);
  });
  test("keeps the newest 64", () => {
    const set = merge(
      [],
      Array.from({ length: 100 }, (_, i) => match(i, 90)),
    );
    expect(set).toHaveLength(64);
    expect(set[0]?.at).toBe(T + 36 * s);
    expect(merge(set, [match(0, 90)])).toBe(set);
  });
});
