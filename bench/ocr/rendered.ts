/** Strips drawn by the project's own renderer: every language, every count, every HUD generation, bright, dark and busy. */

import type { Box, Grey } from "../../functions/ocr/picture.ts";
import { BACKGROUNDS, HUDS, LANGUAGES, renderScene, SCENE_GAMES, type Scene } from "../../local/scenes/index.ts";
import type { Want } from "./manifest.ts";

export interface Drawn {
  name: string;
  hud: string;
  want: Want | undefined;
  scene: Scene;
}

const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 23, 34, 45, 51, 66, 78, 89, 90, 99, 100];
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 1728, height: 1080 },
  { width: 2560, height: 1080 },
] as const;

/** `each`: pictures per language of PUBG and of PUBG Mobile, of HUD generations in English too; other games get `others`. */
export function drawnScenes(each: number, others: number): Drawn[] {
  const list: Drawn[] = [];
  let seed = 1;
  const add = (scene: Omit<Scene, "seed" | "width" | "height" | "background">, hud: string) => {
    seed++;
    const size = SIZES[seed % SIZES.length] ?? SIZES[0];
    // Not in step with the sizes: every background meets every size.
    const background = BACKGROUNDS[Math.floor(seed / SIZES.length) % BACKGROUNDS.length] ?? "busy";
    const whole: Scene = { ...scene, ...size, background, seed };
    const { state } = whole;
    const count = state.kind === "alive" || state.kind === "joined" || state.kind === "map" ? state.count : undefined;
    list.push({
      name: `${whole.game} ${whole.hud} ${scene.language} ${state.kind} ${count ?? ""} ${background} ${size.height}p ${seed}`,
      hud: count === undefined ? "none drawn" : `${hud} drawn`,
      want: count === undefined ? undefined : { phase: state.kind === "joined" ? "lobby" : "match", alive: count },
      scene: whole,
    });
  };
  const pubg = (language: Scene["language"], hud: Scene["hud"], i: number) => {
    const count = COUNTS[(i * 5 + seed) % COUNTS.length] ?? 1;
    const kind = i % 4 === 3 ? "joined" : i % 8 === 2 ? "map" : "alive";
    const more = i % 3 === 1 ? { killed: i % 9, assisted: i % 5 } : i % 7 === 3 ? { timer: "19:41" } : {};
    const state = { kind: hud === "gen1" || hud === "observer" ? "alive" : kind, count } as const;
    add({ game: "pubg", hud, language, state, ...more, ...(i % 10 === 5 && { fps: 97 }) }, hud);
  };
  for (const hud of HUDS) for (let i = 0; i < each / 2; i++) pubg("en", hud, i);
  for (const language of LANGUAGES.filter((id) => id !== "en")) {
    for (let i = 0; i < each; i++) pubg(language, i % 2 === 0 ? "gen2" : "gen3", i);
  }
  for (let i = 0; i < 2 * each; i++) {
    const states: Scene["state"][] = [
      { kind: "death", rank: (i % 97) + 1, total: 98 },
      { kind: "menu" },
      { kind: "none" },
      { kind: "ad", text: `${i} LEFT IN STOCK` },
    ];
    const state = states[i % states.length] ?? { kind: "none" };
    const language = LANGUAGES[i % LANGUAGES.length] ?? "en";
    add({ game: "pubg", hud: "gen3", language, state, ...(i % 3 === 0 && { fps: 60 + i }) }, "none");
  }
  for (const game of SCENE_GAMES.filter((id) => id !== "pubg")) {
    const languages = game === "pubg-mobile" ? LANGUAGES : (["en"] as const);
    const pictures = game === "pubg-mobile" ? Math.ceil((each * 8) / 7) * LANGUAGES.length : others;
    const most = game === "apex" ? 60 : 100;
    for (let i = 0; i < pictures; i++) {
      const count = Math.min(most, COUNTS[(i * 7 + seed) % COUNTS.length] ?? 1);
      const state: Scene["state"] =
        i % 8 === 7 ? (i % 16 === 7 ? { kind: "menu" } : { kind: "none" }) : { kind: "alive", count };
      const language = languages[i % languages.length] ?? "en";
      add({ game, hud: "gen3", language, state, killed: i % 6, ...(i % 5 === 1 && { fps: 120 }) }, "only");
    }
  }
  return list;
}

/** `part`: only so much of the frame, which costs half of the whole. `digits` are in pixels of the frame. */
export function draw(scene: Scene, part?: Box): { grey: Grey; digits: Box | undefined } {
  const only = part && { x: part.x, y: part.y, w: part.width, h: part.height };
  const { data, width, height, digits } = renderScene(scene, (scene.seed % 7) / 7, only);
  const box = digits && { x: digits.x, y: digits.y, width: digits.w, height: digits.h };
  return { grey: greyOf(data, width, height), digits: box };
}

function greyOf(rgba: Uint8Array, width: number, height: number): Grey {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    // Rec. 709 luma, as video has it.
    const [red, green, blue] = [rgba[4 * i] ?? 0, rgba[4 * i + 1] ?? 0, rgba[4 * i + 2] ?? 0];
    data[i] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  }
  return { data, width, height };
}
