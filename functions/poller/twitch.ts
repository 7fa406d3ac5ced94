/** The live streams of a game, as Twitch's Helix API lists them. */
import type { Game } from "../contracts/games.ts";
import type { Log } from "../runtime/log.ts";
import type { TwitchConfig } from "./twitch-config.ts";

export interface LiveStream {
  /** Twitch login, lower case: the subject of every event about this stream. */
  login: string;
  displayName: string;
  /** Our own id of the game (`pubg`), not Twitch's. */
  game: string;
  title: string;
  viewers: number;
  /** ISO 639-1, or "other". */
  language: string;
  /** RFC 3339 in UTC. */
  startedAt: string;
  userId: string;
  /** Content classification labels: MatureGame, ProfanityVulgarity, ... */
  labels: string[];
}

export interface Twitch {
  /** Most-viewed first, filtered by language, lists and labels. Throws Unavailable when Twitch does not answer. */
  listStreams(game: Game): Promise<LiveStream[]>;
}

export function createTwitch(_deps: {
  config: TwitchConfig;
  fetch?: typeof globalThis.fetch;
  now?: () => number;
  log: Log;
}): Twitch {
  return { listStreams: () => Promise.reject(new Error("the Helix client is not there yet")) };
}
