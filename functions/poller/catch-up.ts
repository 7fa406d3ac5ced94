/** Brings in what other pollers learnt: their lists, readings, choices and viewers. */
import type { Demand } from "./demand.ts";
import type { GameBoard } from "./game-board.ts";
import type { Store } from "./store.ts";

export interface CatchUpDeps {
  boards: ReadonlyMap<string, GameBoard>;
  demand: Demand;
  store: Store;
  now: () => number;
}

export function createCatchUp({ boards, demand, store, now }: CatchUpDeps): () => Promise<void> {
  return async () => {
    for (const [id, board] of boards) {
      demand.learn(id, await store.lastViewer(id));
      const listing = await store.listing(id);
      if (listing) board.list(listing.streams, Math.min(listing.at, now()));
    }
    for (const news of await store.news()) {
      const board = boards.get(news.game);
      if ("leadership" in news) board?.follow(news.leadership);
      else board?.observe(news.login, news.observation, now());
    }
  };
}
