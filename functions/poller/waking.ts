/** The first viewer after a quiet time. Who waits for the next tick waits for nothing, so the poller looks around at once. */
import { errorFields, type Log } from "../runtime/log.ts";
import type { Demand } from "./demand.ts";
import type { GameBoard } from "./game-board.ts";
import type { Cause } from "./round.ts";
import { SCHEDULE } from "./schedule.ts";

export interface WakingDeps {
  boards: ReadonlyMap<string, GameBoard>;
  demand: Pick<Demand, "watched">;
  round: (cause: Cause) => Promise<void>;
  sleep: (ms: number) => Promise<unknown>;
  log: Log;
}

/** Looks before the ticks alone go on. */
const LOOKS = 3;
/** The next look comes as soon as a stream may be asked again: a count that fell far is believed when it is seen twice. */
const AGAIN_MS = SCHEDULE.leastMs + 100;

export function createWaking({ boards, demand, round, sleep, log }: WakingDeps) {
  /** The newest waking of each game: an older one ends. */
  const latest = new Map<string, symbol>();
  const lookAround = async (game: string, turn: symbol) => {
    for (let look = 1; look <= LOOKS; look++) {
      await round(look === 1 ? { woken: game } : {}).catch((error: unknown) =>
        log.warn({ game, ...errorFields(error) }, "the first looks failed"),
      );
      await sleep(AGAIN_MS);
      if (latest.get(game) !== turn || !demand.watched(game) || boards.get(game)?.leadership()) return;
    }
  };
  return {
    /** Looks until there is a leader, a few times at most. */
    wake(game: string): void {
      const turn = Symbol(game);
      latest.set(game, turn);
      log.info({ game }, "the first viewer: looking around");
      void lookAround(game, turn);
    },
    stop: () => latest.clear(),
  };
}
