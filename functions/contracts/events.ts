/** Every event of the system. The only place that knows their names. */
import * as v from "valibot";
import {
  commonAttributes,
  defineEvent,
  type EventOf,
  GameId,
  IntegerAttribute,
  Login,
  PlaybackHint,
  Timestamp,
} from "./event.ts";

/** Sent by Knative's PingSource every few seconds; no subject and none of our attributes, so it is no Contract. */
export const tick = { type: "dev.knative.sources.ping", receivers: ["poller"] } as const;

const short = (maximum: number) => v.pipe(v.string(), v.maxLength(maximum));
const frameTime = { frametime: Timestamp };
const hint = { playbackhint: v.optional(PlaybackHint) };

/** What Twitch says of a live stream, as far as it concerns us. */
export const streamEntries = {
  login: Login,
  displayName: short(100),
  game: GameId,
  title: short(500),
  viewers: v.pipe(v.number(), v.integer(), v.minValue(0)),
  language: short(16),
  startedAt: Timestamp,
};

/** A live stream is due to be looked at. One event per stream. */
export const streamFound = defineEvent({
  type: "tv.rotisserie.stream.found.v1",
  sender: "poller",
  receivers: ["capture"],
  attributes: commonAttributes,
  datacontenttypes: ["application/json"],
  data: v.strictObject({ ...streamEntries, playbackHint: v.optional(PlaybackHint) }),
});
export type StreamFound = EventOf<typeof streamFound>;

/** CloudEvents guarantees that every broker carries 64 KiB; the crop must fit. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** `x,y,width,height` in pixels of the full frame: where the crop was cut. */
export const Region = v.pipe(v.string(), v.regex(/^\d{1,5},\d{1,5},[1-9]\d{0,4},[1-9]\d{0,4}$/, "x,y,width,height"));

/** A picture of the HUD's part of a stream. `frametime` is the programme date of the picture, not of the fetch. */
export const frameCaptured = defineEvent({
  type: "tv.rotisserie.frame.captured.v1",
  sender: "capture",
  receivers: ["ocr"],
  attributes: {
    ...commonAttributes,
    ...frameTime,
    ...hint,
    game: GameId,
    region: Region,
    framewidth: IntegerAttribute(16, 16384),
    frameheight: IntegerAttribute(16, 16384),
  },
  datacontenttypes: ["image/png", "image/jpeg", "image/webp"],
  data: v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.byteLength > 0, "an image of at least one byte"),
    v.check((bytes) => bytes.byteLength <= MAX_FRAME_BYTES, `an image of at most ${MAX_FRAME_BYTES} bytes`),
  ),
});
export type FrameCaptured = EventOf<typeof frameCaptured>;

export const MISSED_REASONS = ["offline", "ad", "geoblocked", "restricted", "timeout", "no-video", "upstream"] as const;
export type MissedReason = (typeof MISSED_REASONS)[number];

/** No picture, and why. `frametime` is the time of the attempt. */
export const frameMissed = defineEvent({
  type: "tv.rotisserie.frame.missed.v1",
  sender: "capture",
  receivers: ["poller"],
  attributes: { ...commonAttributes, ...frameTime, ...hint, game: GameId },
  datacontenttypes: ["application/json"],
  data: v.strictObject({
    reason: v.picklist(MISSED_REASONS),
    /** For people, never a URL or a token. */
    detail: v.optional(short(300)),
    /** How long the ad break still lasts, where the playlist says so. */
    retryAfterSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600))),
  }),
});
export type FrameMissed = EventOf<typeof frameMissed>;

/**
 * Why a picture gave no number.
 * no-counter: none on the picture (menu, map, ad) · unreadable: a counter is there, its digits are not clear (cut, covered)
 * unsure: read, but below the accept threshold · out-of-range: not a count this game can have
 * match-over: a win or death screen stands where the counter was
 */
export const UNREAD_REASONS = ["no-counter", "unreadable", "unsure", "out-of-range", "match-over"] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** A count nobody can have: profiles narrow this per game. */
export const MAX_ALIVE = 999;

export const Reading = v.variant("ok", [
  v.strictObject({
    ok: v.literal(true),
    phase: v.picklist(["match", "lobby"]),
    /** Players alive; in a lobby, players joined. */
    alive: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ALIVE)),
    /** Calibrated: of readings given 0.9, nine in ten are right. */
    confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    engine: short(32),
  }),
  v.strictObject({ ok: v.literal(false), reason: v.picklist(UNREAD_REASONS) }),
]);
export type Reading = v.InferOutput<typeof Reading>;

/** What the picture says. A picture that cannot be read is a normal answer, never an invented number. */
export const countRead = defineEvent({
  type: "tv.rotisserie.count.read.v1",
  sender: "ocr",
  receivers: ["poller"],
  attributes: { ...commonAttributes, ...frameTime, ...hint, game: GameId },
  datacontenttypes: ["application/json"],
  data: Reading,
});
export type CountRead = EventOf<typeof countRead>;

/** Every contract, for tests, docs and the wiring checks. */
export const contracts = [streamFound, frameCaptured, frameMissed, countRead] as const;
