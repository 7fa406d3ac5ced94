import { availableParallelism } from "node:os";
import { type Env, fail, integer, number, oneOf, optionalText, words } from "../runtime/config.ts";
import { type ProcessConfig, parseProcess } from "../runtime/process.ts";
import { findProfile, profiles } from "./games/index.ts";

export const ENGINES = ["strip", "vote", "pp-ocr", "tesseract"] as const;
export type EngineName = (typeof ENGINES)[number];
export const DEFAULT_ENGINE: EngineName = "vote";
/** Least confidence of a reading that is passed on. */
export const DEFAULT_ACCEPT = 0.9;

export interface OcrConfig extends ProcessConfig {
  engine: EngineName;
  /** Least confidence of a reading that is passed on. */
  accept: number;
  /** Games with an unverified profile to read all the same. */
  unverified: string[];
  /** Pictures read at the same time: one per CPU that is ours to use. */
  atOnce: number;
  /** Directory of the debug view; pictures are kept there for a day. */
  debug: string | undefined;
}

export function parseConfig(env: Env, cpus = availableParallelism()): OcrConfig {
  return {
    ...parseProcess(env, 3001),
    engine: oneOf(env, "OCR_ENGINE", ENGINES, DEFAULT_ENGINE),
    accept: number(env, "OCR_ACCEPT", DEFAULT_ACCEPT, 0, 1),
    unverified: unverifiedGames(env),
    atOnce: integer(env, "OCR_AT_ONCE", cpus, 1, 64),
    debug: optionalText(env, "OCR_DEBUG"),
  };
}

/** A game that was verified since may stay named: an upgrade must not stop the start. */
function unverifiedGames(env: Env): string[] {
  const games = words(env, "OCR_UNVERIFIED");
  const off = profiles.filter(({ verified }) => !verified).map(({ game }) => game);
  for (const game of games) if (!findProfile(game)) fail("OCR_UNVERIFIED", game, `any of ${off.join(", ")}`);
  return games;
}
