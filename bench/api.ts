/**
 * `npm run bench:api [-- --json] [--seconds N]`: a poller alone under wrk, 100 streams on its board, while readings come in.
 * Requests a second and latency of /current, /all and of 304s; and how many readings a second it takes meanwhile.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { Agent, request } from "undici";
import { countRead } from "../functions/contracts/events.ts";
import { newTrace } from "../functions/runtime/trace.ts";
import { writeEvent } from "../functions/runtime/wire.ts";

const args = process.argv.slice(2);
const seconds = args.includes("--seconds") ? Number(args[args.indexOf("--seconds") + 1]) : 5;
const STREAMS = 100;
const CONNECTIONS = 64;
const json = args.includes("--json");
// With --json, stdout is one object and nothing else.
const print = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);

interface Row {
  what: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  bytes: number;
  readingsPerSecond: number;
  errors: number;
}

const poller = spawn(process.execPath, ["--import", "tsx", "bench/api-poller.ts"], {
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => poller.kill());
const port = await new Promise<string>((resolve) =>
  poller.stdout.once("data", (data: Buffer) => resolve(String(data).trim())),
);
const base = `http://127.0.0.1:${port}`;
const dispatcher = new Agent({ connections: 16, pipelining: 1 });

let sequence = 0;
async function reading(): Promise<void> {
  const stream = sequence % STREAMS;
  const fall = Math.floor(sequence / STREAMS / 50) % 20;
  sequence++;
  const at = new Date().toISOString();
  const event = countRead.create({
    id: `bench-${sequence}`,
    subject: `stream_${stream}`,
    time: at,
    attributes: {
      roundid: "bench",
      traceparent: newTrace(),
      deadline: new Date(Date.now() + 30_000).toISOString(),
      frametime: at,
      game: "pubg",
    },
    data: { ok: true, phase: "match", alive: Math.max(2, 100 - stream - fall), confidence: 0.95, engine: "bench" },
  });
  const { headers, body } = writeEvent(event);
  const answer = await request(base, { method: "POST", headers, body, dispatcher });
  await answer.body.dump();
  if (answer.statusCode !== 204) throw new Error(`a reading was answered with ${answer.statusCode}`);
}

/** Posts readings until stopped: `perSecond` of them, or as many as are taken by `width` senders. */
function feed({ perSecond, width = 1 }: { perSecond?: number; width?: number }): () => Promise<number> {
  let stopped = false;
  let taken = 0;
  const started = Date.now();
  const sender = async () => {
    while (!stopped) {
      await reading();
      taken++;
      if (perSecond === undefined) continue;
      const ahead = (taken / perSecond) * 1000 - (Date.now() - started);
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
  };
  const senders = Array.from({ length: width }, sender);
  return async () => {
    stopped = true;
    await Promise.all(senders);
    return (taken / (Date.now() - started)) * 1000;
  };
}

async function wrk(path: string, headers: Record<string, string> = {}) {
  const flags = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const child = spawn("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", ...flags, `${base}${path}`]);
  let text = "";
  child.stdout.on("data", (data: Buffer) => {
    text += data;
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) throw new Error(`wrk ended with ${code}`);
  const milliseconds = (label: string) => {
    const [, value = "0", unit = "ms"] = new RegExp(`${label}\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? [];
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"];
  };
  const sum = (pattern: RegExp) => [...(pattern.exec(text) ?? [])].slice(1).reduce((total, n) => total + Number(n), 0);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p50Ms: milliseconds("50%"),
    p99Ms: milliseconds("99%"),
    errors:
      sum(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/) +
      (headers["If-None-Match"] ? 0 : sum(/Non-2xx or 3xx responses: (\d+)/)),
  };
}

async function measure(
  what: string,
  path: string,
  options: { headers?: Record<string, string>; perSecond?: number; width?: number },
): Promise<Row> {
  const answer = await request(`${base}${path}`, { dispatcher, headers: options.headers ?? {} });
  const bytes = (await answer.body.arrayBuffer()).byteLength;
  const stop = options.perSecond === 0 ? async () => 0 : feed(options);
  const result = await wrk(path, options.headers);
  return { what, ...result, bytes, readingsPerSecond: await stop() };
}

// The first viewer starts the list; then every stream is read twice.
await (await request(`${base}/current`, { dispatcher, headers: { "user-agent": "bench" } })).body.dump();
await new Promise((resolve) => setTimeout(resolve, 500));
for (let i = 0; i < 2 * STREAMS; i++) await reading();

const rows: Row[] = [];
rows.push(await measure("/current", "/current", { perSecond: 20 }));
rows.push(await measure("/all", "/all", { perSecond: 20 }));
const etagOf = async (path: string) => {
  const answer = await request(`${base}${path}`, { dispatcher });
  await answer.body.dump();
  return String(answer.headers.etag);
};
rows.push(await measure("/all, 304", "/all", { headers: { "If-None-Match": await etagOf("/all") }, perSecond: 0 }));
rows.push(await measure("/current, readings at full speed", "/current", { width: 8 }));
const alone = feed({ width: 8 });
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const readingsAlone = await alone();

print(
  `poller alone, ${STREAMS} streams, ${CONNECTIONS} connections, ${seconds} s each, ${availableParallelism()} cores shared with wrk\n`,
);
print(
  `${"".padEnd(34)}${["requests/s", "p50 ms", "p99 ms", "bytes", "readings/s", "errors"].map((name) => name.padStart(12)).join("")}`,
);
for (const row of rows) {
  const cells = [
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    row.bytes,
    row.readingsPerSecond.toFixed(0),
    row.errors,
  ];
  print(`${row.what.padEnd(34)}${cells.map((cell) => String(cell).padStart(12)).join("")}`);
}
print(`${"readings only".padEnd(34)}${"".padStart(48)}${readingsAlone.toFixed(0).padStart(12)}`);
if (json) {
  const document = { streams: STREAMS, connections: CONNECTIONS, rows, readingsAlone };
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
await dispatcher.close();
poller.kill();
