/** Usher, media playlists and segments of the simulated channels, with their faults. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { adPicture } from "./channels.ts";
import { breakSegment, type Delivery, deliver } from "./delivery.ts";
import { stampFmp4 } from "./fmp4.ts";
import type { Gql } from "./gql.ts";
import { send, sendJson } from "./http.ts";
import { stampTs } from "./mpegts.ts";
import { type Clock, mediaPlaylist, multivariant, newestSegment, WINDOW } from "./playlist.ts";
import { type Channel, isLive, mainVariant, type Picture, pictureAt, SEGMENT_SECONDS, type Variant } from "./script.ts";
import { readSession, writeSession } from "./session.ts";
import type { Prepared, Store } from "./store.ts";

export interface Studio {
  channelOf(login: string): Channel | undefined;
  clock(): Clock;
  store: Store;
  gql: Gql;
  secret: string;
  /** Base URL written into playlists that Twitch's API hands out. */
  url(): string;
  /** Requests that run until the simulator stops. */
  signal: AbortSignal;
  /** Last segment asked for, by login and variant. */
  watched: Map<string, number>;
}

const HLS = "application/vnd.apple.mpegurl";
/** Twitch's playlist URLs answer 403 after a day. */
const SESSION_SECONDS = 24 * 3600;
/** Segments stay for a minute after they left the playlist. */
const KEEP = WINDOW + 30;
const AHEAD = 5;
const READY_ADS = 3;

export async function usher(studio: Studio, login: string, query: URLSearchParams, response: ServerResponse) {
  const channel = studio.channelOf(login.toLowerCase());
  const fault = channel?.fault;
  if (fault === "usher-error") return sendJson(response, 503, [{ error: "simulated", type: "error" }]);
  if (fault === "usher-garbage") return send(response, 200, HLS, "<html>not a playlist</html>");
  const clock = studio.clock();
  const token = studio.gql.verify(query.get("token") ?? "", query.get("sig") ?? "", clock.now);
  if (token !== login.toLowerCase()) return refuse(response, 403, "nauth_token_invalid", "invalid token");
  if (fault === "geoblock")
    return refuse(response, 403, "content_geoblocked", "content is not available in this region");
  if (fault === "restricted") return refuse(response, 403, "unauthorized_entitlements", "unauthorized entitlements");
  const newest = newestSegment(clock);
  if (!channel || !isLive(channel, newest)) {
    return refuse(response, 404, "transcode_does_not_exist", "twirp error not_found: transcode does not exist");
  }
  const prefetch = query.get("fast_bread")?.toLowerCase() === "true";
  // Advertisements are ready-made: a playlist that begins with them lists a few at once.
  const start = newest - Math.max(0, Math.min(READY_ADS, channel.preroll) - 1);
  const session = { login: channel.login, start, prefetch, page: false };
  const text = multivariant(channel, clock, (variant) => {
    const id = writeSession({ ...session, variant: variant.name }, studio.secret);
    return `${studio.url()}/hls-media/playlist/${id}.m3u8`;
  });
  return send(response, 200, HLS, text);
}

/** The page's player: no token and relative addresses, so that any proxy may stand in front. */
export async function pagePlaylist(studio: Studio, login: string, response: ServerResponse): Promise<void> {
  const channel = studio.channelOf(login.toLowerCase());
  const clock = studio.clock();
  const newest = newestSegment(clock);
  if (!channel || !isLive(channel, newest)) return send(response, 404, "text/plain", "offline\n");
  // One quality, the one that samples use: a machine of two cores encodes each picture once, for viewers and functions.
  const text = multivariant({ ...channel, variants: [mainVariant(channel)] }, clock, (variant) => {
    const session = { login: channel.login, variant: variant.name, start: newest, prefetch: false, page: true };
    return `../hls-media/playlist/${writeSession(session, studio.secret)}.m3u8`;
  });
  return send(response, 200, HLS, text);
}

export async function playlist(studio: Studio, id: string, response: ServerResponse): Promise<void> {
  const session = readSession(id, studio.secret);
  const channel = session && studio.channelOf(session.login);
  if (!session || !channel) return send(response, 404, "text/plain", "unknown playlist\n");
  const clock = studio.clock();
  const newest = newestSegment(clock);
  if (!session.page && (newest - session.start) * SEGMENT_SECONDS > SESSION_SECONDS) {
    return send(response, 403, "text/plain", "session expired\n");
  }
  switch (channel.fault) {
    case "playlist-error":
      return send(response, 503, "text/plain", "simulated\n");
    case "playlist-gone":
      return send(response, 410, "text/plain", "simulated\n");
    case "playlist-garbage":
      return send(response, 200, HLS, "#EXTM3U\n#EXTINF:banana,\n\u0000\u0001::::\n#EXT-X-DATERANGE:ID=\n");
    case "playlist-huge":
      return send(response, 200, HLS, `#EXTM3U\n${"#EXT-X-TWITCH-NOISE:0\n".repeat(250_000)}`);
    case "playlist-slow":
      await sleep(15_000, undefined, { signal: studio.signal });
      break;
    default:
  }
  const base = session.page ? ".." : `${studio.url()}/hls-media`;
  const folder = `${channel.login}/${session.variant}`;
  const built = mediaPlaylist(channel, session, clock, {
    segment: (number, ad) =>
      `${base}/segment/${folder}/${number}${ad ? "-ad" : ""}.${channel.container === "ts" ? "ts" : "mp4"}`,
    init: (ad) => `${base}/init/${folder}/${ad ? "ad" : "live"}.mp4`,
  });
  if (!built.ok) return send(response, 404, "text/plain", "the broadcast is over\n");
  return send(response, 200, HLS, built.text);
}

export async function segment(
  studio: Studio,
  address: { login: string; variant: string; name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const channel = studio.channelOf(address.login);
  const variant = channel?.variants.find((one) => one.name === address.variant);
  const match = /^(\d{1,9})(-ad)?\.(ts|mp4)$/.exec(address.name);
  if (!channel || !variant || !match) return send(response, 404, "text/plain", "unknown segment\n");
  const number = Number(match[1]);
  const clock = studio.clock();
  const newest = newestSegment(clock);
  const picture = match[2] ? adPictureAt(channel, number) : pictureAt(channel, number);
  if (!picture || number > newest + 2 || number < newest - KEEP) {
    return send(response, 404, "text/plain", "no such segment\n");
  }
  const broken = breakSegment(channel.fault, response);
  if (broken === "answered") return;
  const prepared = await studio.store.get(picture, variant, channel.container);
  if (isWatching(studio, `${channel.login}/${variant.name}`, number)) makeAhead(studio, channel, variant, number);
  const bytes = stamp(prepared, number);
  const type = channel.container === "ts" ? "video/mp2t" : "video/mp4";
  const delivery: Delivery = { bytes, type, fault: channel.fault, signal: studio.signal };
  if (number > newest) delivery.live = { clock: studio.clock, number };
  await deliver(delivery, request, response);
}

export async function init(
  studio: Studio,
  address: { login: string; variant: string; name: string },
  response: ServerResponse,
): Promise<void> {
  const channel = studio.channelOf(address.login);
  const variant = channel?.variants.find((one) => one.name === address.variant);
  const newest = newestSegment(studio.clock());
  const picture = channel && (address.name === "ad.mp4" ? adPicture : nearestPicture(channel, newest));
  if (!channel || !variant || !picture) return send(response, 404, "text/plain", "unknown variant\n");
  const prepared = await studio.store.get(picture, variant, "fmp4");
  if (prepared.container !== "fmp4") throw new Error("the store gave another container");
  return send(response, 200, "video/mp4", prepared.fmp4.init);
}

/** All segments of a variant have the same initialisation, so any picture's will do. */
function nearestPicture(channel: Channel, newest: number): Picture | undefined {
  for (let back = 0; back < WINDOW; back++) {
    const picture = pictureAt(channel, newest - back);
    if (picture) return picture;
  }
  return undefined;
}

function adPictureAt(channel: Channel, number: number): Picture | undefined {
  const scripted = pictureAt(channel, number);
  const own = scripted?.kind === "scene" && scripted.scene.state.kind === "ad";
  return own ? scripted : adPicture;
}

function stamp(prepared: Prepared, number: number): Buffer {
  const seconds = number * SEGMENT_SECONDS;
  if (prepared.container === "ts") return stampTs(prepared.ts, seconds * 90_000);
  return stampFmp4(prepared.fmp4, seconds, number + 1);
}

/** A player takes one segment after the other; somebody who samples a picture now and then does not. */
function isWatching(studio: Studio, key: string, number: number): boolean {
  const before = studio.watched.get(key);
  studio.watched.set(key, number);
  return before === number || before === number - 1;
}

/** Whoever watches will want the next segments: encode them before they are asked for. */
export function makeAhead(studio: Studio, channel: Channel, variant: Variant, number: number): void {
  for (let next = number + 1; next <= number + AHEAD; next++) {
    const picture = pictureAt(channel, next);
    if (picture) studio.store.ahead(picture, variant, channel.container);
  }
}

function refuse(response: ServerResponse, status: number, code: string, error: string): void {
  sendJson(response, status, [{ url: "", error, error_code: code, type: "error" }]);
}
