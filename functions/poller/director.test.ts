import { describe, expect, test } from "vitest";
import { type Candidate, direct, type Leadership } from "./director.ts";

const NOW = Date.parse("2026-01-02T20:00:00Z");
const s = 1000;
const stream = (login: string, count: number, more: Partial<Candidate> = {}): Candidate => ({
  login,
  viewers: 100,
  phase: "match",
  count,
  confirmed: true,
  ageMs: 4 * s,
  doubts: 0,
  ending: false,
  ...more,
});
const leading = (login: string, forSeconds = 600, phase: Leadership["phase"] = "match"): Leadership => ({
  login,
  phase,
  since: NOW - forSeconds * s,
  reason: "",
});
const scene = { now: NOW, firstReadingAt: NOW - 60 * s, awaiting: false };

describe("who leads", () => {
  const cases: [
    name: string,
    previous: Leadership | undefined,
    candidates: Candidate[],
    leader: string | undefined,
    reason?: RegExp,
  ][] = [
    ["nothing known", undefined, [], undefined],
    ["the fewest alive", undefined, [stream("a", 30), stream("b", 12), stream("c", 80)], "b", /^fewest players left$/],
    ["ties by viewers", undefined, [stream("a", 12, { viewers: 5 }), stream("b", 12, { viewers: 50 })], "b"],
    ["full ties by name, so that two pollers choose alike", undefined, [stream("b", 12), stream("a", 12)], "a"],
    ["a reading of 31 s leads nobody", undefined, [stream("a", 5, { ageMs: 31 * s })], undefined],
    [
      "a count read once yields to a confirmed one",
      undefined,
      [stream("a", 3, { confirmed: false }), stream("b", 20)],
      "b",
    ],
    ["a count read once leads if nothing else runs", undefined, [stream("a", 33, { confirmed: false })], "a"],
    ["a count of 1 is over in a moment", undefined, [stream("a", 1), stream("b", 20)], "b"],
    [
      "a stream unread since its last count may be over",
      undefined,
      [stream("a", 3, { doubts: 1 }), stream("b", 9)],
      "b",
    ],
    [
      "three left 10 s ago may be none by now: not instead of a leader that ended",
      leading("a", 5),
      [stream("a", 3, { ending: true }), stream("b", 3, { ageMs: 10 * s }), stream("c", 9, { ageMs: 10 * s })],
      "c",
    ],
    [
      "three left 9 s ago are still there",
      leading("a", 5),
      [stream("a", 3, { ending: true }), stream("b", 3, { ageMs: 9 * s }), stream("c", 9)],
      "b",
    ],
    [
      "a first choice loses nothing by trying",
      undefined,
      [stream("b", 3, { ageMs: 10 * s }), stream("c", 9, { ageMs: 10 * s })],
      "b",
    ],
    [
      "holds inside the last 10 whatever the others have",
      leading("a"),
      [stream("a", 10), stream("b", 2)],
      "a",
      /holding: last 10/,
    ],
    ["above 10 a margin of a quarter is needed", leading("a"), [stream("a", 20), stream("b", 16)], "a", /only 4 fewer/],
    ["with the margin it switches and says so", leading("a"), [stream("a", 20), stream("b", 15)], "b", /15, was 20/],
    ["at 11 the margin is 3 players", leading("a"), [stream("a", 11), stream("b", 9)], "a", /only 2 fewer/],
    ["not within the dwell", leading("a", 10), [stream("a", 60), stream("b", 5)], "a", /only just switched/],
    ["not to a count read once", leading("a"), [stream("a", 60), stream("b", 5, { confirmed: false })], "a"],
    [
      "not to a match that may be over, even from a leader read once",
      leading("a"),
      [stream("a", 60, { confirmed: false }), stream("b", 5, { ending: true }), stream("c", 5, { doubts: 1 })],
      "a",
    ],
    ["not to a count of 1, over in a moment", leading("a"), [stream("a", 60), stream("b", 1)], "a"],
    ["a leader read once has no dwell", leading("a", 5), [stream("a", 60, { confirmed: false }), stream("b", 5)], "b"],
    [
      "leaves a death or win screen at once",
      leading("a", 5),
      [stream("a", 3, { ending: true, doubts: 1 }), stream("b", 40)],
      "b",
    ],
    ["stays on a death screen if nothing else runs", leading("a"), [stream("a", 3, { ending: true, doubts: 1 })], "a"],
    [
      "leaves an ended match",
      leading("a", 5),
      [stream("a", 0, { phase: "over", count: undefined }), stream("b", 40)],
      "b",
      /match before is over/,
    ],
    [
      "leaves an offline stream",
      leading("a", 5),
      [stream("a", 7, { phase: "offline" }), stream("b", 40)],
      "b",
      /went offline/,
    ],
    ["leaves an ad break", leading("a", 5), [stream("a", 7, { phase: "ad" }), stream("b", 40)], "b", /ad break/],
    [
      "stays through an ad break if nothing else runs",
      leading("a"),
      [stream("a", 7, { phase: "ad" })],
      "a",
      /ad break, but no other/,
    ],
    [
      "leaves a stale stream",
      leading("a", 5),
      [stream("a", 7, { ageMs: 31 * s }), stream("b", 40)],
      "b",
      /cannot be read/,
    ],
    ["leaves a stream that is gone", leading("a", 5), [stream("b", 40)], "b", /went offline/],
    ["rather nothing than a stale leader", leading("a"), [stream("a", 7, { ageMs: 31 * s })], undefined],
    [
      "no match: the most-viewed lobby waits",
      undefined,
      [stream("a", 80, { phase: "lobby" }), stream("b", 9, { phase: "lobby", viewers: 900 })],
      "b",
      /waiting/,
    ],
    [
      "a waiting lobby stays, however many watch another",
      leading("a", 5, "lobby"),
      [stream("a", 80, { phase: "lobby" }), stream("b", 9, { phase: "lobby", viewers: 900 })],
      "a",
    ],
    [
      "a match ends the waiting at once",
      leading("a", 1, "lobby"),
      [stream("a", 80, { phase: "lobby" }), stream("b", 90)],
      "b",
    ],
    ["the waiting lobby's own match", leading("a", 1, "lobby"), [stream("a", 95)], "a", /^fewest players left$/],
  ];
  test.each(cases)("%s", (_name, previous, candidates, leader, reason = /./) => {
    const chosen = direct(previous, candidates, scene);
    expect(chosen?.login).toBe(leader);
    if (chosen) expect(chosen.reason).toMatch(reason);
  });
});

describe("since", () => {
  test("does not move while the leader stays", () => {
    const previous = leading("a", 100);
    expect(direct(previous, [stream("a", 9)], scene)?.since).toBe(previous.since);
  });
  test("is now when it changes", () => {
    expect(direct(leading("a"), [stream("b", 9)], scene)?.since).toBe(NOW);
  });
});

describe("the first choice", () => {
  const looking = { now: NOW, firstReadingAt: NOW - 1 * s, awaiting: true };
  test.each([
    ["waits for more readings", { ...looking }, stream("a", 60), undefined],
    ["not longer than 4.5 s", { ...looking, firstReadingAt: NOW - 4.5 * s }, stream("a", 60), "a"],
    ["not once everyone has answered", { ...looking, awaiting: false }, stream("a", 60), "a"],
    ["not for a confirmed end game", looking, stream("a", 4), "a"],
  ])("%s", (_name, now, only, leader) => {
    expect(direct(undefined, [only], now)?.login).toBe(leader);
  });
});
