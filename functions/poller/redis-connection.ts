/** A connection to Redis that may go away and come back while the poller works on. */
import { createClient } from "redis";
import { errorFields, type Log } from "../runtime/log.ts";
import type { PollerMetrics } from "./poller-metrics.ts";

/** Redis answers in well under a millisecond; what takes longer than this is not worth a viewer's wait, ms. */
const COMMAND_MS = 1_000;
/** After a failure nothing is asked for this long, so that a hanging Redis does not slow every reading down, ms. */
const REST_MS = 1_000;
/** A start waits at most this long for Redis, ms. */
const CONNECT_MS = 3_000;

export interface ConnectionDeps {
  redisUrl: string;
  now: () => number;
  log: Log;
  metrics: Pick<PollerMetrics, "storeUp" | "storeErrors">;
}

export async function connectRedis({ redisUrl, now, log, metrics }: ConnectionDeps) {
  const client = createClient({
    url: redisUrl,
    // Commands for a Redis that is away fail at once instead of piling up.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    pingInterval: 10_000,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(2_000, 50 * 2 ** Math.min(retries, 6)),
    },
  });
  let awaySince: number | undefined;
  let restUntil = 0;
  const away = (error: unknown) => {
    metrics.storeUp.set(0);
    restUntil = now() + REST_MS;
    if (awaySince !== undefined) return;
    awaySince = now();
    log.warn(errorFields(error), "Redis does not answer: serving from memory");
  };
  const back = () => {
    metrics.storeUp.set(1);
    if (awaySince === undefined) return;
    awaySince = undefined;
    log.info({}, "Redis is back");
  };
  client.on("error", away);
  client.on("ready", () => {
    restUntil = 0;
  });

  const connected = client.connect().then(
    () => true,
    (error: unknown) => {
      away(error);
      return false;
    },
  );
  await within(CONNECT_MS, connected).catch(away);

  return {
    client,
    problem: () =>
      awaySince === undefined ? undefined : `Redis has been away since ${new Date(awaySince).toISOString()}`,
    /** The command's result, or undefined: Redis is away, slow, or holds something else under that key. */
    async attempt<T>(operation: string, command: () => Promise<T>): Promise<T | undefined> {
      if (now() < restUntil) return undefined;
      try {
        const result = await within(COMMAND_MS, command());
        back();
        return result;
      } catch (error) {
        metrics.storeErrors.inc({ operation });
        // An answer that is an error (a foreign value under our key) concerns one command; Redis itself is there.
        if (error instanceof Error && /^(WRONGTYPE|ERR )/.test(error.message)) {
          log.warn({ operation, ...errorFields(error) }, "Redis refused a command");
        } else away(error);
        return undefined;
      }
    },
    close: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
