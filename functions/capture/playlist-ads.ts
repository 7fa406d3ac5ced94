/**
 * What of a playlist is the stream and what is an ad. An ad is a parsed fact, found by any of three signs:
 * a date range (twitch-stitched-ad, or a stream source of Amazon), a segment title with the ad's name, and a prefetch
 * after a discontinuity. Pure: "now" is the playlist's own newest time, so clocks that differ do not matter.
 */
import type { DateRange, MediaPlaylist, MediaSegment } from "./playlist.ts";

export type LiveEdge =
  /** Newest first; the second is for when the newest is not there (yet). */
  | { kind: "live"; segments: [MediaSegment, ...MediaSegment[]] }
  /** Only ads at the edge. `remainingSeconds`: until the break is over, as far as the playlist says. */
  | { kind: "ad"; remainingSeconds: number | undefined }
  | { kind: "ended" }
  | { kind: "empty" };

/** A date range without any length: Twitch's ads are 15 to 30 s each. */
const UNKNOWN_AD_SECONDS = 30;
/** Programme dates are rounded to milliseconds and a segment's start may round to just before its ad's end. */
const ROUNDING_MS = 100;
/** A live picture this far behind the edge (an ad break has begun since) is too old to be called the live edge. */
const MAX_BEHIND_MS = 10_000;

export function findLiveEdge(playlist: MediaPlaylist, { prefetch }: { prefetch: boolean }): LiveEdge {
  if (playlist.ended) return { kind: "ended" };
  const breaks = adBreaks(playlist.dateRanges);
  const segments = playlist.segments.filter((segment) => prefetch || !segment.prefetch);
  const newest = segments.at(-1);
  if (!newest) return { kind: "empty" };
  const live = segments.filter((segment) => !isAd(segment, breaks)).reverse();
  const recent = live.filter((segment) => behind(segment, newest, segments) <= MAX_BEHIND_MS);
  const [first, ...rest] = recent;
  if (first) return { kind: "live", segments: [first, ...rest.slice(0, 2)] };
  // A prefetch has no programme date of its own.
  const produced = playlist.segments.findLast((segment) => !segment.prefetch) ?? newest;
  return { kind: "ad", remainingSeconds: remaining(breaks, produced) };
}

interface AdBreak {
  start: number;
  end: number;
}

export function isAd(segment: MediaSegment, breaks: readonly AdBreak[]): boolean {
  if (segment.adPrefetch || /amazon|\|/i.test(segment.title)) return true;
  const time = segment.programTime;
  if (time === undefined) return false;
  return breaks.some(({ start, end }) => time >= start - ROUNDING_MS && time < end - ROUNDING_MS);
}

/** When ads run, by the playlist's date ranges. */
export function adBreaks(dateRanges: readonly DateRange[]): AdBreak[] {
  const breaks = dateRanges.filter(isStitchedAd).map(({ start, duration = UNKNOWN_AD_SECONDS }) => ({
    start,
    end: start + duration * 1000,
  }));
  const sources = dateRanges
    .filter((range) => range.class === "twitch-stream-source")
    .sort((a, b) => a.start - b.start);
  for (const [index, source] of sources.entries()) {
    if (!/^amazon/i.test(source.attributes.get("X-TV-TWITCH-STREAM-SOURCE") ?? "")) continue;
    // END-ON-NEXT: a source lasts until the next one of its class.
    const next = sources[index + 1]?.start;
    const end = source.duration !== undefined ? source.start + source.duration * 1000 : next;
    breaks.push({ start: source.start, end: end ?? Number.POSITIVE_INFINITY });
  }
  return [...breaks, ...wholeBreaks(dateRanges)];
}

/**
 * X-TV-TWITCH-AD-POD-FILLED-DURATION is the length of the whole break, counted from its first ad. It only says how long
 * to wait: which segments are ads is known from the ads' own ranges as they come, so these have no length of their own.
 */
function wholeBreaks(dateRanges: readonly DateRange[]): (AdBreak & { filledUntil: number })[] {
  return dateRanges.filter(isStitchedAd).flatMap((range) => {
    const position = Number(range.attributes.get("X-TV-TWITCH-AD-POD-POSITION") ?? "0");
    const filled = Number(range.attributes.get("X-TV-TWITCH-AD-POD-FILLED-DURATION") ?? "0");
    if (position !== 0 || !(filled > 0 && filled <= 3600)) return [];
    return [{ start: range.start, end: range.start, filledUntil: range.start + filled * 1000 }];
  });
}

function isStitchedAd(range: DateRange): boolean {
  return range.class === "twitch-stitched-ad" || range.id.startsWith("stitched-ad-");
}

function remaining(breaks: readonly (AdBreak & { filledUntil?: number })[], newest: MediaSegment): number | undefined {
  if (newest.programTime === undefined) return undefined;
  const edge = newest.programTime + newest.duration * 1000;
  const ends = breaks
    .map(({ end, filledUntil = end }) => filledUntil)
    .filter((end) => Number.isFinite(end) && end >= edge);
  return ends.length === 0 ? undefined : Math.min(3600, Math.ceil((Math.max(...ends) - edge) / 1000));
}

/** How much later `newest` is than `segment`, ms: by programme date where both have one, else by the durations between. */
function behind(segment: MediaSegment, newest: MediaSegment, all: readonly MediaSegment[]): number {
  if (segment.programTime !== undefined && newest.programTime !== undefined) {
    return newest.programTime - segment.programTime;
  }
  return all
    .filter(({ sequence }) => sequence >= segment.sequence && sequence < newest.sequence)
    .reduce((total, { duration }) => total + duration * 1000, 0);
}
