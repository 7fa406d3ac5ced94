/** Region picture -> reading: the line of the counter is cut out, read by the engine, judged. */
import type { Reading } from "../contracts/events.ts";
import { type Game, MAX_CROP_FRAME_HEIGHT } from "../contracts/games.ts";
import { Rejected } from "../runtime/outcome.ts";
import type { Engine } from "./engines/engine.ts";
import type { Profile } from "./games/profile.ts";
import { judge, toReading } from "./hud.ts";
import { type Grey, resample } from "./picture.ts";

/** Height of a whole frame at the scale engines read: digits are 0.022 of it. */
const READ_FRAME_HEIGHT = 800;

export interface Strip {
  picture: Grey;
  /** Where the picture was cut, in pixels of the full frame. */
  region: { x: number; y: number; width: number; height: number };
  frame: { width: number; height: number };
}

export async function readCounter(
  strip: Strip,
  game: Game,
  profile: Profile,
  engine: Engine,
  accept: number,
): Promise<Reading> {
  const { picture, region, frame } = strip;
  const scale = picture.height / region.height;
  const top = Math.max(0, profile.lines.from * frame.height - region.y) * scale;
  const bottom = Math.min(region.height, profile.lines.to * frame.height - region.y) * scale;
  if (bottom <= top) throw new Rejected(422, `region ${region.y}+${region.height} has no line of ${game.id}'s counter`);
  const zoom = READ_FRAME_HEIGHT / (frame.height * scale);
  const box = { x: 0, y: top, width: picture.width, height: bottom - top };
  const line = resample(picture, box, Math.round(box.width * zoom), Math.max(1, Math.round(box.height * zoom)));
  return toReading(judge(await engine.readWords(line), profile), engine.name, accept);
}

/** `region` must lie on the frame and have the picture's shape; the picture may be a scaled-down copy. */
export function checkStrip({ picture, region, frame }: Strip): void {
  if (region.x + region.width > frame.width || region.y + region.height > frame.height) {
    throw new Rejected(
      422,
      `region ${Object.values(region).join(",")} is outside the ${frame.width} x ${frame.height} frame`,
    );
  }
  const scale = picture.height / region.height;
  const widthThere = region.width * scale;
  // One pixel of rounding on either side, in both directions.
  if (Math.abs(widthThere - picture.width) > 1.5 * Math.max(1, region.width / region.height) || scale > 1.01) {
    const [given, said] = [`${picture.width} x ${picture.height}`, `${region.width} x ${region.height}`];
    throw new Rejected(
      422,
      `the picture is ${given}, its region ${said} (frames are delivered at up to ${MAX_CROP_FRAME_HEIGHT} lines)`,
    );
  }
}
