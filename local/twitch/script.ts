/** What a simulated channel shows and when. Pure: the place in time is the number of a two-second segment. */
import type { Scene } from "../scenes/scene.ts";

/** Twitch's segments last two seconds. */
export const SEGMENT_SECONDS = 2;

/** A picture to encode: a scene of our own, or a file of a frame directory (`part`: the n-th segment of a video). */
export type Picture =
  | { kind: "scene"; scene: Scene }
  | { kind: "image"; path: string; scaleHeight?: number }
  | { kind: "video"; path: string; part: number };

/** What is true of the picture, for tests: never used by the functions. */
export interface Truth {
  kind: "alive" | "joined" | "none" | "mobile";
  value?: number;
  file?: string;
}

export const PHASES = ["lobby", "match", "death", "menu", "ad", "offline", "none"] as const;
export type Phase = (typeof PHASES)[number];

export interface Step {
  phase: Phase;
  /** How many segments it lasts. */
  segments: number;
  /** One picture for all its segments, or several in turn (a video). None while offline. */
  pictures: readonly Picture[];
  truth: Truth;
}

export const FAULTS = [
  "geoblock",
  "restricted",
  "offline",
  "stale-hash",
  "integrity",
  "token-null",
  "token-unauthorized",
  "usher-error",
  "usher-garbage",
  "playlist-slow",
  "playlist-garbage",
  "playlist-error",
  "playlist-gone",
  "playlist-huge",
  "segment-slow",
  "segment-trickle",
  "segment-truncated",
  "segment-corrupt",
  "segment-error",
  "segment-gone",
  "segment-wrong",
  "segment-redirect",
  "segment-huge",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Variant {
  /** Twitch's name: 1080p60, 720p60, 480p. */
  name: string;
  width: number;
  height: number;
  fps: number;
  /** bit/s */
  bandwidth: number;
  source: boolean;
}

export interface Channel {
  login: string;
  displayName: string;
  userId: string;
  title: string;
  /** Our game id. */
  game: string;
  language: string;
  viewers: number;
  labels: readonly string[];
  container: "ts" | "fmp4";
  /** Which of Twitch's two ways to name variants its playlist uses. */
  naming: "ivs" | "video" | "both";
  variants: readonly Variant[];
  /** Played in a circle. */
  steps: readonly Step[];
  /** Where in the circle segment 0 is. */
  offset: number;
  /** Segments of advertisement that a new playlist session starts with. */
  preroll: number;
  fault?: Fault;
  /** Where a segment is in the script; without it the script runs by the clock alone. */
  pace?: (segment: number) => Place | undefined;
}

export interface Place {
  /** Segments into the circle of steps. */
  place: number;
  /** The segment at which its step began. */
  begin: number;
}

export interface Moment {
  step: Step;
  /** Segment of the whole stream at which this step began, and how far in it we are. */
  begin: number;
  into: number;
}

/** A channel that has not begun. */
const OFF_AIR: Step = { phase: "offline", segments: 1, pictures: [], truth: { kind: "none" } };

/** What the channel shows in a segment. */
export function momentAt(channel: Channel, segment: number): Moment {
  if (!channel.pace) {
    const { step, into } = stepAt(channel, segment + channel.offset);
    return { step, begin: segment - into, into };
  }
  const at = channel.pace(segment);
  if (!at) return { step: OFF_AIR, begin: segment, into: 0 };
  const { step, into } = stepAt(channel, at.place);
  return { step, begin: at.begin, into };
}

/** The step at a place of the circle, which may be any whole number. */
export function stepAt(channel: Channel, place: number): { step: Step; into: number } {
  const length = channel.steps.reduce((sum, step) => sum + step.segments, 0);
  if (length <= 0) throw new RangeError(`${channel.login}: a script without segments`);
  let left = ((place % length) + length) % length;
  for (const step of channel.steps) {
    if (left < step.segments) return { step, into: left };
    left -= step.segments;
  }
  throw new RangeError("unreachable: the place is inside the circle");
}

/** Its picture there, none while offline. */
export function pictureIn({ step, into }: { step: Step; into: number }): Picture | undefined {
  return step.pictures[into % Math.max(1, step.pictures.length)];
}

export function isLive(channel: Channel, segment: number): boolean {
  return channel.fault !== "offline" && momentAt(channel, segment).step.phase !== "offline";
}

export function pictureAt(channel: Channel, segment: number): Picture | undefined {
  return pictureIn(momentAt(channel, segment));
}

/** What samples take and the page plays: the 720-line variant, or the only one. */
export function mainVariant(channel: Channel): Variant {
  const variant = channel.variants.find((one) => one.height === 720) ?? channel.variants[0];
  if (!variant) throw new RangeError(`${channel.login}: no variants`);
  return variant;
}

/** 1080p60, 720p60 and 480p of a source picture; only those not larger than the source, which comes first. */
export function variantsOf(width: number, height: number, transcodes = true): Variant[] {
  const even = (value: number) => Math.max(16, Math.round(value / 2) * 2);
  // Above 1080 lines 30 pictures a second keep one segment's encoding bearable.
  const sourceFps = height > 1100 ? 30 : 60;
  const list: Variant[] = [
    {
      name: `${height}p${sourceFps === 60 ? "60" : ""}`,
      width: even(width),
      height: even(height),
      fps: sourceFps,
      bandwidth: height > 1440 ? 16_000_000 : height > 1100 ? 9_000_000 : height > 720 ? 6_000_000 : 3_000_000,
      source: true,
    },
  ];
  if (!transcodes) return list;
  const ladder = [
    { height: 1080, fps: 60, bandwidth: 6_000_000 },
    { height: 720, fps: 60, bandwidth: 3_000_000 },
    { height: 480, fps: 30, bandwidth: 1_400_000 },
  ];
  for (const rung of ladder) {
    if (rung.height >= height) continue;
    const name = `${rung.height}p${rung.fps === 60 ? "60" : ""}`;
    list.push({ ...rung, name, width: even((width * rung.height) / height), source: false });
  }
  return list;
}
