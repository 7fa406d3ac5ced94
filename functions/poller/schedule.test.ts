import { describe, expect, test } from "vitest";
import { interval, pick, refill, SCHEDULE, type Watched } from "./schedule.ts";

const NOW = Date.parse("2026-01-02T20:00:00Z");
const s = 1000;
/** A stream whose last look was `ago` seconds ago and answered a second later. */
const stream = (login: string, ago: number, more: Partial<Watched> = {}): Watched => ({
  login,
  viewers: 100,
  phase: "match",
  count: 50,
  confirmed: true,
  pending: false,
  streak: 0,
  last: "match",
  until: undefined,
  sampledAt: NOW - ago * s,
  answeredAt: NOW - ago * s + s,
  ...more,
});
const look = (streams: Watched[], limit = 100, leader?: string) => pick(streams, { now: NOW, leader, limit });

describe("interval in seconds", () => {
  test.each<[name: string, Partial<Watched>, seconds: number]>([
    ["an end game: every tick", { count: 9 }, 0],
    ["15 alive: every tick", { count: 15 }, 0],
    ["16 alive", { count: 16 }, 10],
    ["40 alive", { count: 40 }, 20],
    ["60 alive", { count: 60 }, 40],
    ["a full match: once a minute", { count: 96 }, 60],
    ["a full match, unread just now: soon again", { count: 96, streak: 1, last: "unread" }, 15],
    ["a contradiction waits: at once", { count: 80, pending: true }, 0],
    ["a low count read once: at once", { count: 8, confirmed: false }, 0],
    ["a lobby while matches run: once a minute", { phase: "lobby", count: 80, last: "lobby" }, 60],
    ["no counter", { phase: "unknown", count: undefined, streak: 1, last: "none" }, 15],
    ["no counter, the fourth time", { phase: "none", count: undefined, streak: 4, last: "none" }, 120],
    ["no counter, the hundredth time", { phase: "none", count: undefined, streak: 100, last: "none" }, 240],
    ["offline", { phase: "offline", count: undefined, streak: 1, last: "offline" }, 60],
    [
      "a known ad break: when it ends",
      { phase: "ad", streak: 1, last: "ad", sampledAt: NOW - 10 * s, until: NOW + 50 * s },
      60,
    ],
    ["asked, never answered", { phase: "unknown", count: undefined, last: undefined }, 10],
  ])("%s", (_name, more, seconds) => {
    expect(interval(stream("a", 0, more), { anyMatch: true, now: NOW })).toBe(seconds);
  });
  test("a lobby while nothing runs may be shown, so it stays fresh", () => {
    expect(interval(stream("a", 0, { phase: "lobby", last: "lobby" }), { anyMatch: false, now: NOW })).toBe(15);
  });
});

describe("pick", () => {
  test.each<[name: string, Watched[], string[]]>([
    ["nobody", [], []],
    [
      "a new stream at once",
      [stream("new", 0, { sampledAt: 0, answeredAt: 0, phase: "unknown", count: undefined, last: undefined })],
      ["new"],
    ],
    ["exactly what is due", [stream("due", 41), stream("not", 30)], ["due"]],
    ["a second of slack for late ticks", [stream("due", 39.2)], ["due"]],
    ["not what is still on its way", [stream("low", 6, { count: 5, answeredAt: NOW - 60 * s })], []],
    ["what was on its way for too long", [stream("low", 21, { count: 5, answeredAt: NOW - 60 * s })], ["low"]],
    ["never twice within 3 s", [stream("low", 2, { count: 5 })], []],
    [
      "a clock that jumped back stops nothing",
      [stream("low", -3600, { count: 5, answeredAt: NOW + 3600 * s + s })],
      ["low"],
    ],
  ])("%s", (_name, streams, expected) => {
    expect(look(streams)).toEqual(expected);
  });

  test("the leader is looked at on every tick, whatever its count", () => {
    expect(look([stream("lead", 5, { count: 88 }), stream("other", 5, { count: 88 })], 100, "lead")).toEqual(["lead"]);
  });

  test("the leader is asked on the next tick though its answer is on its way, others are not", () => {
    const late = (login: string) => stream(login, 5, { count: 5, answeredAt: NOW - 60 * s });
    expect(look([late("lead"), late("other")], 100, "lead")).toEqual(["lead"]);
  });

  test("after a time without viewers everyone is due, low counts first, but for who is closed to us", () => {
    const none = { count: undefined, streak: 4, last: "none", phase: "none" } as const;
    const streams = [
      stream("menu", 40, none),
      stream("full", 40, { count: 96 }),
      stream("low", 40, { count: 9 }),
      stream("just", 2, { count: 9 }),
      stream("barred", 40, { ...none, last: "barred" }),
      stream("ad", 40, { last: "ad", phase: "ad", until: NOW + 20 * s }),
    ];
    expect(pick(streams, { now: NOW, leader: undefined, limit: 100, anew: true })).toEqual(["low", "full", "menu"]);
    expect(look(streams)).toEqual(["low"]);
  });

  test("within the limit: the leader, end games, then the longest overdue", () => {
    const streams = [
      ...Array.from({ length: 20 }, (_, i) => stream(`mid${i}`, 60 + i)),
      ...Array.from({ length: 4 }, (_, i) => stream(`low${i}`, 5, { count: 5 })),
      stream("lead", 5, { count: 50 }),
    ];
    expect(look(streams, 8, "lead")).toEqual(["lead", "low0", "low1", "low2", "low3", "mid19", "mid18", "mid17"]);
  });

  test("a crowd of end games leaves a quarter to the others", () => {
    const streams = [
      ...Array.from({ length: 40 }, (_, i) => stream(`low${i}`, 5, { count: 5 })),
      ...Array.from({ length: 40 }, (_, i) => stream(`mid${i}`, 300)),
    ];
    const picked = look(streams, 8);
    expect(picked).toHaveLength(8);
    expect(picked.filter((login) => login.startsWith("mid"))).toHaveLength(2);
  });
});

describe("the budget", () => {
  test.each([
    ["starts with half a minute's worth", undefined, 50],
    ["fills by the minute", { tokens: 0, at: NOW - 6 * s }, 10],
    ["never beyond half a minute's worth", { tokens: 40, at: NOW - 3600 * s }, 50],
    ["a clock that jumped back adds nothing and takes nothing", { tokens: 7, at: NOW + 3600 * s }, 7],
  ])("%s", (_name, bucket, tokens) => {
    expect(refill(bucket, NOW, SCHEDULE)).toEqual({ tokens, at: NOW });
  });
});
