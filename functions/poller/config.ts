/** The poller's environment. The Helix client's part stands in twitch-config.ts. */
import { findGame, type Game, games } from "../contracts/games.ts";
import { ConfigError, type Env, fail, flag, integer, optionalText, text, url, words } from "../runtime/config.ts";
import { type EmitConfig, parseEmitConfig } from "../runtime/emit.ts";
import { type ProcessConfig, parseProcess } from "../runtime/process.ts";
import { SCHEDULE } from "./schedule.ts";
import { parseTwitchConfig, type TwitchConfig } from "./twitch-config.ts";

export interface Config extends ProcessConfig {
  /** The first is what /current and /all show. */
  games: Game[];
  samplesPerMinute: number;
  idleAfterMs: number;
  alwaysOn: boolean;
  /** Holds a password where one is set: never logged. */
  redisUrl: string | undefined;
  /** With {login}. */
  streamUrl: string;
  peerUrl: string | undefined;
  emit: EmitConfig;
  twitch: TwitchConfig;
}

export function parseConfig(env: Env): Config {
  return {
    ...parseProcess(env, 3000),
    games: parseGames(env),
    samplesPerMinute: integer(env, "SAMPLES_PER_MINUTE", SCHEDULE.perMinute, 1, 100_000),
    idleAfterMs: integer(env, "IDLE_AFTER", 120, 1, 86_400) * 1000,
    alwaysOn: flag(env, "ALWAYS_ON"),
    redisUrl: parseRedisUrl(env),
    streamUrl: parseStreamUrl(env),
    peerUrl: optionalText(env, "PEER_URL") && url(env, "PEER_URL"),
    emit: parseEmitConfig(env),
    twitch: parseTwitchConfig(env),
  };
}

function parseGames(env: Env): Game[] {
  const ids = [...new Set(words(env, "GAMES", ["pubg"]))];
  const known = games.map(({ id }) => id).join(", ");
  return ids.map((id) => findGame(id) ?? fail("GAMES", id, `known games are ${known}`));
}

function parseStreamUrl(env: Env): string {
  const template = text(env, "STREAM_URL", "https://player.twitch.tv/?channel={login}");
  const form = /^(https?:\/\/|\/(?!\/))\S*\{login\}\S*$/;
  if (!form.test(template)) fail("STREAM_URL", template, "an http(s) URL or a path, with {login} in it");
  return template;
}

function parseRedisUrl(env: Env): string | undefined {
  const given = optionalText(env, "REDIS_URL");
  // The message leaves the value out: it may hold a password.
  if (given && !/^(rediss?):\/\/\S+$/.test(given))
    throw new ConfigError("REDIS_URL is not like redis://host:6379 or rediss://...");
  return given;
}
