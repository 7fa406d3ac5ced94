/**
 * One event to one Trigger: attempts, back-off, the reply back into the Broker, the dead letter. The steps are those of
 * Knative's channel dispatcher (pkg/kncloudevents/event_dispatcher.go), which handles a reply the Broker refuses like a
 * subscriber that refuses the event.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Attempt,
  backoffMs,
  type DeliverySettings,
  deadLetterAttributes,
  retryDecision,
  statusOf,
} from "./delivery.ts";
import type { Sent } from "./send.ts";
import type { BrokerEvent } from "./wire.ts";

/** What became of one event at one Trigger. */
export interface Delivery {
  /** lost: failed, and there is no dead letter sink or it failed too. expired: its reply had been through too often. */
  outcome: "delivered" | "replied" | "dead-lettered" | "lost" | "expired";
  type: string;
  subject: string | undefined;
  trigger: string;
  /** Name of the Knative Service, or the address where there is no name. */
  subscriber: string;
  /** The last answer's status; undefined where there was no answer. */
  status: number | undefined;
  /** From the first attempt to the end, waiting included. */
  ms: number;
  attempts: number;
  /** Type of the event the subscriber replied with. */
  reply: string | undefined;
  /** Why it failed. */
  detail: string | undefined;
}

export interface Delivering {
  event: BrokerEvent;
  settings: DeliverySettings;
  /** One attempt at the subscriber. */
  toSubscriber: () => Promise<Sent>;
  /** One attempt at the dead letter sink, or undefined where there is none. */
  toDeadLetterSink: ((event: BrokerEvent) => Promise<Sent>) | undefined;
  /** Puts the reply into the Broker and says what its ingress answers. */
  accept: (reply: BrokerEvent) => Promise<number>;
  /** As they stand in knativeerrordest. */
  subscriberUrl: string;
  brokerUrl: string;
  signal: AbortSignal;
}

export interface Result extends Pick<Delivery, "outcome" | "status" | "attempts" | "reply" | "detail"> {
  /** Someone took the event: the subscriber or the dead letter sink. */
  arrived: boolean;
}

export async function deliver(options: Delivering): Promise<Result> {
  const { settings, signal, subscriberUrl, brokerUrl } = options;
  const main = await attempts(options.toSubscriber, settings, signal);
  const { attempt, reply } = main.sent;
  const status = attempt.kind === "answer" ? attempt.status : undefined;
  const made = { status, attempts: main.count, reply: undefined, detail: undefined };
  if (!main.ok) {
    const arrived = await bury(options, attempt, subscriberUrl);
    return { ...made, arrived, outcome: arrived ? "dead-lettered" : "lost", detail: describe(attempt) };
  }
  if (!reply) return { ...made, arrived: true, outcome: "delivered" };

  const type = reply.attributes.type;
  const back = async (): Promise<Sent> => {
    const answer: Attempt = { kind: "answer", status: await options.accept(reply), body: Buffer.alloc(0) };
    return { attempt: answer, reply: undefined };
  };
  const second = await attempts(back, settings, signal);
  if (second.ok) return { ...made, arrived: true, outcome: "replied", reply: type };
  const arrived = await bury(options, second.sent.attempt, brokerUrl);
  const expired = reply.attributes.knativebrokerttl === "1";
  const outcome = expired ? "expired" : arrived ? "dead-lettered" : "lost";
  const detail = `the Broker refused the reply: ${describe(second.sent.attempt)}`;
  return { ...made, arrived, outcome, reply: type, detail };
}

async function attempts(once: () => Promise<Sent>, settings: DeliverySettings, signal: AbortSignal) {
  for (let n = 0; ; n++) {
    const sent = await once();
    const decision = signal.aborted ? "dead" : retryDecision(sent.attempt, n, settings);
    if (decision !== "retry") return { ok: decision === "ack", sent, count: n + 1 };
    const wait = backoffMs(n, settings);
    // Rejects when the broker stops; the next attempt then fails at once.
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {});
  }
}

async function bury({ event, settings, signal, toDeadLetterSink }: Delivering, attempt: Attempt, destination: string) {
  if (!toDeadLetterSink || signal.aborted) return false;
  const attributes = { ...event.attributes, ...deadLetterAttributes(attempt, destination) };
  const { ok } = await attempts(() => toDeadLetterSink({ ...event, attributes }), settings, signal);
  return ok;
}

function describe(attempt: Attempt): string {
  if (attempt.kind === "timeout") return "no answer in time";
  if (attempt.kind !== "answer") return attempt.reason;
  const words = new TextDecoder()
    .decode(attempt.body.subarray(0, 200))
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
  return words ? `${statusOf(attempt)} ${words}` : `${statusOf(attempt)}`;
}
