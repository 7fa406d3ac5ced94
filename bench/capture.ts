/**
 * What one picture costs: `npm run bench:capture -- [--samples N] [--json]`.
 *
 * Against a local live stream of moving pictures with a clock in them: wall time, CPU (own and children), bytes and age of
 * the picture, for our way (with the system's ffmpeg, and with the one an npm package ships) and for the ancestor's two.
 * `--load SECONDS`: 100 channels every 30 s, their pictures with a HUD, and the reader reading them. `--soak N`: N captures, then what is left open.
 * `--flips N`: N pictures with one flipped bit.
 */

import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { flips } from "./capture/flips.ts";
import { startLive } from "./capture/live.ts";
import { load } from "./capture/load.ts";
import { cpuSeconds, median, round, startCapture } from "./capture/processes.ts";
import { prepareScenes } from "./capture/scenes.ts";
import { soak } from "./capture/soak.ts";
import { describeVideo, prepareVideo, QUALITIES, type Quality } from "./capture/video.ts";
import { prepareStreamlink, type Shot, take2017, take2018, take2018WithStreamlink, takeOurs } from "./capture/ways.ts";

const { values: options } = parseArgs({
  options: {
    samples: { type: "string", default: "20" },
    load: { type: "string" },
    soak: { type: "string" },
    flips: { type: "string" },
    ffmpeg: { type: "string", default: "system" },
    json: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const CACHE = ".cache";
/** A function that has just started compiles its code first; this is about one that runs. */
const WARM = 10;

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
if (options.flips) {
  finish(await flips(Number(options.flips), options.ffmpeg, say));
  process.exit();
}
const folders = new Map<number, string>();
for (const quality of QUALITIES) {
  folders.set(quality.height, await (options.load ? prepareScenes : prepareVideo)(quality, CACHE));
  const { kbits, gopSeconds, profile, keyFrameKb } = await describeVideo(folders.get(quality.height) ?? "");
  say(
    `${quality.height}p60: ${kbits} kbit/s of video, key frame every ${gopSeconds.toFixed(2)} s (${keyFrameKb} KB), profile ${profile}`,
  );
}
const live = await startLive(folders);
try {
  if (options.soak) finish(await soak(live, Number(options.soak), options.ffmpeg, say));
  else if (options.load) finish(await load(live, Number(options.load), options.ffmpeg, say));
  else finish({ rows: await compare(Number(options.samples)) });
} finally {
  await live.close();
}

function finish(result: object): void {
  if (options.json) say(JSON.stringify(result));
}

async function compare(samples: number): Promise<Row[]> {
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
      for (let warm = 0; warm < WARM; warm++) await take();
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
  return rows;
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
