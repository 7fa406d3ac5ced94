/** One scene in, one picture out. Deterministic: time enters only as the phase of a loop. */
import { type Canvas, createCanvas } from "@napi-rs/canvas";
import { camera, drawBackground } from "./background.ts";
import { drawAd, drawDressing, drawMenu, drawOverlays } from "./dressing.ts";
import { drawOtherGame } from "./games.ts";
import { drawRank, drawStrip } from "./pubg.ts";
import type { Box, Picture, Scene } from "./scene.ts";

/** The two layers of a scene: a world with room for the camera, and the HUD that stays in place. */
export interface Layers {
  background: Canvas;
  overlay: Canvas;
  digits?: Box;
}

/** `phase` 0..1 is the place in a loop of camera movement; 0 and 1 are the same picture. `part`: only so much of it. */
export function renderScene(scene: Scene, phase = 0, part?: Box): Picture {
  return compose(scene, renderLayers(scene), phase, part);
}

/** A loop of `count` pictures: the world sways, the HUD stays. */
export function* renderFrames(scene: Scene, count: number): Generator<Picture> {
  const layers = renderLayers(scene);
  for (let frame = 0; frame < count; frame++) yield compose(scene, layers, frame / count);
}

export function renderLayers(scene: Scene): Layers {
  const digits = renderOverlay(scene);
  return { background: renderBackground(scene), ...digits };
}

/** What depends on the place, not on the count: encoders draw it once for a whole match. */
export function renderBackground(scene: Scene): Canvas {
  const kind = scene.state.kind === "map" ? "map" : scene.background;
  return drawBackground(kind, scene.width, scene.height, scene.seed);
}

export function renderOverlay(scene: Scene): { overlay: Canvas; digits?: Box } {
  const overlay = createCanvas(scene.width, scene.height);
  const context = overlay.getContext("2d");
  const { state } = scene;
  let digits: Box | undefined;
  if (state.kind === "menu") drawMenu(context, scene);
  else if (state.kind === "ad") drawAd(context, scene, state.text);
  else if (scene.game !== "pubg") digits = drawOtherGame(context, scene);
  else if (state.kind === "death") {
    // The death screen dims the world behind its letters.
    context.fillStyle = "rgba(10,10,12,0.45)";
    context.fillRect(0, 0, scene.width, scene.height);
    drawRank(context, scene, state.rank, state.total);
  } else if (state.kind !== "none") {
    drawDressing(context, scene);
    digits = drawStrip(context, scene, state.count, state.kind === "joined");
  }
  drawOverlays(context, scene);
  return digits ? { overlay, digits: whole(digits) } : { overlay };
}

function compose(scene: Scene, layers: Layers, phase: number, part?: Box): Picture {
  const { x, y, w, h } = part ?? { x: 0, y: 0, w: scene.width, h: scene.height };
  const canvas = createCanvas(w, h);
  const context = canvas.getContext("2d");
  const at = camera(phase);
  const spare = { x: layers.background.width - scene.width, y: layers.background.height - scene.height };
  context.drawImage(layers.background, -Math.round(spare.x * at.x) - x, -Math.round(spare.y * at.y) - y);
  context.drawImage(layers.overlay, -x, -y);
  const data = Buffer.from(context.getImageData(0, 0, w, h).data.buffer);
  return { data, width: w, height: h, ...(layers.digits ? { digits: layers.digits } : {}) };
}

function whole(box: Box): Box {
  const x = Math.floor(box.x);
  const y = Math.floor(box.y);
  return { x, y, w: Math.ceil(box.x + box.w) - x, h: Math.ceil(box.y + box.h) - y };
}
