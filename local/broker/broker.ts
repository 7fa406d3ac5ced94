/**
 * A Knative Broker on one machine, in memory like Knative's default one: it takes an event and delivers it to every
 * Trigger that wants it. The rules are those of MTChannelBasedBroker 1.23; test/broker-rules holds both to one table.
 *
 * Unlike Knative it has bounds: a full queue answers 503 with Retry-After instead of growing until memory ends.
 */
import { setMaxListeners } from "node:events";
import { Agent } from "undici";
import { createGate } from "../../functions/runtime/gate.ts";
import { errorFields, type Log } from "../../functions/runtime/log.ts";
import { nameOf, resolveAddresses, written } from "./addresses.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { wants } from "./filter.ts";
import { type Accept, startIngress } from "./ingress.ts";
import { send } from "./send.ts";
import { startTicks } from "./tick.ts";
import { type BrokerEvent, filterView, problemOf } from "./wire.ts";
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
  limits?: Limits;
}

export interface Limits {
  /** Deliveries not finished yet, waiting retries included. */
  pending: number;
  /** Bytes of the data they hold. */
  pendingBytes: number;
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
/** A round is one event per stream, so this is many rounds. */
const LIMITS: Limits = { pending: 4096, pendingBytes: 64 * 1024 * 1024 };
/** Requests at a time to a Service without a containerConcurrency. */
const UNLIMITED = 64;

export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { wiring, log, namespace = "default", limits = LIMITS } = options;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // One listener per delivery: many at once are no leak.
  let origin = "";
  const urlOf = (broker: string) => `${origin}/${namespace}/${broker}`;
  const asynchronous = new Set(wiring.brokers.flatMap(({ name, async }) => (async ? [name] : [])));
  const deliverTo = createDelivering(options, { namespace, signal: stopping.signal, urlOf });

  const pending = new Set<Promise<boolean>>();
  let pendingBytes = 0;
  /** Resolves to whether the event arrived, at the subscriber or at the dead letter sink. */
  const start = (trigger: TriggerSpec, event: BrokerEvent, ttl: number): Promise<boolean> => {
    pendingBytes += event.body.byteLength;
    const task = deliverTo(trigger, event, ttl, accept)
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

  const accept: Accept = async (broker, given) => {
    if (problemOf(given)) return 400;
    const { knativebrokerttl, ...attributes } = given.attributes;
    const ttl = /^\d{1,9}$/.test(knativebrokerttl ?? "") ? Number(knativebrokerttl) - 1 : MAX_TTL;
    if (ttl <= 0) return 400;
    if (pending.size >= limits.pending || pendingBytes >= limits.pendingBytes || stopping.signal.aborted) return 503;
    const event = { ...given, attributes: { ...attributes, knativearrivaltime: new Date().toISOString() } };
    const view = filterView(event);
    const mine = wiring.triggers.filter((trigger) => trigger.broker === broker && wants(trigger, view));
    const deliveries = mine.map((trigger) => start(trigger, event, ttl));
    if (asynchronous.has(broker)) return 202;
    return (await Promise.all(deliveries)).every(Boolean) ? 202 : 500;
  };

  const brokers = new Set(wiring.brokers.map(({ name }) => name));
  const ingress = await startIngress({ port: options.port, namespace, brokers, accept, log });
  origin = `http://127.0.0.1:${ingress.port}`;
  let ticks: { stop(): void } | undefined;
  const startClock = () => {
    if (!stopping.signal.aborted) ticks = startTicks({ ticks: wiring.ticks, namespace, accept, log });
  };
  if (options.ticksAfter !== undefined) options.ticksAfter.then(startClock, () => {});
  else startClock();

  return {
    port: ingress.port,
    url: urlOf(wiring.brokers[0]?.name ?? "default"),
    urlOf,
    stop: async () => {
      ticks?.stop();
      stopping.abort(new Error("the broker stops"));
      await Promise.all([ingress.stop(), ...pending]);
      await deliverTo.close();
    },
  };
}

interface Surroundings {
  namespace: string;
  signal: AbortSignal;
  urlOf: (broker: string) => string;
}

/** Delivers one event to one Trigger, holding each Service to its containerConcurrency, and reports what became of it. */
function createDelivering({ wiring, addressOf, log, onDelivery }: BrokerOptions, around: Surroundings) {
  const { namespace, signal, urlOf } = around;
  const addresses = resolveAddresses(wiring, addressOf);
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  // Whoever finds no place waits in line, as in front of a pod; how many can wait, `limits` says.
  const line = (width: number) => createGate({ width, queue: Number.POSITIVE_INFINITY });
  const places = new Map(
    wiring.services.map(({ name, concurrency }) => [name, line(concurrency || UNLIMITED)] as const),
  );
  const elsewhere = line(UNLIMITED);

  const run = async (trigger: TriggerSpec, event: BrokerEvent, ttl: number, accept: Accept): Promise<boolean> => {
    const { subscriber, deadLetterSink, delivery: settings } = trigger;
    const attempt = (to: Destination, what: BrokerEvent, wantsReply: boolean) => {
      const place = ("service" in to && places.get(to.service)) || elsewhere;
      const { timeoutMs } = settings;
      return place(() => send(addresses(to), { event: what, timeoutMs, wantsReply, namespace, dispatcher, signal }));
    };
    const withTtl = (one: BrokerEvent): BrokerEvent => ({
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
      // Knative's channel calls the sink itself, so nobody takes the Broker's own attribute off.
      toDeadLetterSink: deadLetterSink && ((dead) => attempt(deadLetterSink, withTtl(dead), false)),
      accept: (reply) => accept(trigger.broker, reply),
      subscriberUrl: written(addresses(subscriber)),
      brokerUrl: urlOf(trigger.broker),
    });
    if (signal.aborted) return false;
    const { type = "", subject } = event.attributes;
    const fact: Delivery = {
      type,
      subject: subject === undefined ? undefined : printable(subject),
      trigger: trigger.name,
      subscriber: nameOf(subscriber),
      ms: performance.now() - started,
      ...result,
    };
    if (fact.outcome === "lost") log.warn(fact, "an event is lost: no dead letter sink took it");
    onDelivery?.(fact, event);
    return arrived;
  };
  return Object.assign(run, { close: () => dispatcher.destroy() });
}

/** Events are strangers: nothing in them moves a terminal's cursor. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, "?");
}
