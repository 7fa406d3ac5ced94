/**
 * Runs the rules against a Broker, whichever: it installs one Trigger per rule, sends one event per rule, plays the
 * subscribers and the sinks, and writes down what came. All rules run at once, so the whole table takes seconds.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type IngressRule, OWN_TYPE, REPLY_TYPE, type Rule, type Sending } from "./rules.ts";

/** What a kind of Broker must offer; everything else is the same for all of them. */
export interface Installation {
  /** Where the harness's own server listens, and how the Broker reaches it. */
  listen: { host: string; reachableAs: string };
  /**
   * Applies Brokers and Triggers (objects as in a manifest, without a namespace), and returns once every one of them
   * works: the address of a Broker's ingress by its name.
   */
  install(objects: object[]): Promise<(broker: string) => string>;
  /** Takes everything away again. */
  remove(): Promise<void>;
  /** Milliseconds without any request after which nothing more is expected. Longer than the longest wait in the table. */
  quietMs: number;
}

export interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
  at: number;
}

/** What one rule's subscriber, sink and the observer of replies got. */
export interface Observed {
  ingressStatus: number;
  subscriber: Received[];
  sink: Received[];
  replies: Received[];
}

export interface Observations {
  observed: Observed[];
  ingress: number[];
  /** Addresses as the Broker knows them, to compare knativeerrordest with. */
  subscriberUrl(index: number): string;
  brokerUrl(index: number): string;
}

const typeOf = (index: number) => `test.rules.r${index}`;
const replyTypeOf = (index: number) => `${typeOf(index)}.reply`;
/**
 * Rows about the Broker itself have one of their own. The others share one by the dozen: a Broker asks the filter of
 * every Trigger about every event, and that waiting counts into a Trigger's timeout.
 */
const ownBroker = (rule: Rule) => rule.brokerDelivery !== undefined || rule.answersLast === true;
const brokerOf = (rule: Rule, index: number) => (ownBroker(rule) ? `own-${index}` : `rules-${Math.floor(index / 12)}`);

export async function observe(
  rules: readonly Rule[],
  ingressRules: readonly IngressRule[],
  installation: Installation,
): Promise<Observations> {
  const observed = rules.map((): Observed => ({ ingressStatus: 0, subscriber: [], sink: [], replies: [] }));
  let lastRequest = Date.now();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      lastRequest = Date.now();
      const received = { headers: request.headers, body: Buffer.concat(chunks), at: performance.now() };
      const index = Number(/^test\.rules\.r(\d+)/.exec(String(request.headers["ce-type"]))?.[1] ?? -1);
      const [rule, notes] = [rules[index], observed[index]];
      if (!rule || !notes) return void response.writeHead(204).end();
      const [list, answers] = roleOf(request.url, rule, notes);
      const answer = answers[Math.min(list.length, answers.length - 1)] ?? { status: 204 };
      list.push(received);
      play(answer, index, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, installation.listen.host, resolve));
  const base = `http://${installation.listen.reachableAs}:${(server.address() as AddressInfo).port}`;
  try {
    const ingressOf = await installation.install(manifests(rules, base));
    // Four senders: a hundred events at once would test how fast the machine is.
    const waiting = rules.entries();
    const sender = async () => {
      for (const [index, rule] of waiting) {
        const status = await post(ingressOf(brokerOf(rule, index)), typeOf(index), rule.send ?? {});
        const notes = observed[index];
        if (notes) notes.ingressStatus = status;
      }
    };
    await Promise.all([sender(), sender(), sender(), sender()]);
    const ingress = await Promise.all(ingressRules.map((rule) => ask(ingressOf("rules-0"), rule)));
    const given = Date.now() + 60_000;
    while (Date.now() - lastRequest < installation.quietMs) {
      if (Date.now() > given) throw new Error("requests still come a minute after the last event was sent");
      await sleep(50);
    }
    return {
      observed,
      ingress,
      subscriberUrl: () => `${base}/subscriber`,
      brokerUrl: (index) => {
        const rule = rules[index];
        return rule ? ingressOf(brokerOf(rule, index)) : "";
      },
    };
  } finally {
    await installation.remove();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}

function roleOf(url: string | undefined, rule: Rule, notes: Observed): [Received[], readonly Answer[]] {
  if (url === "/sink") return [notes.sink, rule.sinkAnswers ?? [{ status: 200 }]];
  if (url === "/observer") return [notes.replies, [{ status: 204 }]];
  return [notes.subscriber, rule.answers];
}

function play(answer: Answer, index: number, response: ServerResponse): void {
  if (answer === "hang") return;
  if (answer === "reset") return void response.destroy();
  const named = (text: string) => text.replaceAll(REPLY_TYPE, replyTypeOf(index)).replaceAll(OWN_TYPE, typeOf(index));
  const { status, headers = {}, body = "", afterMs = 0 } = answer;
  const bytes = typeof body === "string" ? Buffer.from(named(body)) : body;
  const lines = Object.entries(headers).map(([name, value]) => [name, named(value)] as const);
  setTimeout(() => {
    // 204 and 304 have no body and must not announce one.
    const length = status === 204 || status === 304 ? {} : { "content-length": String(bytes.byteLength) };
    response.writeHead(status, { ...Object.fromEntries(lines), ...length });
    response.end(status === 204 || status === 304 ? undefined : bytes);
  }, afterMs);
}

/** The Brokers and Triggers of all rules, as a cluster would take them. */
export function manifests(rules: readonly Rule[], base: string): object[] {
  const brokers = new Map(rules.map((rule, index) => [brokerOf(rule, index), brokerObject(rule, index, base)]));
  const observers = [...brokers.keys()].map((broker) =>
    object("Trigger", `observer-${broker}`, {
      broker,
      filters: [{ suffix: { type: ".reply" } }],
      subscriber: { uri: `${base}/observer` },
      delivery: { retry: 0 },
    }),
  );
  return [...brokers.values(), ...observers, ...rules.map((rule, index) => triggerObject(rule, index, base))];
}

function brokerObject(rule: Rule, index: number, base: string): object {
  const sink = rule.brokerDelivery && rule.sink === "broker" && { deadLetterSink: { uri: `${base}/sink` } };
  const annotations = {
    "eventing.knative.dev/broker.class": "MTChannelBasedBroker",
    ...(!rule.answersLast && { "messaging.knative.dev/async-handler": "true" }),
  };
  const spec = { delivery: { retry: 0, ...rule.brokerDelivery, ...sink } };
  return object("Broker", brokerOf(rule, index), spec, annotations);
}

function triggerObject(rule: Rule, index: number, base: string): object {
  const sink = (rule.sink ?? "trigger") === "trigger" && { deadLetterSink: { uri: `${base}/sink` } };
  const filter = rule.legacyFilter
    ? { filter: { attributes: { type: typeOf(index), ...rule.legacyFilter } } }
    : { filters: [{ exact: { type: typeOf(index) } }, ...(rule.filters ?? [])] };
  return object("Trigger", `rule-${index}`, {
    broker: brokerOf(rule, index),
    ...filter,
    subscriber: { uri: `${base}/subscriber` },
    ...((rule.delivery || sink) && { delivery: { ...rule.delivery, ...sink } }),
  });
}

function object(kind: "Broker" | "Trigger", name: string, spec: object, annotations: Record<string, string> = {}) {
  return { apiVersion: "eventing.knative.dev/v1", kind, metadata: { name, annotations }, spec };
}

async function post(url: string, type: string, sending: Sending): Promise<number> {
  const attributes = { specversion: "1.0", id: "1", source: "/rules/sender", type, ...sending.attributes };
  const { mode = "binary", contentType, body } = sending;
  if (mode === "binary") {
    const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]);
    const all = Object.fromEntries([...headers, ...(contentType ? [["content-type", contentType]] : [])]);
    // fetch would add a content type of its own to a string.
    return (await fetch(url, { method: "POST", headers: all, body: Buffer.from(body ?? "") })).status;
  }
  const data = body === undefined ? {} : { data_base64: Buffer.from(body).toString("base64") };
  const document = { ...attributes, ...(contentType && { datacontenttype: contentType }), ...data };
  const headers = { "content-type": "application/cloudevents+json; charset=UTF-8" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(document) })).status;
}

async function ask(ingress: string, { method = "POST", path, headers = {}, body }: IngressRule): Promise<number> {
  const url = new URL(ingress);
  const [, namespace] = url.pathname.split("/");
  if (path === "root") url.pathname = "/";
  if (path === "namespace") url.pathname = `/${namespace}`;
  if (path === "unknown") url.pathname = `/${namespace}/nobody`;
  if (path === "too deep") url.pathname = `${url.pathname}/more`;
  const content = method === "POST" ? { body: Buffer.from(body ?? "") } : {};
  return (await fetch(url, { method, headers, ...content })).status;
}
