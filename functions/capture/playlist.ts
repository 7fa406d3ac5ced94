/**
 * HLS media playlists as Twitch writes them: text in, value out. Pure; any text is answered in time linear in its length,
 * and only its last part is kept, so no playlist is too long. https://datatracker.ietf.org/doc/html/rfc8216
 */
import {
  type ByteRange,
  byteRange,
  dateTime,
  lines,
  parseAttributes,
  resolve,
  seconds,
  splitTag,
} from "./playlist-text.ts";

export type { ByteRange };
export interface MediaSegment {
  url: string;
  /** Seconds. */
  duration: number;
  /** EXTINF title: "live", or "Amazon|..." in an ad. */
  title: string;
  sequence: number;
  /** Programme date of the first picture, ms since 1970: when it was on air. */
  programTime: number | undefined;
  discontinuity: boolean;
  /** EXT-X-MAP: what an fMP4 segment cannot be decoded without. */
  map: ByteReference | undefined;
  range: ByteRange | undefined;
  /** Announced by EXT-X-TWITCH-PREFETCH: still being produced. */
  prefetch: boolean;
  /** A prefetch after a discontinuity is the ad's, until the next EXT-X-TWITCH-LIVE-SEQUENCE. */
  adPrefetch: boolean;
}
export interface ByteReference {
  url: string;
  range: ByteRange | undefined;
}
export interface DateRange {
  id: string;
  class: string;
  /** ms since 1970. */
  start: number;
  /** Seconds, or undefined while it is not known. */
  duration: number | undefined;
  attributes: ReadonlyMap<string, string>;
}
export interface MediaPlaylist {
  targetDuration: number;
  /** The last MAX_SEGMENTS ones, oldest first. */
  segments: MediaSegment[];
  dateRanges: DateRange[];
  /** EXT-X-ENDLIST: the stream is over. */
  ended: boolean;
}

const MAX_SEGMENTS = 60;
const MAX_DATE_RANGES = 200;

/** Undefined: not a media playlist at all. */
export function parseMediaPlaylist(text: string, baseUrl: string): MediaPlaylist | undefined {
  const playlist: MediaPlaylist = { targetDuration: 0, segments: [], dateRanges: [], ended: false };
  let duration: number | undefined;
  let title = "";
  let sequence = 0;
  let time: number | undefined;
  let discontinuity = false;
  let adAhead = false;
  let map: ByteReference | undefined;
  let range: ByteRange | undefined;
  let rangeEnd = 0;

  const add = (url: string, length: number, prefetch: boolean) => {
    playlist.segments.push({
      url,
      duration: length,
      title,
      sequence: sequence++,
      programTime: time,
      discontinuity,
      map,
      range,
      prefetch,
      adPrefetch: prefetch && adAhead,
    });
    if (playlist.segments.length > 2 * MAX_SEGMENTS) playlist.segments.splice(0, MAX_SEGMENTS);
    if (time !== undefined) time += length * 1000;
    title = "";
    range = undefined;
    discontinuity = false;
  };

  let first = true;
  for (const line of lines(text)) {
    if (first) {
      if (!line.startsWith("#EXTM3U")) return undefined;
      first = false;
      continue;
    }
    if (!line.startsWith("#")) {
      const url = resolve(line, baseUrl);
      // A URI without EXTINF is no segment (RFC 8216, 4.3.2.1).
      if (url !== undefined && duration !== undefined) add(url, duration, false);
      duration = undefined;
      continue;
    }
    const [tag, value] = splitTag(line);
    switch (tag) {
      case "#EXTINF": {
        const comma = value.indexOf(",");
        duration = seconds(comma < 0 ? value : value.slice(0, comma));
        title = comma < 0 ? "" : value.slice(comma + 1).slice(0, 200);
        break;
      }
      case "#EXT-X-TARGETDURATION":
        playlist.targetDuration = seconds(value) ?? 0;
        break;
      case "#EXT-X-MEDIA-SEQUENCE":
        if (/^\d{1,15}$/.test(value) && playlist.segments.length === 0) sequence = Number(value);
        break;
      case "#EXT-X-PROGRAM-DATE-TIME":
        time = dateTime(value);
        break;
      case "#EXT-X-DISCONTINUITY":
        discontinuity = true;
        adAhead = true;
        time = undefined;
        break;
      case "#EXT-X-TWITCH-LIVE-SEQUENCE":
        adAhead = false;
        break;
      case "#EXT-X-MAP": {
        const attributes = parseAttributes(value);
        const url = resolve(attributes.get("URI") ?? "", baseUrl);
        map = url === undefined ? undefined : { url, range: byteRange(attributes.get("BYTERANGE") ?? "", 0) };
        break;
      }
      case "#EXT-X-BYTERANGE":
        range = byteRange(value, rangeEnd);
        rangeEnd = range ? range.offset + range.length : 0;
        break;
      case "#EXT-X-DATERANGE": {
        const dateRange = parseDateRange(value);
        if (dateRange) playlist.dateRanges.push(dateRange);
        if (playlist.dateRanges.length > 2 * MAX_DATE_RANGES) playlist.dateRanges.splice(0, MAX_DATE_RANGES);
        break;
      }
      case "#EXT-X-TWITCH-PREFETCH": {
        const url = resolve(value, baseUrl);
        if (url !== undefined) add(url, playlist.segments.at(-1)?.duration ?? playlist.targetDuration, true);
        break;
      }
      case "#EXT-X-ENDLIST":
        playlist.ended = true;
        break;
    }
  }
  if (first) return undefined;
  playlist.segments = playlist.segments.slice(-MAX_SEGMENTS);
  playlist.dateRanges = playlist.dateRanges.slice(-MAX_DATE_RANGES);
  return playlist;
}

function parseDateRange(value: string): DateRange | undefined {
  const attributes = parseAttributes(value);
  const start = dateTime(attributes.get("START-DATE") ?? "");
  if (start === undefined) return undefined;
  const end = dateTime(attributes.get("END-DATE") ?? "");
  const duration =
    seconds(attributes.get("DURATION") ?? "") ??
    (end !== undefined && end >= start ? (end - start) / 1000 : seconds(attributes.get("PLANNED-DURATION") ?? ""));
  return { id: attributes.get("ID") ?? "", class: attributes.get("CLASS") ?? "", start, duration, attributes };
}
