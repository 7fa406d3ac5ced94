/** What must hold of a whole board, whatever came before: any order, duplicates, wild numbers, clocks that jump. */
import fc from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { AllDocument, CurrentDocument } from "../contracts/api.ts";
import { games } from "../contracts/games.ts";
import { info } from "./app.fixture.ts";
import { OBSERVATION_KINDS, type Observation } from "./board-observations.ts";
import { DIRECTOR } from "./director.ts";
import { allDocument, currentDocument, progress } from "./documents.ts";
import { createGameBoard, type GameBoard } from "./game-board.ts";
import { pick, refill, SCHEDULE } from "./schedule.ts";

const T = Date.parse("2026-01-02T20:00:00Z");
const HOUR = 3_600_000;
const [pubg] = games;
const LOGINS = ["alpha", "bravo", "charlie"];
const create = () => createGameBoard(pubg as (typeof games)[number]);
const listed = (board: GameBoard, now: number) => board.list(LOGINS.map(info), now);

const near = fc.integer({ min: -120_000, max: 20_000 });
const wild = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 101, 5_000, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53) },
);
const observation = fc
  .record({
    kind: fc.constantFrom(...OBSERVATION_KINDS),
    count: wild,
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(
    ({ kind, count, confidence }): Omit<Observation, "at"> =>
      kind === "match" || kind === "lobby" ? { kind, count, confidence } : { kind },
  );
const reading = fc.record({
  login: fc.constantFrom(...LOGINS, "nobody"),
  ago: fc.oneof({ weight: 8, arbitrary: near }, { weight: 1, arbitrary: fc.integer({ min: -HOUR, max: HOUR }) }),
  observation,
});
type Heard = typeof reading extends fc.Arbitrary<infer T> ? T : never;
type Step = { jump: number } | { read: Heard } | { does: "list" | "lead" | "sample" };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: reading.map((read) => ({ read })) },
  { weight: 3, arbitrary: fc.constantFrom("list", "lead", "sample").map((does) => ({ does })) as fc.Arbitrary<Step> },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 30_000 }).map((jump) => ({ jump })) },
  // A clock set back or forward by up to a day.
  { weight: 1, arbitrary: fc.integer({ min: -24 * HOUR, max: 24 * HOUR }).map((jump) => ({ jump })) },
);

/** Plays the steps; returns the time at which they end. */
function play(board: GameBoard, steps: readonly Step[], check: (now: number) => void = () => {}): number {
  let now = T;
  listed(board, now);
  for (const one of steps) {
    if ("jump" in one) now += one.jump;
    else if ("read" in one) {
      const { login, ago, observation: seen } = one.read;
      board.observe(login, { at: now + ago, ...seen }, now);
    } else if (one.does === "list") listed(board, now);
    else if (one.does === "lead") board.lead(now);
    else for (const login of LOGINS) board.sampled(login, now);
    check(now);
  }
  return now;
}

test("whatever comes, what is served is what the contract promises, and nothing in it is older than it may be", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const board = create();
      play(board, steps, (now) => {
        board.lead(now);
        const options = { streamUrl: "https://x/{login}", now };
        const all = v.parse(AllDocument, allDocument(board, options));
        const current = v.parse(CurrentDocument, currentDocument(board, options));
        for (const { age, alive } of all) {
          expect(age).toBeLessThanOrEqual(90);
          expect(alive).toBeGreaterThanOrEqual(1);
          expect(alive).toBeLessThanOrEqual(pubg?.maxAlive ?? 0);
        }
        if (current) expect(current.age).toBeLessThanOrEqual(30);
        expect(all.map(({ alive }) => alive)).toEqual(
          all.map(({ alive }) => alive).sort((a, b) => (a ?? 0) - (b ?? 0)),
        );
        expect(progress(board, now)).toMatch(/^streams=\d+, sampled=\d+, read=\d+, matches=\d+$/);
      });
    }),
  );
});

test("no history poisons a board: two new readings make a stream lead, and everyone is looked at again", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 20, max: 100 }), (steps, count) => {
      const board = create();
      let now = play(board, steps) + 6 * 60_000;
      board.lead(now);
      listed(board, now);
      for (let i = 0; i < 2; i++) {
        now += 5_000;
        board.observe("alpha", { at: now - 4_000, kind: "match", count, confidence: 0.9 }, now);
      }
      now += DIRECTOR.settleMs;
      board.lead(now);
      expect(board.leadership()).toMatchObject({ login: "alpha", phase: "match" });
      // The longest back-off: a stream that is closed to us.
      now += 15 * 60_000;
      board.lead(now);
      listed(board, now);
      const due = pick(board.watched(now), { now, leader: board.leadership()?.login, limit: 100 });
      expect([...due].sort()).toEqual(LOGINS);
    }),
  );
});

test("boards that heard the same by one clock are equal: any order, any duplicates", () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (readings, keys) => {
      const hear = (all: readonly Heard[]) => {
        const board = create();
        listed(board, T);
        for (const { login, ago, observation: seen } of all) board.observe(login, { at: T + ago, ...seen }, T);
        return [...board.streams].map(([login, { track, observations }]) => [login, track, observations]);
      };
      const shuffled = [...readings, ...readings]
        .map((one) => ({ one, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      expect(hear(shuffled)).toEqual(hear(readings));
    }),
  );
});

test("a copied board is the board", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const board = create();
      const now = play(board, steps);
      board.lead(now);
      const copy = create();
      copy.restore(board.copy(), now);
      copy.lead(now);
      const options = { streamUrl: "https://x/{login}", now };
      expect(allDocument(copy, options)).toEqual(allDocument(board, options));
    }),
  );
});

test("the budget never overflows, never owes and never loses what it holds, however its clock jumps", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -HOUR, max: HOUR }), { maxLength: 50 }), (jumps) => {
      let now = T;
      let bucket = refill(undefined, now, SCHEDULE);
      for (const jump of jumps) {
        now += jump;
        const next = refill(bucket, now, SCHEDULE);
        expect(next.tokens).toBeGreaterThanOrEqual(Math.min(bucket.tokens, SCHEDULE.perMinute / 2));
        expect(next.tokens).toBeLessThanOrEqual(SCHEDULE.perMinute / 2);
        bucket = { ...next, tokens: next.tokens - Math.floor(next.tokens / 2) };
      }
    }),
  );
});
