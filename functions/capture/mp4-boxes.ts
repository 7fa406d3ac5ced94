/** MP4 is boxes in boxes (ISO/IEC 14496-12, 4.2): finding them, within bounds. Pure. */
import { Damaged } from "./missed.ts";

export interface Box {
  type: string;
  /** Content, without the header. */
  start: number;
  end: number;
}

/** More boxes, or samples of a run, than any live segment has. */
export const MAX_BOXES = 1000;

export function descend(data: Buffer, from: Box, path: readonly string[]): Box | undefined {
  let box: Box | undefined = from;
  for (const type of path) box = box && child(data, box, type);
  return box;
}

export const child = (data: Buffer, parent: Box, type: string) =>
  children(data, parent).find((box) => box.type === type);

export function children(data: Buffer, parent: Box): Box[] {
  const boxes: Box[] = [];
  let at = parent.start;
  while (at < parent.end && boxes.length < MAX_BOXES) {
    const box = readBox(data, at, parent.end, false);
    if (!box) break;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** The box at `at`, or undefined where its header is not there yet. `open`: its end may lie beyond the data so far. */
export function readBox(data: Buffer, at: number, limit: number, open: boolean): Box | undefined {
  if (at + 8 > limit) {
    if (!open && at !== limit) throw new Damaged("a box that ends early");
    return undefined;
  }
  const size = data.readUInt32BE(at);
  const type = data.toString("latin1", at + 4, at + 8);
  const large = size === 1;
  if (large && at + 16 > limit) return undefined;
  const length = large
    ? data.readUInt32BE(at + 8) * 2 ** 32 + data.readUInt32BE(at + 12)
    : size === 0 && !open
      ? limit - at
      : size;
  if (length < (large ? 16 : 8) || (!open && at + length > limit)) throw new Damaged("a box of an impossible size");
  return { type, start: at + (large ? 16 : 8), end: at + length };
}

export function u32(data: Buffer, box: Box, offset: number): number {
  const at = box.start + offset;
  if (at + 4 > box.end) throw new Damaged("a box that ends early");
  return data.readUInt32BE(at);
}
