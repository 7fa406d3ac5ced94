/** Pictures as the reader gets them: cut, scaled and encoded like capture does it, then decoded by the function's own code. */
import sharp from "sharp";
import { cropOf, findGame, type Game } from "../../functions/contracts/games.ts";
import { decode } from "../../functions/ocr/decode.ts";
import type { Grey } from "../../functions/ocr/picture.ts";
import type { Strip } from "../../functions/ocr/reader.ts";
import type { Frame, Want } from "./manifest.ts";

/** One picture of the bench: what is shown to the engines and what stands on it. */
export interface Sample {
  name: string;
  game: string;
  hud: string;
  source: string;
  degradation: string;
  want: Want | undefined;
  strip: Strip;
}

export function gameOf(id: string): Game {
  const game = findGame(id);
  if (!game) throw new Error(`no game ${id}`);
  return game;
}

/** The frame as it is, in grey. */
export async function greyFrame(path: string): Promise<Grey> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace("b-w")
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

export async function stripOf(frame: Grey, game: Game): Promise<Strip> {
  const crop = cropOf(game, frame.width, frame.height);
  const bytes = await sharp(frame.data, { raw: { width: frame.width, height: frame.height, channels: 1 } })
    .extract(crop)
    .resize(crop.imageWidth, crop.imageHeight, { fit: "fill" })
    .webp({ quality: 90 })
    .toBuffer();
  return {
    picture: await decode(bytes, "image/webp"),
    region: { x: crop.left, y: crop.top, width: crop.width, height: crop.height },
    frame: { width: frame.width, height: frame.height },
  };
}

export async function sampleOf(frame: Frame, grey: Grey, degradation: string): Promise<Sample> {
  const { name, game, hud, source, want, region, width, height } = frame;
  // A file that is a crop already is read as it is.
  const strip = region ? { picture: grey, region, frame: { width, height } } : await stripOf(grey, gameOf(game));
  return { name, game, hud, source, want, degradation, strip };
}
