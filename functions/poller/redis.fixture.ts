/** A redis-server of the tests' own, on a free port, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RedisServer {
  url: string;
  start(): Promise<void>;
  /** kill -9. What it held is on disk, and there again after `start`. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  remove(): Promise<void>;
}

export async function createRedisServer(): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), "rotisserie-redis-"));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const kill = async () => {
    const dying = server;
    server = undefined;
    if (!dying || dying.exitCode !== null) return;
    const ended = new Promise((resolve) => dying.once("exit", resolve));
    dying.kill("SIGKILL");
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes"];
      const started = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
      server = started;
      await new Promise<void>((resolve, reject) => {
        started.once("error", reject);
        started.stdout.on("data", (text: Buffer) => text.includes("Ready to accept connections") && resolve());
      });
    },
    kill,
    signal: (name) => server?.kill(name),
    remove: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
