/** Which streams are looked at on this tick. Pure. Attention goes where the count is low, within a budget. */
import type { Phase } from "./board.ts";
import type { ObservationKind } from "./board-observations.ts";

export interface Watched {
  login: string;
  viewers: number;
  phase: Phase;
  count: number | undefined;
  confirmed: boolean;
  /** A count waits for a second opinion. */
  pending: boolean;
  /** Answers in a row without a usable count, and the kind of the last. */
  streak: number;
  last: ObservationKind | undefined;
  /** When a known ad break ends, ms. */
  until: number | undefined;
  /** When the last stream.found went out and the last answer came in, ms; 0: never. */
  sampledAt: number;
  answeredAt: number;
}

export interface Bucket {
  tokens: number;
  at: number;
}

export interface ScheduleOptions {
  /** Samples per minute in the long run. Half a minute's worth may be spent at once, after a quiet time. */
  perMinute: number;
  /**
   * An answer that has not come by then will not come: ask again, ms. Long, because asking a capture that is behind once more puts it
   * further behind. The leader alone is asked on every tick, answered or not: it is one stream, and the one that viewers look at.
   */
  answerMs: number;
  /** Never twice within this long, however close ticks and first viewers come, ms. */
  leastMs: number;
  /** Seconds between looks at a running match, by players alive: the smaller the count, the faster it matters. */
  matchSeconds: readonly (readonly [upTo: number, seconds: number])[];
  lobbySeconds: number;
  /** With no match on the board a lobby may be shown, and a shown reading is never older than 30 s. */
  lobbyIdleSeconds: number;
  /** First wait and longest wait in seconds of the back-off after answers without a count. */
  backOff: Readonly<Partial<Record<ObservationKind, readonly [first: number, longest: number]>>>;
  /** This share of a tick's samples is kept for what is not urgent, so that a crowd of end games starves nobody. */
  reserve: number;
}

export const SCHEDULE: ScheduleOptions = {
  perMinute: 100,
  answerMs: 20_000,
  leastMs: 3_000,
  matchSeconds: [
    [15, 0],
    [25, 10],
    [40, 20],
    [60, 40],
    [Number.POSITIVE_INFINITY, 60],
  ],
  lobbySeconds: 60,
  lobbyIdleSeconds: 15,
  backOff: {
    over: [20, 120],
    none: [15, 240],
    unread: [10, 240],
    // A time-out or a fault upstream passes; a stream closed to us (region, subscribers only) does not.
    missed: [10, 60],
    barred: [120, 900],
    offline: [60, 600],
    ad: [15, 60],
  },
  reserve: 0.25,
};
/** Ticks come up to half a second late each: what is due within this long is due now. */
const SLACK_MS = 1_000;
/** Two pollers' clocks differ by less than this, ms. */
const CLOCKS_MS = 10_000;

/** Seconds after the last look at which a stream is due again. */
export function interval(
  stream: Watched,
  { anyMatch, now }: { anyMatch: boolean; now: number },
  { matchSeconds, lobbySeconds, lobbyIdleSeconds, backOff }: ScheduleOptions = SCHEDULE,
): number {
  const { phase, count, streak, last, until, sampledAt } = stream;
  if (stream.pending) return 0;
  if (phase === "match" && count !== undefined && streak <= 3) {
    if (!stream.confirmed && count <= 40) return 0;
    const seconds = matchSeconds.find(([upTo]) => count <= upTo)?.[1] ?? lobbySeconds;
    // Unread just now: a second try soon, or a minute's interval would let the reading grow older than /all shows.
    return streak === 0 ? seconds : Math.min(seconds, 15);
  }
  if (phase === "lobby" && streak <= 1) return anyMatch ? lobbySeconds : lobbyIdleSeconds;
  if (last === "ad" && until !== undefined && until > now) return (until - sampledAt) / 1000;
  const [first, longest] = backOff[last ?? "missed"] ?? [15, 300];
  return Math.min(longest, first * 2 ** Math.max(0, Math.min(streak, 10) - 1));
}

export function refill(bucket: Bucket | undefined, now: number, { perMinute }: ScheduleOptions): Bucket {
  const most = Math.max(1, perMinute / 2);
  if (!bucket || now < bucket.at) return { tokens: bucket ? Math.min(most, bucket.tokens) : most, at: now };
  return { tokens: Math.min(most, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute), at: now };
}

/**
 * The logins to sample now, most urgent first, at most `limit`. `anew`: nobody has looked for a while, so that lobbies, back-offs and
 * full matches may be end games by now: all are due.
 */
export function pick(
  streams: readonly Watched[],
  { now, leader, limit, anew = false }: { now: number; leader: string | undefined; limit: number; anew?: boolean },
  options: ScheduleOptions = SCHEDULE,
): string[] {
  const anyMatch = streams.some(({ phase }) => phase === "match");
  const due: { login: string; rank: number; urgency: number; viewers: number }[] = [];
  for (const stream of streams) {
    const { login, viewers, sampledAt, answeredAt } = stream;
    // Another poller's clock may be a little ahead; one that was set back must not stop the looking.
    const waited = sampledAt > now + CLOCKS_MS ? Number.POSITIVE_INFINITY : Math.max(0, now - sampledAt);
    const isLeader = login === leader;
    const inFlight = !isLeader && sampledAt > answeredAt && waited < options.answerMs;
    if (inFlight) continue;
    const isNew = sampledAt === 0;
    const wait = isLeader || isNew ? 0 : interval(stream, { anyMatch, now }, options) * 1000;
    const least = anew && !isClosed(stream, now) ? 0 : wait - SLACK_MS;
    if (waited < Math.max(isNew ? 0 : options.leastMs, least)) continue;
    const urgent = isLeader ? 0 : wait === 0 && !isNew ? 1 : isNew ? 2 : 3;
    due.push({ login, rank: urgent, urgency: waited / (wait + 5_000), viewers });
  }
  due.sort((a, b) => a.rank - b.rank || b.urgency - a.urgency || b.viewers - a.viewers || (a.login < b.login ? -1 : 1));
  const most = Math.max(0, Math.floor(limit));
  if (due.length <= most) return due.map(({ login }) => login);
  const urgent = due.filter(({ rank }) => rank < 2);
  const others = due.filter(({ rank }) => rank >= 2).sort((a, b) => b.urgency - a.urgency || b.viewers - a.viewers);
  const reserved = Math.min(others.length, Math.ceil(most * options.reserve));
  return [...urgent.slice(0, most - reserved), ...others].slice(0, most).map(({ login }) => login);
}

/** What stays as it is however long nobody looked: a stream that is barred to us, or in an ad break whose end is known. */
function isClosed({ last, until }: Watched, now: number): boolean {
  return last === "barred" || (last === "ad" && until !== undefined && until > now);
}
