/** Text by cap height: games place letters by their visible height, canvas by the em. */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Box } from "./scene.ts";

export interface Lettering {
  face: string;
  /** Visible height of a capital or digit, px. */
  capHeight: number;
  /** Horizontal scale: 1 = as the font draws it. */
  stretch?: number;
  /** px between letters, before the stretch. */
  spacing?: number;
  color: string;
  /** Extra weight in px around the letters. */
  embolden?: number;
  /** Letter whose height is capHeight. */
  reference?: string;
}

export function measure(context: SKRSContext2D, text: string, style: Lettering): { left: number; right: number } {
  prepare(context, style);
  const metrics = context.measureText(text);
  const stretch = style.stretch ?? 1;
  return { left: -metrics.actualBoundingBoxLeft * stretch, right: metrics.actualBoundingBoxRight * stretch };
}

/** Draws with the visible right edge (or left edge) of the text at `x`; gives back the box of visible ink. */
export function write(
  context: SKRSContext2D,
  text: string,
  style: Lettering,
  at: { x: number; baseline: number; anchor: "left" | "right" },
): Box {
  const edge = measure(context, text, style);
  const origin = at.anchor === "right" ? at.x - edge.right : at.x - edge.left;
  const metrics = context.measureText(text);
  context.save();
  context.translate(origin, at.baseline);
  context.scale(style.stretch ?? 1, 1);
  context.fillStyle = style.color;
  context.fillText(text, 0, 0);
  if (style.embolden) {
    context.strokeStyle = style.color;
    context.lineJoin = "round";
    context.lineWidth = style.embolden;
    context.strokeText(text, 0, 0);
  }
  context.restore();
  const height = metrics.actualBoundingBoxAscent + metrics.actualBoundingBoxDescent;
  return {
    x: origin + edge.left,
    y: at.baseline - metrics.actualBoundingBoxAscent,
    w: edge.right - edge.left,
    h: height,
  };
}

const emHeights = new Map<string, number>();

function prepare(context: SKRSContext2D, style: Lettering): void {
  const reference = style.reference ?? "8";
  const key = `${style.face}|${reference}`;
  context.letterSpacing = "0px";
  let height = emHeights.get(key);
  if (height === undefined) {
    context.font = `200px ${style.face}`;
    height = context.measureText(reference).actualBoundingBoxAscent / 200;
    emHeights.set(key, height);
  }
  context.font = `${style.capHeight / height}px ${style.face}`;
  context.letterSpacing = `${style.spacing ?? 0}px`;
}
