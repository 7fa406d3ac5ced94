/** Everything on the picture that is not the counter: kill feed, minimap, bars, overlays, menus. Traps for a reader. */
import type { SKRSContext2D } from "@napi-rs/canvas";
import { faces } from "./fonts.ts";
import { type Random, random, seedOf } from "./random.ts";
import type { Scene } from "./scene.ts";
import { type Lettering, write } from "./text.ts";

const NAMES = [
  "TinRoof",
  "Ashwell",
  "MoorHen_7",
  "quietfox",
  "BoltCutter",
  "Nadir42",
  "[OAK] pilgrim",
  "sandmartin",
  "K0pfnuss",
];

export function drawDressing(context: SKRSContext2D, scene: Scene): void {
  const dice = random(seedOf(`dressing:${scene.seed}`));
  const unit = scene.height / 1080;
  if (scene.state.kind === "alive") {
    minimap(context, scene, unit, dice);
    compass(context, scene, unit, dice);
  }
  if (dice.chance(0.7)) killFeed(context, scene, unit, dice);
  bars(context, scene, unit, dice);
}

/** Above everything: what streamers put on their picture. */
export function drawOverlays(context: SKRSContext2D, scene: Scene): void {
  const unit = scene.height / 1080;
  const dice = random(seedOf(`overlay:${scene.seed}`));
  if (scene.fps !== undefined) {
    const style = plain(15 * unit, dice.chance(0.5) ? "#e8e13a" : "#4cf04c");
    const x = dice.chance(0.5) ? 8 * unit : scene.width - 80 * unit;
    write(context, `${scene.fps} FPS`, style, { x, baseline: 18 * unit, anchor: "left" });
  }
  if (!scene.webcam) return;
  const width = 330 * unit;
  const height = 230 * unit;
  const x = dice.chance(0.5) ? 0 : scene.width - width;
  const y = scene.height * 0.42;
  context.fillStyle = `rgb(${dice.whole(30, 90)},${dice.whole(30, 90)},${dice.whole(60, 120)})`;
  context.fillRect(x, y, width, height);
  context.fillStyle = `rgb(${dice.whole(150, 220)},${dice.whole(110, 170)},${dice.whole(90, 140)})`;
  context.beginPath();
  context.ellipse(x + width / 2, y + height * 0.55, height * 0.22, height * 0.3, 0, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#222";
  context.fillRect(x + width * 0.2, y + height * 0.85, width * 0.6, height * 0.15);
}

/** A main menu: tabs, a play button and a purse of numbers where the counter would be. */
export function drawMenu(context: SKRSContext2D, scene: Scene): void {
  const unit = scene.height / 1080;
  const dice = random(seedOf(`menu:${scene.seed}`));
  context.fillStyle = "rgba(12,14,20,0.72)";
  context.fillRect(0, 0, scene.width, scene.height);
  context.fillStyle = "rgba(0,0,0,0.55)";
  context.fillRect(0, 0, scene.width, 84 * unit);
  let x = 70 * unit;
  for (const tab of ["PLAY", "CUSTOMIZE", "STORE", "SEASON", "CAREER"]) {
    const color = tab === "PLAY" ? "#f7ce16" : "rgba(255,255,255,0.75)";
    const box = write(context, tab, plain(22 * unit, color), { x, baseline: 54 * unit, anchor: "left" });
    x = box.x + box.w + 46 * unit;
  }
  const purse = `BP ${dice.whole(1, 90)} ${dice.whole(100, 999)}`;
  const right = scene.width - dice.between(40, 160) * unit;
  write(context, purse, plain(22 * unit, "#fff"), { x: right, baseline: 54 * unit, anchor: "right" });
  context.fillStyle = "#f7ce16";
  context.fillRect(70 * unit, 900 * unit, 330 * unit, 90 * unit);
  write(context, "START", plain(38 * unit, "#1a1a1a"), { x: 180 * unit, baseline: 964 * unit, anchor: "left" });
  for (let row = 0; row < 4; row++) {
    const text = `${dice.pick(NAMES)}   LV ${dice.whole(1, 500)}`;
    const baseline = (180 + row * 54) * unit;
    write(context, text, plain(20 * unit, "rgba(255,255,255,0.8)"), { x: 70 * unit, baseline, anchor: "left" });
  }
}

/** The simulator's advertisement: flat, loud, and with a number in it that is no counter. */
export function drawAd(context: SKRSContext2D, scene: Scene, text: string): void {
  const unit = scene.height / 1080;
  const dice = random(seedOf(`ad:${scene.seed}`));
  context.fillStyle = `hsl(${dice.whole(0, 359)},65%,46%)`;
  context.fillRect(0, 0, scene.width, scene.height);
  context.fillStyle = "rgba(255,255,255,0.92)";
  context.fillRect(scene.width * 0.12, scene.height * 0.3, scene.width * 0.76, scene.height * 0.4);
  const x = scene.width * 0.17;
  write(context, "ADVERTISEMENT", plain(46 * unit, "#333"), { x, baseline: 430 * unit, anchor: "left" });
  write(context, text, plain(76 * unit, "#111"), { x, baseline: 580 * unit, anchor: "left" });
  const offer = `${dice.whole(10, 90)} % off, simulated`;
  write(context, offer, plain(40 * unit, "#444"), { x, baseline: 680 * unit, anchor: "left" });
}

function plain(capHeight: number, color: string): Lettering {
  return { face: faces.plain(), capHeight, color, reference: "H" };
}

function killFeed(context: SKRSContext2D, scene: Scene, unit: number, dice: Random): void {
  const rows = dice.whole(1, 4);
  for (let row = 0; row < rows; row++) {
    const y = (78 + row * 34) * unit;
    context.fillStyle = "rgba(20,20,20,0.4)";
    const width = dice.between(280, 420) * unit;
    const right = scene.width - 34 * unit;
    context.fillRect(right - width, y, width, 26 * unit);
    const style = plain(15 * unit, "rgba(240,240,240,0.9)");
    const baseline = y + 20 * unit;
    write(context, dice.pick(NAMES), style, { x: right - width + 8 * unit, baseline, anchor: "left" });
    write(context, `${dice.pick(NAMES)}  ${dice.whole(1, 28)}`, style, {
      x: right - 8 * unit,
      baseline,
      anchor: "right",
    });
  }
}

function minimap(context: SKRSContext2D, scene: Scene, unit: number, dice: Random): void {
  const size = 300 * unit;
  const x = scene.width - size - 34 * unit;
  const y = scene.height - size - 40 * unit;
  context.fillStyle = `rgb(${dice.whole(30, 80)},${dice.whole(50, 90)},${dice.whole(30, 110)})`;
  context.fillRect(x, y, size, size);
  context.strokeStyle = "rgba(255,255,255,0.9)";
  context.lineWidth = 2 * unit;
  context.beginPath();
  context.arc(x + size * dice.between(0.3, 0.7), y + size * dice.between(0.3, 0.7), size * 0.28, 0, 2 * Math.PI);
  context.stroke();
  context.strokeRect(x, y, size, size);
  const phase = `PHASE ${dice.whole(1, 8)}`;
  const style = plain(16 * unit, "#fff");
  write(context, phase, style, { x: x + size, baseline: y - 14 * unit, anchor: "right" });
  write(context, String(dice.whole(5, 120)), style, { x: x + size * 0.4, baseline: y - 14 * unit, anchor: "left" });
}

function compass(context: SKRSContext2D, scene: Scene, unit: number, dice: Random): void {
  const middle = scene.width / 2;
  const heading = dice.whole(0, 23) * 15;
  for (let i = -6; i <= 6; i++) {
    const degrees = (heading + i * 15 + 360) % 360;
    const style = plain((i === 0 ? 15 : 11) * unit, "rgba(255,255,255,0.9)");
    write(context, String(degrees), style, { x: middle + i * 46 * unit, baseline: 68 * unit, anchor: "left" });
  }
}

function bars(context: SKRSContext2D, scene: Scene, unit: number, dice: Random): void {
  const middle = scene.width / 2;
  context.fillStyle = "rgba(0,0,0,0.4)";
  context.fillRect(middle - 206 * unit, 986 * unit, 412 * unit, 66 * unit);
  context.fillStyle = "rgba(235,235,235,0.9)";
  context.fillRect(middle - 204 * unit, 1030 * unit, dice.between(60, 408) * unit, 20 * unit);
  const ammo: Lettering = { face: faces.condensed(), capHeight: 26 * unit, color: "#fff" };
  write(context, String(dice.whole(1, 40)), ammo, { x: middle + 10 * unit, baseline: 1020 * unit, anchor: "right" });
  write(context, String(dice.whole(10, 240)), plain(18 * unit, "#bbb"), {
    x: middle + 26 * unit,
    baseline: 1020 * unit,
    anchor: "left",
  });
  for (let mate = 0; mate < 4; mate++) {
    const y = (918 + mate * 38) * unit;
    context.fillStyle = `hsl(${mate * 90 + 40},60%,45%)`;
    context.fillRect(34 * unit, y, 18 * unit, 20 * unit);
    write(context, dice.pick(NAMES), plain(13 * unit, "#eee"), {
      x: 58 * unit,
      baseline: y + 16 * unit,
      anchor: "left",
    });
  }
}
