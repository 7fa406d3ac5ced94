/** A function as a process: what it does with signals, with a port that is taken, and what it never logs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { streamFound } from "../../functions/contracts/events.ts";
import { writeEvent } from "../../functions/runtime/wire.ts";

const script = fileURLToPath(new URL("./slow-function.ts", import.meta.url));
const SECRET = "https://usher.example/fox.m3u8?token=secret-hint&sig=abc";

interface Started {
  child: ChildProcess;
  output: () => string;
  /** Parsed `listening` line. */
  port: Promise<number>;
  exited: Promise<unknown[]>;
}
let started: Started | undefined;
afterEach(() => {
  started?.child.kill("SIGKILL");
});

function start(env: Record<string, string>): Started {
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const port = new Promise<number>((resolve) => {
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      const found = /"port":(\d+).*"msg":"listening"/.exec(text);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
  });
  started = { child, output: () => text, port, exited: once(child, "exit") };
  return started;
}

/** Waits for a line in the process's output: a loaded machine makes any fixed time too short. */
async function said({ output }: Started, words: string): Promise<void> {
  while (!output().includes(words)) await sleep(20);
}

/** An event that keeps the handler busy for `ms`. */
function busy(login: string, ms: number, game = "pubg") {
  const { headers, body } = writeEvent(
    streamFound.create({
      id: `found-${login}`,
      subject: login,
      time: "2026-01-02T03:04:05Z",
      attributes: {
        roundid: "r1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        deadline: "2099-01-01T00:00:00Z",
      },
      data: {
        login,
        displayName: login,
        game,
        title: String(ms),
        viewers: 1,
        language: "en",
        startedAt: "2026-01-02T03:04:05Z",
        playbackHint: SECRET,
      },
    }),
  );
  return { method: "POST", headers, body: new Uint8Array(body) };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s: two requests in flight both get their answer, then exit 0",
  async (signal) => {
    const running = start({});
    const { child, port, exited, output } = running;
    const url = `http://127.0.0.1:${await port}`;
    const first = fetch(url, busy("first", 1000));
    const second = fetch(url, busy("second", 1500));
    await said(running, '"subject":"first","msg":"started"');
    await said(running, '"subject":"second","msg":"started"');
    child.kill(signal);
    await said(running, '"msg":"stopping"');
    const refused = await fetch(url, busy("late", 0)).then(
      ({ status }) => status,
      () => "refused",
    );
    expect([503, "refused"]).toContain(refused);
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status, headers }) => [status, headers.get("ce-id")])).toEqual([
      [200, "missed-first"],
      [200, "missed-second"],
    ]);
    expect(await exited).toEqual([0, null]);
    expect(output()).toContain('"msg":"closed"');
  },
);

test("a request that outlasts the drain time is cut off, and the exit is still 0", async () => {
  const running = start({ DRAIN_MS: "300" });
  const { child, port, exited, output } = running;
  const answer = fetch(`http://127.0.0.1:${await port}`, busy("endless", 60_000)).then(
    ({ status }) => status,
    () => "cut off",
  );
  await said(running, '"subject":"endless","msg":"started"');
  child.kill("SIGTERM");
  expect(await answer).toBe("cut off");
  expect(await exited).toEqual([0, null]);
  expect(output()).toContain('"subject":"endless","msg":"aborted"');
});

test("an idle process ends at once", async () => {
  const { child, port, exited } = start({});
  await port;
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

test("a port in use: one line that names it, exit 1", async () => {
  const blocker = createServer().listen(0);
  const { port } = blocker.address() as AddressInfo;
  const { exited, output } = start({ PORT: String(port) });
  expect(await exited).toEqual([1, null]);
  expect(output()).toContain(`port ${port} is in use: set PORT to a free one`);
  blocker.close();
});

test("a bad variable: its name, what was given and what is allowed, exit 1", async () => {
  const { exited, output } = start({ PORT: "eighty" });
  expect(await exited).toEqual([1, null]);
  expect(output()).toContain("a whole number from 0 to 65535");
  expect(output()).toContain("PORT");
});

test("a playback hint is in no log line, not even in an error's", async () => {
  const { child, port, exited, output } = start({});
  const url = `http://127.0.0.1:${await port}`;
  expect((await fetch(url, busy("fox", 0))).status).toBe(200);
  expect((await fetch(url, busy("fox", 0, "broken"))).status).toBe(500);
  child.kill("SIGTERM");
  await exited;
  expect(output()).toContain("event not handled");
  expect(output()).not.toMatch(/secret-hint|sig=abc/);
});
