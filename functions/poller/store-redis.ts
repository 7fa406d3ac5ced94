/**
 * Several pollers, one board. What pollers learn goes into an append-only log, because a board is a set of observations
 * (docs/decisions/0030): every poller reads the log and comes to the same state, and no value is ever read, changed and
 * written back. Only the budget is taken from, in one script. Redis gone: this process's own memory serves on.
 */
import * as v from "valibot";
import type { Log } from "../runtime/log.ts";
import { ListingCopy, NewsCopy } from "./copies.ts";
import { FORGET_MS } from "./game-board.ts";
import type { PollerMetrics } from "./poller-metrics.ts";
import { CLAIM } from "./redis-claim.ts";
import { connectRedis } from "./redis-connection.ts";
import type { ScheduleOptions } from "./schedule.ts";
import { createMemoryStore, type News, type Store } from "./store.ts";

export interface RedisStoreDeps {
  /** redis://user:password@host:6379/0. Never logged. */
  redisUrl: string;
  schedule: ScheduleOptions;
  now: () => number;
  log: Log;
  metrics: Pick<PollerMetrics, "storeUp" | "storeErrors" | "storeSkipped">;
}

/** One hash tag, so that a cluster keeps all keys in one place and the script may touch several. */
const PREFIX = "{rotisserie}:v1:";
const LOG = `${PREFIX}log`;
const VIEWERS = `${PREFIX}viewers`;
const BUCKET = `${PREFIX}bucket`;
/** 10 minutes of 2,000 samples a minute, read in pieces. */
const LOG_LENGTH = 20_000;
const LOG_PIECE = 1_000;
/** A list of 5,000 streams is 4 MB; nothing larger is ours, and parsing it would hold up every viewer. */
const LONGEST_TEXT = 8_000_000;
/** Two pollers' clocks differ by less than this, ms. */
const CLOCKS_MS = 10_000;
/** What could not be written is kept for when Redis is back, this many facts at most. */
const UNTOLD = 2_000;
/** A playback hint ends after a day at Twitch. */
const HINT_SECONDS = 86_400;

export async function createRedisStore(deps: RedisStoreDeps): Promise<Store> {
  const { now, log, metrics, schedule } = deps;
  const memory = createMemoryStore(schedule);
  const redis = await connectRedis(deps);
  const { client } = redis;
  const untold: News[] = [];
  let lastId: string | undefined;

  const skip = (what: string) => {
    metrics.storeSkipped.inc();
    log.warn({ what }, "a corrupt or foreign value in Redis was skipped");
  };
  const parse = <T>(
    schema: v.GenericSchema<unknown, T>,
    text: string | null | undefined,
    what: string,
  ): T | undefined => {
    if (text === null || text === undefined) return undefined;
    try {
      if (text.length > LONGEST_TEXT) throw new Error("too long");
      return v.parse(schema, JSON.parse(text));
    } catch {
      skip(what);
      return undefined;
    }
  };
  const append = (news: News) =>
    client.xAdd(
      LOG,
      "*",
      { news: JSON.stringify(news) },
      { TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: LOG_LENGTH } },
    );

  return {
    shared: true,
    tell: async (news) => {
      const told = await redis.attempt("tell", () => append(news));
      if (told === undefined && untold.length < UNTOLD) untold.push(news);
    },
    news: async () => {
      while (untold[0] && (await redis.attempt("tell", () => append(untold[0] as News))) !== undefined) untold.shift();
      const all: News[] = [];
      for (let read = 0; read < LOG_LENGTH; read += LOG_PIECE) {
        const from = lastId === undefined ? String(now() - FORGET_MS) : `(${lastId}`;
        const entries = (await redis.attempt("news", () => client.xRange(LOG, from, "+", { COUNT: LOG_PIECE }))) ?? [];
        lastId = entries.at(-1)?.id ?? lastId;
        all.push(...entries.flatMap(({ id, message }) => parse(NewsCopy, message.news ?? "", `log entry ${id}`) ?? []));
        if (entries.length < LOG_PIECE) break;
      }
      return all;
    },
    listing: async (game) => {
      const text = await redis.attempt("listing", () => client.get(`${PREFIX}listing:${game}`));
      return parse(ListingCopy, text, `listing of ${game}`) ?? memory.listing(game);
    },
    list: async (game, listing) => {
      await memory.list(game, listing);
      await redis.attempt("list", () =>
        client.set(`${PREFIX}listing:${game}`, JSON.stringify(listing), { EX: FORGET_MS / 1000 }),
      );
      const live = new Set(listing.streams.map(({ login }) => login));
      for (const key of [`${PREFIX}hints:${game}`, `${PREFIX}sampled:${game}`]) {
        const known = (await redis.attempt("prune", () => client.hKeys(key))) ?? [];
        const gone = known.filter((login) => !live.has(login));
        if (gone.length > 0) await redis.attempt("prune", () => client.hDel(key, gone));
      }
    },
    budget: async (game, at) => {
      const own = await memory.budget(game, at);
      const found = await redis.attempt("budget", () => client.hGetAll(`${PREFIX}sampled:${game}`));
      const sampled = new Map(own.sampled);
      for (const [login, text] of Object.entries(found ?? {})) {
        if (/^\d{1,16}$/.test(text)) sampled.set(login, Math.max(Number(text), sampled.get(login) ?? 0));
        else skip(`sample time in ${game}`);
      }
      // How much the shared bucket holds turns out at the claim, which takes and tells in one step.
      return { tokens: own.tokens, sampled };
    },
    claim: async (game, logins, at) => {
      const own = await memory.claim(game, logins, at);
      if (own.length === 0) return [];
      const granted = await redis.attempt("claim", () =>
        client.eval(CLAIM, {
          keys: [`${PREFIX}sampled:${game}`, BUCKET],
          arguments: [String(at), String(schedule.perMinute), ...own],
        }),
      );
      return Array.isArray(granted) ? own.filter((login) => granted.includes(login)) : own;
    },
    release: async (game, login) => {
      await memory.release(game, login);
      await redis.attempt("release", () =>
        client.multi().hDel(`${PREFIX}sampled:${game}`, login).hIncrByFloat(BUCKET, "tokens", 1).exec(),
      );
    },
    hints: async (game, logins) => {
      const hints = new Map(await memory.hints(game, logins));
      if (logins.length === 0) return hints;
      const found = await redis.attempt("hints", () => client.hmGet(`${PREFIX}hints:${game}`, [...logins]));
      for (const [i, hint] of (found ?? []).entries()) {
        const login = logins[i];
        if (login === undefined || typeof hint !== "string") continue;
        if (hint.length <= 4096 && /^https?:\/\//.test(hint)) hints.set(login, hint);
        else skip(`playback hint in ${game}`);
      }
      return hints;
    },
    keepHint: async (game, login, hint) => {
      if ((await memory.hints(game, [login])).get(login) === hint) return;
      await memory.keepHint(game, login, hint);
      const key = `${PREFIX}hints:${game}`;
      await redis.attempt("hint", () => client.multi().hSet(key, login, hint).expire(key, HINT_SECONDS).exec());
    },
    lastViewer: async (game) => {
      const at = (await redis.attempt("viewers", () => client.zScore(VIEWERS, game))) ?? 0;
      const own = await memory.lastViewer(game);
      if (at <= now() + CLOCKS_MS) return Math.max(at, own);
      // A viewer from the future would keep every poller awake for good, and GT would let no real one take the place.
      skip(`last viewer of ${game}`);
      await redis.attempt("viewers", () => client.zRem(VIEWERS, game));
      return own;
    },
    viewer: async (game, at) => {
      await memory.viewer(game, at);
      // GT: a poller that is late never takes a newer viewer away.
      await redis.attempt("viewer", () => client.zAdd(VIEWERS, { score: at, value: game }, { comparison: "GT" }));
    },
    problem: redis.problem,
    close: async () => {
      redis.close();
    },
  };
}
