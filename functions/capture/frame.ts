/** A key frame in, the HUD's part of it out: decoded, cropped and made grey by ffmpeg in one pass, encoded to fit an event. */
import sharp from "sharp";
import { MAX_FRAME_BYTES } from "../contracts/events.ts";
import type { Game } from "../contracts/games.ts";
import type { Gate } from "../runtime/gate.ts";
import { type Crop, cropOf } from "./crop.ts";
import { runFfmpeg } from "./ffmpeg.ts";
import type { KeyFrame } from "./h264.ts";
import { Missed } from "./missed.ts";

export interface Picture {
  image: Uint8Array<ArrayBuffer>;
  contentType: "image/png" | "image/webp" | "image/jpeg";
  /** Where the picture was cut, in pixels of the full frame. */
  crop: Crop;
  frameWidth: number;
  frameHeight: number;
}

export type TakePicture = (frame: KeyFrame, game: Game, signal: AbortSignal) => Promise<Picture>;

export function createTakePicture(deps: {
  ffmpeg: string;
  /** At most so many decoders at a time. */
  gate: Gate;
  limits: { timeoutMs: number; maxMemoryMb: number };
}): TakePicture {
  return async (frame, game, signal) => {
    const crop = cropOf(game.region, frame);
    const luma = await deps.gate(() => decode(deps, frame, crop, signal));
    if (!frame.fullRange) stretch(luma);
    return { ...(await encode(luma, crop)), crop, frameWidth: frame.width, frameHeight: frame.height };
  };
}

async function decode(
  { ffmpeg, limits }: { ffmpeg: string; limits: { timeoutMs: number; maxMemoryMb: number } },
  frame: KeyFrame,
  { x, y, width, height }: Crop,
  signal: AbortSignal,
): Promise<Buffer> {
  if (signal.aborted) throw signal.reason;
  const raw = await runFfmpeg(ffmpeg, {
    input: frame.annexB,
    // One picture needs no second thread. The format is said, so that nothing else is ever tried on these bytes.
    inputOptions: [
      ...["-hide_banner", "-nostdin", "-loglevel", "error", "-xerror", "-threads", "1", "-err_detect", "explode"],
      ...["-protocol_whitelist", "pipe", "-f", "h264"],
    ],
    // exact=1: not rounded to the chroma's grid, of which the luma plane knows nothing.
    filters: [`crop=${width}:${height}:${x}:${y}:exact=1`, "extractplanes=y", "format=gray"],
    outputOptions: ["-an", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo"],
    outputBytes: width * height,
    limits,
    signal,
  });
  return raw;
}

/** Luma of 16 to 235 to 0 to 255 (BT.601/709 "limited range"), so that the reader sees one kind of grey. */
const STRETCHED = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.max(0, Math.min(255, Math.round(((value - 16) * 255) / 219))),
);

function stretch(luma: Buffer): void {
  for (let index = 0; index < luma.byteLength; index++) luma[index] = STRETCHED[luma[index] as number] as number;
}

/**
 * Lossless where it fits, else with ever fewer bytes for the same pixels. Never fewer pixels: the reader needs them.
 * PNG first: it is the fastest to write and to read (level 2 costs 2 ms for a 1080p crop).
 */
async function encode(luma: Buffer, { width, height }: Crop): Promise<Pick<Picture, "image" | "contentType">> {
  const image = () => sharp(luma, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  const png = await image().png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer();
  if (png.byteLength <= MAX_FRAME_BYTES) return { image: new Uint8Array(png), contentType: "image/png" };
  const webp = await image().webp({ lossless: true, effort: 2 }).toBuffer();
  if (webp.byteLength <= MAX_FRAME_BYTES) return { image: new Uint8Array(webp), contentType: "image/webp" };
  for (const quality of [95, 90, 80, 65, 45, 25]) {
    const jpeg = await image().jpeg({ quality, mozjpeg: false }).toBuffer();
    if (jpeg.byteLength <= MAX_FRAME_BYTES) return { image: new Uint8Array(jpeg), contentType: "image/jpeg" };
  }
  throw new Missed("no-video", "a picture that does not fit an event in any quality");
}
