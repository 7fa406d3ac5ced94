/** Everything that is read: real frames and what streams make of them, transplanted digits, drawn strips. */
import { findProfile } from "../../functions/ocr/games/index.ts";
import type { Box, Grey } from "../../functions/ocr/picture.ts";
import type { Strip } from "../../functions/ocr/reader.ts";
import { type Frame, readManifest } from "./manifest.ts";
import { gameOf, greyFrame, type Sample, sampleOf, stripOf } from "./picture.ts";
import { drawnScenes } from "./rendered.ts";
import { QUALITIES, streamed, TAKEN } from "./stream.ts";
import { COUNTS, digitsOf, transplanted } from "./transplant.ts";

export interface Plan {
  frames: string | undefined;
  /** Only this game's pictures. */
  game: string | undefined;
  /** Drawn strips per language of PUBG, and per other game. */
  each: number;
  others: number;
  /** Also degrade transplanted and drawn strips at every quality; else each gets one. */
  full: boolean;
  transplants: boolean;
  /** The same frames through the profiles of other games: nothing may be found there. */
  strangers: boolean;
}

export async function* samples(plan: Plan): AsyncGenerator<Sample> {
  const all = plan.frames ? readManifest(plan.frames) : [];
  const wanted = all.filter(({ game }) => !plan.game || game === plan.game);
  for (const frame of wanted) yield* realSamples(frame, plan);
  if (plan.transplants)
    yield* transplants(
      wanted.filter(({ game }) => game === "pubg"),
      plan,
    );
  if (plan.strangers) yield* strangers(all, plan);
  if (plan.each > 0) yield* drawn(plan);
}

async function* realSamples(frame: Frame, plan: Plan): AsyncGenerator<Sample> {
  const grey = await greyFrame(frame.path);
  const clean = await sampleOf(frame, grey, "clean");
  yield clean;
  const hud = frame.box && hudIn(clean.strip, hudOf(frame.game, frame.box, grey));
  yield* degraded({ ...clean, degradation: "" }, hud, true, 0, TAKEN.length);
  if (plan.transplants && frame.want) yield* barred(frame, grey);
}

/** An ultrawide picture on a 16:9 stream: black above and below. */
async function* barred(frame: Frame, grey: Grey): AsyncGenerator<Sample> {
  if (frame.game !== "pubg") return;
  const height = Math.round(grey.height / 0.762);
  const data = new Uint8Array(grey.width * height).fill(16);
  data.set(grey.data, Math.floor((height - grey.height) / 2) * grey.width);
  yield await sampleOf(frame, { data, width: grey.width, height }, "barred");
}

async function* transplants(frames: Frame[], plan: Plan): AsyncGenerator<Sample> {
  const pictures = new Map<Frame, Grey>();
  for (const frame of frames) if (frame.box) pictures.set(frame, await greyFrame(frame.path));
  const digits = [...pictures].flatMap(([frame, grey]) => digitsOf(frame, grey));
  let turn = 0;
  for (const [frame, grey] of pictures) {
    for (const count of COUNTS) {
      const changed = transplanted(frame, grey, count, digits);
      if (!changed || !frame.box || !frame.want) continue;
      const strip = await stripOf(changed, gameOf(frame.game));
      const base = {
        ...frame,
        name: `${frame.name} as ${count}`,
        hud: `${frame.hud} set`,
        want: { ...frame.want, alive: count },
      };
      yield { ...base, degradation: "clean", strip };
      yield* degraded(
        { ...base, degradation: "", strip },
        hudIn(strip, hudOf(frame.game, frame.box, grey)),
        plan.full,
        turn++,
      );
    }
  }
}

async function* drawn(plan: Plan): AsyncGenerator<Sample> {
  let turn = 0;
  for (const scene of drawnScenes(plan.each, plan.others)) {
    if (plan.game && scene.game !== plan.game) continue;
    const { grey, digits } = scene.draw();
    const strip = await stripOf(grey, gameOf(scene.game));
    const sample = { ...scene, source: "drawn", strip };
    yield { ...sample, degradation: "clean" };
    const box = digits && { x: digits.x, y: digits.y, width: digits.w, height: digits.h };
    yield* degraded(
      { ...sample, degradation: "" },
      box && hudIn(strip, hudOf(scene.game, box, grey)),
      plan.full,
      turn++,
    );
  }
}

/** The reading of one game asked of another game's picture. */
async function* strangers(frames: Frame[], plan: Plan): AsyncGenerator<Sample> {
  for (const frame of frames) {
    const grey = await greyFrame(frame.path);
    for (const game of ["pubg", "pubg-mobile", "fortnite", "warzone", "apex"]) {
      const related = game === frame.game || (game.startsWith("pubg") && frame.game.startsWith("pubg"));
      if (related || (plan.game && plan.game !== game)) continue;
      yield { ...(await sampleOf({ ...frame, game, want: undefined, hud: "other game" }, grey, "clean")) };
    }
  }
}

/**
 * Only the region is encoded, with its share of the stream's bits: a hundred whole 4K frames at three qualities would take
 * an hour and show the same blocks. Scaling up is left out: it adds nothing a stream would have.
 */
async function* degraded(
  sample: Sample,
  hud: Box | undefined,
  full: boolean,
  turn: number,
  take = 1,
): AsyncGenerator<Sample> {
  const { strip } = sample;
  const { region, frame } = strip;
  const fitting = QUALITIES.filter(({ lines }) => lines <= Math.max(frame.height, 480) * 1.02);
  for (const quality of full ? fitting : fitting.slice(turn % fitting.length, (turn % fitting.length) + 1)) {
    const frames = await streamed(strip.picture, quality, region.height / frame.height, hud);
    for (const shown of frames.slice(0, take))
      yield { ...sample, degradation: quality.name, strip: stripAt(shown, strip) };
  }
}

/** The degraded picture's place in a frame of its own scale. */
function stripAt(shown: Grey, { region, frame }: Strip): Strip {
  const scale = shown.height / region.height;
  const size = { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) };
  const moved = {
    x: Math.min(Math.round(region.x * scale), size.width - shown.width),
    y: Math.min(Math.round(region.y * scale), size.height - shown.height),
    width: shown.width,
    height: shown.height,
  };
  return { picture: shown, region: moved, frame: size };
}

/** The HUD line around the digits: everything from a third of the frame's height left of them to the right edge. */
function hudOf(game: string, box: Box, { width, height }: Grey): Box {
  const x = Math.max(0, box.x - 0.33 * height);
  // Icons that stand above their numbers belong to the HUD: a scene that moved through them would leave no counter.
  const above = findProfile(game)?.labelSide === "above" ? 4 : 0.7;
  const y = Math.max(0, box.y - above * box.height);
  const bottom = box.y + 1.7 * box.height;
  return { x, y, width: Math.min(width, box.x + box.width + 0.2 * height) - x, height: bottom - y };
}

function hudIn({ picture, region }: Strip, box: Box): Box {
  const scale = picture.height / region.height;
  const x = Math.max(0, (box.x - region.x) * scale);
  const y = Math.max(0, (box.y - region.y) * scale);
  return {
    x,
    y,
    width: Math.min(picture.width - x, box.width * scale),
    height: Math.min(picture.height - y, box.height * scale),
  };
}
