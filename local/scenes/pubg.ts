/**
 * PUBG's HUD, generation by generation. Sizes are pixels of a 1080-line frame, measured on real frames; the HUD scales
 * with the frame's height and hangs on its right edge.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import { faces, isWide, labelFace } from "./fonts.ts";
import { labels } from "./labels.ts";
import { random, seedOf } from "./random.ts";
import type { Box, Scene } from "./scene.ts";
import { type Lettering, measure, write } from "./text.ts";

interface Look {
  /** Box top and height. */
  top: number;
  height: number;
  /** Frame's right edge to the strip's right edge. */
  margin: number;
  digits: { capHeight: number; baseline: number; gap: number; pad: number };
  label: { capHeight: number; baseline: number; pad: number };
  digitBox: string;
  labelBox: string;
  labelColor: string;
  between: number;
}

const looks: Record<"gen1" | "gen2" | "gen3", Look> = {
  gen1: {
    top: 30,
    height: 41,
    margin: 30,
    digits: { capHeight: 22.5, baseline: 62.5, gap: 6.5, pad: 5 },
    label: { capHeight: 22, baseline: 61.5, pad: 1.5 },
    digitBox: "rgba(20,20,22,0.72)",
    labelBox: "rgba(255,252,244,0.82)",
    labelColor: "rgba(70,66,58,0.95)",
    between: 14,
  },
  gen2: {
    top: 30,
    height: 39,
    margin: 36.5,
    digits: { capHeight: 25, baseline: 62.5, gap: 6, pad: 6.5 },
    label: { capHeight: 21, baseline: 60.5, pad: 5.5 },
    digitBox: "rgba(0,0,0,0.16)",
    labelBox: "rgba(0,0,0,0.42)",
    labelColor: "rgba(255,255,255,0.82)",
    between: 30,
  },
  gen3: {
    top: 20,
    height: 39,
    margin: 34.5,
    digits: { capHeight: 24.5, baseline: 53, gap: 6, pad: 6.5 },
    label: { capHeight: 21, baseline: 51, pad: 5.5 },
    digitBox: "rgba(0,0,0,0.16)",
    labelBox: "rgba(0,0,0,0.4)",
    labelColor: "rgba(255,255,255,0.78)",
    between: 31,
  },
};

/** Draws the strip of a running match or a lobby; the box of the counter's digits. */
export function drawStrip(context: SKRSContext2D, scene: Scene, count: number, joined: boolean): Box {
  const words = labels[scene.language];
  if (scene.hud === "observer") return drawObserver(context, scene, count);
  const look = looks[scene.hud];
  const counter = drawField(context, scene, look, String(count), joined ? words.joined : words.alive, look.margin);
  let edge = counter.margin + look.between;
  const others: [string, string][] = [];
  if (scene.timer) others.push([scene.timer, words.time]);
  if (scene.assisted !== undefined) others.push([String(scene.assisted), words.assisted]);
  if (scene.killed !== undefined) others.push([String(scene.killed), words.killed]);
  for (const [value, label] of others) edge = drawField(context, scene, look, value, label, edge).margin + look.between;
  return counter.digits;
}

function drawField(context: SKRSContext2D, scene: Scene, look: Look, value: string, label: string, margin: number) {
  const unit = scene.height / 1080;
  const right = scene.width - margin * unit;
  const lettering = labelLettering(scene, look, unit);
  const edge = measure(context, label, lettering);
  const labelWidth = edge.right - edge.left;
  const pad = look.label.pad * unit * (isWide(scene.language) ? 1.5 : 1);
  const labelLeft = right - labelWidth - 2 * pad;
  context.fillStyle = look.labelBox;
  context.fillRect(labelLeft, look.top * unit, right - labelLeft, look.height * unit);
  const digits = digitLettering(scene, look.digits.capHeight * unit);
  const ink = measure(context, value, digits);
  const digitRight = labelLeft - look.digits.gap * unit;
  const digitLeft = digitRight - (ink.right - ink.left);
  const boxLeft = digitLeft - look.digits.pad * unit;
  context.fillStyle = look.digitBox;
  context.fillRect(boxLeft, look.top * unit, labelLeft - boxLeft, look.height * unit);
  const drawn = write(context, value, digits, {
    x: digitRight,
    baseline: look.digits.baseline * unit,
    anchor: "right",
  });
  write(context, label, lettering, { x: right - pad, baseline: look.label.baseline * unit, anchor: "right" });
  return { digits: drawn, margin: (scene.width - boxLeft) / unit };
}

function drawObserver(context: SKRSContext2D, scene: Scene, count: number): Box {
  const unit = scene.height / 1080;
  const words = labels[scene.language];
  const dice = random(seedOf(`observer:${scene.seed}`));
  const look = looks.gen3;
  const lettering = labelLettering(scene, look, unit);
  const digits = digitLettering(scene, look.digits.capHeight * unit);
  let right = scene.width - 34 * unit;
  let counter: Box = { x: 0, y: 0, w: 0, h: 0 };
  const fields: [string, string][] = [
    [words.time, scene.timer ?? `${dice.whole(2, 29)}:${String(dice.whole(0, 59)).padStart(2, "0")}`],
    [words.alive, String(count)],
    [words.teams, String(Math.max(1, Math.ceil(count / dice.between(2, 3.5))))],
  ];
  for (const [label, value] of fields) {
    const ink = measure(context, value, digits);
    const digitBox = ink.right - ink.left + 15 * unit;
    const word = measure(context, label, lettering);
    const labelBox = word.right - word.left + 11 * unit;
    context.fillStyle = "rgba(150,155,170,0.35)";
    context.fillRect(right - digitBox, look.top * unit, digitBox, look.height * unit);
    context.fillStyle = "rgba(60,62,78,0.75)";
    context.fillRect(right - digitBox - labelBox, look.top * unit, labelBox, look.height * unit);
    const baseline = look.digits.baseline * unit;
    const drawn = write(context, value, digits, { x: right - 6 * unit, baseline, anchor: "right" });
    if (label === words.alive) counter = drawn;
    const x = right - digitBox - 5.5 * unit;
    write(context, label, lettering, { x, baseline: look.label.baseline * unit, anchor: "right" });
    right -= digitBox + labelBox + 30 * unit;
  }
  return counter;
}

/** After death or a win: a yellow rank and a grey total where the counter was. */
export function drawRank(context: SKRSContext2D, scene: Scene, rank: number, total: number): void {
  const unit = scene.height / 1080;
  const old = scene.hud === "gen1" || scene.hud === "gen2";
  const capHeight = (old ? 44 : 62) * unit;
  const face = faces.square();
  const baseline = (old ? 84 : 109) * unit;
  const grey: Lettering = { face, capHeight, stretch: 0.86, color: "rgba(235,235,235,0.38)" };
  const end = write(context, `/${total}`, grey, { x: scene.width - 60 * unit, baseline, anchor: "right" });
  const yellow: Lettering = { face, capHeight: capHeight * 1.15, stretch: 0.86, color: "#f7ce16" };
  write(context, `#${rank}`, yellow, { x: end.x - 6 * unit, baseline, anchor: "right" });
  const text = rank === 1 ? "WINNER! WINNER! CHICKEN DINNER!" : "BETTER LUCK NEXT TIME!";
  const title: Lettering = { face, capHeight: 52 * unit, stretch: 0.86, color: "#f7ce16", reference: "H" };
  write(context, text, title, { x: 62 * unit, baseline: 196 * unit, anchor: "left" });
}

function digitLettering(scene: Scene, capHeight: number): Lettering {
  if (scene.hud === "gen1") return { face: faces.round(), capHeight, stretch: 0.97, color: "#fff" };
  // Real digits are about half as wide as high, with squared bowls: two faces, so that neither is learnt by heart.
  if (scene.seed % 3 === 2) return { face: faces.square(), capHeight, stretch: 0.86, color: "#fff" };
  return { face: faces.condensed(), capHeight, stretch: 0.98, spacing: capHeight * 0.01, color: "#fff" };
}

function labelLettering(scene: Scene, look: Look, unit: number): Lettering {
  const capHeight = look.label.capHeight * unit;
  const face = labelFace(scene.language);
  const color = look.labelColor;
  if (isWide(scene.language)) {
    return {
      face,
      capHeight: capHeight * 0.92,
      spacing: 2.6 * unit,
      color,
      embolden: 0.9 * unit,
      reference: labels[scene.language].alive,
    };
  }
  if (scene.language === "th") return { face, capHeight: capHeight * 0.75, stretch: 0.9, color, reference: "ร" };
  // ALIVE is 49 px wide on a 1080-line frame, 57 px in the first generation.
  const stretch = (scene.hud === "gen1" ? 1.14 : 1) * (scene.language === "ru" ? 0.85 : 0.99);
  return { face, capHeight, stretch, color, reference: "H" };
}
