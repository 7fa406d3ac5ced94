/** CPU of processes and their children, from /proc, and the capture function as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { findFfmpeg } from "../../functions/capture/ffmpeg.ts";
import type { Live } from "./live.ts";

const TICKS_PER_SECOND = 100; // USER_HZ is 100 on every Linux that Node runs on.

/** Seconds of CPU, user and system: its own, and of children that have ended and were waited for. */
export function cpuSeconds(pid: number | "self"): { own: number; children: number } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; counted from what follows it: utime 12, stime 13, cutime 14, cstime 15.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const at = (index: number) => (fields[index - 1] ?? 0) / TICKS_PER_SECOND;
  return { own: at(12) + at(13), children: at(14) + at(15) };
}

export interface FunctionProcess {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

/** Starts a function's main.ts and waits until it says that it listens. */
export async function startFunction(main: string, env: Record<string, string>): Promise<FunctionProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", main], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", PORT: "0", LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await listeningPort(child);
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said = (said + String(chunk)).slice(-100_000);
      const port = /"port":(\d+)/.exec(said)?.[1];
      if (port) resolve(Number(port));
    });
    child.once("exit", (code) => reject(new Error(`the function ended with ${code}: ${said}`)));
  });
}

/** Runs a program to its end (or for so long) and returns its output; bounded. */
export async function runProgram(
  program: string,
  args: string[],
  options: { forMs?: number; input?: Buffer } = {},
): Promise<Buffer> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const timer = options.forMs === undefined ? undefined : setTimeout(() => child.kill("SIGTERM"), options.forMs);
  const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  clearTimeout(timer);
  clearTimeout(late);
  return Buffer.concat(chunks);
}

/** The capture function for this live stream. */
export function startCapture({ origin }: Live, ffmpeg: string): Promise<FunctionProcess> {
  const path = findFfmpeg(ffmpeg === "system" ? undefined : ffmpeg, process.env.PATH ?? "");
  return startFunction("functions/capture/main.ts", {
    ...{ TWITCH_GQL_URL: `${origin}/gql`, TWITCH_USHER_URL: origin, ALLOWED_HOSTS: origin, FFMPEG_PATH: path },
  });
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
