/**
 * Pictures as a stream shows them: the scene moves, the HUD stands still, x264 has the bits a streamer gives it, and what
 * is taken is a frame in the middle of a group, not its first.
 */
import { spawn } from "node:child_process";
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

/**
 * `part`: the picture's share of the frame's height (1 for a whole frame), so that its lines and bits are its share too.
 * `hud`: what stands still, in pixels of the picture; without it everything moves.
 */
export async function streamed(picture: Grey, quality: Quality, part: number, hud: Box | undefined): Promise<Grey[]> {
  const even = (value: number) => Math.max(2, Math.round(value / 2) * 2);
  const height = even(quality.lines * part);
  const width = even((picture.width / picture.height) * height);
  const scale = height / picture.height;
  const margin = Math.max(4, Math.round(quality.lines * WANDER * Math.min(1, part * 3)));
  const pan = `crop=${width - 2 * margin}:${height - 2 * margin}:${margin}+${margin}*sin(n/4):${margin}+${margin}*cos(n/5)`;
  // The input is two pictures, one above the other: the scene without its HUD, and the whole.
  const { width: w, height: h } = picture;
  const scene = `crop=${w}:${h}:0:0,scale=${width}:${height},${pan},scale=${width}:${height}`;
  const box = hud && [even(hud.width * scale), even(hud.height * scale), even(hud.x * scale), even(hud.y * scale)];
  const still = box && `crop=${w}:${h}:0:${h},scale=${width}:${height},crop=${box.join(":")}`;
  const graph = still
    ? `split[a][b];[a]${scene}[moving];[b]${still}[hud];[moving][hud]overlay=${box[2]}:${box[3]}`
    : scene;
  const rate = String(Math.round((quality.rate * width * height) / ((quality.lines * quality.lines * 16) / 9)));
  const encoded = await run(
    [
      ...["-f", "rawvideo", "-pix_fmt", "gray", "-s", `${w}x${2 * h}`, "-framerate", "30", "-i", "pipe:0"],
      ...["-filter_complex", `format=yuv420p,loop=loop=${FRAMES - 1}:size=1,${graph}`],
      ...["-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-threads", "1"],
      ...["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-f", "mpegts", "pipe:1"],
    ],
    Buffer.concat([hud ? withoutHud(picture, hud) : picture.data, picture.data]),
  );
  const wanted = TAKEN.map((n) => `eq(n,${n})`).join("+");
  const select = ["-vf", `select='${wanted}'`, "-fps_mode", "passthrough"];
  const raw = await run(
    ["-f", "mpegts", "-i", "pipe:0", ...select, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    encoded,
  );
  const size = width * height;
  return TAKEN.map((_, index) => ({ data: raw.subarray(index * size, (index + 1) * size), width, height }));
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

/** ffmpeg with bytes in and bytes out. */
function run(args: string[], input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let problem = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      problem += chunk.toString();
    });
    // ffmpeg may stop reading before the end: its exit code says whether that was an error.
    child.stdin.on("error", () => {});
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`ffmpeg: ${problem.slice(0, 500)}`));
    });
    child.stdin.end(input);
  });
}
