/** gql.twitch.tv: the playback token, by a plain query or by the hash of a stored one; and what streamlink asks besides. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { categories } from "./channels.ts";
import type { Answer } from "./oauth.ts";
import type { Channel } from "./script.ts";

/** The stored query's hash that Twitch's own player sends today. */
export const PLAYBACK_HASH = "ed230aa1e33e07eebb8928504583da78a5173989fadfb1ac94be06a04f3cdbe9";
const TOKEN_SECONDS = 20 * 60;

export interface Gql {
  answer(body: string, clientId: string, now: number): Answer;
  /** The login of a good, unexpired token. */
  verify(token: string, signature: string, now: number): string | undefined;
}

export function createGql(channelOf: (login: string) => Channel | undefined, secret: string): Gql {
  const sign = (value: string) => createHmac("sha1", secret).update(value).digest("hex");
  const one = (request: unknown, now: number): object | Answer => {
    const { operation, query, hash, variables } = readRequest(request);
    const playback = operation === "PlaybackAccessToken" || query.includes("streamPlaybackAccessToken");
    const login = loginOf(query, variables);
    const channel = channelOf(login);
    if (!playback) return { data: metadata(operation, channel), extensions: { operationName: operation } };
    if (channel?.fault === "token-unauthorized") {
      const message = 'The "Authorization" token is invalid.';
      return { status: 401, body: { error: "Unauthorized", status: 401, message } };
    }
    if (channel?.fault === "integrity") return { errors: [{ message: "failed integrity check" }], data: null };
    if (!query && (hash !== PLAYBACK_HASH || channel?.fault === "stale-hash")) {
      return { errors: [{ message: "PersistedQueryNotFound" }] };
    }
    if (!channel || channel.fault === "token-null") return { data: { streamPlaybackAccessToken: null } };
    const value = JSON.stringify(tokenOf(channel, now));
    return {
      data: {
        streamPlaybackAccessToken: { value, signature: sign(value), __typename: "PlaybackAccessToken" },
      },
    };
  };
  return {
    answer: (body, clientId, now) => {
      const message = 'The "Client-ID" header is missing from the request.';
      if (!clientId) return { status: 400, body: { error: "Bad Request", status: 400, message } };
      const request = parse(body);
      if (request === undefined)
        return { status: 400, body: { error: "Bad Request", status: 400, message: "no JSON" } };
      if (!Array.isArray(request)) {
        const answer = one(request, now);
        return "status" in answer ? answer : { status: 200, body: answer };
      }
      return { status: 200, body: request.slice(0, 35).map((part) => one(part, now)) };
    },
    verify: (token, signature, now) => {
      const expected = Buffer.from(sign(token));
      const given = Buffer.from(signature);
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
      const value = parse(token);
      if (!value || typeof value !== "object" || !("channel" in value) || !("expires" in value)) return undefined;
      if (typeof value.channel !== "string" || typeof value.expires !== "number") return undefined;
      return value.expires * 1000 > now ? value.channel : undefined;
    },
  };
}

/** What streamlink asks to name its recordings. */
function metadata(operation: string, channel: Channel | undefined): object {
  if (!channel) return {};
  if (operation === "ChannelShell") return { userOrError: { id: channel.userId, displayName: channel.displayName } };
  if (operation !== "StreamMetadata") return {};
  const game = { name: categories[channel.game]?.name ?? "" };
  return {
    user: { id: channel.userId, lastBroadcast: { title: channel.title }, stream: { id: `4${channel.userId}`, game } },
  };
}

/** The fields of Twitch's token that players look at. */
function tokenOf(channel: Channel, now: number): object {
  return {
    adblock: false,
    authorization: { forbidden: false, reason: "" },
    blackout_enabled: false,
    channel: channel.login,
    channel_id: Number(channel.userId),
    chansub: { restricted_bitrates: [], view_until: 1924905600 },
    ci_gb: false,
    geoblock_reason: "",
    expires: Math.floor(now / 1000) + TOKEN_SECONDS,
    hide_ads: false,
    https_required: false,
    mature: false,
    partner: false,
    platform: "web",
    player_type: "site",
    server_ads: channel.preroll > 0,
    show_ads: channel.preroll > 0,
    subscriber: false,
    turbo: false,
    version: 3,
  };
}

interface Request {
  operation: string;
  query: string;
  hash: string;
  variables: unknown;
}

function readRequest(request: unknown): Request {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    operation: text(field(request, "operationName")),
    query: text(field(request, "query")),
    hash: text(field(field(field(request, "extensions"), "persistedQuery"), "sha256Hash")),
    variables: field(request, "variables"),
  };
}

/** In the variables, under the names players use, or written into the query. */
function loginOf(query: string, variables: unknown): string {
  for (const name of ["login", "channelLogin", "channelName", "channel"]) {
    const value = field(variables, name);
    if (typeof value === "string") return value.toLowerCase();
  }
  return (/channelName:\s*"([^"]{1,64})"/.exec(query)?.[1] ?? "").toLowerCase();
}

function field(value: unknown, name: string): unknown {
  return value && typeof value === "object" && name in value ? Reflect.get(value, name) : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
