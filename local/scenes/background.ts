/** Worlds behind the HUD: own drawings, larger than the frame so that the camera can sway. */
import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { type Random, random, seedOf } from "./random.ts";
import type { Background } from "./scene.ts";

/** The drawing is this much larger than the frame; the rest is room for the camera. */
export const MARGIN = { x: 0.08, y: 0.06 };

/** Where the frame's corner stands on the drawing at a phase of the loop (0..1), as a part of the spare room. */
export function camera(phase: number): { x: number; y: number } {
  const turn = 2 * Math.PI * (phase % 1);
  return { x: 0.5 + 0.5 * Math.sin(turn), y: 0.5 + 0.25 * Math.sin(turn) + 0.25 * Math.sin(2 * turn) };
}

export function drawBackground(kind: Background, width: number, height: number, seed: number): Canvas {
  const canvas = createCanvas(Math.ceil(width * (1 + MARGIN.x)), Math.ceil(height * (1 + MARGIN.y)));
  const context = canvas.getContext("2d");
  const dice = random(seedOf(`${kind}:${seed}`));
  painters[kind](context, canvas.width, canvas.height, dice);
  grain(context, canvas.width, canvas.height, dice, kind === "busy" ? 0.2 : 0.07);
  return canvas;
}

type Painter = (context: SKRSContext2D, width: number, height: number, dice: Random) => void;

const painters: Record<Background, Painter> = {
  bright: (c, w, h, d) => outdoors(c, w, h, d, ["#9cc7ee", "#f4f8fb"], ["#b9a86a", "#8d9a55"], 12),
  desert: (c, w, h, d) => outdoors(c, w, h, d, ["#7fa3c4", "#e8d9b4"], ["#c9a869", "#a5824d"], 8),
  forest: (c, w, h, d) => outdoors(c, w, h, d, ["#5d7f9c", "#a9bcb9"], ["#4d6035", "#33451f"], 60),
  snow: (c, w, h, d) => outdoors(c, w, h, d, ["#dfe7ee", "#ffffff"], ["#f3f6f9", "#d9e2ea"], 14),
  water: (c, w, h, d) => outdoors(c, w, h, d, ["#a8bfd2", "#d6e0e6"], ["#3b6f86", "#244d63"], 3),
  dark: (c, w, h, d) => {
    fill(c, w, h, ["#0d0e10", "#1b1a17"]);
    slabs(c, w, h, d, 26, () => `rgba(${d.whole(10, 46)},${d.whole(10, 42)},${d.whole(12, 40)},0.8)`);
  },
  indoor: (c, w, h, d) => {
    fill(c, w, h, ["#8d877b", "#57524a"]);
    slabs(c, w, h, d, 40, () => `rgba(${d.whole(60, 190)},${d.whole(60, 180)},${d.whole(55, 160)},0.55)`);
    beams(c, w, h, d);
  },
  busy: (c, w, h, d) => {
    fill(c, w, h, ["#6d7d4a", "#39411f"]);
    for (let i = 0; i < 2600; i++) {
      const light = d.whole(20, 235);
      c.fillStyle = `rgba(${light},${Math.min(255, light + d.whole(-20, 30))},${d.whole(10, light)},0.85)`;
      blob(c, d.between(0, w), d.between(0, h), (h / 1080) * d.between(2, 16), d);
    }
  },
  smoke: (c, w, h, d) => {
    fill(c, w, h, ["#8a5470", "#5d3350"]);
    for (let i = 0; i < 90; i++) {
      const x = d.between(0, w);
      const y = d.between(0, h);
      const r = h * d.between(0.05, 0.3);
      const glow = c.createRadialGradient(x, y, 0, x, y, r);
      glow.addColorStop(0, `rgba(${d.whole(150, 255)},${d.whole(60, 190)},${d.whole(140, 230)},0.35)`);
      glow.addColorStop(1, "rgba(150,80,130,0)");
      c.fillStyle = glow;
      c.fillRect(x - r, y - r, 2 * r, 2 * r);
    }
  },
  map: (c, w, h, d) => worldMap(c, w, h, d),
};

function fill(context: SKRSContext2D, width: number, height: number, [top, bottom]: [string, string]): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, bottom);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

function outdoors(
  c: SKRSContext2D,
  w: number,
  h: number,
  d: Random,
  sky: [string, string],
  ground: [string, string],
  trees: number,
): void {
  fill(c, w, h, sky);
  for (let i = 0; i < 14; i++) {
    c.fillStyle = `rgba(255,255,255,${d.between(0.05, 0.4)})`;
    blob(c, d.between(0, w), d.between(0, h * 0.4), h * d.between(0.03, 0.14), d);
  }
  const horizon = h * d.between(0.3, 0.5);
  for (let layer = 0; layer < 3; layer++) {
    const shade = c.createLinearGradient(0, horizon, 0, h);
    shade.addColorStop(0, ground[0]);
    shade.addColorStop(1, ground[1]);
    c.fillStyle = shade;
    c.globalAlpha = 0.55 + layer * 0.2;
    ridge(c, w, h, horizon + (layer * h) / 8, h * 0.06, d);
  }
  c.globalAlpha = 1;
  // Houses and walls reach into the sky: then the counter stands on concrete.
  for (let i = 0; i < 3; i++) {
    const grey = d.whole(70, 190);
    c.fillStyle = `rgb(${grey},${grey - d.whole(0, 14)},${grey - d.whole(5, 30)})`;
    const x = d.between(-0.1, 1) * w;
    const top = d.chance(0.35) ? -h * 0.05 : horizon - h * d.between(0.02, 0.2);
    c.fillRect(x, top, w * d.between(0.06, 0.3), h);
  }
  for (let i = 0; i < trees; i++)
    tree(c, d.between(0, w), horizon + d.between(0, 0.4) * h, h * d.between(0.05, 0.3), d);
  for (let i = 0; i < 900; i++) {
    c.fillStyle = `rgba(${d.whole(30, 230)},${d.whole(40, 210)},${d.whole(20, 120)},0.25)`;
    c.fillRect(d.between(0, w), d.between(horizon, h), h * 0.002, h * d.between(0.005, 0.02));
  }
}

function ridge(c: SKRSContext2D, w: number, h: number, base: number, swing: number, d: Random): void {
  c.beginPath();
  c.moveTo(0, h);
  for (let x = 0; x <= w + 1; x += w / 24) c.lineTo(x, base + swing * (d.next() - 0.5));
  c.lineTo(w, h);
  c.fill();
}

function tree(c: SKRSContext2D, x: number, foot: number, size: number, d: Random): void {
  c.fillStyle = `rgb(${d.whole(50, 90)},${d.whole(35, 60)},${d.whole(20, 40)})`;
  c.fillRect(x - size * 0.04, foot - size, size * 0.08, size);
  const green = d.whole(60, 110);
  for (let i = 0; i < 7; i++) {
    c.fillStyle = `rgba(${d.whole(40, 85)},${green + d.whole(-15, 15)},${d.whole(20, 50)},0.9)`;
    blob(c, x + size * d.between(-0.3, 0.3), foot - size * d.between(0.7, 1.2), size * d.between(0.1, 0.28), d);
  }
}

function blob(c: SKRSContext2D, x: number, y: number, radius: number, d: Random): void {
  c.beginPath();
  c.ellipse(x, y, radius * d.between(0.7, 1.6), radius * d.between(0.5, 1), d.between(0, 3), 0, 2 * Math.PI);
  c.fill();
}

function slabs(c: SKRSContext2D, w: number, h: number, d: Random, count: number, color: () => string): void {
  for (let i = 0; i < count; i++) {
    c.fillStyle = color();
    c.fillRect(d.between(-0.1, 1) * w, d.between(-0.2, 1) * h, w * d.between(0.02, 0.25), h * d.between(0.05, 0.9));
  }
}

function beams(c: SKRSContext2D, w: number, h: number, d: Random): void {
  for (let i = 0; i < 22; i++) {
    c.strokeStyle = d.chance(0.4) ? "rgba(236,230,214,0.9)" : `rgba(${d.whole(20, 70)},${d.whole(18, 60)},40,0.9)`;
    c.lineWidth = h * d.between(0.004, 0.02);
    c.beginPath();
    c.moveTo(d.between(0, w), d.between(-0.1, 0.4) * h);
    c.lineTo(d.between(0, w), d.between(0, 0.7) * h);
    c.stroke();
  }
}

function worldMap(c: SKRSContext2D, w: number, h: number, d: Random): void {
  const paper = d.chance(0.3);
  fill(c, w, h, paper ? ["#e9e2cf", "#ded5bd"] : ["#33422b", "#2c3a26"]);
  for (let i = 0; i < 160; i++) {
    const light = paper ? d.whole(190, 245) : d.whole(30, 110);
    c.fillStyle = `rgba(${light},${light + d.whole(-8, 10)},${light - 20},0.35)`;
    blob(c, d.between(0, w), d.between(0, h), h * d.between(0.02, 0.12), d);
  }
  for (let i = 0; i < 14; i++) {
    c.strokeStyle = paper ? "rgba(150,140,120,0.9)" : "rgba(170,165,150,0.9)";
    c.lineWidth = h * d.between(0.003, 0.014);
    c.beginPath();
    c.moveTo(d.between(0, w), d.between(0, h));
    c.bezierCurveTo(
      d.between(0, w),
      d.between(0, h),
      d.between(0, w),
      d.between(0, h),
      d.between(0, w),
      d.between(0, h),
    );
    c.stroke();
  }
  for (let i = 0; i < 120; i++) {
    c.fillStyle = paper ? "rgba(110,100,90,0.9)" : "rgba(232,214,160,0.95)";
    c.fillRect(d.between(0, w), d.between(0, h), h * d.between(0.005, 0.025), h * d.between(0.005, 0.02));
  }
  c.strokeStyle = "rgba(255,255,255,0.14)";
  c.lineWidth = 1;
  for (let x = 0; x < w; x += h / 8) c.strokeRect(x, -1, h / 8, h + 2);
}

/** Film grain from one small tile: texture for the encoder, cheap to draw. */
function grain(c: SKRSContext2D, w: number, h: number, d: Random, strength: number): void {
  const size = 256;
  const tile = createCanvas(size, size);
  const ink = tile.getContext("2d");
  const pixels = ink.createImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    const light = d.next() * 255;
    const at = i * 4;
    pixels.data[at] = light;
    pixels.data[at + 1] = light;
    pixels.data[at + 2] = light;
    pixels.data[at + 3] = 255 * strength * d.next();
  }
  ink.putImageData(pixels, 0, 0);
  const pattern = c.createPattern(tile, "repeat");
  if (!pattern) throw new Error("canvas: no pattern from a grain tile");
  c.fillStyle = pattern;
  c.fillRect(0, 0, w, h);
}
