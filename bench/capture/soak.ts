/** Thousands of captures, and what they leave open. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import type { Live } from "./live.ts";
import { startCapture } from "./processes.ts";
import { takeOurs } from "./ways.ts";

/** Captures under way at a time. */
const WORKERS = 4;

/** Every tenth capture is of a damaged stream. Then: descriptors, children, memory. */
export async function soak(live: Live, count: number, ffmpeg: string, say: (text: string) => void): Promise<object> {
  const capture = await startCapture(live, ffmpeg);
  try {
    return await run(capture, count, say);
  } finally {
    await capture.stop();
  }
}

async function run(
  capture: Awaited<ReturnType<typeof startCapture>>,
  count: number,
  say: (text: string) => void,
): Promise<object> {
  const state = () => ({
    descriptors: readdirSync(`/proc/${capture.pid}/fd`).length,
    children: execFileSync("ps", ["-eo", "ppid=,stat=,comm="], { encoding: "utf8" })
      .split("\n")
      // esbuild is tsx's own: here the function runs from its sources.
      .filter((line) => line.trim().startsWith(`${capture.pid} `) && !line.endsWith("esbuild")),
    memoryMb: Math.round(
      Number(execFileSync("ps", ["-o", "rss=", "-p", String(capture.pid)], { encoding: "utf8" })) / 1024,
    ),
  });
  let hint: string | undefined;
  let pictures = 0;
  let missed = 0;
  const worker = async (from: number) => {
    for (let index = from; index < count; index += WORKERS) {
      try {
        if (index % 10 === 9) await takeOurs(capture.url, "damaged");
        else ({ hint } = await takeOurs(capture.url, `p720_${index % 50}`, hint));
        pictures++;
      } catch {
        missed++;
      }
      if (index % 500 === 0) say(`${index}: ${JSON.stringify(state())}`);
    }
  };
  await worker(count - WORKERS);
  const before = state();
  await Promise.all(Array.from({ length: WORKERS }, (_, index) => worker(index)));
  // Connections kept open for the next picture close after 30 s.
  await new Promise((resolve) => setTimeout(resolve, 32_000));
  const after = state();
  say(`\n${pictures} pictures, ${missed} missed. Before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`);
  if (after.children.length > 0 || after.descriptors > before.descriptors + 2) process.exitCode = 1;
  return { pictures, missed, before, after };
}
