/**
 * From a login to the newest live segment. The playlist URL of a stream is kept (in memory, and through the playback
 * hint that travels with the events): a new Twitch session each time would cost a token call and an ad.
 */

import type { PlaybackConfig } from "./config.ts";
import { asMissed, type Http } from "./http.ts";
import { createMemory } from "./memory.ts";
import { Missed } from "./missed.ts";
import { type MediaSegment, parseMediaPlaylist } from "./playlist.ts";
import { findLiveEdge } from "./playlist-ads.ts";
import { chooseVariant } from "./playlist-variants.ts";
import { fetchToken } from "./token.ts";
import { fetchVariants } from "./usher.ts";

export interface Playback {
  /**
   * The newest live segments, newest first, and the playlist URL to hand on as hint. Throws Missed. `onHint` is called
   * as soon as the URL is known to work, so that it is handed on even if there is no picture now (an ad).
   */
  findSegments(
    login: string,
    hint: string | undefined,
    options: { signal: AbortSignal; onHint: (hint: string) => void },
  ): Promise<[MediaSegment, ...MediaSegment[]]>;
  /** The segments behind this playlist cannot be had: it is not used again, even if an event brings it back. */
  discard(login: string, url: string): void;
}

interface Session {
  url: string;
  since: number;
}

/** Twitch answers 403 after a day; a URL is replaced before that. */
const MAX_SESSION_MS = 20 * 3600_000;
const MAX_SESSIONS = 2000;
const MAX_PLAYLIST_BYTES = 512 * 1024;
/** A playlist that has not moved for so long belongs to a stream that is gone. */
const STALLED_MS = 60_000;
/** Answers that mean: this URL is worn out, ask for a new one. */
const WORN_OUT = [401, 403, 404, 410];

export function createPlayback(deps: {
  http: Pick<Http, "text">;
  config: PlaybackConfig;
  now: () => number;
}): Playback {
  const { http, config, now } = deps;
  const sessions = createMemory<Session>(MAX_SESSIONS);
  const discarded = createMemory<string>(MAX_SESSIONS);
  const resolving = new Map<string, Promise<string>>();

  const remember = (login: string, url: string) => sessions.set(login, { url, since: now() });

  const known = (login: string): string | undefined => {
    const session = sessions.get(login);
    return session && now() - session.since < MAX_SESSION_MS ? session.url : undefined;
  };

  /** One resolution at a time for a login: two events of one stream must not open two Twitch sessions. */
  const resolve = (login: string, signal: AbortSignal): Promise<string> => {
    const running = resolving.get(login);
    if (running !== undefined) return running;
    const started = resolveVariant(deps, login, signal).finally(() => resolving.delete(login));
    resolving.set(login, started);
    return started;
  };

  const edgeOf = async (url: string, signal: AbortSignal) => {
    const { status, text, url: base } = await http.text(url, { signal, maxBytes: MAX_PLAYLIST_BYTES });
    if (WORN_OUT.includes(status)) return { kind: "worn-out" as const, status };
    const playlist = status === 200 ? parseMediaPlaylist(text, base) : undefined;
    if (!playlist)
      throw new Missed(
        "upstream",
        `media playlist: status ${status}, ${status === 200 ? "not a playlist" : "no answer"}`,
      );
    const edge = findLiveEdge(playlist, config);
    const time = edge.kind === "live" ? edge.segments[0].programTime : undefined;
    return time !== undefined && now() - time > STALLED_MS ? { kind: "stalled" as const } : edge;
  };

  return {
    discard: (login, url) => {
      sessions.delete(login);
      discarded.set(login, url);
    },
    findSegments: async (login, hint, { signal, onHint }) => {
      // What this process resolved itself is newer than a hint that went round through the events, if both are there.
      for (const url of new Set([known(login), hint])) {
        if (url === undefined || url === discarded.get(login)) continue;
        // An old URL that does not work, in whatever way, is no answer about the stream: a new one is asked for.
        const edge = await edgeOf(url, signal).catch((error: unknown) => ignoreUnlessAborted(error, signal));
        if (edge?.kind === "live" || edge?.kind === "ad") {
          if (known(login) !== url) remember(login, url);
          onHint(url);
          return segmentsOf(edge);
        }
        sessions.delete(login);
      }
      const url = await resolve(login, signal);
      const edge = await edgeOf(url, signal);
      if (edge.kind === "live" || edge.kind === "ad") {
        remember(login, url);
        onHint(url);
        return segmentsOf(edge);
      }
      if (edge.kind === "ended") throw new Missed("offline", "the playlist has ended");
      if (edge.kind === "stalled") throw new Missed("offline", "the playlist does not move any more");
      if (edge.kind === "empty") throw new Missed("no-video", "the playlist has no segment");
      throw new Missed("upstream", `media playlist: status ${edge.status}`);
    },
  };
}

function segmentsOf(edge: Extract<ReturnType<typeof findLiveEdge>, { kind: "live" | "ad" }>) {
  if (edge.kind === "live") return edge.segments;
  const { remainingSeconds } = edge;
  throw new Missed("ad", "an ad is on", remainingSeconds === undefined ? {} : { retryAfterSeconds: remainingSeconds });
}

async function resolveVariant(
  deps: { http: Pick<Http, "text">; config: PlaybackConfig },
  login: string,
  signal: AbortSignal,
): Promise<string> {
  const token = await fetchToken(deps, login, signal);
  const variants = await fetchVariants(deps, login, token, signal);
  const variant = chooseVariant(variants, { minHeight: deps.config.minHeight, restricted: token.restricted });
  if (variant) return variant.url;
  if (chooseVariant(variants, { minHeight: deps.config.minHeight })) {
    throw new Missed("restricted", "every quality is for subscribers only");
  }
  throw new Missed("no-video", "no quality with an H.264 picture");
}

function ignoreUnlessAborted(error: unknown, signal: AbortSignal): undefined {
  if (signal.aborted) throw asMissed(error, signal);
  return undefined;
}
