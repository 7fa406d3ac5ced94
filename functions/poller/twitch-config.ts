/** The Helix client's part of the poller's environment. */
import { ConfigError, type Env, integer, optionalText, url, words } from "../runtime/config.ts";

export interface TwitchConfig {
  clientId: string;
  /** With it the token renews itself; without it `token` is used until it ends. */
  clientSecret: string | undefined;
  /** The documented app token, when there is no secret. */
  token: string | undefined;
  apiUrl: string;
  authUrl: string;
  /** ISO 639-1 codes; empty: every language. */
  languages: string[];
  /** When not empty: only these logins. */
  allowlist: string[];
  /** Never these logins. */
  blocklist: string[];
  /** A stream with one of these content labels is left out. */
  blockedLabels: string[];
  /** Streams per game at most. */
  maxStreams: number;
}

/**
 * A label in this list puts a "Start watching" gate before the embedded player, so the stream cannot follow on by itself.
 * MatureGame is not in it: Twitch sets it by the game's rating, and a game rated so would vanish altogether.
 */
const GATED_LABELS = ["DrugsIntoxication", "Gambling", "SexualThemes"];

export function parseTwitchConfig(env: Env): TwitchConfig {
  const clientId = optionalText(env, "TWITCH_CLIENT_ID") ?? optionalText(env, "clientID");
  const clientSecret = optionalText(env, "TWITCH_CLIENT_SECRET") ?? optionalText(env, "clientSecret");
  const token = optionalText(env, "token");
  if (!clientId) throw new ConfigError("TWITCH_CLIENT_ID (or clientID) is not set");
  if (!clientSecret && !token) throw new ConfigError("TWITCH_CLIENT_SECRET (or clientSecret, or token) is not set");
  const logins = (name: string) => words(env, name).map((login) => login.toLowerCase());
  return {
    clientId,
    clientSecret,
    token,
    apiUrl: url(env, "TWITCH_API_URL", "https://api.twitch.tv/helix"),
    authUrl: url(env, "TWITCH_AUTH_URL", "https://id.twitch.tv/oauth2"),
    languages: words(env, "LANGUAGES").map((language) => language.toLowerCase()),
    allowlist: logins("ROTISSERIE_ALLOWLIST"),
    blocklist: logins("ROTISSERIE_BLOCKLIST"),
    blockedLabels: words(env, "BLOCKED_LABELS", GATED_LABELS),
    maxStreams: integer(env, "MAX_STREAMS", 100, 1, 1000),
  };
}
