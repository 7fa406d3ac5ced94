/** What was observed of a rule, in the words the rule uses, so that one comparison shows every difference. */
import type { IncomingHttpHeaders } from "node:http";
import type { Observations, Received } from "./harness.ts";
import type { Rule } from "./rules.ts";

type Expect = Rule["expect"];

/**
 * The rule's expectation and the same fields as observed: equal when the Broker keeps the rule. `index` is the row.
 */
export function compare(rule: Rule, index: number, observations: Observations): { expected: object; actual: object } {
  const { expect } = rule;
  const notes = observations.observed[index];
  if (!notes) throw new Error(`no observation of rule ${rule.name}`);
  const { subscriber, sink, replies } = notes;
  const expected = {
    ingress: expect.ingress ?? 202,
    attempts: expect.attempts,
    waits: expect.waits && "kept",
    received: expect.received && described(expect.received),
    replies: expect.reply ? [described(expect.reply)] : [],
    deadLetter: expect.deadLetter && {
      ...expect.deadLetter,
      attempts: expect.deadLetter.attempts ?? 1,
      intact: true,
      ttl: true,
    },
  };
  const actual = {
    ingress: notes.ingressStatus,
    attempts: subscriber.length,
    waits: expect.waits && judgeWaits(subscriber, expect.waits),
    received: expect.received && picked(subscriber[0], expect.received),
    replies: replies.map((reply) => (expect.reply ? picked(reply, expect.reply) : described(reply))),
    deadLetter: sink.length === 0 ? undefined : deadLetter(sink, subscriber, index, expect.deadLetter, observations),
  };
  return { expected, actual };
}

function described({ headers = {}, body }: { headers?: IncomingHttpHeaders; body?: string | Uint8Array }): object {
  return { headers, ...(body !== undefined && { body: Buffer.from(body).toString("base64") }) };
}

/** Of what arrived, just what the rule speaks of. */
function picked(received: Received | undefined, wanted: NonNullable<Expect["received"]>): object | undefined {
  if (!received) return undefined;
  const headers = Object.fromEntries(Object.keys(wanted.headers ?? {}).map((name) => [name, received.headers[name]]));
  return described({ headers, ...(wanted.body !== undefined && { body: received.body }) });
}

function judgeWaits(requests: Received[], least: number[]): string {
  const waits = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
  const kept = least.every((ms, index) => {
    const [wait = -1, before = -1, msBefore = -1] = [waits[index], waits[index - 1], least[index - 1]];
    // A request that this process is late to notice makes the wait after it look shorter.
    return wait >= ms * 0.8 - 20 && (index === 0 || ms <= msBefore || wait > before);
  });
  return kept ? "kept" : `waited ${waits.map(Math.round).join(", ")} ms instead of at least ${least.join(", ")}`;
}

function deadLetter(
  sink: Received[],
  subscriber: Received[],
  index: number,
  wanted: Expect["deadLetter"],
  observations: Observations,
): object {
  const [first] = sink;
  const original = subscriber.at(-1);
  const headers = first?.headers ?? {};
  const code = headers["ce-knativeerrorcode"];
  const data = headers["ce-knativeerrordata"];
  const text = typeof data === "string" ? Buffer.from(data, "base64").toString() : undefined;
  return {
    from: whom(headers["ce-knativeerrordest"], index, observations),
    ...(code !== undefined && wanted?.code !== undefined && { code: Number(code) }),
    ...(wanted?.data !== undefined && { data: sameData(text, wanted.data) }),
    attempts: sink.length,
    /** The Broker's own attribute, which no normal delivery has: how a sink that is a subscriber too can tell. */
    ttl: headers["ce-knativebrokerttl"] !== undefined,
    /** It is the event as it was delivered: same attributes, same bytes. */
    intact:
      original?.body.equals(first?.body ?? Buffer.alloc(0)) === true &&
      ["ce-id", "ce-source", "ce-type", "content-type"].every((name) => original.headers[name] === headers[name]),
  };
}

function sameData(text: string | undefined, wanted: string | { startsWith: string }): string | object | undefined {
  // A header without a value and no header at all are the same to a reader.
  if (typeof wanted === "string") return text ?? "";
  return text?.startsWith(wanted.startsWith) ? wanted : text;
}

function whom(destination: unknown, index: number, { subscriberUrl, brokerUrl }: Observations): string {
  if (destination === undefined) return "nobody";
  if (destination === subscriberUrl(index)) return "subscriber";
  // A cluster's Broker is known by its name in the cluster and reached from outside by an address: only the path is equal.
  if (
    URL.canParse(String(destination)) &&
    new URL(String(destination)).pathname === new URL(brokerUrl(index)).pathname
  ) {
    return "broker";
  }
  return String(destination);
}
