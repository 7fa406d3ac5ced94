/**
 * The playback token: what Twitch's own web player asks for before it may fetch a playlist. An unofficial interface, so
 * query, hash, client id and player type are settings. Foreign shapes stay in this file.
 */
import * as v from "valibot";
import type { PlaybackConfig } from "./config.ts";
import type { Http } from "./http.ts";
import { Missed } from "./missed.ts";

export interface PlaybackToken {
  value: string;
  signature: string;
  /** Qualities only subscribers may see, by group or name. */
  restricted: string[];
}

const QUERY = `query PlaybackAccessToken($login: String!, $platform: String!, $playerType: String!) {
  streamPlaybackAccessToken(channelName: $login, params: {platform: $platform, playerBackend: "mediaplayer", playerType: $playerType}) {
    value
    signature
  }
}`;
const MAX_ANSWER_BYTES = 64 * 1024;

const errorText = v.pipe(v.string(), v.maxLength(1000));
const Answer = v.looseObject({
  data: v.nullish(
    v.looseObject({
      streamPlaybackAccessToken: v.nullish(
        v.looseObject({
          value: v.pipe(v.string(), v.minLength(2), v.maxLength(16_384)),
          signature: v.pipe(v.string(), v.regex(/^[0-9a-zA-Z_=-]{1,512}$/)),
        }),
      ),
    }),
  ),
  errors: v.optional(v.array(v.looseObject({ message: v.optional(errorText, "") }))),
  error: v.optional(errorText),
  message: v.optional(errorText),
});
const TokenValue = v.looseObject({
  geoblock_reason: v.optional(v.nullable(v.string())),
  chansub: v.optional(v.nullable(v.looseObject({ restricted_bitrates: v.optional(v.nullable(v.array(v.string()))) }))),
});

/** Throws Missed: offline (no such channel or not live), geoblocked, upstream (hash, integrity, client id, anything else). */
export async function fetchToken(
  deps: { http: Pick<Http, "text">; config: PlaybackConfig },
  login: string,
  signal: AbortSignal,
): Promise<PlaybackToken> {
  const { queryHash } = deps.config;
  let answer = await ask(deps, login, queryHash, signal);
  // The hash changes with Twitch's own player, without notice; the query as text has outlived all of them.
  if (queryHash && problemOf(answer).includes("PersistedQueryNotFound"))
    answer = await ask(deps, login, undefined, signal);
  const problem = problemOf(answer);
  if (problem) throw new Missed("upstream", `no playback token: ${problem}`);
  const token = answer.data?.streamPlaybackAccessToken;
  // null is Twitch's word for not live; a missing field is an answer to something else.
  if (token === null) throw new Missed("offline", "no such channel, or not live");
  if (!token) throw new Missed("upstream", "no playback token in the answer");
  const value = v.safeParse(TokenValue, parseJson(token.value));
  if (!value.success) throw new Missed("upstream", "the playback token is not what it was");
  if (value.output.geoblock_reason) throw new Missed("geoblocked", "the token says: blocked in this region");
  return { ...token, restricted: value.output.chansub?.restricted_bitrates ?? [] };
}

async function ask(
  { http, config }: { http: Pick<Http, "text">; config: PlaybackConfig },
  login: string,
  hash: string | undefined,
  signal: AbortSignal,
): Promise<v.InferOutput<typeof Answer>> {
  const { playerType, platform } = config;
  const variables = { isLive: true, login, isVod: false, vodID: "", playerType, platform };
  const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } }, variables };
  const plain = { query: QUERY, variables: { login, platform, playerType } };
  const { status, text } = await http.text(config.gqlUrl, {
    method: "POST",
    signal,
    maxBytes: MAX_ANSWER_BYTES,
    headers: { "content-type": "application/json", "client-id": config.clientId, "x-device-id": config.deviceId },
    body: JSON.stringify({ operationName: "PlaybackAccessToken", ...(hash ? persisted : plain) }),
  });
  const answer = v.safeParse(Answer, parseJson(text));
  if (!answer.success) throw new Missed("upstream", `no playback token: status ${status}, not the expected JSON`);
  if (status !== 200 && !problemOf(answer.output)) throw new Missed("upstream", `no playback token: status ${status}`);
  return answer.output;
}

/** What Twitch complains of, shortened to letters: an answer's text may hold anything. */
function problemOf({ errors, error, message }: v.InferOutput<typeof Answer>): string {
  const said = errors?.map((each) => each.message || "an error without a text").join(", ") || message || error || "";
  return said.replace(/[^A-Za-z0-9 ,.-]+/g, " ").slice(0, 120);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
