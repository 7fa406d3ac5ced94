/** What must hold of the pure parts for any input: order, duplicates, gaps, wild values and clock jumps included. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { track } from "./board.ts";
import { MAX_OBSERVATIONS, merge, OBSERVATION_KINDS, type Observation } from "./board-observations.ts";
import { type Candidate, DIRECTOR, direct, type Leadership } from "./director.ts";
import { type Bucket, pick, refill, SCHEDULE, type Watched } from "./schedule.ts";

const T = Date.parse("2026-01-02T20:00:00Z");
const time = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: T, max: T + 1_800_000 }) },
  // Clocks jump.
  { weight: 1, arbitrary: fc.integer({ min: T - 86_400_000, max: T + 86_400_000 }) },
);
const observation: fc.Arbitrary<Observation> = fc
  .record({
    at: time,
    kind: fc.constantFrom(...OBSERVATION_KINDS),
    count: fc.integer({ min: 0, max: 999 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ at, kind, count, confidence }) =>
    kind === "match" || kind === "lobby" ? { at, kind, count, confidence } : { at, kind },
  );
const observations = fc.array(observation, { maxLength: 100 });
/** A match as it really goes: falling, looked at every few seconds. */
const fall = fc
  .tuple(fc.integer({ min: 20, max: 100 }), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 40 }))
  .map(([start, drops]) => {
    let count = start;
    return drops.map((drop, i): Observation => {
      count = Math.max(1, count - drop);
      return { at: T + i * 5_000, kind: "match", count, confidence: 0.9 };
    });
  });
const added = (all: readonly Observation[]) => all.reduce<readonly Observation[]>((set, one) => merge(set, [one]), []);

describe("board", () => {
  test("order of arrival and duplicates do not matter", () => {
    fc.assert(
      fc.property(observations, fc.infiniteStream(fc.nat()), (all, keys) => {
        const shuffled = [...all, ...all.slice(0, 10)]
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(added(shuffled)).toEqual(added(all));
        expect(track(added(shuffled))).toEqual(track(added(all)));
      }),
    );
  });

  test("merging two boards is the same from either side, and again changes nothing", () => {
    fc.assert(
      fc.property(observations, observations, (left, right) => {
        const [a, b] = [added(left), added(right)];
        const both = merge(a, b);
        expect(merge(b, a)).toEqual(both);
        expect(merge(both, a)).toBe(both);
        expect(both.length).toBeLessThanOrEqual(MAX_OBSERVATIONS);
      }),
    );
  });

  test("any observations give a sane state: a count only where a count was read, a history that falls", () => {
    fc.assert(
      fc.property(observations, (all) => {
        const set = added(all);
        const state = track(set);
        if (state.count !== undefined)
          expect(set.some(({ at, count }) => at === state.at && count === state.count)).toBe(true);
        expect(state.confidence).toBeGreaterThanOrEqual(0);
        expect(state.confidence).toBeLessThanOrEqual(1);
        for (const [i, [at, alive]] of state.history.entries()) {
          const next = state.history[i + 1];
          if (!next) continue;
          expect(next[0]).toBeGreaterThan(at);
          expect(next[1]).toBeLessThanOrEqual(alive);
        }
      }),
    );
  });

  test("one wild reading in a confirmed match changes nothing once the next good one is there", () => {
    fc.assert(
      fc.property(fall, fc.integer({ min: 0, max: 999 }), fc.nat(), (match, wild, where) => {
        const i = 2 + (where % (match.length - 2));
        const before = match[i - 1] as Observation;
        // A fall that could be true is not wild.
        fc.pre(wild > (before.count ?? 0) || wild < 0.3 * (before.count ?? 0) - 2);
        const odd: Observation = { at: before.at + 2_000, kind: "match", count: wild, confidence: 0.99 };
        const [with_, without] = [track(merge(match, [odd])), track(match)];
        expect([with_.phase, with_.count, with_.history]).toEqual([without.phase, without.count, without.history]);
      }),
    );
  });

  test("gaps change nothing: any two neighbours of a plausible fall confirm the count", () => {
    fc.assert(
      fc.property(fall, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (match, keep) => {
        const seen = match.filter((_, i) => keep[i] || i >= match.length - 2);
        expect(track(seen)).toMatchObject({ phase: "match", count: match.at(-1)?.count, confirmed: true });
      }),
    );
  });
});

const candidate: fc.Arbitrary<Candidate> = fc.record({
  login: fc.constantFrom("a", "b", "c", "d", "e", "f"),
  viewers: fc.nat(10_000),
  phase: fc.constantFrom("unknown", "match", "lobby", "over", "none", "ad", "offline"),
  count: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  confirmed: fc.boolean(),
  ageMs: fc.integer({ min: 0, max: 120_000 }),
  doubts: fc.nat(5),
  ending: fc.boolean(),
});
const candidates = fc.uniqueArray(candidate, { selector: ({ login }) => login });
const previous: fc.Arbitrary<Leadership | undefined> = fc.option(
  fc.record({
    login: fc.constantFrom("a", "b", "gone"),
    phase: fc.constantFrom("match", "lobby"),
    since: fc.integer({ min: T - 600_000, max: T }),
    reason: fc.constant(""),
  }),
  { nil: undefined },
);
const scene = { now: T, firstReadingAt: undefined, awaiting: false };

describe("director", () => {
  test("only a fresh running match or lobby leads (or the leader in its ad break), and a lobby only while no match is fresh", () => {
    fc.assert(
      fc.property(previous, candidates, (before, all) => {
        const chosen = direct(before, all, scene);
        const fresh = all.filter(({ count, ageMs }) => count !== undefined && ageMs <= DIRECTOR.freshMs);
        const running = fresh.filter(({ phase }) => phase === "match");
        const lobbies = fresh.filter(({ phase }) => phase === "lobby");
        const inAd = fresh.filter(
          ({ login, phase }) => phase === "ad" && before?.phase === "match" && login === before.login,
        );
        expect(chosen !== undefined).toBe(running.length + lobbies.length + inAd.length > 0);
        if (!chosen) return;
        expect([running, inAd, lobbies].find(({ length }) => length > 0)?.map(({ login }) => login)).toContain(
          chosen.login,
        );
        expect(chosen.reason).not.toBe("");
      }),
    );
  });

  test("does not depend on the order, and asking again changes nothing", () => {
    fc.assert(
      fc.property(previous, candidates, (before, all) => {
        const chosen = direct(before, all, scene);
        expect(direct(before, [...all].reverse(), scene)).toEqual(chosen);
        const again = direct(chosen, all, scene);
        expect([again?.login, again?.since]).toEqual([chosen?.login, chosen?.since]);
      }),
    );
  });
});

const watched: fc.Arbitrary<Watched> = fc.record({
  login: fc.string({ minLength: 1, maxLength: 6 }),
  viewers: fc.nat(10_000),
  phase: fc.constantFrom("unknown", "match", "lobby", "over", "none", "ad", "offline"),
  count: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  confirmed: fc.boolean(),
  pending: fc.boolean(),
  streak: fc.nat(2_000),
  last: fc.option(fc.constantFrom(...OBSERVATION_KINDS), { nil: undefined }),
  until: fc.option(time, { nil: undefined }),
  sampledAt: fc.oneof(fc.constant(0), time),
  answeredAt: fc.oneof(fc.constant(0), time),
});
const crowd = fc.uniqueArray(watched, { maxLength: 150, selector: ({ login }) => login });

describe("schedule", () => {
  test("never more than the limit, nobody twice, the leader first if it is due", () => {
    fc.assert(
      fc.property(crowd, fc.integer({ min: 0, max: 200 }), (streams, limit) => {
        const leader = streams[0]?.login;
        const picked = pick(streams, { now: T, leader, limit });
        expect(picked.length).toBeLessThanOrEqual(limit);
        expect(new Set(picked).size).toBe(picked.length);
        if (leader !== undefined && picked.includes(leader)) expect(picked[0]).toBe(leader);
      }),
    );
  });

  test("every stream comes up within ten minutes of ticks, however large the crowd before it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 60 }), (counts) => {
        const streams = counts.map(
          (count, i): Watched => ({
            login: `s${i}`,
            viewers: i,
            phase: "match",
            count,
            confirmed: true,
            pending: false,
            streak: 0,
            last: "match",
            until: undefined,
            sampledAt: T,
            answeredAt: T + 1,
          }),
        );
        let bucket: Bucket | undefined = { tokens: 0, at: T };
        const seen = new Set<string>();
        let samples = 0;
        for (let now = T; now <= T + 600_000; now += 5_000) {
          bucket = refill(bucket, now, SCHEDULE);
          const picked = pick(streams, { now, leader: "s0", limit: bucket.tokens });
          bucket = { ...bucket, tokens: bucket.tokens - picked.length };
          samples += picked.length;
          for (const login of picked) {
            seen.add(login);
            const stream = streams.find((one) => one.login === login);
            if (stream) Object.assign(stream, { sampledAt: now, answeredAt: now + 1 });
          }
        }
        expect(seen.size).toBe(streams.length);
        expect(samples).toBeLessThanOrEqual(SCHEDULE.perMinute * 10);
      }),
      { numRuns: 30 },
    );
  });
});
