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

/** Lists are large and slow to change: read this often, ms. */
const LISTING_MS = 5_000;

export function createCatchUp({ boards, demand, store, now }: CatchUpDeps): () => Promise<void> {
  let listed = Number.NEGATIVE_INFINITY;
  const readLists = async () => {
    listed = now();
    for (const [id, board] of boards) {
      const listing = await store.listing(id);
      if (listing) board.list(listing.streams, Math.min(listing.at, now()));
    }
  };
  return async () => {
    for (const id of boards.keys()) demand.learn(id, await store.lastViewer(id));
    const all = await store.news();
    // A reading of a stream that only another poller's list has must not be lost to us.
    const unknown = all.some((news) => "login" in news && boards.get(news.game)?.streams.has(news.login) === false);
    if (unknown || now() - listed >= LISTING_MS || now() < listed) await readLists();
    for (const news of all) {
      const board = boards.get(news.game);
      if ("leadership" in news) board?.follow(news.leadership, now());
      else board?.observe(news.login, news.observation, Math.min(news.arrivedAt, now()));
    }
  };
}
