/**
 * A Knative Broker on one machine, in memory like Knative's default one: it takes an event and delivers it to every
 * Trigger that wants it. The rules are those of MTChannelBasedBroker 1.23; test/broker-rules holds both to one table.
 *
 * Unlike Knative it has bounds: a full queue answers 503 with Retry-After instead of growing until memory ends.
 */
import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { errorFields, type Log } from "../../functions/runtime/log.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { wants } from "./filter.ts";
import { createLimit, type Limit } from "./limit.ts";
import { send } from "./send.ts";
import { startTicks } from "./tick.ts";
import { BadEvent, type BrokerEvent, filterView, problemOf, readMessage } from "./wire.ts";
import type { Destination, TriggerSpec, Wiring } from "./wiring.ts";

export type { Delivery } from "./deliver.ts";

export interface BrokerOptions {
  wiring: Wiring;
  /** Where a Knative Service of that name runs here. */
  addressOf: (serviceName: string) => URL | undefined;
  /** 0 for any free one. Only this machine can reach it. */
  port: number;
  log: Log;
  onDelivery?: (fact: Delivery, event: BrokerEvent) => void;
  /** The clock starts when this resolves: a tick before its subscriber listens would only be lost. Default: at once. */
  ticksAfter?: Promise<void>;
  /** Stands in addresses and in the tick's source. */
  namespace?: string;
}

export interface RunningBroker {
  port: number;
  /** Where events for the wiring's first Broker go: the K_SINK of this machine. */
  url: string;
  urlOf(broker: string): string;
  stop(): Promise<void>;
}

/** Times an event may come back as a reply before it is refused (Knative's default). */
const MAX_TTL = 255;
const MAX_EVENT_BYTES = 1024 * 1024;
/** Deliveries not finished yet, waiting retries included. A round is one event per stream, so this is many rounds. */
const MAX_PENDING = 4096;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Requests to one Service without a containerConcurrency. */
const UNLIMITED = 64;

export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { wiring, log, namespace = "default" } = options;
  const addresses = resolveAll(options);
  const limits = new Map<string, Limit>(
    wiring.services.map(({ name, concurrency }) => [name, createLimit(concurrency || UNLIMITED)]),
  );
  const unlimited = createLimit(UNLIMITED);
  const limitOf = (to: Destination) => ("service" in to && limits.get(to.service)) || unlimited;
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // One listener per delivery: many at once are no leak.
  const pending = new Set<Promise<boolean>>();
  let pendingBytes = 0;
  const asynchronous = new Set(wiring.brokers.flatMap(({ name, async }) => (async ? [name] : [])));
  const names = new Set(wiring.brokers.map(({ name }) => name));
  let origin = "";
  const urlOf = (broker: string) => `${origin}/${namespace}/${broker}`;

  /** What the ingress does with an event: a status, and the deliveries it set off. */
  const accept = async (broker: string, given: BrokerEvent): Promise<number> => {
    const problem = problemOf(given);
    if (problem) return 400;
    const { knativebrokerttl, ...attributes } = given.attributes;
    const ttl = /^\d{1,9}$/.test(knativebrokerttl ?? "") ? Number(knativebrokerttl) - 1 : MAX_TTL;
    if (ttl <= 0) return 400;
    if (pending.size >= MAX_PENDING || pendingBytes >= MAX_PENDING_BYTES || stopping.signal.aborted) return 503;
    attributes.knativearrivaltime = new Date().toISOString();
    const event = { ...given, attributes };
    const view = filterView(event);
    const mine = wiring.triggers.filter((trigger) => trigger.broker === broker && wants(trigger, view));
    const deliveries = mine.map((trigger) => start(trigger, event, ttl));
    if (asynchronous.has(broker)) return 202;
    return (await Promise.all(deliveries)).every(Boolean) ? 202 : 500;
  };

  /** Resolves to whether the event arrived, at the subscriber or at the dead letter sink. */
  const start = (trigger: TriggerSpec, event: BrokerEvent, ttl: number): Promise<boolean> => {
    pendingBytes += event.body.byteLength;
    const task = run(trigger, event, ttl)
      .catch((error: unknown) => {
        log.error({ trigger: trigger.name, ...errorFields(error) }, "a delivery broke");
        return false;
      })
      .finally(() => {
        pendingBytes -= event.body.byteLength;
        pending.delete(task);
      });
    pending.add(task);
    return task;
  };

  const run = async (trigger: TriggerSpec, event: BrokerEvent, ttl: number) => {
    const { signal } = stopping;
    const { subscriber, deadLetterSink, delivery: settings } = trigger;
    const attempt = (to: Destination, what: BrokerEvent, wantsReply: boolean) =>
      limitOf(to)(() =>
        send(addresses(to), { event: what, timeoutMs: settings.timeoutMs, wantsReply, namespace, dispatcher, signal }),
      );
    const withTtl = (one: BrokerEvent) => ({
      ...one,
      attributes: { ...one.attributes, knativebrokerttl: String(ttl) },
    });
    const started = performance.now();
    const { arrived, ...result } = await deliver({
      event,
      settings,
      signal,
      toSubscriber: async () => {
        const { attempt: made, reply } = await attempt(subscriber, event, true);
        return { attempt: made, reply: reply && withTtl(reply) };
      },
      // The channel calls the sink itself, so here nobody takes the Broker's own attribute off.
      toDeadLetterSink: deadLetterSink && ((dead) => attempt(deadLetterSink, withTtl(dead), false)),
      accept: (reply) => accept(trigger.broker, reply),
      subscriberUrl: written(addresses(subscriber)),
      brokerUrl: urlOf(trigger.broker),
    });
    if (signal.aborted) return false;
    const { type = "", subject } = event.attributes;
    const ms = performance.now() - started;
    const name = "service" in subscriber ? subscriber.service : subscriber.url;
    const fact = {
      type,
      subject: subject && printable(subject),
      trigger: trigger.name,
      subscriber: name,
      ms,
      ...result,
    };
    if (fact.outcome === "lost") log.warn(fact, "an event is lost: no dead letter sink took it");
    options.onDelivery?.(fact, event);
    return arrived;
  };

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 }, (request, response) => {
    ingress(request, names, namespace, accept).then(
      (status) => {
        if (status === 503) response.setHeader("retry-after", "1");
        if (status === 413) response.setHeader("connection", "close");
        response.setHeader("allow", "POST, OPTIONS");
        response.writeHead(status, { "content-length": "0" }).end();
      },
      (error: unknown) => broken(response, error, log),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port ${options.port} is in use: the broker needs it`) : error);
    });
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  let ticks: { stop(): void } | undefined;
  const startClock = () => {
    if (!stopping.signal.aborted) ticks = startTicks({ ticks: wiring.ticks, namespace, accept, log });
  };
  if (options.ticksAfter !== undefined) options.ticksAfter.then(startClock, () => {});
  else startClock();

  return {
    port,
    url: urlOf(wiring.brokers[0]?.name ?? "default"),
    urlOf,
    stop: async () => {
      ticks?.stop();
      stopping.abort(new Error("the broker stops"));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, ...pending]);
      await dispatcher.destroy();
    },
  };
}

/** The status for a request at the ingress, in the order in which Knative checks. */
async function ingress(
  request: IncomingMessage,
  brokers: Set<string>,
  namespace: string,
  accept: (broker: string, event: BrokerEvent) => Promise<number>,
): Promise<number> {
  const path = (request.url ?? "/").replace(/\/$/, "");
  if (request.method === "OPTIONS") return drained(request, 200);
  if (request.method !== "POST") return drained(request, 405);
  if (path === "") return drained(request, 404);
  const [, inNamespace, broker = "", ...rest] = path.split("/");
  if (!broker || rest.length > 0) return drained(request, 400);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_EVENT_BYTES) return 413;
    chunks.push(chunk);
  }
  let event: BrokerEvent | undefined;
  try {
    event = readMessage(request.headers, Buffer.concat(chunks));
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
  }
  if (!event || problemOf(event)) return 400;
  if (inNamespace !== namespace || !brokers.has(broker)) return 404;
  return accept(broker, event);
}

function drained(request: IncomingMessage, status: number): number {
  request.resume();
  return status;
}

/** The sender hung up in the middle of a request, or a defect. */
function broken(response: ServerResponse, error: unknown, log: Log): void {
  log.debug(errorFields(error), "a request at the ingress broke off");
  response.destroy();
}

/** Every address the wiring needs, looked up once: a Service nobody runs stops the start, not the first event. */
function resolveAll({ wiring, addressOf }: BrokerOptions): (to: Destination) => URL {
  const find = (to: Destination, trigger: string): URL => {
    if ("url" in to) return new URL(to.url);
    const base = addressOf(to.service);
    if (!base) throw new Error(`Trigger ${trigger} calls Service ${to.service}, which does not run here`);
    return new URL(to.path, base);
  };
  const known = new Map<Destination, URL>();
  for (const { name, subscriber, deadLetterSink } of wiring.triggers) {
    for (const to of [subscriber, deadLetterSink]) if (to) known.set(to, find(to, name));
  }
  return (to) => known.get(to) ?? find(to, "");
}

/** As Knative writes an address: without the slash of an empty path. */
function written(url: URL): string {
  return url.pathname === "/" && !url.search ? url.origin : url.href;
}

/** Events are strangers: nothing in them moves a terminal's cursor. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, "?");
}
