/**
 * `npm run bench:simulator [-- --json]`: what the Twitch simulator costs once its segments are encoded, with one viewer who
 * watches and a poller that takes 100 samples a minute. Target: at most 10 % of a core.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const SECONDS = 30;
const CHANNELS = 10;
const SAMPLES_A_MINUTE = 100;
/** About what a sample reads of a segment before it has its key frame. */
const SAMPLE_BYTES = 300_000;
/** Kernel ticks a second in /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

async function main(): Promise<void> {
  const env = {
    ...process.env,
    PORT: "0",
    SIMULATOR_WARM: "all",
    SIMULATOR_SEED: "1",
    SIMULATOR_CHANNELS: String(CHANNELS),
  };
  const child = spawn(process.execPath, ["--import", "tsx", "local/twitch/main.ts"], {
    env: { ...env, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await listening(child.stdout);
    const logins = Object.keys((await (await fetch(`${url}/simulator/truth`)).json()) as object);
    const before = cpuSeconds(child.pid ?? 0);
    const bytes = await load(url, logins);
    const cpu = cpuSeconds(child.pid ?? 0) - before;
    const row = { channels: CHANNELS, seconds: SECONDS, coreShare: cpu / SECONDS, megabytes: bytes / 1e6 };
    process.stdout.write("channels  viewers  samples/min  MB served  share of a core\n");
    const cells = [
      row.channels,
      1,
      SAMPLES_A_MINUTE,
      row.megabytes.toFixed(0),
      `${(row.coreShare * 100).toFixed(1)} %`,
    ];
    process.stdout.write(
      `${cells.map((cell, index) => String(cell).padStart([8, 9, 13, 11, 17][index] ?? 8)).join("")}\n`,
    );
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(row)}\n`);
  } finally {
    child.kill("SIGTERM");
  }
}

async function load(url: string, logins: string[]): Promise<number> {
  const end = Date.now() + SECONDS * 1000;
  let bytes = 0;
  const viewer = async () => {
    let seen = "";
    while (Date.now() < end) {
      const newest = await newestSegment(url, logins[0] ?? "");
      if (newest !== seen) bytes += await read(newest, Number.POSITIVE_INFINITY);
      seen = newest;
      await sleep(1000);
    }
  };
  const sampler = async () => {
    for (let turn = 0; Date.now() < end; turn++) {
      const login = logins[turn % logins.length] ?? "";
      const newest = await newestSegment(url, login);
      if (newest) bytes += await read(newest, SAMPLE_BYTES);
      await sleep(60_000 / SAMPLES_A_MINUTE);
    }
  };
  await Promise.all([viewer(), sampler()]);
  return bytes;
}

/** Empty while the channel is offline. */
async function newestSegment(url: string, login: string): Promise<string> {
  const master = await fetch(`${url}/hls/${login}.m3u8`);
  const text = await master.text();
  if (!master.ok) return "";
  const playlist = new URL(text.trim().split("\n").at(-1) ?? "", `${url}/hls/`);
  const lines = (await (await fetch(playlist)).text()).trim().split("\n");
  const segment = lines.filter((line) => !line.startsWith("#")).at(-1);
  return segment ? new URL(segment, playlist).href : "";
}

async function read(address: string, most: number): Promise<number> {
  const response = await fetch(address);
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size >= most) break;
  }
  return size;
}

async function listening(output: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += chunk.toString();
    const url = /"url":"([^"]+)".*"listening"/.exec(text)?.[1];
    if (url) return url;
  }
  throw new Error(`the simulator did not start: ${text}`);
}

/** User and system time of a process and of the encoders it has waited for. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) / TICKS;
}

await main();
