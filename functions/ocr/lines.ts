/** Which lines of a picture are read, and how one is cut out for the engines. */
import { cropOf, findGame, MAX_CROP_FRAME_HEIGHT } from "../contracts/games.ts";
import { Rejected } from "../runtime/outcome.ts";
import { LINE_HEIGHT } from "./engines/engine.ts";
import type { Profile, Scale } from "./games/profile.ts";
import { type Box, blackRows, type Grey, resample } from "./picture.ts";

export interface Strip {
  picture: Grey;
  /** Where the picture was cut, in pixels of the full frame. */
  region: Box;
  frame: { width: number; height: number };
}

/** Frame heights: at 270 lines a 5 passes for a 58. The smallest rendition of Twitch that is read has 360. */
const LEAST_FRAME_HEIGHT = 320;

/** Digits of so few pixels that what looks sure may be wrong. */
export function isTooSmall({ picture, region, frame }: Strip): boolean {
  return (frame.height * picture.height) / region.height < LEAST_FRAME_HEIGHT;
}

/**
 * Of a 21:9 game on a 16:9 stream, in frame heights: between that of 2560 x 1080 and of 3440 x 1440. What is black below it is a dark
 * scene.
 */
const ULTRAWIDE_BAR = 0.1235;

/** The lines to try, in pixels of the picture; lines outside it are left out. */
export function linesOf(strip: Strip, profile: Profile): Box[] {
  const { picture, region, frame } = strip;
  const across = columnsOf(strip, profile);
  if (!across) return [];
  const scale = picture.height / region.height;
  const linesAt = ({ lines, frameHeight }: Scale, top: number, height: number) =>
    lines.map((line) => ({
      ...across,
      y: (top + line * height - region.y) * scale,
      height: (LINE_HEIGHT / frameHeight) * height * scale,
    }));
  // An ultrawide game on a 16:9 stream: bars above and below, everything between smaller.
  const black = region.y === 0 ? blackRows(picture) / scale : 0;
  const barred = black > 0.04 * frame.height && black < 0.2 * frame.height;
  const bar = Math.min(black, ULTRAWIDE_BAR * frame.height);
  const all = profile.scales.flatMap((one) => [
    ...linesAt(one, 0, frame.height),
    ...(barred ? linesAt(one, bar, frame.height - 2 * bar) : []),
  ]);
  return all.filter(({ y, height }) => y > -height / 4 && y + height < picture.height + height / 4);
}

/** A picture that shows this much more of the frame than the region, in frame heights, was only rounded. */
const ROUNDED = 0.01;

/** The columns where the game's counter can be: of a picture that shows more of the frame, whoever sent it, only those are read. */
function columnsOf({ picture, region, frame }: Strip, { game }: Profile): { x: number; width: number } | undefined {
  const whole = { x: 0, width: picture.width };
  const known = findGame(game);
  if (!known) return whole;
  const { left, width } = cropOf(known, frame.width, frame.height);
  const slack = ROUNDED * frame.height;
  if (region.x >= left - slack && region.x + region.width <= left + width + slack) return whole;
  const scale = picture.width / region.width;
  const from = Math.max(0, (left - region.x) * scale);
  const to = Math.min(picture.width, (left + width - region.x) * scale);
  return to > from ? { x: from, width: to - from } : undefined;
}

/** The widest line an engine gets: a hostile region must not make a reading slow. */
const MAX_LINE_WIDTH = 880;

/** `up`: pixels of the line that it is moved up; `zoom`: how much larger it is shown. undefined: too narrow or too wide to be read. */
export function cutLine(picture: Grey, line: Box, up: number, zoom: number): Grey | undefined {
  const height = line.height / zoom;
  const y = line.y + (line.height - height) / 2 - (up * line.height) / LINE_HEIGHT;
  // The model works in steps of 4 px.
  const width = Math.round((line.width / height) * (LINE_HEIGHT / 4)) * 4;
  if (width < LINE_HEIGHT || width > MAX_LINE_WIDTH) return undefined;
  return resample(picture, { x: line.x, y, width: line.width, height }, width, LINE_HEIGHT);
}

/** `region` must lie on the frame and have the picture's shape; the picture may be a scaled-down copy. */
export function checkStrip({ picture, region, frame }: Strip): void {
  const said = `${region.width} x ${region.height}`;
  if (region.x + region.width > frame.width || region.y + region.height > frame.height) {
    const at = `${said} at ${region.x},${region.y}`;
    throw new Rejected(422, `region ${at} is outside the ${frame.width} x ${frame.height} frame`);
  }
  const given = `the picture is ${picture.width} x ${picture.height}, its region ${said}`;
  const scale = picture.height / region.height;
  // One pixel of rounding on either side, in both directions.
  const slack = 1.5 * Math.max(1, region.width / region.height);
  if (Math.abs(region.width * scale - picture.width) > slack || scale > 1.01) throw new Rejected(422, given);
  if (frame.height * scale > 2 * MAX_CROP_FRAME_HEIGHT) throw new Rejected(422, `${given}: larger than reading needs`);
}
