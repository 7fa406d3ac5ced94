/** One look around: list the live streams, decide which are due, send one stream.found for each. */
import { randomBytes } from "node:crypto";
import { type StreamFound, streamFound } from "../contracts/events.ts";
import type { Game } from "../contracts/games.ts";
import { errorFields, type Log } from "../runtime/log.ts";
import { Unavailable } from "../runtime/outcome.ts";
import { childTrace, newTrace } from "../runtime/trace.ts";
import type { Demand } from "./demand.ts";
import type { GameBoard, StreamInfo } from "./game-board.ts";
import type { PollerMetrics } from "./poller-metrics.ts";
import { pick } from "./schedule.ts";
import type { Store } from "./store.ts";

export interface RoundDeps {
  boards: ReadonlyMap<string, GameBoard>;
  listStreams: (game: Game) => Promise<StreamInfo[]>;
  store: Store;
  demand: Demand;
  /** Brings in what other pollers learnt. */
  catchUp: () => Promise<void>;
  /** Asks the director again: time alone makes readings stale. */
  lead: (board: GameBoard) => Promise<void>;
  emit: (event: StreamFound) => Promise<void>;
  /** Whether the list of a game's live streams came. */
  onList: (game: string, came: boolean) => void;
  now: () => number;
  log: Log;
  metrics: PollerMetrics;
}

export interface Cause {
  /** The tick's event id: a tick delivered twice makes the same events twice, and they are known as duplicates. */
  id?: string;
  traceparent?: string;
  /** A game whose first viewer after a quiet time waits: everything is looked at anew. */
  woken?: string;
}

/**
 * A list of live streams is good for this long, ms. A stream that just started is worth finding soon; a list of 100 costs one or two
 * of the 800 requests a minute that Twitch allows.
 */
const LIST_MS = 15_000;
/** After a list that failed the next attempt waits, ms. The old list serves on. */
const LIST_RETRY_MS = 10_000;
/** An event older than this is dropped unread: its picture could lead nobody any more (a leader's reading is <= 30 s old). */
const DEADLINE_MS = 30_000;

export function createRound(deps: RoundDeps): (cause?: Cause) => Promise<void> {
  const { boards, demand } = deps;
  const fresh = createListing(deps);
  const woken = new Set<string>();
  const once = async (cause: Cause) => {
    await deps.catchUp();
    const watched = [...boards.values()].filter(({ game }) => demand.watched(game.id));
    let failed = 0;
    for (const [i, board] of watched.entries()) {
      await fresh(board);
      const shares = watched.length - i;
      failed += await sample(deps, board, { shares, anew: woken.delete(board.game.id), cause });
    }
    for (const board of boards.values()) await deps.lead(board);
    // The next tick would look at them again, but a Broker that retries this one is sooner.
    if (failed > 0) throw new Unavailable(`${failed} streams could not be sent to the Broker`);
  };
  // One at a time: a tick that comes while a round is under way ends with it.
  let running: Promise<void> | undefined;
  return (cause = {}) => {
    if (cause.woken !== undefined) woken.add(cause.woken);
    running ??= once(cause).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Keeps each board's list fresh: from another poller if that has one, else from Twitch. A list that fails is no end. */
function createListing({ listStreams, store, onList, now, log }: RoundDeps): (board: GameBoard) => Promise<void> {
  const next = new Map<string, number>();
  return async (board) => {
    const { game } = board;
    const wait = (next.get(game.id) ?? 0) - now();
    if (wait > 0 && wait <= LIST_MS) return; // longer: our clock was set back
    try {
      const known = await store.listing(game.id);
      const usable = known && known.at <= now() && now() - known.at < LIST_MS;
      const listing = usable ? known : { at: now(), streams: await listStreams(game) };
      if (!usable) await store.list(game.id, listing);
      board.list(listing.streams, listing.at);
      next.set(game.id, listing.at + LIST_MS);
      onList(game.id, true);
    } catch (error) {
      next.set(game.id, now() + LIST_RETRY_MS);
      onList(game.id, false);
      log.warn({ game: game.id, ...errorFields(error) }, "no list of live streams: going on with the last one");
    }
  };
}

/** Sends one stream.found per due stream. Returns how many could not be sent. */
async function sample(
  deps: RoundDeps,
  board: GameBoard,
  { shares, anew, cause }: { shares: number; anew: boolean; cause: Cause },
): Promise<number> {
  const { store, now, log, metrics } = deps;
  const { game } = board;
  const at = now();
  const { tokens, sampled } = await store.budget(game.id, at);
  for (const [login, time] of sampled) board.sampled(login, time);
  const leader = board.leadership()?.login;
  const due = pick(board.watched(at), { now: at, leader, limit: Math.floor(tokens / shares), anew });
  const ours = await store.claim(game.id, due, at);
  const hints = await store.hints(game.id, ours);
  const roundid = cause.id ?? `${at.toString(36)}-${randomBytes(4).toString("hex")}`;
  const trace = cause.traceparent ?? newTrace();
  const deadline = new Date(at + DEADLINE_MS).toISOString();

  const results = await Promise.allSettled(
    ours.map(async (login) => {
      const info = board.streams.get(login)?.info;
      if (!info) return;
      board.sampled(login, at);
      const { displayName, title, viewers, language, startedAt } = info;
      const hint = hints.get(login);
      const data = { login, displayName, game: game.id, title, viewers, language, startedAt };
      const event = streamFound.create({
        id: `${roundid}.${game.id}.${login}`,
        subject: login,
        time: new Date(at).toISOString(),
        attributes: { roundid, traceparent: childTrace(trace), deadline },
        data: hint === undefined ? data : { ...data, playbackHint: hint },
      });
      try {
        await deps.emit(event);
        metrics.samples.inc({ game: game.id });
      } catch (error) {
        board.sampled(login, 0);
        await store.release(game.id, login);
        throw error;
      }
    }),
  );
  const failures = results.filter((result) => result.status === "rejected");
  if (failures[0])
    log.warn({ game: game.id, failed: failures.length, ...errorFields(failures[0].reason) }, "events not sent");
  log.debug({ game: game.id, roundid, sent: ours.length - failures.length }, "round");
  return failures.length;
}
