/** The simulator process's environment. */
import { findFfmpeg } from "../../functions/capture/ffmpeg.ts";
import { type Env, integer, oneOf, optionalText, text, words } from "../../functions/runtime/config.ts";
import { type ProcessConfig, parseProcess } from "../../functions/runtime/process.ts";

export interface Config extends ProcessConfig {
  host: string;
  url: string | undefined;
  cacheDir: string;
  /** What the cache folder may hold. */
  cacheBytes: number;
  framesDir: string | undefined;
  framesFilter: string[];
  framesHeights: number[];
  seed: number | undefined;
  channels: number;
  games: string[];
  /** `all`: encode everything before saying `listening`. */
  warm: "now" | "all";
  ffmpegPath: string;
}

export function parseConfig(env: Env): Config {
  const seed = optionalText(env, "SIMULATOR_SEED");
  return {
    ...parseProcess(env, 9000),
    host: text(env, "HOST", "127.0.0.1"),
    url: optionalText(env, "SIMULATOR_URL")?.replace(/\/+$/, ""),
    cacheDir: text(env, "SIMULATOR_CACHE", ".cache/simulator"),
    cacheBytes: integer(env, "SIMULATOR_CACHE_MB", 1024, 64, 1_000_000) * 2 ** 20,
    framesDir: optionalText(env, "SIMULATOR_FRAMES"),
    framesFilter: words(env, "SIMULATOR_FRAMES_FILTER"),
    framesHeights: words(env, "SIMULATOR_FRAMES_HEIGHTS").map((height) =>
      integer({ SIMULATOR_FRAMES_HEIGHTS: height }, "SIMULATOR_FRAMES_HEIGHTS", 720, 144, 2160),
    ),
    seed: seed === undefined ? undefined : integer(env, "SIMULATOR_SEED", 0, 0, 2 ** 31),
    channels: integer(env, "SIMULATOR_CHANNELS", 10, 1, 200),
    games: words(env, "SIMULATOR_GAMES", ["pubg"]),
    warm: oneOf(env, "SIMULATOR_WARM", ["now", "all"], "now"),
    ffmpegPath: findFfmpeg(optionalText(env, "FFMPEG_PATH"), env.PATH ?? ""),
  };
}
