/** Pictures as the reader gets them: cut and scaled like capture does it, encoded by capture's code, decoded by the reader's. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { encode } from "../../functions/capture/encode.ts";
import { cropOf, findGame, type Game } from "../../functions/contracts/games.ts";
import { decode } from "../../functions/ocr/decode.ts";
import { checkStrip, type Strip } from "../../functions/ocr/lines.ts";
import type { Grey } from "../../functions/ocr/picture.ts";
import type { Frame, Want } from "./manifest.ts";

/** What stands on a picture and where it comes from. */
export interface Label {
  name: string;
  game: string;
  hud: string;
  /** The repository a real picture is from, or "drawn". */
  source: string;
  degradation: string;
  want: Want | undefined;
  /** A real frame, a number set into one, a crop at its place, a drawn strip, or a real frame of another game. */
  origin: "real" | "set" | "crop" | "drawn" | "stranger";
  /** Of drawn strips. */
  language?: string;
}

/** One picture of the bench: what is shown to the engines and what stands on it. */
export interface Sample extends Label {
  strip: Strip;
}

export function gameOf(id: string): Game {
  const game = findGame(id);
  if (!game) throw new Error(`no game ${id}`);
  return game;
}

/** More than an 8K frame; a manifest is as good as a stranger. */
const MAX_PIXELS = 36_000_000;

/** The frame as people see it (turned as its EXIF data say), in grey. Throws with the reason when it is no picture. */
export async function greyFrame(path: string): Promise<Grey> {
  const bytes = await readFile(path);
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .removeAlpha()
    .toColourspace("b-w")
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The region of a game, through the encoding of capture. */
export async function stripOf(frame: Grey, game: Game): Promise<Strip> {
  const crop = cropOf(game, frame.width, frame.height);
  const luma = await sharp(frame.data, { raw: { width: frame.width, height: frame.height, channels: 1 } })
    .extract(crop)
    .resize(crop.imageWidth, crop.imageHeight, { fit: "fill" })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const { image, contentType } = await encode(luma, { width: crop.imageWidth, height: crop.imageHeight });
  return {
    picture: await decode(image, contentType),
    region: { x: crop.left, y: crop.top, width: crop.width, height: crop.height },
    frame: { width: frame.width, height: frame.height },
  };
}

export async function sampleOf(frame: Frame, grey: Grey, degradation: string): Promise<Sample> {
  const { name, game, hud, source, want, region, width, height } = frame;
  // A file that is a crop already is read as it is.
  const strip = region ? { picture: grey, region, frame: { width, height } } : await stripOf(grey, gameOf(game));
  checkStrip(strip);
  return { name, game, hud, source, want, degradation, origin: "real", strip };
}
