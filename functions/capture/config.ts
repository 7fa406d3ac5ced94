/** The capture function's environment. Everything Twitch may change is a setting. */
import { createHash } from "node:crypto";
import { ConfigError, type Env, flag, integer, optionalText, text, url, words } from "../runtime/config.ts";
import { type ProcessConfig, parseProcess } from "../runtime/process.ts";
import { createHostRule, problemOfEntry, TWITCH_HOSTS } from "./hosts.ts";

export interface CaptureConfig extends ProcessConfig {
  allowedHosts: string[];
  ffmpegPath: string | undefined;
  /** One picture, all in all: longer than this and the round is over anyway. */
  captureTimeoutMs: number;
  /** Captures at a time, and waiting; beyond that the Broker is told to come back. */
  maxCaptures: number;
  maxWaiting: number;
  playback: PlaybackConfig;
  http: { timeoutMs: number; userAgent: string };
  decode: { parallel: number; timeoutMs: number; maxMemoryMb: number };
  /** Bytes of a segment looked through for its first key frame. */
  maxSegmentBytes: number;
}

export interface PlaybackConfig {
  gqlUrl: string;
  usherUrl: string;
  /** Public id of the web player. */
  clientId: string;
  /** SHA-256 of the persisted query; undefined: the query is sent as text, which has no hash to go stale. */
  queryHash: string | undefined;
  playerType: string;
  platform: string;
  deviceId: string;
  /** The lowest quality of at least so many lines is looked at. */
  minHeight: number;
  /** Use segments still being produced (2 s fresher, but they arrive in real time). */
  prefetch: boolean;
}

export function parseConfig(env: Env, machine: { hostname: string; cores: number }): CaptureConfig {
  const gqlUrl = url(env, "TWITCH_GQL_URL", "https://gql.twitch.tv/gql");
  const usherUrl = url(env, "TWITCH_USHER_URL", "https://usher.ttvnw.net");
  const allowedHosts = words(env, "ALLOWED_HOSTS", TWITCH_HOSTS);
  for (const entry of allowedHosts) {
    const problem = problemOfEntry(entry);
    if (problem)
      throw new ConfigError(`ALLOWED_HOSTS has ${JSON.stringify(entry.slice(0, 100))}: allowed are ${problem}`);
  }
  const rule = createHostRule(allowedHosts);
  for (const [name, value] of Object.entries({ TWITCH_GQL_URL: gqlUrl, TWITCH_USHER_URL: usherUrl })) {
    const checked = rule.check(value);
    if ("refused" in checked) throw new ConfigError(`${name}: ${checked.refused}; add it to ALLOWED_HOSTS`);
  }
  const queryHash = optionalText(env, "TWITCH_GQL_HASH");
  if (queryHash && !/^[0-9a-f]{64}$/.test(queryHash)) throw new ConfigError("TWITCH_GQL_HASH is not a SHA-256 in hex");
  return {
    ...parseProcess(env, 3003),
    allowedHosts,
    ffmpegPath: optionalText(env, "FFMPEG_PATH"),
    captureTimeoutMs: integer(env, "CAPTURE_TIMEOUT_SECONDS", 8, 1, 60) * 1000,
    maxCaptures: integer(env, "MAX_CAPTURES", 32, 1, 1000),
    maxWaiting: integer(env, "MAX_WAITING", 200, 0, 10_000),
    maxSegmentBytes: integer(env, "MAX_SEGMENT_BYTES", 4 * 1024 * 1024, 65_536, 64 * 1024 * 1024),
    playback: {
      gqlUrl,
      usherUrl,
      clientId: text(env, "TWITCH_GQL_CLIENT_ID", "kimne78kx3ncx6brgo4mv6wki5h1ko"),
      queryHash,
      playerType: text(env, "TWITCH_PLAYER_TYPE", "site"),
      platform: text(env, "TWITCH_PLATFORM", "web"),
      // A new device is shown an ad first, so it must not change with every start.
      deviceId: text(env, "DEVICE_ID", createHash("sha256").update(machine.hostname).digest("hex").slice(0, 32)),
      minHeight: integer(env, "MIN_HEIGHT", 720, 144, 4320),
      prefetch: flag(env, "USE_PREFETCH", false),
    },
    http: {
      timeoutMs: integer(env, "HTTP_TIMEOUT_SECONDS", 5, 1, 60) * 1000,
      // Twitch refuses tokens where the user agent does not fit a browser.
      userAgent: text(env, "USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    },
    decode: {
      parallel: integer(env, "DECODE_PARALLEL", Math.max(2, machine.cores), 1, 256),
      timeoutMs: integer(env, "DECODE_TIMEOUT_SECONDS", 4, 1, 60) * 1000,
      maxMemoryMb: integer(env, "DECODE_MEMORY_MB", 1024, 128, 65_536),
    },
  };
}
