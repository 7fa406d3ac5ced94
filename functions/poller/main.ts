/** Wiring. The only place that reads the environment. */

import { createEmit } from "../runtime/emit.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { runMain } from "../runtime/process.ts";
import { serve } from "../runtime/serve.ts";
import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { SCHEDULE } from "./schedule.ts";
import { createMemoryStore } from "./store.ts";
import { createRedisStore } from "./store-redis.ts";
import { createTwitch } from "./twitch.ts";

const NAME = "poller";
const now = Date.now;

runMain(
  NAME,
  () => parseConfig(process.env),
  async (config, log) => {
    const metrics = createMetrics(NAME);
    const schedule = { ...SCHEDULE, perMinute: config.samplesPerMinute };
    const emit = createEmit(config.emit);
    const twitch = createTwitch({ config: config.twitch, now, log });
    const app = await createApp({
      ...config,
      listStreams: twitch.listStreams,
      emit,
      createStore: (pollerMetrics) =>
        config.redisUrl === undefined
          ? createMemoryStore(schedule)
          : createRedisStore({ redisUrl: config.redisUrl, schedule, now, log, metrics: pollerMetrics }),
      fetch,
      now,
      log,
      metrics,
    });
    return serve({
      name: NAME,
      port: config.port,
      log,
      metrics,
      ...app,
      close: async () => {
        await app.close?.();
        await emit.close();
      },
    });
  },
);
