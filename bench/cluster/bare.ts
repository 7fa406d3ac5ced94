/** What the cores read without a cluster: the built function as two processes, each with one picture at a time. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { frame } from "../../test/cluster/frames.ts";
import { root } from "../../test/cluster/kube.ts";

const ENTRY = join(root, "dist/functions/ocr/main.js");
const CORES = 2;
/** Pictures that each pod reads before it is measured. */
export const WARM = 30;

/** Frames a second. */
export interface Bare {
  /** Of processes that have read as many before. */
  warm: number;
  /** From the moment at which the processes are started. */
  fromNothing: number;
}

export async function bareRates(frames: number): Promise<Bare> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run npm run build first`);
  const children: ChildProcess[] = [];
  const rate = async (share: (core: number) => Promise<void>) => {
    const began = performance.now();
    await Promise.all(Array.from({ length: CORES }, (_, core) => share(core)));
    return (frames * 1000) / (performance.now() - began);
  };
  try {
    const ports: number[] = [];
    const fromNothing = await rate(async (core) => {
      ports[core] = await startCore(children);
      await send(ports[core], frames / CORES);
    });
    return { fromNothing, warm: await rate((core) => send(ports[core] ?? 0, frames / CORES)) };
  } finally {
    for (const child of children) child.kill("SIGTERM");
  }
}

/** The port of a process that is ready. */
async function startCore(children: ChildProcess[]): Promise<number> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), LOG_LEVEL: "warn", OCR_AT_ONCE: "1" };
  children.push(spawn(process.execPath, [ENTRY], { env, stdio: ["ignore", "inherit", "inherit"] }));
  for (const giveUp = performance.now() + 30_000; performance.now() < giveUp; await sleep(10)) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (response?.ok) return port;
  }
  throw new Error("a bare core was not ready within 30 s");
}

/** Two on the way, so that the core never waits for the next. */
async function send(port: number, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const { headers, body = "" } = frame(`bare-${left}`, "bare");
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        headers,
        body: Buffer.from(body, "base64"),
      });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`the function answered ${answer.status}`);
    }
  };
  await Promise.all([worker(), worker()]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
