/**
 * What the OCR function costs: `npm run bench:ocr-function -- [--readings 10000] [--json]`. Starts the built function as a
 * process and sends it pictures: time from the start to the first reading, CPU a reading, and whether memory stays flat.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { encode } from "../functions/capture/encode.ts";
import { frameCaptured } from "../functions/contracts/events.ts";
import { cropOf } from "../functions/contracts/games.ts";
import { writeEvent } from "../functions/runtime/wire.ts";
import { gameOf } from "./ocr/picture.ts";
import { draw, drawnScenes } from "./ocr/rendered.ts";

const { values: options } = parseArgs({
  options: {
    readings: { type: "string", default: "10000" },
    json: { type: "boolean", default: false },
    engine: { type: "string", default: "" },
    entry: { type: "string", default: "dist/functions/ocr/main.js" },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const total = Number(options.readings);
if (!Number.isInteger(total) || total < 1) throw new Error(`--readings ${options.readings}: a whole number above 0`);
if (!existsSync(options.entry)) throw new Error(`${options.entry} is missing: run npm run build first`);

const bodies = await pictures();
const port = await freePort();
const started = performance.now();
const child = spawn(process.execPath, [options.entry], {
  env: { ...process.env, PORT: String(port), LOG_LEVEL: "warn", ...(options.engine && { OCR_ENGINE: options.engine }) },
  stdio: ["ignore", "inherit", "inherit"],
});
try {
  await ready(child);
  await send(0);
  const cold = performance.now() - started;
  // On a busy machine the clock says little; what the start computes is the same everywhere.
  const coldCpu = cpuMs();
  const cpu: number[] = [];
  const memory: { readings: number; mib: number }[] = [];
  for (let i = 1; i <= total; i++) {
    const before = cpuMs();
    await send(i);
    cpu.push(cpuMs() - before);
    if (i === Math.ceil(total / 10) || i % Math.ceil(total / 5) === 0) memory.push({ readings: i, mib: residentMib() });
  }
  // /proc counts CPU in ticks of 10 ms, so a mean over many readings is what can be said of one.
  const blocks = Array.from(
    { length: Math.floor(cpu.length / 20) },
    (_, i) => cpu.slice(i * 20, i * 20 + 20).reduce((a, b) => a + b, 0) / 20,
  );
  blocks.sort((a, b) => a - b);
  const at = (share: number) => Math.round((blocks[Math.floor(blocks.length * share)] ?? 0) * 10) / 10;
  const result = {
    coldMs: Math.round(cold),
    coldCpuMs: coldCpu,
    cpuMsMedian: at(0.5),
    cpuMsP95: at(0.95),
    memory,
    readings: total,
  };
  say(`start to first reading  ${result.coldMs} ms (target 1500), of it CPU ${result.coldCpuMs} ms`);
  say(`CPU a reading           ${result.cpuMsMedian} ms median, ${result.cpuMsP95} ms p95, of 20 together (target 40)`);
  for (const { readings, mib } of memory)
    say(`resident after ${String(readings).padStart(6)}  ${mib} MiB (target 350)`);
  if (options.json) say(JSON.stringify(result));
} finally {
  child.kill("SIGTERM");
}

/** Fifty drawn strips, cut and encoded as capture does it. */
async function pictures(): Promise<{ headers: Record<string, string>; body: Buffer }[]> {
  const game = gameOf("pubg");
  const list: { headers: Record<string, string>; body: Buffer }[] = [];
  for (const { scene } of drawnScenes(4, 0).slice(0, 50)) {
    const { grey } = draw(scene);
    const crop = cropOf(game, grey.width, grey.height);
    const luma = await sharp(grey.data, { raw: { width: grey.width, height: grey.height, channels: 1 } })
      .extract(crop)
      .resize(crop.imageWidth, crop.imageHeight, { fit: "fill" })
      .toColourspace("b-w")
      .raw()
      .toBuffer();
    const { image: data, contentType } = await encode(luma, { width: crop.imageWidth, height: crop.imageHeight });
    const event = frameCaptured.create({
      ...{
        id: `bench-${list.length}`,
        subject: "bench",
        time: "2026-01-01T00:00:00Z",
        datacontenttype: contentType,
        data,
      },
      attributes: {
        ...{
          roundid: "bench",
          traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
          deadline: "2099-01-01T00:00:00Z",
        },
        ...{ frametime: "2026-01-01T00:00:00Z", game: "pubg", framewidth: grey.width, frameheight: grey.height },
        region: `${crop.left},${crop.top},${crop.width},${crop.height}`,
      },
    });
    list.push(writeEvent(event));
  }
  return list;
}

async function send(i: number): Promise<void> {
  const event = bodies[i % bodies.length];
  if (!event) return;
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: event.headers,
    body: new Uint8Array(event.body),
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`the function answered ${response.status}`);
}

async function ready(process: ChildProcess): Promise<void> {
  for (const giveUp = performance.now() + 60_000; performance.now() < giveUp; ) {
    if (process.exitCode !== null) throw new Error(`the function stopped with ${process.exitCode}`);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the function was not ready within a minute");
}

function cpuMs(): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentMib(): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
