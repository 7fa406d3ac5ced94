/** The poller as a process: started with an environment, killed with -9 in the middle of a round, started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { countRead } from "../contracts/events.ts";
import { newTrace } from "../runtime/trace.ts";
import { writeEvent } from "../runtime/wire.ts";
import { createRedisServer, type RedisServer } from "./redis.fixture.ts";

const LOGINS = ["alpha", "bravo", "charlie"];
let outside: Server;
let origin: string;
let redis: RedisServer;
/** Subjects of the stream.found events the sink took; `hold` makes it sit on them, as a Broker in trouble does. */
const sink = { subjects: [] as string[], hold: false };
const children: ChildProcess[] = [];

beforeAll(async () => {
  redis = await createRedisServer();
  await redis.start();
  const startedAt = new Date(Date.now() - 3_600_000).toISOString();
  const answers: Record<string, unknown> = {
    "/oauth2/token": { access_token: "abc", expires_in: 5_000_000, token_type: "bearer" },
    "/helix/games": { data: [{ id: "1", name: "PUBG: BATTLEGROUNDS" }] },
    "/helix/channels": { data: [] },
    "/helix/streams": {
      data: LOGINS.map((login, i) => ({
        user_id: String(i + 1),
        user_login: login,
        user_name: login,
        type: "live",
        title: "",
        viewer_count: 10 - i,
        started_at: startedAt,
        language: "en",
      })),
      pagination: {},
    },
  };
  outside = createServer((request, response) => {
    request.resume();
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path === "/sink") {
      sink.subjects.push(String(request.headers["ce-subject"]));
      if (!sink.hold) response.writeHead(202).end();
      return;
    }
    response.writeHead(path in answers ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answers[path] ?? {}));
  });
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  Object.assign(sink, { subjects: [], hold: false });
});
afterAll(async () => {
  outside.closeAllConnections();
  outside.close();
  await redis.remove();
});

function run(env: Record<string, string>): { child: ChildProcess; output: () => string; port: Promise<number> } {
  const child = spawn(process.execPath, ["--import", "tsx", "functions/poller/main.ts"], {
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      K_SINK: `${origin}/sink`,
      clientID: "id",
      clientSecret: "hunter2",
      TWITCH_API_URL: `${origin}/helix`,
      TWITCH_AUTH_URL: `${origin}/oauth2`,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  const port = new Promise<number>((resolve, reject) => {
    child.stdout?.on("data", (text: Buffer) => {
      output += text;
      const listening = /"port":(\d+).*"msg":"listening"/.exec(output);
      if (listening) resolve(Number(listening[1]));
    });
    child.once("exit", () => reject(new Error(output)));
  });
  port.catch(() => {});
  return { child, output: () => output, port };
}

async function answer(port: number, login: string, alive: number, playbackhint?: string): Promise<void> {
  const at = new Date().toISOString();
  const deadline = new Date(Date.now() + 30_000).toISOString();
  const attributes = { roundid: "r", traceparent: newTrace(), deadline, frametime: at, game: "pubg" };
  const event = countRead.create({
    id: `${login}-${at}`,
    subject: login,
    time: at,
    attributes: playbackhint === undefined ? attributes : { ...attributes, playbackhint },
    data: { ok: true, phase: "match", alive, confidence: 0.95, engine: "test" },
  });
  const { headers, body } = writeEvent(event);
  const taken = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: new Uint8Array(body) });
  expect(taken.status).toBe(204);
}
const alive = async (port: number) => {
  const all = (await (await fetch(`http://127.0.0.1:${port}/all`)).json()) as { stream_name: string; alive: number }[];
  return Object.fromEntries(all.map(({ stream_name, alive: left }) => [stream_name, left]));
};
const leader = async (port: number) => {
  const current = (await (await fetch(`http://127.0.0.1:${port}/current`)).json()) as { stream_name: string } | null;
  return current?.stream_name;
};
async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("kill -9 in the middle of a round, with Redis: the next one shows the same board at once", async () => {
  const first = run({ REDIS_URL: redis.url });
  const port = await first.port;
  sink.hold = true;
  await fetch(`http://127.0.0.1:${port}/current`);
  await until("the round is under way", () => sink.subjects.length === LOGINS.length);
  await answer(port, "alpha", 31, "https://hints.example/alpha");
  await answer(port, "bravo", 8);
  await until("bravo leads", async () => (await leader(port)) === "bravo");
  const before = await alive(port);
  first.child.kill("SIGKILL");

  const second = run({ REDIS_URL: redis.url });
  expect(await alive(await second.port)).toEqual(before);
  expect(before).toEqual({ alpha: 31, bravo: 8 });
  expect(await leader(await second.port)).toBe("bravo");
  expect(first.output() + second.output()).not.toMatch(/hints\.example|hunter2/);
}, 90_000);

test("kill -9 without Redis: the next viewer starts a round, and its readings are the board", async () => {
  const first = run({});
  const port = await first.port;
  await fetch(`http://127.0.0.1:${port}/current`);
  await until("the first round", () => sink.subjects.length === LOGINS.length);
  await answer(port, "alpha", 31);
  first.child.kill("SIGKILL");

  sink.subjects = [];
  const next = await run({}).port;
  expect(await (await fetch(`http://127.0.0.1:${next}/current`)).text()).toBe("null");
  await until("a round of its own", () => sink.subjects.length === LOGINS.length);
  await answer(next, "alpha", 30);
  expect(await alive(next)).toEqual({ alpha: 30 });
}, 90_000);

test("SIGTERM ends it with 0; a bad setting with 1 and its name", async () => {
  const good = run({});
  await good.port;
  const bad = run({ SAMPLES_PER_MINUTE: "lots" });
  const code = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));
  const ends = [code(good.child), code(bad.child)];
  good.child.kill("SIGTERM");
  expect(await Promise.all(ends)).toEqual([0, 1]);
  expect(bad.output()).toContain("SAMPLES_PER_MINUTE=");
}, 90_000);
