/**
 * Counts that no real frame at hand shows (1-16, 100, ...), made of real digits: cut from one frame, set into another one
 * of another source. The cutting is done here, at test time: no digit is kept.
 */
import type { Grey } from "../../functions/ocr/picture.ts";
import { resample } from "../../functions/ocr/picture.ts";
import type { Frame } from "./manifest.ts";

/** One digit as a matte (0 scene, 255 letter), DIGIT pixels high. */
export interface Digit {
  value: string;
  source: string;
  face: string;
  matte: Grey;
  /** Columns on either side that only hold the soft edge: the next digit may begin in them. */
  rim: number;
}

const DIGIT = 48;

/** gen1 has a typeface of its own; gen2, gen3 and the observers' HUD share one. */
export const faceOf = (frame: Frame) => (frame.hud.startsWith("gen1") ? "round" : "narrow");

/**
 * Columns between digits, in digit heights, as the frames have them: 0.07 (gen1) to 0.13 (gen2), and beside a 1 more: "18" 0.13 in
 * gen3, 0.24 in gen2.
 */
const GAP = 0.1;
const BESIDE_ONE: Record<string, number> = { gen1: 0, gen2: 0.13, gen3: 0.03, observer: 0.03 };

/** How far the edge of a digit is soft, in digit heights: the dark box of gen1 ends 0.2 left of it. */
const SOFT = 0.08;

/** Lower than that they would be blurred when set into a large frame. */
const LEAST_HEIGHT = 14;

/** Cuts a frame's number into digits (a crop's, where nothing else is bright). Those that do not come apart cleanly give none. */
export function digitsOf(frame: Frame, grey: Grey): Digit[] {
  const { want } = frame;
  const box = frame.box ?? brightBox(grey);
  if (!want || box.height < LEAST_HEIGHT) return [];
  const [x0, y0] = [box.x - 2, box.y - 2];
  const [width, height] = [box.width + 4, box.height + 4];
  const inside = (value: number, limit: number) => Math.max(0, Math.min(limit - 1, value));
  const at = (x: number, y: number) =>
    grey.data[inside(y0 + y, grey.height) * grey.width + inside(x0 + x, grey.width)] ?? 0;
  const around: number[] = [];
  for (let x = 0; x < width; x++) around.push(at(x, 0), at(x, height - 1));
  around.sort((a, b) => a - b);
  const ground = around[Math.floor(around.length / 2)] ?? 0;
  if (ground > 130) return [];
  const matte = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      matte[y * width + x] = Math.max(0, Math.min(255, ((at(x, y) - ground - 12) / (228 - ground)) * 255));
    }
  }
  const ink = Array.from({ length: width }, (_, x) => {
    let most = 0;
    for (let y = 0; y < height; y++) most = Math.max(most, matte[y * width + x] ?? 0);
    return most > 110;
  });
  const runs: { from: number; to: number }[] = [];
  ink.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last && last.to === x) last.to = x + 1;
    else runs.push({ from: x, to: x + 1 });
  });
  const text = String(want.alive);
  if (runs.length !== text.length) return [];
  return runs.map(({ from, to }, index) => {
    const part = { x: from - 1, y: 2, width: to - from + 2, height: box.height };
    const scaled = Math.round((part.width / part.height) * DIGIT);
    const whole = resample({ data: matte, width, height }, part, scaled, DIGIT);
    const rim = scaled / part.width;
    return { value: text[index] ?? "", source: frame.source, face: faceOf(frame), matte: whole, rim };
  });
}

function brightBox({ data, width, height }: Grey) {
  const lit = [...data.keys()].filter((place) => (data[place] ?? 0) > 180);
  const [columns, rows] = [lit.map((place) => place % width), lit.map((place) => Math.floor(place / width))];
  const [x, y] = [Math.min(width, ...columns), Math.min(height, ...rows)];
  return { x, y, width: Math.max(0, ...columns) + 1 - x, height: Math.max(0, ...rows) + 1 - y };
}

/** The counts each frame gets, as far as other sources have the digits. */
export const COUNTS = [...Array.from({ length: 16 }, (_, i) => i + 1), 20, 29, 38, 47, 56, 65, 74, 83, 92, 99, 100];

/**
 * The frame with another number in place of its own. Nothing when a digit is missing, when the number does not fit on the frame, or
 * where the label stands left of a shorter number: for a longer one the HUD would move it.
 */
export function transplanted(frame: Frame, grey: Grey, count: number, digits: readonly Digit[]): Grey | undefined {
  const { box } = frame;
  if (!box || box.x + box.width > grey.width || box.y + box.height > grey.height) return undefined;
  if (frame.hud.startsWith("observer") && String(count).length > String(frame.want?.alive).length) return undefined;
  const chosen = [...String(count)].map((value, place) => {
    const fit = digits.filter((d) => d.value === value && d.source !== frame.source && d.face === faceOf(frame));
    return fit[(count + place * 7) % Math.max(1, fit.length)];
  });
  if (chosen.some((digit) => !digit)) return undefined;
  const out = { ...grey, data: Uint8Array.from(grey.data) };
  const soft = Math.max(1, Math.round(box.height * SOFT));
  const [x, y] = [box.x - soft, box.y - soft];
  erase(out, { x, y, width: box.width + 2 * soft, height: box.height + 2 * soft });
  const besideOne = BESIDE_ONE[frame.hud.split(" ")[0] ?? ""] ?? 0;
  const number = sideBySide(chosen as Digit[], besideOne);
  // Numbers grow to the left: their right edge stays where it was.
  const scale = box.height / DIGIT;
  const right = rightEdge(grey, box);
  const begin = right - number.inkEnd * scale;
  if (begin + MARGIN * scale < 0) return undefined;
  const left = Math.max(0, Math.floor(begin));
  const width = Math.min(Math.ceil(number.matte.width * scale), grey.width - left);
  const part = { x: (left - begin) / scale, y: 0, width: width / scale, height: DIGIT };
  const matte = resample(number.matte, part, width, box.height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < width; x++) {
      const place = (box.y + y) * out.width + left + x;
      const under = out.data[place] ?? 0;
      out.data[place] = Math.round(under + ((246 - under) * (matte.data[y * width + x] ?? 0)) / 255);
    }
  }
  return out;
}

/** Empty columns on either side of a number, for what is cut out of its matte is a little wider. */
const MARGIN = DIGIT / 2;

/** A number as one matte of DIGIT lines: in whole pixels of a small frame a gap would be twice as wide as it is, or none. */
function sideBySide(digits: readonly Digit[], besideOne: number): { matte: Grey; inkEnd: number } {
  let end = 0;
  const placed = digits.map((digit, index) => {
    const ones = [digits[index - 1], digit].filter((one) => one?.value === "1").length;
    const from = index === 0 ? 0 : Math.round(end - digit.rim + DIGIT * (GAP + ones * besideOne));
    end = from + digit.matte.width - digit.rim;
    return { digit, from };
  });
  const width = Math.ceil(end) + 2 * MARGIN;
  const data = new Uint8Array(width * DIGIT);
  for (const { digit, from } of placed) {
    for (let y = 0; y < DIGIT; y++) {
      for (let x = 0; x < digit.matte.width; x++) {
        const place = y * width + from + x + MARGIN;
        data[place] = Math.max(data[place] ?? 0, digit.matte.data[y * digit.matte.width + x] ?? 0);
      }
    }
  }
  return { matte: { data, width, height: DIGIT }, inkEnd: end + MARGIN };
}

/** Where the number ends: boxes are good to 1-2 px, which in a frame of 337 lines is a third of a digit. */
function rightEdge({ data, width }: Grey, box: { x: number; y: number; width: number; height: number }): number {
  const brightest = Array.from({ length: box.width }, (_, x) => {
    let most = 0;
    for (let y = 0; y < box.height; y++) most = Math.max(most, data[(box.y + y) * width + box.x + x] ?? 0);
    return most;
  });
  const middle = (Math.min(...brightest) + Math.max(...brightest)) / 2;
  const last = brightest.findLastIndex((value) => value > middle);
  // One shade has no edge but the box's.
  return box.x + (last < 0 ? box.width : last + 1);
}

/** Fills a box with what surrounds it: each row runs from its left neighbour to its right one. */
function erase(grey: Grey, box: { x: number; y: number; width: number; height: number }): void {
  for (let y = box.y; y < box.y + box.height; y++) {
    const row = y * grey.width;
    const mean = (from: number) => ((grey.data[row + from] ?? 0) + (grey.data[row + from + 1] ?? 0)) / 2;
    const [left, right] = [mean(box.x - 2), mean(box.x + box.width)];
    for (let x = 0; x < box.width; x++)
      grey.data[row + box.x + x] = Math.round(left + ((right - left) * x) / box.width);
  }
}
