/** Puts the poller together from its parts. Everything it reaches outside is handed in, so that tests run it whole. */
import { setTimeout as sleep } from "node:timers/promises";
import { contracts, type StreamFound, tick } from "../contracts/events.ts";
import type { Game } from "../contracts/games.ts";
import { errorFields, type Log } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { FunctionOptions } from "../runtime/serve.ts";
import { createTakeAnswer } from "./answers.ts";
import { createCatchUp } from "./catch-up.ts";
import { createDeadLetters } from "./deadletters.ts";
import { createDemand } from "./demand.ts";
import { isShown } from "./documents.ts";
import { createGameBoard, type GameBoard, type StreamInfo } from "./game-board.ts";
import { createSubscriptions } from "./handler.ts";
import { copyFromPeer } from "./peer.ts";
import { createPollerMetrics, type PollerMetrics } from "./poller-metrics.ts";
import { createRound } from "./round.ts";
import { createRoutes } from "./routes.ts";
import type { Store } from "./store.ts";
import { createWaking } from "./waking.ts";

export interface AppDeps {
  games: readonly Game[];
  streamUrl: string;
  idleAfterMs: number;
  alwaysOn: boolean;
  peerUrl: string | undefined;
  listStreams: (game: Game) => Promise<StreamInfo[]>;
  emit: (event: StreamFound) => Promise<void>;
  createStore: (metrics: PollerMetrics) => Store | Promise<Store>;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
  metrics: Metrics;
}

/** Other pollers hear of viewers this often at most, ms: far below any IDLE_AFTER worth setting. */
const TELL_VIEWER_MS = 5_000;

/** A reading another poller took is on our board within this, ms. */
const FOLLOW_OTHERS_MS = 1_000;

export type App = Pick<FunctionOptions, "subscriptions" | "routes" | "onDeadLetter" | "degraded" | "close">;

export async function createApp(deps: AppDeps): Promise<App> {
  const { now, log } = deps;
  const metrics = createPollerMetrics(deps.metrics);
  const boards = new Map(deps.games.map((game) => [game.id, createGameBoard(game)]));
  const demand = createDemand({ idleAfterMs: deps.idleAfterMs, alwaysOn: deps.alwaysOn, now });
  const store = await deps.createStore(metrics);
  const catchUp = createCatchUp({ boards, demand, store, now });
  /** Asks the director again, and tells the other pollers when it chose another stream. */
  const lead = async (board: GameBoard) => {
    const game = board.game.id;
    const changed = board.lead(now());
    describe(metrics, board, demand.watched(game), now());
    const leadership = board.leadership();
    if (!changed || !leadership) return;
    metrics.switches.inc({ game });
    log.info({ game, leader: leadership.login, reason: leadership.reason }, "another leader");
    await store.tell({ game, leadership });
  };
  /** Games whose list does not come, and since when. */
  const unlisted = new Map<string, string>();
  const onList = (game: string, came: boolean) => {
    metrics.listUp.set({ game }, came ? 1 : 0);
    if (came) unlisted.delete(game);
    else if (!unlisted.has(game)) unlisted.set(game, new Date(now()).toISOString());
  };
  const round = createRound({ ...deps, boards, demand, store, catchUp, lead, onList, metrics });
  const waking = createWaking({ boards, demand, round, sleep: (ms) => sleep(ms, undefined, { ref: false }), log });
  const deadLetters = createDeadLetters({
    now,
    onLetter: ({ type, code }) => metrics.deadLetters.inc({ type: knownType(type), code: knownCode(code) }),
  });
  const told = new Map<string, number>();
  const onViewer = (game: string, woke: boolean) => {
    if (woke || now() - (told.get(game) ?? 0) >= TELL_VIEWER_MS) {
      told.set(game, now());
      void store.viewer(game, now());
    }
    if (woke) waking.wake(game);
  };

  await catchUp();
  const following = store.shared ? followOthers(catchUp, log) : undefined;
  if (deps.peerUrl) await copyFromPeer({ ...deps, peerUrl: deps.peerUrl, boards });
  return {
    subscriptions: createSubscriptions({
      round: async (cause) => {
        await round(cause);
        metrics.storeUp.set(store.problem() === undefined ? 1 : 0);
      },
      takeAnswer: createTakeAnswer({ boards, store, catchUp, lead, now, metrics }),
    }),
    routes: createRoutes({
      boards,
      demand,
      onViewer,
      lead: (board) => void lead(board),
      deadLetters: deadLetters.list,
      onAnswer: (path, status) => metrics.requests.inc({ path, status: String(status) }),
      streamUrl: deps.streamUrl,
      now,
    }),
    onDeadLetter: deadLetters.take,
    degraded: () =>
      store.problem() ?? [...unlisted].map(([game, since]) => `Twitch has given no list of ${game} since ${since}`)[0],
    close: async () => {
      waking.stop();
      await following?.();
      await store.close();
    },
  };
}

/** Dead letters may say anything; a metric's labels may not. */
function knownType(type: string): string {
  return type === tick.type || contracts.some((contract) => contract.type === type) ? type : "other";
}

function knownCode(code: string): string {
  return /^(?:-1|[1-5]\d\d)$/.test(code) ? code : "other";
}

/** Keeps up with the other pollers between ticks. Returns how to stop. */
function followOthers(catchUp: () => Promise<void>, log: Log): () => Promise<void> {
  let turn: Promise<void> | undefined;
  const timer = setInterval(() => {
    // One at a time: a slow Redis must not gather a queue.
    turn ??= catchUp()
      .catch((error: unknown) => log.error(errorFields(error), "could not follow the other pollers"))
      .finally(() => {
        turn = undefined;
      });
  }, FOLLOW_OTHERS_MS);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}

/** What `task status` reads. */
function describe(metrics: PollerMetrics, board: GameBoard, watched: boolean, now: number): void {
  const game = board.game.id;
  const leadership = board.leadership();
  const leader = leadership && board.streams.get(leadership.login)?.track;
  metrics.streams.set({ game }, board.streams.size);
  metrics.matches.set({ game }, [...board.streams.values()].filter(({ track }) => isShown(track, now)).length);
  metrics.leaderAlive.set({ game }, leadership?.phase === "match" ? (leader?.count ?? -1) : -1);
  metrics.leaderAge.set({ game }, leader ? Math.max(0, now - leader.at) / 1000 : -1);
  metrics.watched.set({ game }, watched ? 1 : 0);
}
