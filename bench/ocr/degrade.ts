/** Pictures through a stream and through capture, at the place in a smaller frame where they then are. */
import { encode } from "../../functions/capture/encode.ts";
import { decode } from "../../functions/ocr/decode.ts";
import type { Strip } from "../../functions/ocr/lines.ts";
import type { Box, Grey } from "../../functions/ocr/picture.ts";
import type { Sample } from "./picture.ts";
import { QUALITIES, type Quality, streamed } from "./stream.ts";

/** Scaling up is left out: it adds nothing a stream would have. */
export const fitting = ({ frame }: Strip): Quality[] =>
  QUALITIES.filter(({ lines }) => lines <= Math.max(frame.height, 480) * 1.02);
export const oneOf = (list: readonly Quality[], turn: number) => list[turn % list.length] ?? QUALITIES[2];

export interface Degrade {
  sample: Sample;
  quality: Quality;
  hud: Box | undefined;
}

/** So many pictures are encoded at once. */
const BATCH = 16;

/**
 * Only the region is encoded, with its share of the stream's bits: a hundred whole 4K frames at three qualities would take
 * an hour and show the same blocks.
 */
export async function degraded(wanted: readonly Degrade[], take: number): Promise<Sample[]> {
  const list: Sample[] = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    const shown = await streamed(
      batch.map(({ sample: { strip }, quality, hud }) => {
        return { picture: strip.picture, quality, part: strip.region.height / strip.frame.height, hud };
      }),
    );
    for (const [index, { sample, quality }] of batch.entries()) {
      for (const picture of (shown[index] ?? []).slice(0, take)) {
        const strip = stripAt(await captured(picture), sample.strip);
        list.push({ ...sample, degradation: quality.name, strip });
      }
    }
  }
  return list;
}

/** What capture sends and the reader unpacks. */
export async function captured({ data, width, height }: Grey): Promise<Grey> {
  const { image, contentType } = await encode(Buffer.from(data), { width, height });
  return decode(image, contentType);
}

/** The degraded picture's place in a frame of its own scale. */
function stripAt(shown: Grey, { region, frame }: Strip): Strip {
  const scale = shown.height / region.height;
  const size = { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) };
  const moved = {
    x: Math.min(Math.round(region.x * scale), size.width - shown.width),
    y: Math.min(Math.round(region.y * scale), size.height - shown.height),
    width: shown.width,
    height: shown.height,
  };
  return { picture: shown, region: moved, frame: size };
}
