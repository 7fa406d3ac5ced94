/**
 * What one picture costs: `npm run bench:capture -- [--samples N] [--json]`.
 *
 * Against a local live stream of moving pictures with a clock in them: wall time, CPU (own and children), bytes and age of
 * the picture, for our way (with the system's ffmpeg, and with the one an npm package ships) and for the ancestor's two.
 * `--load SECONDS`: 100 channels every 30 s, with the reader. `--soak N`: N captures, then what is left open.
 */

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { findFfmpeg } from "../functions/capture/ffmpeg.ts";
import { type Live, startLive } from "./capture/live.ts";
import { cpuSeconds, type FunctionProcess, startFunction } from "./capture/processes.ts";
import { describeVideo, prepareVideo, QUALITIES, type Quality } from "./capture/video.ts";
import { prepareStreamlink, type Shot, take2017, take2018, take2018WithStreamlink, takeOurs } from "./capture/ways.ts";

const { values: options } = parseArgs({
  options: {
    samples: { type: "string", default: "20" },
    load: { type: "string" },
    soak: { type: "string" },
    ffmpeg: { type: "string", default: "system" },
    json: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const CACHE = ".cache";
/** Captures under way at a time in the soak. */
const WORKERS = 4;

interface Row {
  way: string;
  height: number;
  wallSeconds: number;
  cpuSeconds: number;
  bytes: number;
  ageSeconds: number;
  /** Segments between the picture's and the newest complete one: median, and the worst. */
  segmentsBehind: number;
  worstSegmentsBehind: number;
  samples: number;
}

await mkdir(CACHE, { recursive: true });
const folders = new Map<number, string>();
for (const quality of QUALITIES) {
  folders.set(quality.height, await prepareVideo(quality, CACHE));
  const { kbits, gopSeconds, profile, keyFrameKb } = await describeVideo(folders.get(quality.height) ?? "");
  say(
    `${quality.height}p60: ${kbits} kbit/s of video, key frame every ${gopSeconds.toFixed(2)} s (${keyFrameKb} KB), profile ${profile}`,
  );
}
const live = await startLive(folders);
try {
  if (options.soak) await soak(Number(options.soak));
  else if (options.load) await load(Number(options.load));
  else await compare(Number(options.samples));
} finally {
  await live.close();
}

async function compare(samples: number): Promise<void> {
  const streamlink = await prepareStreamlink(CACHE);
  const rows: Row[] = [];
  for (const quality of QUALITIES) {
    for (const [way, ffmpeg] of [
      ["rotisserie", "system"],
      ["rotisserie-bundled", "bundled"],
    ] as const) {
      const capture = await startCapture(live, ffmpeg);
      let hint: string | undefined;
      const take = async () => {
        const shot = await takeOurs(capture.url, `p${quality.height}_x`, hint);
        hint = shot.hint;
        return shot;
      };
      for (let warm = 0; warm < 3; warm++) await take();
      rows.push(await measure(way, quality, samples, take, capture.pid));
      await capture.stop();
    }
    rows.push(await measure("2018", quality, Math.ceil(samples / 2), () => take2018(live, quality), "self"));
    rows.push(
      await measure(
        "2018+streamlink",
        quality,
        Math.ceil(samples / 4),
        () => take2018WithStreamlink(live, quality, streamlink),
        "self",
      ),
    );
    rows.push(
      await measure("2017", quality, Math.ceil(samples / 4), () => take2017(live, quality, streamlink), "self"),
    );
  }
  printRows(rows);
  if (options.json) say(JSON.stringify({ rows }));
}

/** `pid`: whose CPU counts. Of this process only its children count: it is the server, too. */
async function measure(
  way: string,
  quality: Quality,
  samples: number,
  take: () => Promise<Shot>,
  pid: number | "self",
): Promise<Row> {
  const walls: number[] = [];
  const ages: number[] = [];
  const behind: number[] = [];
  live.takeBytes();
  const before = cpuSeconds(pid);
  for (let index = 0; index < samples; index++) {
    const begun = performance.now();
    const { frame } = await take();
    walls.push((performance.now() - begun) / 1000);
    ages.push((Date.now() - live.timeOfFrame(frame)) / 1000);
    behind.push(live.segmentsBehind(frame));
    // Not in step with the segments, so that every phase of one is seen.
    await new Promise((resolve) => setTimeout(resolve, 130 + (index % 7) * 60));
  }
  const after = cpuSeconds(pid);
  const used = after.children - before.children + (pid === "self" ? 0 : after.own - before.own);
  return {
    way,
    height: quality.height,
    wallSeconds: round(median(walls)),
    cpuSeconds: round(used / samples),
    bytes: Math.round(live.takeBytes() / samples),
    ageSeconds: round(median(ages)),
    segmentsBehind: median(behind),
    worstSegmentsBehind: Math.max(...behind),
    samples,
  };
}

function printRows(rows: readonly Row[]): void {
  say("\nway                 height  wall s   CPU s      bytes  age s  segments behind (worst)");
  for (const row of rows) {
    const cells = [
      row.way.padEnd(18),
      String(row.height).padStart(7),
      row.wallSeconds.toFixed(2).padStart(7),
      row.cpuSeconds.toFixed(3).padStart(7),
      row.bytes.toLocaleString("en").padStart(10),
      row.ageSeconds.toFixed(2).padStart(6),
      `${row.segmentsBehind} (${row.worstSegmentsBehind})`.padStart(8),
    ];
    say(cells.join(" "));
  }
  for (const { height } of QUALITIES) {
    const of = (way: string) => rows.find((row) => row.way === way && row.height === height);
    const ours = of("rotisserie");
    for (const way of ["2017", "2018+streamlink", "2018"]) {
      const theirs = of(way);
      if (!ours || !theirs) continue;
      say(
        `${height}p against ${way}: ${(theirs.cpuSeconds / ours.cpuSeconds).toFixed(1)}x less CPU, ${(theirs.bytes / ours.bytes).toFixed(1)}x fewer bytes`,
      );
    }
  }
}

/** 100 channels every 30 s, as the poller sends them: a burst every 5 s. With the reader, so that both share the cores. */
async function load(seconds: number): Promise<void> {
  const capture = await startCapture(live, options.ffmpeg);
  const reader = await startFunction("functions/ocr/main.ts", {});
  const channels = Array.from({ length: 100 }, (_, index) => ({
    login: `p${index % 10 === 0 ? 1080 : 720}_${index}`,
    hint: undefined as string | undefined,
  }));
  const walls: number[] = [];
  const failures = new Map<string, number>();
  const fail = (what: string) => failures.set(what, (failures.get(what) ?? 0) + 1);
  const one = async (channel: (typeof channels)[number]) => {
    const begun = performance.now();
    try {
      const { event, hint } = await takeOurs(capture.url, channel.login, channel.hint);
      channel.hint = hint;
      walls.push((performance.now() - begun) / 1000);
      if (event) await read(reader.url, event);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  for (const channel of channels.slice(0, 20)) await one(channel);
  walls.length = 0;
  failures.clear();
  const before = { capture: cpuSeconds(capture.pid), reader: cpuSeconds(reader.pid) };
  const begun = performance.now();
  const ticks = Math.max(1, Math.round(seconds / 5));
  const bursts: Promise<void>[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const due = channels.slice(Math.floor(((tick % 6) * 100) / 6), Math.floor((((tick % 6) + 1) * 100) / 6));
    bursts.push(...due.map(one));
    const next = (tick + 1) * 5000 - (performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next)));
  }
  await Promise.all(bursts);
  const took = (performance.now() - begun) / 1000;
  const share = (after: ReturnType<typeof cpuSeconds>, earlier: ReturnType<typeof cpuSeconds>) =>
    (after.own + after.children - earlier.own - earlier.children) / took / 2;
  const shares = {
    capture: share(cpuSeconds(capture.pid), before.capture),
    reader: share(cpuSeconds(reader.pid), before.reader),
  };
  await Promise.all([capture.stop(), reader.stop()]);
  const sorted = walls.toSorted((a, b) => a - b);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  say(
    `\n100 channels every 30 s (10 of them 1080p) for ${took.toFixed(0)} s: ${walls.length} pictures, failed: ${JSON.stringify(Object.fromEntries(failures))}`,
  );
  say(
    `of two cores: capture ${percent(shares.capture)}, reader ${percent(shares.reader)}, together ${percent(shares.capture + shares.reader)}`,
  );
  say(
    `event to reply: median ${median(walls).toFixed(2)} s, 99 of 100 within ${(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(2)} s`,
  );
  if (options.json)
    say(
      JSON.stringify({
        channels: 100,
        seconds: round(took),
        pictures: walls.length,
        failures: Object.fromEntries(failures),
        shareOfTwoCores: shares,
      }),
    );
}

async function read(url: string, { headers, body }: { headers: Record<string, string>; body: Buffer }): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers: eventHeaders(headers), body: new Uint8Array(body) });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the reader answered ${answer.status}`);
}

/** Of the reply, what belongs to the event and not to the connection. */
function eventHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("ce-") || name === "content-type"),
  );
}

/** Thousands of captures, some of them of damaged streams, and then: descriptors, children, memory. */
async function soak(count: number): Promise<void> {
  const capture = await startCapture(live, options.ffmpeg);
  const state = () => ({
    descriptors: readdirSync(`/proc/${capture.pid}/fd`).length,
    children: execFileSync("ps", ["-o", "stat=,comm=", "--ppid", String(capture.pid)], { encoding: "utf8" })
      .split("\n")
      // esbuild is tsx's own: here the function runs from its sources.
      .filter((line) => line && !line.endsWith("esbuild")),
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
        ({ hint } = await takeOurs(capture.url, `p720_${index % 50}`, hint));
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
  await capture.stop();
  say(`\n${pictures} pictures, ${missed} missed. Before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`);
  if (options.json) say(JSON.stringify({ pictures, missed, before, after }));
  if (after.children.length > 0 || after.descriptors > before.descriptors + 2) process.exitCode = 1;
}

function startCapture({ origin }: Live, ffmpeg: string): Promise<FunctionProcess> {
  const path = findFfmpeg(ffmpeg === "system" ? undefined : ffmpeg, process.env.PATH ?? "");
  return startFunction("functions/capture/main.ts", {
    ...{ TWITCH_GQL_URL: `${origin}/gql`, TWITCH_USHER_URL: origin, ALLOWED_HOSTS: origin, FFMPEG_PATH: path },
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
