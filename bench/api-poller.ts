/** The process that `npm run bench:api` measures: a poller alone, with 100 streams, Twitch and the Broker left out. */
import { games } from "../functions/contracts/games.ts";
import { createApp } from "../functions/poller/app.ts";
import { createMemoryStore } from "../functions/poller/store.ts";
import { createLog } from "../functions/runtime/log.ts";
import { createMetrics } from "../functions/runtime/metrics.ts";
import { serve } from "../functions/runtime/serve.ts";

const STREAMS = 100;
const log = createLog("poller", "error");
const metrics = createMetrics("poller");
const app = await createApp({
  games: games.slice(0, 1),
  streamUrl: "https://player.twitch.tv/?channel={login}",
  idleAfterMs: 3_600_000,
  alwaysOn: false,
  peerUrl: undefined,
  listStreams: async () =>
    Array.from({ length: STREAMS }, (_, i) => ({
      login: `stream_${i}`,
      displayName: `Stream ${i}`,
      game: "pubg",
      // As long as titles are.
      title: `Road to the top ${i} | squads with friends | !commands !discord`,
      viewers: 10_000 - i,
      language: "en",
      startedAt: "2026-01-02T18:00:00Z",
    })),
  emit: async () => {},
  createStore: () => createMemoryStore(),
  fetch,
  now: Date.now,
  log,
  metrics,
});
const { port } = await serve({ name: "poller", port: 0, log, metrics, ...app });
process.stdout.write(`${port}\n`);
