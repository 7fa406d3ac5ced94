/**
 * What the local broker and the runtime cost an event: `npm run bench:broker [-- --json] [--events N]`. One event goes
 * in at the ingress, to a function, whose reply goes to a second one, all over real sockets in this one process.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { request } from "undici";
import { stringify } from "yaml";
import { countRead, frameCaptured } from "../functions/contracts/events.ts";
import { createLog } from "../functions/runtime/log.ts";
import { createMetrics } from "../functions/runtime/metrics.ts";
import { on, serve } from "../functions/runtime/serve.ts";
import { writeEvent } from "../functions/runtime/wire.ts";
import { startBroker } from "../local/broker/broker.ts";
import { parseWiring } from "../local/broker/wiring.ts";

const option = process.argv.indexOf("--events");
const EVENTS = option > 0 ? Number(process.argv[option + 1]) : 5000;
const AT_ONCE = 32;
const log = createLog("bench", "error");
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const started = new Map<string, number>();
const tripMs: number[] = [];
let arrived = 0;
const ocr = await serve({
  name: "bench-ocr",
  port: 0,
  log,
  metrics: createMetrics("bench-ocr"),
  subscriptions: [
    on(frameCaptured, async ({ id, subject, attributes }, { signal }) => {
      // As capture and ocr do: a handler that can be stopped.
      signal.addEventListener("abort", () => {});
      const { roundid, traceparent, deadline, frametime, game } = attributes;
      const carried = { roundid, traceparent, deadline, frametime, game };
      return countRead.create({
        id,
        subject,
        time: frametime,
        attributes: carried,
        data: { ok: false, reason: "unsure" },
      });
    }),
  ],
});
const poller = await serve({
  name: "bench-poller",
  port: 0,
  log,
  metrics: createMetrics("bench-poller"),
  subscriptions: [
    on(countRead, async ({ id }) => {
      tripMs.push(performance.now() - (started.get(id) ?? 0));
      started.delete(id);
      arrived++;
      return undefined;
    }),
  ],
});
const service = (name: string) => ({
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  metadata: { name },
  spec: { template: { spec: {} } },
});
const trigger = (name: string, type: string) => ({
  apiVersion: "eventing.knative.dev/v1",
  kind: "Trigger",
  metadata: { name },
  spec: {
    filters: [{ exact: { type } }],
    subscriber: { ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name } },
    delivery: { retry: 0 },
  },
});
const objects = [
  {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name: "default", annotations: { "messaging.knative.dev/async-handler": "true" } },
  },
  ...[service("ocr"), service("poller"), trigger("ocr", frameCaptured.type), trigger("poller", countRead.type)],
];
const broker = await startBroker({
  wiring: parseWiring([{ name: "bench.yaml", text: objects.map((one) => stringify(one)).join("---\n") }]),
  addressOf: (name) => new URL(`http://127.0.0.1:${name === "ocr" ? ocr.port : poller.port}/`),
  port: 0,
  log,
});

const image = new Uint8Array(16 * 1024).fill(7);
async function send(id: string): Promise<void> {
  const { headers, body } = writeEvent(
    frameCaptured.create({
      id,
      subject: "fox",
      time: "2026-01-02T03:04:05Z",
      attributes: {
        roundid: "bench",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        deadline: "2099-01-01T00:00:00Z",
        frametime: "2026-01-02T03:04:05Z",
        game: "pubg",
        region: "0,0,100,50",
        framewidth: 1920,
        frameheight: 1080,
      },
      data: image,
    }),
  );
  started.set(id, performance.now());
  const answer = await request(broker.url, { method: "POST", headers, body });
  await answer.body.dump();
  if (answer.statusCode !== 202) throw new Error(`the broker answered ${answer.statusCode}`);
}

async function round(events: number, atOnce: number) {
  const goal = arrived + events;
  tripMs.length = 0;
  const begin = performance.now();
  let sent = 0;
  const sender = async () => {
    while (sent < events) {
      await send(`e${sent++}`);
      // At most `atOnce` in flight, replies included: a queue's length would be measured otherwise.
      while (started.size >= atOnce) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  while (arrived < goal) await new Promise((resolve) => setImmediate(resolve));
  const seconds = (performance.now() - begin) / 1000;
  const sorted = [...tripMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { events, atOnce, perSecond: events / seconds, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

await round(500, AT_ONCE); // Warm.
const before = heapMb();
const rows = [await round(Math.min(EVENTS, 1000), 1), await round(EVENTS, AT_ONCE)];
const grownBytesPerEvent = ((heapMb() - before) * 1e6) / rows.reduce((sum, { events }) => sum + events, 0);
for (const { events, atOnce, perSecond, p50Ms, p95Ms, p99Ms } of rows) {
  const figures = [p50Ms, p95Ms, p99Ms].map((ms) => ms.toFixed(1)).join(" / ");
  process.stdout.write(`${events} events, ${atOnce} at once: ${perSecond.toFixed(0)}/s, p50/p95/p99 ${figures} ms\n`);
}
process.stdout.write(`heap kept per event: ${grownBytesPerEvent.toFixed(0)} bytes\n`);
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ rows, grownBytesPerEvent })}\n`);
await broker.stop();
await Promise.all([ocr.stop(), poller.stop()]);
process.exit(0);
