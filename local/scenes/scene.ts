/** What a rendered picture shows. Values only: rendering the same scene twice gives the same bytes. */

export const HUDS = ["gen1", "gen2", "gen3", "observer"] as const;
export type Hud = (typeof HUDS)[number];

export const LANGUAGES = [
  "en",
  "zh-Hans",
  "zh-Hant",
  "ko",
  "ja",
  "ru",
  "de",
  "fr",
  "es",
  "pt",
  "tr",
  "vi",
  "th",
] as const;
export type Language = (typeof LANGUAGES)[number];

export const BACKGROUNDS = [
  "bright",
  "dark",
  "busy",
  "snow",
  "map",
  "indoor",
  "desert",
  "forest",
  "smoke",
  "water",
] as const;
export type Background = (typeof BACKGROUNDS)[number];

export const SCENE_GAMES = ["pubg", "fortnite", "warzone", "apex", "pubg-mobile"] as const;
export type SceneGame = (typeof SCENE_GAMES)[number];

export type SceneState =
  | { kind: "alive"; count: number }
  /** Lobby or training ground: the same field, another word. */
  | { kind: "joined"; count: number }
  /** The world map covers the picture, the counter stays. */
  | { kind: "map"; count: number }
  /** After death (or the win, rank 1): a yellow rank stands where the counter was. */
  | { kind: "death"; rank: number; total: number }
  | { kind: "menu" }
  /** The world without a HUD. */
  | { kind: "none" }
  /** An advertisement card, unlike any game picture. */
  | { kind: "ad"; text: string };

export interface Scene {
  game: SceneGame;
  /** Of PUBG; other games have one HUD. */
  hud: Hud;
  language: Language;
  state: SceneState;
  width: number;
  height: number;
  background: Background;
  /** Picks everything that is left open: colours, shapes, names, the other counters. */
  seed: number;
  killed?: number;
  assisted?: number;
  /** `mm:ss`, left of the counter as on the training ground. */
  timer?: string;
  /** An "NN FPS" overlay in a corner. */
  fps?: number;
  webcam?: boolean;
}

/** Pixels of the full frame. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Picture {
  /** RGBA, four bytes a pixel, rows from the top. */
  data: Buffer;
  width: number;
  height: number;
  /** The counter's digits in pixels of the full frame, where there is a counter. */
  digits?: Box;
}
