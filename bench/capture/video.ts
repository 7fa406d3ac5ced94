/**
 * Moving pictures with a clock in them, as a loop of two-second segments. The clock is the number of the frame in
 * binary, twelve white or black squares in the corner where the counter is, so that it is read exactly and not by eye.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const RATE = 60;
export const SEGMENT_SECONDS = 2;
export const LOOP_SEGMENTS = 16;
const BITS = 12;
const CELL = 32;
/** From the right edge and from the top, in pixels. */
const MARGIN = 8;

export interface Quality {
  height: number;
  width: number;
  kbits: number;
}
export const QUALITIES: readonly Quality[] = [
  { height: 720, width: 1280, kbits: 3000 },
  { height: 1080, width: 1920, kbits: 6000 },
];

/** Encodes what is not there yet and returns the folder with s000.ts, s001.ts, ... */
export async function prepareVideo({ height, width, kbits }: Quality, cache: string): Promise<string> {
  const folder = join(cache, `${height}p${RATE}-${kbits}k-${LOOP_SEGMENTS}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  await mkdir(making, { recursive: true });
  const seconds = LOOP_SEGMENTS * SEGMENT_SECONDS;
  const clock = `nullsrc=size=${BITS * CELL}x${CELL}:rate=${RATE},geq=lum='if(mod(floor(N/pow(2,floor(X/${CELL}))),2),235,16)':cb=128:cr=128`;
  // Something everywhere on the picture moves, and grain keeps the encoder from finding it easy, as in a game.
  const scene = `testsrc2=size=${width}x${height}:rate=${RATE},noise=alls=14:allf=t`;
  const gop = RATE * SEGMENT_SECONDS;
  await run("ffmpeg", [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", scene, "-f", "lavfi", "-i", clock],
    ...["-f", "lavfi", "-i", "sine=440:sample_rate=48000"],
    ...[
      "-filter_complex",
      `[0:v][1:v]overlay=x=W-w-${MARGIN}:y=${MARGIN},format=yuv420p[v]`,
      "-map",
      "[v]",
      "-map",
      "2:a",
    ],
    ...["-t", String(seconds), "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-threads", "2"],
    ...["-b:v", `${kbits}k`, "-maxrate", `${kbits}k`, "-bufsize", `${kbits}k`, "-x264-params", "nal-hrd=cbr"],
    ...["-g", String(gop), "-keyint_min", String(gop), "-sc_threshold", "0", "-bf", "2", "-c:a", "aac", "-b:a", "128k"],
    ...[
      "-f",
      "segment",
      "-segment_time",
      String(SEGMENT_SECONDS),
      "-segment_format",
      "mpegts",
      join(making, "s%03d.ts"),
    ],
  ]);
  await rename(making, folder);
  return folder;
}

/** What ffprobe says of it: bit rate, distance of key frames, profile. */
export async function describeVideo(
  folder: string,
): Promise<{ kbits: number; gopSeconds: number; profile: string; keyFrameKb: number }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts")).sort();
  const input = `concat:${names
    .slice(0, 4)
    .map((name) => join(folder, name))
    .join("|")}`;
  const show = ["-show_entries", "stream=profile:packet=pts_time,size,flags", "-select_streams", "v:0", "-of", "json"];
  const { stdout } = await run("ffprobe", ["-v", "error", ...show, input], { maxBuffer: 64 * 1024 * 1024 });
  const { packets, streams } = JSON.parse(stdout) as {
    packets: { pts_time: string; size: string; flags: string }[];
    streams: { profile: string }[];
  };
  const keys = packets.filter(({ flags }) => flags.startsWith("K"));
  const bytes = packets.reduce((sum, { size }) => sum + Number(size), 0);
  const times = keys.map(({ pts_time }) => Number(pts_time));
  return {
    kbits: Math.round((bytes * 8) / (4 * SEGMENT_SECONDS) / 1000),
    gopSeconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / Math.max(1, times.length - 1),
    profile: streams[0]?.profile ?? "",
    keyFrameKb: Math.round(keys.reduce((sum, { size }) => sum + Number(size), 0) / keys.length / 1024),
  };
}

/** The frame's number in the loop, from grey pixels whose right and top edges are the frame's own. */
export function readClock(pixels: Uint8Array, width: number): number {
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const x = width - MARGIN - (BITS - bit) * CELL + CELL / 2;
    const value = pixels[(MARGIN + CELL / 2) * width + x] ?? 0;
    if (value > 128) number += 2 ** bit;
  }
  return number;
}
