/**
 * Pictures as a stream shows them: the scene moves, the HUD stands still, x264 has the bits a streamer gives it, and what
 * is taken is a frame in the middle of a group, not its first.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Box, Grey } from "../../functions/ocr/picture.ts";

/** Lines, and bits per second of a 16:9 picture of 30 frames a second: Twitch's usual rates. */
export const QUALITIES = [
  { name: "1080p", lines: 1080, rate: 6_000_000 },
  { name: "720p", lines: 720, rate: 3_000_000 },
  { name: "480p", lines: 480, rate: 1_200_000 },
] as const;
export type Quality = (typeof QUALITIES)[number];

/** The scene wanders this part of the picture's height to every side. */
const WANDER = 0.03;
/** The first is a key frame; those taken are well after it. */
const FRAMES = 16;
export const TAKEN = [8, 14] as const;

/** A picture to be shown by a stream. */
export interface Shot {
  picture: Grey;
  quality: Quality;
  /** The picture's share of the frame's height (1 for a whole frame), so that its lines and bits are its share too. */
  part: number;
  /** What stands still, in pixels of the picture; without it everything moves. */
  hud: Box | undefined;
}

/** Each picture's frames. All go through one ffmpeg and back through another: to start one costs more than to encode. */
export async function streamed(shots: readonly Shot[]): Promise<Grey[][]> {
  const directory = await mkdtemp(join(tmpdir(), "stream-"));
  const file = (index: number, kind: string) => join(directory, `${index}.${kind}`);
  try {
    const sizes = shots.map(sizeOf);
    for (const [index, { picture, hud }] of shots.entries()) {
      // Two pictures, one above the other: the scene without its HUD, and the whole.
      const scene = hud ? withoutHud(picture, hud) : picture.data;
      await writeFile(file(index, "gray"), Buffer.concat([scene, picture.data]));
    }
    const inputs = shots.flatMap(({ picture: { width, height } }, index) => [
      ...["-f", "rawvideo", "-pix_fmt", "gray", "-s", `${width}x${2 * height}`, "-framerate", "30"],
      ...["-i", file(index, "gray")],
    ]);
    const graph = shots.map((shot, index) => graphOf(shot, index)).join(";");
    const outputs = shots.flatMap((shot, index) => [
      ...["-map", `[out${index}]`, "-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-threads", "1"],
      ...["-b:v", rateOf(shot), "-maxrate", rateOf(shot), "-bufsize", rateOf(shot), "-f", "mpegts", file(index, "ts")],
    ]);
    await run([...inputs, "-filter_complex", graph, ...outputs]);
    const select = ["-vf", `select='${TAKEN.map((n) => `eq(n,${n})`).join("+")}'`, "-fps_mode", "passthrough"];
    const raw = shots.flatMap((_, index) => [
      ...["-map", `${index}:v`, ...select, "-f", "rawvideo", "-pix_fmt", "gray", file(index, "raw")],
    ]);
    await run([...shots.flatMap((_, index) => ["-threads", "1", "-i", file(index, "ts")]), ...raw]);
    return await Promise.all(
      sizes.map(async ({ width, height }, index) => {
        const data = await readFile(file(index, "raw"));
        const size = width * height;
        if (data.length !== TAKEN.length * size) throw new Error(`ffmpeg: ${data.length} bytes of ${width}x${height}`);
        return TAKEN.map((_, at) => ({ data: data.subarray(at * size, (at + 1) * size), width, height }));
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const even = (value: number) => Math.max(2, Math.round(value / 2) * 2);

function sizeOf({ picture, quality, part }: Shot): { width: number; height: number } {
  const height = even(quality.lines * part);
  return { width: even((picture.width / picture.height) * height), height };
}

function rateOf(shot: Shot): string {
  const { width, height } = sizeOf(shot);
  const { rate, lines } = shot.quality;
  return String(Math.round((rate * width * height) / ((lines * lines * 16) / 9)));
}

/** The moving scene under the HUD that stands still. */
function graphOf(shot: Shot, index: number): string {
  const { picture, quality, part, hud } = shot;
  const { width, height } = sizeOf(shot);
  const { width: w, height: h } = picture;
  const scale = height / h;
  const margin = Math.max(4, Math.round(quality.lines * WANDER * Math.min(1, part * 3)));
  const pan = `crop=${width - 2 * margin}:${height - 2 * margin}:${margin}+${margin}*sin(n/4):${margin}+${margin}*cos(n/5)`;
  const scene = `crop=${w}:${h}:0:0,scale=${width}:${height},${pan},scale=${width}:${height}`;
  const start = `[${index}:v]format=yuv420p,loop=loop=${FRAMES - 1}:size=1`;
  if (!hud) return `${start},${scene}[out${index}]`;
  const [boxWidth, boxHeight, x, y] = [hud.width, hud.height, hud.x, hud.y].map((value) => even(value * scale));
  const still = `crop=${w}:${h}:0:${h},scale=${width}:${height},crop=${boxWidth}:${boxHeight}:${x}:${y}`;
  const [all, under, moving, fixed] = ["a", "b", "c", "d"].map((name) => `[${name}${index}]`);
  return (
    `${start},split${all}${under};${all}${scene}${moving};${under}${still}${fixed};` +
    `${moving}${fixed}overlay=${x}:${y}[out${index}]`
  );
}

/** Covers the HUD with what is below it, mirrored: the moving scene must not carry a second HUD. */
function withoutHud({ data, width, height }: Grey, hud: Box): Uint8Array {
  const out = Uint8Array.from(data);
  const [left, right] = [Math.max(0, Math.floor(hud.x)), Math.min(width, Math.ceil(hud.x + hud.width))];
  const bottom = Math.min(height - 1, Math.ceil(hud.y + hud.height));
  for (let y = Math.max(0, Math.floor(hud.y)); y < bottom; y++) {
    const from = Math.min(height - 1, 2 * bottom - y) * width;
    out.set(data.subarray(from + left, from + right), y * width + left);
  }
  return out;
}

function run(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let problem = "";
    child.stderr.on("data", (chunk: Buffer) => {
      problem = (problem + chunk.toString()).slice(0, 500);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`ffmpeg: ${problem}`));
    });
  });
}
