/**
 * The documents that viewers' browsers read. `stream_name`, `alive`, `stream_url` and `updated` are the documented fields
 * and keep their meaning; everything else may only be added to.
 */
import * as v from "valibot";
import { GameId, Login, Timestamp } from "./event.ts";
import { MAX_ALIVE } from "./events.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ALIVE));

/** One running match, as the board knows it. Extra fields are allowed: an older page must read a newer answer. */
export const StreamDocument = v.object({
  /** Twitch login. */
  stream_name: Login,
  /** Players left in the match. null only in a waiting leader: a lobby has no count of players alive. */
  alive: v.nullable(count),
  /** What a player opens: https://player.twitch.tv/?channel=LOGIN, or an HLS playlist (.m3u8) of a simulated stream. */
  stream_url: v.pipe(v.string(), v.maxLength(2048)),
  /** When the picture behind `alive` was on air. */
  updated: Timestamp,
  display_name: v.pipe(v.string(), v.maxLength(100)),
  title: v.pipe(v.string(), v.maxLength(500)),
  game: GameId,
  language: v.pipe(v.string(), v.maxLength(16)),
  viewers: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** match: running, `alive` is a number. lobby: waiting for one. */
  phase: v.picklist(["match", "lobby"]),
  /** Players in the lobby, when phase is lobby. */
  joined: v.optional(count),
  confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /** Seconds between `updated` and the making of this answer. */
  age: v.pipe(v.number(), v.minValue(0)),
  /** The count's fall in this match, oldest first: [seconds before `updated`, alive]. At most 60 points. */
  history: v.pipe(v.array(v.tuple([v.number(), count])), v.maxLength(60)),
});
export type StreamDocument = v.InferOutput<typeof StreamDocument>;

/** `GET /current`: the director's choice, or null while nothing is known. */
export const CurrentDocument = v.nullable(
  v.object({
    ...StreamDocument.entries,
    /** In words, for a viewer: "fewest players left", "holding: last 10". */
    reason: v.pipe(v.string(), v.maxLength(200)),
    /** When the director chose this stream. */
    since: Timestamp,
  }),
);
export type CurrentDocument = v.InferOutput<typeof CurrentDocument>;

/** `GET /all`: every running match, fewest players first. */
export const AllDocument = v.array(StreamDocument);
export type AllDocument = v.InferOutput<typeof AllDocument>;

/**
 * Header of /current and /all (RFC 8941 dictionary): how far the round is, so that a page can show progress while the
 * documented body is still null. Example: `streams=40, sampled=12, read=5, matches=2`.
 */
export const PROGRESS_HEADER = "rotisserie-progress";
/** Header the gateway adds when the answer is older than it should be: seconds of age. */
export const STALE_HEADER = "rotisserie-stale";
/** Header of /current and /all: the games this installation follows, `pubg, fortnite`. */
export const GAMES_HEADER = "rotisserie-games";
