/** Everything that is read: real frames and what streams make of them, transplanted digits, drawn strips. Jobs are plain data. */
import { cropOf } from "../../functions/contracts/games.ts";
import { LINE_HEIGHT } from "../../functions/ocr/engines/engine.ts";
import { findProfile } from "../../functions/ocr/games/index.ts";
import type { Strip } from "../../functions/ocr/lines.ts";
import type { Box, Grey } from "../../functions/ocr/picture.ts";
import { CHANGES } from "./changes.ts";
import { type Crop, setInto } from "./crops.ts";
import { captured, type Degrade, degraded, fitting, oneOf } from "./degrade.ts";
import type { Frame } from "./manifest.ts";
import { gameOf, greyFrame, type Sample, sampleOf } from "./picture.ts";
import { type Drawn, draw } from "./rendered.ts";
import { TAKEN } from "./stream.ts";
import { COUNTS, type Digit, digitsOf, transplanted } from "./transplant.ts";

/** One unit of work: the pictures that are made of one frame or scene. `turn` picks the quality where each gets only one. */
export type Job =
  | { kind: "real"; frame: Frame; bars: boolean; streams: boolean }
  | { kind: "changed"; frame: Frame }
  | { kind: "crop"; crop: Crop }
  | { kind: "set"; frame: Frame; turn: number }
  | { kind: "stranger"; frame: Frame; games: string[] }
  | { kind: "drawn"; game: string; drawn: Drawn[]; turn: number };

/** `donors`: frames whose digits may be transplanted. */
export async function makeSamples(job: Job, donors: readonly Frame[]): Promise<Sample[]> {
  switch (job.kind) {
    case "real":
      return realSamples(job);
    case "changed":
      return changedSamples(job.frame);
    case "crop":
      return [await cropSample(job.crop)];
    case "set":
      return transplants(job.frame, job.turn, await digitsFrom(donors));
    case "stranger":
      return strangers(job.frame, job.games);
    case "drawn":
      return drawnSamples(job.drawn, job.turn);
  }
}

async function realSamples({ frame, bars, streams }: Job & { kind: "real" }): Promise<Sample[]> {
  const grey = await greyFrame(frame.path);
  const clean = await sampleOf(frame, grey, "clean");
  if (!streams) return [clean];
  const hud = frame.want && hudOfFrame(frame, clean.strip, grey);
  const shots = fitting(clean.strip).map((quality) => ({ sample: clean, hud, quality }));
  return [clean, ...(await degraded(shots, TAKEN.length)), ...(bars && frame.want ? [await barred(frame, grey)] : [])];
}

/** An ultrawide picture on a 16:9 stream: black above and below. */
async function barred(frame: Frame, grey: Grey): Promise<Sample> {
  const height = Math.round(grey.height / 0.762);
  const data = new Uint8Array(grey.width * height).fill(16);
  data.set(grey.data, Math.floor((height - grey.height) / 2) * grey.width);
  return sampleOf({ ...frame, hud: `${frame.hud} barred` }, { data, width: grey.width, height }, "clean");
}

/** The frame after each change. */
async function changedSamples(frame: Frame): Promise<Sample[]> {
  const grey = await greyFrame(frame.path);
  const list: Sample[] = [];
  for (const [name, change] of Object.entries(CHANGES)) list.push(await sampleOf(frame, await change(grey), name));
  return list;
}

async function cropSample(crop: Crop): Promise<Sample> {
  const grey = await greyFrame(crop.path);
  const shown = crop.host ? setInto(await greyFrame(crop.host.path), grey) : grey;
  return { ...(await sampleOf(crop, shown, "clean")), origin: "crop" };
}

let pool: Promise<Digit[]> | undefined;
function digitsFrom(donors: readonly Frame[]): Promise<Digit[]> {
  // A file that is no picture is told where it is read itself.
  const from = async (frame: Frame) => digitsOf(frame, await greyFrame(frame.path));
  pool ??= Promise.all(donors.map((frame) => from(frame).catch(() => []))).then((found) => found.flat());
  return pool;
}

async function transplants(frame: Frame, turn: number, digits: readonly Digit[]): Promise<Sample[]> {
  const grey = await greyFrame(frame.path);
  const list: Sample[] = [];
  const shots: Degrade[] = [];
  for (const [index, count] of COUNTS.entries()) {
    const changed = transplanted(frame, grey, count, digits);
    if (!changed || !frame.box || !frame.want) continue;
    const label = { name: `${frame.name} as ${count}`, hud: `${frame.hud} set`, want: { ...frame.want, alive: count } };
    const sample = await sampleOf({ ...frame, ...label }, changed, "clean");
    const set = { ...sample, origin: "set" } as const;
    const hud = hudIn(set.strip, hudOf(frame.game, frame.box, grey));
    list.push(set);
    shots.push({ sample: set, hud, quality: oneOf(fitting(set.strip), turn + index) });
  }
  return [...list, ...(await degraded(shots, 1))];
}

async function drawnSamples(drawn: readonly Drawn[], turn: number): Promise<Sample[]> {
  const list: Sample[] = [];
  const shots: Degrade[] = [];
  for (const [index, { name, hud, want, scene }] of drawn.entries()) {
    const crop = cropOf(gameOf(scene.game), scene.width, scene.height);
    const region = { x: crop.left, y: crop.top, width: crop.width, height: crop.height };
    // Scenes have at most the lines that a crop is delivered at, so nothing is scaled.
    const { grey, digits } = draw(scene, region);
    const strip = { picture: await captured(grey), region, frame: { width: scene.width, height: scene.height } };
    const label = { name, game: scene.game, hud, want, source: "drawn", language: scene.language };
    const clean = { ...label, origin: "drawn", degradation: "clean", strip } as const;
    const box = digits && hudOf(scene.game, digits, scene);
    list.push(clean);
    shots.push({ sample: clean, hud: box && hudIn(strip, box), quality: oneOf(fitting(strip), turn + index) });
  }
  return [...list, ...(await degraded(shots, 1))];
}

/** The reading of one game asked of another game's picture. */
async function strangers(frame: Frame, games: readonly string[]): Promise<Sample[]> {
  const grey = await greyFrame(frame.path);
  const nothing = { ...frame, want: undefined, hud: "other game", region: undefined };
  const list: Sample[] = [];
  for (const game of games) list.push({ ...(await sampleOf({ ...nothing, game }, grey, "clean")), origin: "stranger" });
  return list;
}

/** The HUD around the digits: from a third of the frame's height left of them to the right edge, icons above them included. */
function hudOf(game: string, box: Box, { width, height }: { width: number; height: number }): Box {
  const above = findProfile(game)?.labelSide === "above" ? 4 : 0.7;
  const x = Math.max(0, box.x - 0.33 * height);
  const y = Math.max(0, box.y - above * box.height);
  return { x, y, width: Math.min(width, box.x + box.width + 0.2 * height) - x, height: (above + 1.7) * box.height };
}

/** Without its place, or with one that is not on the picture, the HUD is taken to be the whole line that the profile looks at. */
function hudOfFrame({ game, box }: Frame, strip: Strip, grey: Grey): Box | undefined {
  const line = lineOf(game, strip.frame);
  return (box && hudIn(strip, hudOf(game, box, grey))) ?? (line && hudIn(strip, line));
}

function lineOf(game: string, { width, height }: { width: number; height: number }): Box | undefined {
  const scale = findProfile(game)?.scales[0];
  if (!scale) return undefined;
  const { lines, frameHeight } = scale;
  return { x: 0, y: (lines[0] ?? 0) * height, width, height: (LINE_HEIGHT / frameHeight) * height };
}

/** In pixels of the picture; undefined when it is beside the picture. */
function hudIn({ picture, region }: Strip, box: Box): Box | undefined {
  const scale = picture.height / region.height;
  const x = Math.max(0, (box.x - region.x) * scale);
  const y = Math.max(0, (box.y - region.y) * scale);
  const width = Math.min(picture.width - x, box.width * scale);
  const height = Math.min(picture.height - y, box.height * scale);
  return width >= 2 && height >= 2 ? { x, y, width, height } : undefined;
}
