/** Strips drawn by the project's own renderer: every language, every count, every HUD generation, bright, dark and busy. */

import type { Grey } from "../../functions/ocr/picture.ts";
import { BACKGROUNDS, LANGUAGES, renderScene, SCENE_GAMES, type Scene } from "../../local/scenes/index.ts";
import type { Want } from "./manifest.ts";

export interface Drawn {
  name: string;
  game: string;
  hud: string;
  want: Want | undefined;
  draw(): { grey: Grey; digits: { x: number; y: number; w: number; h: number } | undefined };
}

const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 23, 34, 45, 51, 66, 78, 89, 90, 99, 100];
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 1728, height: 1080 },
  { width: 2560, height: 1080 },
] as const;

/** `each`: pictures per language of PUBG; other games get `others`. */
export function drawnScenes(each: number, others: number): Drawn[] {
  const list: Drawn[] = [];
  let seed = 1;
  const add = (scene: Omit<Scene, "seed" | "width" | "height" | "background">, hud: string) => {
    seed++;
    const size = SIZES[seed % SIZES.length] ?? SIZES[0];
    const background = BACKGROUNDS[seed % BACKGROUNDS.length] ?? "busy";
    const whole: Scene = { ...scene, ...size, background, seed };
    const { state } = whole;
    const count = state.kind === "alive" || state.kind === "joined" || state.kind === "map" ? state.count : undefined;
    list.push({
      name: `${whole.game} ${hud} ${state.kind} ${count ?? ""} ${background} ${size.height}p ${seed}`,
      game: whole.game,
      hud: count === undefined ? "drawn none" : hud,
      want: count === undefined ? undefined : { phase: state.kind === "joined" ? "lobby" : "match", alive: count },
      draw: () => {
        const { data, width, height, digits } = renderScene(whole, (whole.seed % 7) / 7);
        return { grey: greyOf(data, width, height), digits };
      },
    });
  };
  for (const language of LANGUAGES) {
    for (let i = 0; i < each; i++) {
      const count = COUNTS[(i * 5 + seed) % COUNTS.length] ?? 1;
      const kind = i % 4 === 3 ? "joined" : i % 8 === 2 ? "map" : "alive";
      const hud =
        language === "en" ? (["gen1", "gen2", "gen3", "observer"] as const)[i % 4] : (["gen2", "gen3"] as const)[i % 2];
      const more = i % 3 === 1 ? { killed: i % 9, assisted: i % 5 } : i % 7 === 3 ? { timer: "19:41" } : {};
      const state = { kind: hud === "gen1" || hud === "observer" ? "alive" : kind, count } as const;
      add(
        { game: "pubg", hud: hud ?? "gen3", language, state, ...more, ...(i % 10 === 5 && { fps: 97 }) },
        `drawn ${language}`,
      );
    }
  }
  for (let i = 0; i < 80; i++) {
    const states: Scene["state"][] = [
      { kind: "death", rank: (i % 97) + 1, total: 98 },
      { kind: "menu" },
      { kind: "none" },
      { kind: "ad", text: `${i} LEFT IN STOCK` },
    ];
    const state = states[i % states.length] ?? { kind: "none" };
    const language = LANGUAGES[i % LANGUAGES.length] ?? "en";
    add({ game: "pubg", hud: "gen3", language, state, ...(i % 3 === 0 && { fps: 60 + i }) }, "drawn none");
  }
  for (const game of SCENE_GAMES.filter((id) => id !== "pubg")) {
    const most = game === "apex" ? 60 : 100;
    for (let i = 0; i < others; i++) {
      const count = Math.min(most, COUNTS[(i * 7 + seed) % COUNTS.length] ?? 1);
      const state: Scene["state"] =
        i % 8 === 7 ? (i % 16 === 7 ? { kind: "menu" } : { kind: "none" }) : { kind: "alive", count };
      const language = game === "pubg-mobile" ? "zh-Hans" : "en";
      add({ game, hud: "gen3", language, state, killed: i % 6, ...(i % 5 === 1 && { fps: 120 }) }, "drawn");
    }
  }
  return list;
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
