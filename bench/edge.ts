/**
 * `npm run bench:edge [--json] [--seconds N]`: the web tier as it is deployed (edge, gateway, static server, each a real nginx)
 * in front of a poller that answers like the real one, loaded by wrk on loopback; then a crowd that polls as the page does.
 * wrk runs on the same two cores: its share of the CPU is stated, and is what the web tier would have had more.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startNginx } from "../static/nginx/launch.ts";
import { cpuSeconds, memoryOfTree } from "./edge/processes.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, seconds: { type: "string", default: "8" } } });
const SECONDS = Number(values.seconds);
const VIEWERS = 1_000;
/** As the page: one conditional question in 2 s. */
const POLL_EVERY_MS = 2_000;
const HOST = "rotisserie.test";
const run = promisify(execFile);
const files = resolve("static/nginx");
const dir = await mkdtemp(join(tmpdir(), "bench-edge-"));
const say = (line: string) => values.json || process.stdout.write(`${line}\n`);

/** 20 matches with a full history, as /all has them at most times; /current is one of them. */
const stream = (index: number) => ({
  stream_name: `streamer_${index}`,
  alive: 7 + index,
  stream_url: `https://player.twitch.tv/?channel=streamer_${index}`,
  updated: "2026-11-22T20:00:00.000Z",
  display_name: `Streamer ${index}`,
  title: "road to conqueror, solo vs squads, day 12",
  game: "pubg",
  language: "en",
  viewers: 1200 - index,
  phase: "match",
  confidence: 0.98,
  age: 3.2,
  history: Array.from({ length: 60 }, (_, point) => [300 - point * 5, 99 - point]),
});
const documents: Record<string, string> = {
  "/current": JSON.stringify({ ...stream(0), reason: "fewest players left", since: "2026-11-22T19:59:00.000Z" }),
  "/all": JSON.stringify(Array.from({ length: 20 }, (_, index) => stream(index))),
};
let reachedPoller = 0;
let version = 0;
const poller = createServer((incoming, outgoing) => {
  reachedPoller++;
  // The board changes every 5 s.
  version = Math.floor(Date.now() / 5_000);
  const body = documents[incoming.url ?? ""] ?? "null";
  outgoing
    .writeHead(200, { "content-type": "application/json", etag: `"${version}"`, "cache-control": "max-age=1" })
    .end(body);
});
await new Promise<void>((done) => poller.listen(0, "127.0.0.1", done));
const pollerPort = (poller.address() as AddressInfo).port;

const started: { name: string; pid: number; stop(): Promise<void> }[] = [];
async function nginx(
  name: string,
  role: "static" | "gateway" | "edge",
  listens: number | string,
  env: Record<string, string>,
) {
  const folder = join(dir, name);
  const running = await startNginx({
    role,
    files,
    dir: folder,
    path: process.env.PATH,
    listens,
    env: { ACCESS_LOG: "", ...env },
  });
  started.push({ name, ...running });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}

const sockets = { static: join(dir, "static", "web.sock"), gateway: join(dir, "gateway", "web.sock") };
const [plain, http, https] = [await freePort(), await freePort(), await freePort()];
const UNLIMITED = { CLIENT_REQUESTS_PER_SECOND: "1000000", CLIENT_BURST: "1000000", CLIENT_CONNECTIONS: "60000" };
const upstreams = {
  ...UNLIMITED,
  APP_UPSTREAM: `unix:${sockets.gateway}`,
  STATIC_UPSTREAM: `unix:${sockets.static}`,
  BACKEND_UPSTREAM: "",
  CONFIG_DIR: "",
  STATUS_LISTEN: "",
  WORKERS: String(availableParallelism()),
};

interface Measured {
  name: string;
  perSecond: number;
  p50: string;
  p99: string;
  errors: number;
  pollerPerSecond: number;
  /** Of the machine's CPUs. */
  wrkShare: number;
}

async function wrk(name: string, url: string, headers: string[] = []): Promise<Measured> {
  const args = ["-t2", "-c64", `-d${SECONDS}s`, "--latency", "-H", `Host: ${HOST}`, "-H", "User-Agent: Mozilla/5.0"];
  const before = reachedPoller;
  const cpuBefore = cpuSeconds(process.pid).children;
  const { stdout } = await run("wrk", [...args, ...headers.flatMap((header) => ["-H", header]), url]);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const socketErrors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  const measured = {
    name,
    perSecond: Math.round(number(/Requests\/sec:\s+([\d.]+)/)),
    p50: /50%\s+(\S+)/.exec(stdout)?.[1] ?? "",
    p99: /99%\s+(\S+)/.exec(stdout)?.[1] ?? "",
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, text) => sum + Number(text), 0),
    pollerPerSecond: Math.round(((reachedPoller - before) / SECONDS) * 10) / 10,
    wrkShare:
      Math.round(((cpuSeconds(process.pid).children - cpuBefore) / SECONDS / availableParallelism()) * 100) / 100,
  };
  say(
    `${name.padEnd(44)} ${String(measured.perSecond).padStart(7)}/s  p50 ${measured.p50.padStart(8)}  p99 ${measured.p99.padStart(8)}  errors ${measured.errors}  poller ${measured.pollerPerSecond}/s  wrk ${Math.round(measured.wrkShare * 100)} % of the CPUs`,
  );
  return measured;
}

/** Viewers as the page makes them: a kept connection each, If-None-Match, one question in 2 s. */
async function crowd(seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: VIEWERS });
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  const before = reachedPoller;
  const end = Date.now() + seconds * 1000;
  const one = (etag: string) =>
    new Promise<string>((done) => {
      const began = performance.now();
      const headers = {
        host: HOST,
        "user-agent": "Mozilla/5.0",
        "accept-encoding": "gzip",
        ...(etag && { "if-none-match": etag }),
      };
      const outgoing = request({ host: "127.0.0.1", port: plain, path: "/current", headers, agent }, (incoming) => {
        incoming.resume();
        incoming.once("end", () => {
          times.push(performance.now() - began);
          const status = String(incoming.statusCode);
          statuses[status] = (statuses[status] ?? 0) + 1;
          done(String(incoming.headers.etag ?? ""));
        });
      });
      outgoing.once("error", (error: NodeJS.ErrnoException) => {
        const code = error.code ?? "error";
        statuses[code] = (statuses[code] ?? 0) + 1;
        done("");
      });
      outgoing.end();
    });
  const viewer = async (index: number) => {
    await new Promise((done) => setTimeout(done, (index / VIEWERS) * POLL_EVERY_MS));
    for (let etag = ""; Date.now() < end; ) {
      etag = await one(etag);
      await new Promise((done) => setTimeout(done, POLL_EVERY_MS));
    }
  };
  await Promise.all(Array.from({ length: VIEWERS }, (_, index) => viewer(index)));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return {
    viewers: VIEWERS,
    asked: times.length,
    statuses,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    pollerPerSecond: Math.round(((reachedPoller - before) / seconds) * 10) / 10,
  };
}

try {
  const page = resolve("dist/static");
  await readFile(join(page, "index.html")).catch(() => {
    throw new Error("dist/static/index.html is not there: run npm run build first");
  });
  await nginx("static", "static", sockets.static, { ROOT: page, NGINX_LISTEN: `unix:${sockets.static}` });
  await nginx("gateway", "gateway", sockets.gateway, {
    LISTEN: `unix:${sockets.gateway}`,
    POLLER_URL: `http://127.0.0.1:${pollerPort}`,
    POLLER_HOST: "poller.test",
  });
  await nginx("edge", "edge", plain, { ...upstreams, HTTP_LISTEN: `127.0.0.1:${plain}`, HTTPS_LISTEN: "" });
  await nginx("edge-with-tls", "edge", https, {
    ...upstreams,
    HTTP_LISTEN: `127.0.0.1:${http}`,
    HTTPS_LISTEN: `127.0.0.1:${https}`,
    HOSTS: HOST,
    TLS_DIR: join(dir, "no-tls"),
    CHALLENGE_UPSTREAM: "127.0.0.1:1",
  });
  const idle = Object.fromEntries(started.map(({ name, pid }) => [name, memoryOfTree(pid)]));
  const results = [
    await wrk("/current, http", `http://127.0.0.1:${plain}/current`),
    await wrk("/current, http, 304", `http://127.0.0.1:${plain}/current`, [`If-None-Match: "${version}"`]),
    await wrk("/current, http, gzip", `http://127.0.0.1:${plain}/current`, ["Accept-Encoding: gzip"]),
    await wrk("/all (20 matches), http, gzip", `http://127.0.0.1:${plain}/all`, ["Accept-Encoding: gzip"]),
    await wrk("/, http, gzip", `http://127.0.0.1:${plain}/`, ["Accept-Encoding: gzip"]),
    await wrk("/current, TLS, connections kept", `https://127.0.0.1:${https}/current`),
    await wrk("/, TLS, connections kept, gzip", `https://127.0.0.1:${https}/`, ["Accept-Encoding: gzip"]),
    await wrk("/current, TLS, a connection each", `https://127.0.0.1:${https}/current`, ["Connection: close"]),
    await wrk("not cached: the same poller without us", `http://127.0.0.1:${pollerPort}/current`),
  ];
  const watched = await crowd(20);
  // In a process of its own: what it costs to attack must not look like what it costs to be attacked.
  const attack = spawn(process.execPath, ["--import", "tsx", "bench/edge/attack.ts", String(plain)], {
    stdio: "inherit",
  });
  // Its own start takes a core for a second.
  await new Promise((done) => setTimeout(done, 3_000));
  const attacked = await crowd(20).finally(() => attack.kill());
  const busy = Object.fromEntries(started.map(({ name, pid }) => [name, memoryOfTree(pid)]));
  say(
    `\n${watched.viewers} viewers for 20 s: ${watched.asked} answers ${JSON.stringify(watched.statuses)}, p50 ${watched.p50Ms} ms, p99 ${watched.p99Ms} ms (this client's own waiting included), poller ${watched.pollerPerSecond}/s`,
  );
  say(
    `the same beside 500 clients that send a byte of a header now and then and 5/s that send 1 MB of headers: ${JSON.stringify(attacked.statuses)}, p50 ${attacked.p50Ms} ms, p99 ${attacked.p99Ms} ms, ${(attacked.p99Ms / watched.p99Ms).toFixed(1)} times the normal p99`,
  );
  say("\nmemory, MB (proportional share of all its processes): idle, after the load");
  for (const { name } of started) say(`  ${name.padEnd(16)} ${idle[name]} ${busy[name]}`);
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ cores: availableParallelism(), results, crowd: watched, crowdBesideSlowClients: attacked, memoryMb: { idle, busy } })}\n`,
    );
} finally {
  for (const { stop } of started.reverse()) await stop();
  poller.closeAllConnections();
  poller.close();
  await rm(dir, { recursive: true, force: true });
}
