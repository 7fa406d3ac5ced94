/** What pollers share. With one poller that is its own memory; with several, Redis (store-redis.ts). No method rejects. */

import type { Observation } from "./board-observations.ts";
import type { Leadership } from "./director.ts";
import type { StreamInfo } from "./game-board.ts";
import { type Bucket, refill, SCHEDULE, type ScheduleOptions } from "./schedule.ts";

export interface Listing {
  /** When Twitch gave it, ms. */
  at: number;
  streams: StreamInfo[];
}

/** What another poller learnt. */
export type News =
  | { game: string; login: string; observation: Observation; arrivedAt: number }
  | { game: string; leadership: Leadership };

export interface Store {
  /** Whether other pollers may write to it. */
  shared: boolean;
  /** What others wrote since the last call, oldest first. */
  news(): Promise<News[]>;
  tell(news: News): Promise<void>;
  /** The newest list of live streams that any poller fetched. */
  listing(game: string): Promise<Listing | undefined>;
  list(game: string, listing: Listing): Promise<void>;
  /** How many samples the budget has now, and when each stream was last sampled by anyone, ms. */
  budget(game: string, now: number): Promise<{ tokens: number; sampled: ReadonlyMap<string, number> }>;
  /** Takes streams off the budget. Returns those that are ours: no other poller sampled them a moment ago. */
  claim(game: string, logins: readonly string[], now: number): Promise<string[]>;
  /** Gives back a stream whose event could not be sent. */
  release(game: string, login: string): Promise<void>;
  /** The last playback hint of each stream. A secret. */
  hints(game: string, logins: readonly string[]): Promise<ReadonlyMap<string, string>>;
  keepHint(game: string, login: string, hint: string): Promise<void>;
  /** When someone last watched a game, ms; 0: never. */
  lastViewer(game: string): Promise<number>;
  viewer(game: string, at: number): Promise<void>;
  /** What is wrong with the store, or undefined. */
  problem(): string | undefined;
  close(): Promise<void>;
}

export function createMemoryStore(options: ScheduleOptions = SCHEDULE): Store {
  const listings = new Map<string, Listing>();
  const sampled = new Map<string, Map<string, number>>();
  const hints = new Map<string, string>();
  const viewers = new Map<string, number>();
  let bucket: Bucket | undefined;
  const of = (game: string) => {
    const known = sampled.get(game) ?? new Map<string, number>();
    sampled.set(game, known);
    return known;
  };
  return {
    shared: false,
    news: async () => [],
    tell: async () => {},
    listing: async (game) => listings.get(game),
    list: async (game, listing) => {
      listings.set(game, listing);
      const live = new Set(listing.streams.map(({ login }) => login));
      for (const login of of(game).keys()) if (!live.has(login)) of(game).delete(login);
      for (const key of hints.keys()) {
        const [owner, login = ""] = key.split(" ");
        if (owner === game && !live.has(login)) hints.delete(key);
      }
    },
    budget: async (game, now) => {
      bucket = refill(bucket, now, options);
      return { tokens: bucket.tokens, sampled: of(game) };
    },
    claim: async (game, logins, now) => {
      bucket = refill(bucket, now, options);
      const granted = logins.slice(0, Math.floor(bucket.tokens));
      bucket = { ...bucket, tokens: bucket.tokens - granted.length };
      for (const login of granted) of(game).set(login, now);
      return granted;
    },
    release: async (game, login) => {
      of(game).delete(login);
      if (bucket) bucket = { ...bucket, tokens: bucket.tokens + 1 };
    },
    hints: async (game, logins) =>
      new Map(
        logins.flatMap((login) => {
          const hint = hints.get(`${game} ${login}`);
          return hint === undefined ? [] : [[login, hint] as const];
        }),
      ),
    keepHint: async (game, login, hint) => {
      hints.set(`${game} ${login}`, hint);
    },
    lastViewer: async (game) => viewers.get(game) ?? 0,
    viewer: async (game, at) => {
      viewers.set(game, Math.max(at, viewers.get(game) ?? 0));
    },
    problem: () => undefined,
    close: async () => {},
  };
}
