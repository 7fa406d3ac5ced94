/** What the table of rules does not cover: this machine's own bounds, what is reported, how it starts and stops. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { tick } from "../../functions/contracts/events.ts";
import { type BrokerOptions, type Delivery, type RunningBroker, startBroker } from "./broker.ts";
import { parseWiring } from "./wiring.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const servers: Server[] = [];
let broker: RunningBroker | undefined;
let facts: Delivery[] = [];

afterEach(async () => {
  await broker?.stop();
  broker = undefined;
  facts = [];
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(handler: RequestListener): Promise<URL> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const service = (name: string, containerConcurrency = 0) => ({
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  metadata: { name },
  spec: { template: { spec: { containerConcurrency } } },
});
const ref = (name: string) => ({ ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name } });
const trigger = (name: string, type: string, to: string, delivery: object) => ({
  apiVersion: "eventing.knative.dev/v1",
  kind: "Trigger",
  metadata: { name },
  spec: { filters: [{ exact: { type } }], subscriber: ref(to), delivery },
});
const brokerObject = {
  apiVersion: "eventing.knative.dev/v1",
  kind: "Broker",
  metadata: { name: "default", annotations: { "messaging.knative.dev/async-handler": "true" } },
};

async function start(objects: object[], addresses: Record<string, URL>, more: Partial<BrokerOptions> = {}) {
  const text = [brokerObject, ...objects].map((one) => stringify(one)).join("---\n");
  broker = await startBroker({
    wiring: parseWiring([{ name: "test.yaml", text }]),
    addressOf: (name) => addresses[name],
    port: 0,
    log,
    onDelivery: (fact) => facts.push(fact),
    ...more,
  });
  return broker;
}

function post(url: string, type: string, body = "", subject?: string): Promise<Response> {
  const headers = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/test", "ce-type": type };
  return fetch(url, { method: "POST", headers: { ...headers, ...(subject && { "ce-subject": subject }) }, body });
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 200 && !condition(); n++) await sleep(25);
  expect(condition()).toBe(true);
}

test("every end of a delivery is one fact", async () => {
  const ocr = await listen((request, response) => {
    const type = request.headers["ce-type"];
    if (type === "test.reply") {
      const event = { "ce-specversion": "1.0", "ce-id": "2", "ce-source": "/ocr", "ce-type": "test.replied" };
      response.writeHead(200, event).end();
    } else if (type === "test.refuse") response.writeHead(422).end("no such game");
    else response.writeHead(204).end();
  });
  const poller = await listen((_, response) => response.writeHead(204).end());
  const types = ["test.ok", "test.reply", "test.refuse", "test.lost"];
  const { url } = await start(
    [
      service("ocr"),
      service("poller"),
      service("gone"),
      ...types.slice(0, 3).map((type) => trigger(type, type, "ocr", { deadLetterSink: ref("poller") })),
      trigger("test.lost", "test.lost", "gone", { retry: 1, backoffPolicy: "linear", backoffDelay: "PT0.01S" }),
    ],
    { ocr, poller, gone: new URL("http://127.0.0.1:9/") },
  );
  for (const type of types) expect((await post(url, type, "", "fo\u00fc")).status).toBe(202);
  await until(() => facts.length === 4);
  const told = facts.map(({ ms: _, ...fact }) => fact).sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type));
  const common = { subject: "fo?", attempts: 1, reply: undefined, detail: undefined };
  expect(told).toEqual([
    { ...common, type: "test.ok", trigger: "test.ok", subscriber: "ocr", outcome: "delivered", status: 204 },
    {
      ...common,
      type: "test.reply",
      trigger: "test.reply",
      subscriber: "ocr",
      outcome: "replied",
      status: 200,
      reply: "test.replied",
    },
    {
      ...common,
      type: "test.refuse",
      trigger: "test.refuse",
      subscriber: "ocr",
      outcome: "dead-lettered",
      status: 422,
      detail: "422 no such game",
    },
    {
      ...common,
      type: "test.lost",
      trigger: "test.lost",
      subscriber: "gone",
      outcome: "lost",
      status: undefined,
      attempts: 2,
      detail: expect.stringContaining("ECONNREFUSED"),
    },
  ]);
});

test("a Service gets no more requests at a time than its containerConcurrency", async () => {
  let now = 0;
  let most = 0;
  let served = 0;
  const ocr = await listen((_, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      served++;
      response.writeHead(204).end();
    }, 10);
  });
  const { url } = await start([service("ocr", 2), trigger("all", "test.a", "ocr", { retry: 0 })], { ocr });
  await Promise.all(Array.from({ length: 30 }, () => post(url, "test.a")));
  await until(() => served === 30);
  expect(most).toBe(2);
});

test("a full queue answers 503 with Retry-After, and takes events again when it has drained", async () => {
  const waiting: (() => void)[] = [];
  const ocr = await listen((_, response) => waiting.push(() => response.writeHead(204).end()));
  const { url } = await start(
    [service("ocr"), trigger("all", "test.a", "ocr", { retry: 0 })],
    { ocr },
    {
      limits: { pending: 3, pendingBytes: 1000 },
    },
  );
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await post(url, "test.a")).status);
  expect(statuses).toEqual([202, 202, 202, 503]);
  expect((await post(url, "test.a")).headers.get("retry-after")).toBe("1");
  await until(() => waiting.length === 3);
  for (const answer of waiting.splice(0)) answer();
  await until(() => facts.length === 3);
  expect((await post(url, "test.a", "x".repeat(1500))).status).toBe(202);
  expect((await post(url, "test.a")).status).toBe(503);
});

test("an event above a megabyte is refused with 413", async () => {
  const { url } = await start([], {});
  expect((await post(url, "test.a", "x".repeat(1024 * 1024 + 1))).status).toBe(413);
  expect((await post(url, "test.a", "x".repeat(1024 * 1024))).status).toBe(202);
});

test("an answer above a megabyte is a failure, not a reply", async () => {
  const event = { "ce-specversion": "1.0", "ce-id": "2", "ce-source": "/ocr", "ce-type": "test.huge" };
  const ocr = await listen((_, response) => response.writeHead(200, event).end("x".repeat(1024 * 1024 + 1)));
  const { url } = await start([service("ocr"), trigger("all", "test.a", "ocr", { retry: 0 })], { ocr });
  await post(url, "test.a");
  await until(() => facts.length === 1);
  expect(facts[0]).toMatchObject({
    outcome: "lost",
    status: undefined,
    detail: "the answer is larger than 1048576 bytes",
  });
});

test("the clock sends ticks as a PingSource does", async () => {
  const ticks: [unknown, unknown, unknown, string][] = [];
  const poller = await listen((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { headers } = request;
      ticks.push([headers["ce-source"], headers["ce-environment"], headers["content-type"], body]);
      response.writeHead(204).end();
    });
  });
  const source = {
    apiVersion: "sources.knative.dev/v1",
    kind: "PingSource",
    metadata: { name: "tick" },
    spec: {
      schedule: "* * * * * *",
      contentType: "application/json",
      data: "{}",
      ceOverrides: { extensions: { environment: "test" } },
      sink: { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "default" } },
    },
  };
  await start([service("poller"), trigger("tick", tick.type, "poller", { retry: 0 }), source], { poller });
  await until(() => ticks.length >= 2);
  const one = ["/apis/v1/namespaces/default/pingsources/tick", "test", "application/json", "{}"];
  expect(ticks.slice(0, 2)).toEqual([one, one]);
});

test("stopping ends requests and waits at once, and takes nothing more", async () => {
  const hanging = await listen(() => {});
  const failing = await listen((_, response) => response.writeHead(503).end());
  const late = { retry: 5, backoffPolicy: "exponential", backoffDelay: "PT1H" };
  const running = await start(
    [
      service("hanging"),
      service("failing"),
      trigger("a", "test.a", "hanging", late),
      trigger("b", "test.b", "failing", late),
    ],
    { hanging, failing },
  );
  await post(running.url, "test.a");
  await post(running.url, "test.b");
  await sleep(100);
  await running.stop();
  await expect(post(running.url, "test.a")).rejects.toThrow();
  expect(facts).toEqual([]);
});

test("a Service that nobody runs stops the start and is named", async () => {
  await expect(start([service("ocr"), trigger("frames", "test.a", "ocr", {})], {})).rejects.toThrow(
    "Trigger frames calls Service ocr, which does not run here",
  );
});

test("a port in use stops the start and is named", async () => {
  const port = Number((await listen(() => {})).port);
  await expect(start([], {}, { port })).rejects.toThrow(`port ${port} is in use: the broker needs it`);
});
