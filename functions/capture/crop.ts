/** Which pixels of a frame the reader gets. Pure. */
import type { Game } from "../contracts/games.ts";

/** In pixels of the full frame. */
export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The game's region (in units of frame height, from the anchored edge), rounded outwards and kept inside the frame. */
export function cropOf(region: Game["region"], frame: { width: number; height: number }): Crop {
  const near = region.x * frame.height;
  const far = (region.x + region.width) * frame.height;
  const [left, right] = region.anchor === "left" ? [near, far] : [frame.width - far, frame.width - near];
  const x = clamp(Math.floor(left), 0, frame.width - 1);
  const y = clamp(Math.floor(region.y * frame.height), 0, frame.height - 1);
  return {
    x,
    y,
    width: clamp(Math.ceil(right), x + 1, frame.width) - x,
    height: clamp(Math.ceil((region.y + region.height) * frame.height), y + 1, frame.height) - y,
  };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
