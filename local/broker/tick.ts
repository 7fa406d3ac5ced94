/** PingSources: an event on a cron schedule, as Knative's adapter sends it (pkg/adapter/mtping/runner.go). */
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Cron } from "croner";
import { tick as tickEvent } from "../../functions/contracts/events.ts";
import type { Log } from "../../functions/runtime/log.ts";
import type { Accept } from "./ingress.ts";
import type { BrokerEvent } from "./wire.ts";
import type { TickSpec } from "./wiring.ts";

/** The adapter waits a random part of this before each tick, so that not all sources fire at once. */
const JITTER_MS = 500;
const RETRIES = 5;
const FIRST_RETRY_MS = 50;

export function startTicks(options: { ticks: TickSpec[]; namespace: string; accept: Accept; log: Log }): {
  stop(): void;
} {
  const { ticks, namespace, accept, log } = options;
  const stopped = new AbortController();
  const fire = async (spec: TickSpec) => {
    await sleep(randomInt(JITTER_MS), undefined, { signal: stopped.signal });
    const event = makeTick(spec, namespace, randomUUID(), new Date());
    let status = await accept(spec.broker, event);
    for (let n = 0; status >= 300 && n < RETRIES; n++) {
      await sleep(FIRST_RETRY_MS * 2 ** n, undefined, { signal: stopped.signal });
      status = await accept(spec.broker, event);
    }
    if (status >= 300) log.warn({ source: spec.name, status }, "a tick is lost");
  };
  // Ticks may overlap, as they do in Knative.
  const jobs = ticks.map(
    (spec) =>
      new Cron(spec.schedule, { timezone: spec.timezone }, () => {
        fire(spec).catch(() => {}); // Rejects only when stopped while waiting.
      }),
  );
  return {
    stop: () => {
      for (const job of jobs) job.stop();
      stopped.abort();
    },
  };
}

export function makeTick(spec: TickSpec, namespace: string, id: string, now: Date): BrokerEvent {
  return {
    attributes: {
      specversion: "1.0",
      id,
      source: `/apis/v1/namespaces/${namespace}/pingsources/${spec.name}`,
      type: tickEvent.type,
      time: now.toISOString(),
      ...spec.extensions,
    },
    contentType: spec.contentType,
    body: spec.body,
  };
}
