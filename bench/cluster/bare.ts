/** What the cores read without a cluster: the built function as two processes, each with one picture at a time. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { frame } from "../../test/cluster/frames.ts";
import { root, within } from "../../test/cluster/kube.ts";

const ENTRY = join(root, "dist/functions/ocr/main.js");
const CORES = 2;
/** Pictures that each process reads before it is measured. */
export const WARM = 30;

/** Frames a second. */
export async function bareRate(frames: number): Promise<number> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run npm run build first`);
  const cores = await Promise.all(Array.from({ length: CORES }, startCore));
  try {
    await Promise.all(cores.map(({ port }) => send(port, WARM)));
    const began = performance.now();
    await Promise.all(cores.map(({ port }) => send(port, frames / CORES)));
    return (frames * 1000) / (performance.now() - began);
  } finally {
    for (const { child } of cores) child.kill("SIGTERM");
  }
}

async function startCore() {
  const port = await freePort();
  const child = spawn(process.execPath, [ENTRY], {
    env: { ...process.env, PORT: String(port), LOG_LEVEL: "warn", OCR_AT_ONCE: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  await within(30, "a bare core", async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok || undefined);
  return { port, child };
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
