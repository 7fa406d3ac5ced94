/** A function as a process of its own: its handler waits for as long as the event's title says, then replies or fails. */
import { setTimeout as sleep } from "node:timers/promises";
import { frameMissed, streamFound } from "../../functions/contracts/events.ts";
import { type Env, integer } from "../../functions/runtime/config.ts";
import { createMetrics } from "../../functions/runtime/metrics.ts";
import { parseProcess, runMain } from "../../functions/runtime/process.ts";
import { on, serve } from "../../functions/runtime/serve.ts";

const parse = (env: Env) => ({
  ...parseProcess(env, 0),
  logLevel: "debug" as const,
  drainMs: integer(env, "DRAIN_MS", 10_000, 1, 60_000),
});

runMain(
  "slow",
  () => parse(process.env),
  async ({ port, drainMs }, log) => {
    return serve({
      name: "slow",
      port,
      log,
      drainMs,
      metrics: createMetrics("slow"),
      subscriptions: [
        on(streamFound, async ({ subject, data, attributes }, { signal }) => {
          signal.addEventListener("abort", () => log.info({ subject }, "aborted"));
          log.info({ subject }, "started");
          await sleep(Number(data.title));
          // A handler that logs what it should not: the log must leave it out.
          log.info({ playbackHint: data.playbackHint, event: { data } }, "handled");
          if (data.game === "broken") throw new Error(`cannot open ${data.playbackHint}`);
          const { roundid, traceparent, deadline } = attributes;
          const frametime = "2026-01-02T03:04:05Z";
          return frameMissed.create({
            id: `missed-${subject}`,
            subject,
            time: frametime,
            attributes: { roundid, traceparent, deadline, frametime, game: data.game },
            data: { reason: "offline" },
          });
        }),
      ],
      close: async () => log.info({}, "closed"),
    });
  },
);
