/** The multivariant playlist: usher v2, then v1. Every refusal Twitch documents becomes a reason. */
import { randomBytes, randomInt } from "node:crypto";
import type { MissedReason } from "../contracts/events.ts";
import type { PlaybackConfig } from "./config.ts";
import type { Http } from "./http.ts";
import { Missed } from "./missed.ts";
import { parseMultivariant, type Variant } from "./playlist-variants.ts";
import type { PlaybackToken } from "./token.ts";

const PATHS = ["/api/v2/channel/hls/", "/api/channel/hls/"];
const MAX_PLAYLIST_BYTES = 256 * 1024;

/** error_code of usher's JSON answer -> why there is no picture. */
const REFUSALS: Readonly<Record<string, MissedReason>> = {
  transcode_does_not_exist: "offline",
  content_geoblocked: "geoblocked",
  unauthorized_entitlements: "restricted",
  vod_manifest_restricted: "restricted",
  nauth_token_restricted: "restricted",
};

export async function fetchVariants(
  { http, config }: { http: Pick<Http, "text">; config: PlaybackConfig },
  login: string,
  token: PlaybackToken,
  signal: AbortSignal,
): Promise<Variant[]> {
  const query = new URLSearchParams({
    platform: config.platform,
    p: String(randomInt(1_000_000, 10_000_000)),
    allow_source: "true",
    allow_audio_only: "true",
    playlist_include_framerate: "true",
    // Only H.264 variants, also where a channel has others.
    supported_codecs: "h264",
    ...(config.prefetch && { fast_bread: "true" }),
    play_session_id: randomBytes(16).toString("hex"),
    sig: token.signature,
    token: token.value,
  });
  const headers = { referer: "https://player.twitch.tv", origin: "https://player.twitch.tv" };
  let last = new Missed("upstream", "no answer");
  for (const path of PATHS) {
    try {
      const url = `${config.usherUrl}${path}${login}.m3u8?${query}`;
      const answer = await http.text(url, { signal, headers, maxBytes: MAX_PLAYLIST_BYTES });
      const refusal = refusalOf(answer.status, answer.text);
      if (refusal) throw refusal;
      const variants = answer.status === 200 ? parseMultivariant(answer.text, answer.url) : undefined;
      if (variants) return variants;
      last = new Missed("upstream", `usher: status ${answer.status}, not a playlist`);
    } catch (error) {
      // Only a fault of this version's own is worth asking the other one: a refusal is a refusal.
      if (!(error instanceof Missed) || error.reason !== "upstream" || signal.aborted) throw error;
      last = error;
    }
  }
  throw last;
}

/** `[{"error_code": "content_geoblocked", ...}]`, or anything else with a 4xx status. */
export function refusalOf(status: number, body: string): Missed | undefined {
  if (status < 400 || status > 499) return undefined;
  const code = /"error_code"\s*:\s*"([a-z_]{1,60})"/.exec(body.slice(0, 4096))?.[1];
  const reason = code === undefined ? undefined : REFUSALS[code];
  if (reason) return new Missed(reason, `usher: ${code}`);
  if (code && status === 403) return new Missed("restricted", `usher: ${code}`);
  // A 404 with Twitch's own JSON is a channel that is not live; one without it is an address that is gone.
  if (code && status === 404) return new Missed("offline", `usher: ${code}`);
  if (/"error"\s*:\s*"[^"]*transcode does not exist/.test(body.slice(0, 4096)))
    return new Missed("offline", "usher: not live");
  return undefined;
}
