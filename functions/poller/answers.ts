/** Readings and misses, as they arrive, become observations on the board. */
import { type CountRead, type FrameMissed, frameMissed } from "../contracts/events.ts";
import type { Observation, ObservationKind } from "./board-observations.ts";
import type { GameBoard, Refusal } from "./game-board.ts";
import type { PollerMetrics } from "./poller-metrics.ts";
import type { Store } from "./store.ts";

export interface AnswerDeps {
  boards: ReadonlyMap<string, GameBoard>;
  store: Store;
  /** Brings in what other pollers learnt: a stream that only they listed. */
  catchUp: () => Promise<void>;
  /** Asks the director again. */
  lead: (board: GameBoard) => Promise<void>;
  now: () => number;
  metrics: PollerMetrics;
}

export function createTakeAnswer(deps: AnswerDeps): (event: CountRead | FrameMissed) => Promise<void> {
  const { boards, store, now, metrics } = deps;
  return async (event) => {
    const { game, playbackhint } = event.attributes;
    const login = event.subject;
    const board = boards.get(game);
    if (!board) {
      metrics.refused.inc({ rule: "unknown-game" satisfies Refusal });
      return;
    }
    const observation = observe(event);
    count(metrics, event, observation);
    if (!board.streams.has(login)) await deps.catchUp();
    const at = now();
    const refusal = board.observe(login, observation, at);
    if (refusal) {
      metrics.refused.inc({ rule: refusal });
      return;
    }
    if (observation.count !== undefined) metrics.readingAge.observe({ game }, Math.max(0, at - observation.at) / 1000);
    await store.tell({ game, login, observation, arrivedAt: at });
    await deps.lead(board);
    if (playbackhint !== undefined) await store.keepHint(game, login, playbackhint);
  };
}

/** What an event says, as the board counts it. */
export function observe(event: CountRead | FrameMissed): Observation {
  const at = Date.parse(event.attributes.frametime);
  if (event.type === frameMissed.type) {
    const { reason, retryAfterSeconds } = event.data;
    if (reason === "ad")
      return { at, kind: "ad", ...(retryAfterSeconds !== undefined && { until: at + retryAfterSeconds * 1000 }) };
    if (reason === "geoblocked" || reason === "restricted") return { at, kind: "barred" };
    return { at, kind: reason === "offline" ? "offline" : "missed" };
  }
  const { data } = event;
  if (data.ok) return { at, kind: data.phase, count: data.alive, confidence: data.confidence };
  const kinds: Record<typeof data.reason, ObservationKind> = {
    "no-counter": "none",
    "match-over": "over",
    unreadable: "unread",
    unsure: "unread",
    "out-of-range": "unread",
  };
  return { at, kind: kinds[data.reason] };
}

function count(metrics: PollerMetrics, event: CountRead | FrameMissed, { kind }: Observation): void {
  const { game } = event.attributes;
  metrics.answers.inc({ game, kind });
  if (event.type === frameMissed.type) metrics.missed.inc({ game, reason: event.data.reason });
  else if (!event.data.ok) metrics.unread.inc({ game, reason: event.data.reason });
}
