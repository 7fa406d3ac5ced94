/** A key frame in, the HUD's part of it out: decoded, cropped and made grey by ffmpeg in one pass, encoded to fit an event. */
import { type Crop, cropOf, type Game } from "../contracts/games.ts";
import type { Gate } from "../runtime/gate.ts";
import { runFfmpeg } from "./decode.ts";
import { type EncodedImage, encode } from "./encode.ts";
import type { KeyFrame } from "./h264.ts";

export interface Picture extends EncodedImage {
  /** Where the picture was cut, in pixels of the full frame; of a tall frame the image is smaller than that. */
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
    const crop = cropOf(game, frame.width, frame.height);
    const luma = await deps.gate(() => decode(deps, frame, crop, signal));
    if (!frame.fullRange) stretch(luma);
    return {
      ...(await encode(luma, { width: crop.imageWidth, height: crop.imageHeight })),
      crop,
      frameWidth: frame.width,
      frameHeight: frame.height,
    };
  };
}

const GREY = ["extractplanes=y", "format=gray"];

async function decode(
  { ffmpeg, limits }: { ffmpeg: string; limits: { timeoutMs: number; maxMemoryMb: number } },
  frame: KeyFrame,
  { left, top, width, height, imageWidth, imageHeight }: Crop,
  signal: AbortSignal,
): Promise<Buffer> {
  if (signal.aborted) throw signal.reason;
  // A picture of another size than the header said has no width to cut, which is an error: crop would move the region.
  const checkedWidth = `'if(eq(iw,${frame.width})*eq(ih,${frame.height}),${width},-1)'`;
  const scale = imageHeight === height ? [] : [`scale=${imageWidth}:${imageHeight}:flags=area`];
  return runFfmpeg(ffmpeg, {
    input: frame.annexB,
    // One picture needs no second thread. The format is said, so that nothing else is ever tried on these bytes. Some
    // versions say only at level verbose that they made up a part of the picture (SIGNS_OF_DAMAGE).
    inputOptions: [
      ...["-hide_banner", "-nostdin", "-loglevel", "verbose", "-xerror", "-threads", "1", "-err_detect", "explode"],
      ...["-protocol_whitelist", "pipe", "-f", "h264"],
    ],
    // exact=1: not rounded to the chroma's grid, of which the luma plane knows nothing.
    filters: [`crop=${checkedWidth}:${height}:${left}:${top}:exact=1`, ...GREY, ...scale],
    outputOptions: ["-an", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo"],
    outputBytes: imageWidth * imageHeight,
    limits,
    signal,
  });
}

/** Luma of 16 to 235 to 0 to 255 (BT.601/709 "limited range"), so that the reader sees one kind of grey. */
const STRETCHED = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.max(0, Math.min(255, Math.round(((value - 16) * 255) / 219))),
);

function stretch(luma: Buffer): void {
  for (let index = 0; index < luma.byteLength; index++) luma[index] = STRETCHED[luma[index] as number] as number;
}
