/** The playlists a simulated channel serves, in Twitch's dialect. Pure: everything that varies is an argument. */
import { type Channel, isLive, momentAt, SEGMENT_SECONDS, type Variant } from "./script.ts";

/** One viewer's playlist session, as its URL carries it. */
export interface Session {
  login: string;
  variant: string;
  /** The segment that was newest when it began: where its pre-roll starts. */
  start: number;
  /** Low latency: segments still being made are announced as prefetch. */
  prefetch: boolean;
  /** The page's own player: no pre-roll and no expiry. */
  page: boolean;
}

export interface Clock {
  /** ms since 1970 at which segment 0 begins. */
  origin: number;
  now: number;
}

/** How many finished segments a playlist lists. */
export const WINDOW = 12;

/** The newest segment that is complete. */
export function newestSegment(clock: Clock): number {
  return Math.floor((clock.now - clock.origin) / (SEGMENT_SECONDS * 1000)) - 1;
}

export function multivariant(channel: Channel, clock: Clock, uriOf: (variant: Variant) => string): string {
  const lines = ["#EXTM3U"];
  const info = { NODE: "simulated", "SERVER-TIME": (clock.now / 1000).toFixed(2), "USER-COUNTRY": "XX" };
  if (channel.naming === "video") {
    const fields = Object.entries({ ...info, ORIGIN: "simulated", CLUSTER: "simulated" });
    lines.push(`#EXT-X-TWITCH-INFO:${fields.map(([name, value]) => `${name}="${value}"`).join(",")}`);
  } else {
    for (const [name, value] of Object.entries(info)) {
      lines.push(`#EXT-X-SESSION-DATA:DATA-ID="${name}",VALUE="${value}"`);
    }
  }
  for (const variant of channel.variants) {
    const group = variant.source ? "chunked" : variant.name;
    const shown = variant.source ? `${variant.name} (source)` : variant.name;
    if (channel.naming !== "ivs") {
      lines.push(`#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="${group}",NAME="${shown}",AUTOSELECT=YES,DEFAULT=YES`);
    }
    const attributes = [
      `BANDWIDTH=${variant.bandwidth}`,
      `RESOLUTION=${variant.width}x${variant.height}`,
      `CODECS="${codecOf(variant)}"`,
      ...(channel.naming === "ivs" ? [] : [`VIDEO="${group}"`]),
      `FRAME-RATE=${variant.fps.toFixed(3)}`,
    ];
    if (channel.naming !== "video") {
      attributes.push(
        `STABLE-VARIANT-ID="${variant.name}"`,
        `IVS-NAME="${variant.name}"`,
        `IVS-VARIANT-SOURCE="${variant.source ? "source" : "transcode"}"`,
      );
    }
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(",")}`, uriOf(variant));
  }
  return `${lines.join("\n")}\n`;
}

/** High profile; the level as x264 chooses it for the size and rate. */
function codecOf(variant: Variant): string {
  const blocks = Math.ceil(variant.width / 16) * Math.ceil(variant.height / 16) * variant.fps;
  const levels: [number, string][] = [
    [40_500, "1E"],
    [108_000, "1F"],
    [216_000, "20"],
    [245_760, "28"],
    [522_240, "2A"],
    [983_040, "33"],
  ];
  return `avc1.6400${levels.find(([most]) => blocks <= most)?.[1] ?? "34"}`;
}

export type MediaPlaylist = { ok: true; text: string } | { ok: false; reason: "gone" };

export interface Names {
  segment(number: number, ad: boolean): string;
  init(ad: boolean): string;
}

export function mediaPlaylist(channel: Channel, session: Session, clock: Clock, names: Names): MediaPlaylist {
  let newest = newestSegment(clock);
  const ended = !isLive(channel, newest + 1);
  // A stream that ended keeps its last playlist, closed, for the player that comes back late.
  let waited = 0;
  while (!isLive(channel, newest) && waited++ < WINDOW) newest--;
  if (!isLive(channel, newest)) return { ok: false, reason: "gone" };
  let first = newest;
  // A session with a pre-roll sees nothing of what was before it.
  const earliest = channel.preroll > 0 && !session.page ? session.start : Number.NEGATIVE_INFINITY;
  while (newest - first + 1 < WINDOW && isLive(channel, first - 1) && first > earliest) first--;
  if (session.start < first && !isLive(channel, first - 1)) {
    // The session belongs to the broadcast before this one.
    if (session.start < first - 1) return { ok: false, reason: "gone" };
  }
  const writer = new Writer(channel, session, clock, names);
  writer.header(first);
  for (let number = first; number <= newest; number++) writer.segment(number, number === first);
  if (ended) writer.lines.push("#EXT-X-ENDLIST");
  else if (session.prefetch) writer.prefetch(newest);
  return { ok: true, text: `${writer.lines.join("\n")}\n` };
}

class Writer {
  readonly lines: string[] = [];
  private readonly channel: Channel;
  private readonly session: Session;
  private readonly clock: Clock;
  private readonly names: Names;

  constructor(channel: Channel, session: Session, clock: Clock, names: Names) {
    this.channel = channel;
    this.session = session;
    this.clock = clock;
    this.names = names;
  }

  header(first: number): void {
    const { lines, clock, session, channel } = this;
    const begin = this.date(first);
    lines.push(
      "#EXTM3U",
      `#EXT-X-VERSION:${channel.container === "fmp4" ? 6 : 3}`,
      // Twitch says 6 for its two-second segments; the page's player takes three of these as its distance to the live edge.
      `#EXT-X-TARGETDURATION:${session.page ? SEGMENT_SECONDS : 6}`,
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
    );
    if (!isAd(channel, session, first)) lines.push(`#EXT-X-TWITCH-LIVE-SEQUENCE:${first}`);
    lines.push(
      `#EXT-X-TWITCH-ELAPSED-SECS:${(first * SEGMENT_SECONDS).toFixed(3)}`,
      `#EXT-X-TWITCH-TOTAL-SECS:${((clock.now - clock.origin) / 1000).toFixed(3)}`,
      range("playlist-creation", clock.now, "timestamp", begin, [`X-SERVER-TIME="${(clock.now / 1000).toFixed(2)}"`]),
      range("playlist-session", session.start, "twitch-session", begin, [`X-TV-TWITCH-SESSIONID="${session.start}"`]),
    );
    if (!isAd(channel, session, first)) {
      lines.push(range("source", first, "twitch-stream-source", begin, ['X-TV-TWITCH-STREAM-SOURCE="live"']));
    }
  }

  segment(number: number, first: boolean): void {
    const { lines, channel, session, names } = this;
    const ad = adAt(channel, session, number);
    const edge = !first && (ad !== undefined) !== isAd(channel, session, number - 1);
    if (edge) lines.push("#EXT-X-DISCONTINUITY");
    if (ad && (first || edge)) this.announce(ad);
    if (!ad && edge) {
      const source = range("source", number, "twitch-stream-source", this.date(number), [
        'X-TV-TWITCH-STREAM-SOURCE="live"',
      ]);
      lines.push(`#EXT-X-TWITCH-LIVE-SEQUENCE:${number}`, source);
    }
    if (channel.container === "fmp4" && (first || edge)) {
      lines.push(`#EXT-X-MAP:URI="${names.init(ad !== undefined)}"`);
    }
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${this.date(number)}`,
      `#EXTINF:${SEGMENT_SECONDS.toFixed(3)},${ad ? `Amazon|${ad.creative}` : "live"}`,
      names.segment(number, ad !== undefined),
    );
  }

  prefetch(newest: number): void {
    const { lines, channel, session, names } = this;
    // A playlist of nothing but advertisements announces no prefetch.
    if (isAd(channel, session, newest)) return;
    let ad = false;
    for (const number of [newest + 1, newest + 2]) {
      if (!isLive(channel, number)) return;
      const next = isAd(channel, session, number);
      if (next !== ad) lines.push("#EXT-X-DISCONTINUITY");
      ad = next;
      lines.push(`#EXT-X-TWITCH-PREFETCH:${names.segment(number, next)}`);
    }
  }

  private announce(ad: AdBreak): void {
    const start = this.date(ad.begin);
    const seconds = (ad.segments * SEGMENT_SECONDS).toFixed(3);
    const common = [
      `X-TV-TWITCH-AD-ROLL-TYPE="${ad.roll}"`,
      `X-TV-TWITCH-AD-COMMERCIAL-ID="${ad.creative}"`,
      'X-TV-TWITCH-AD-POD-LENGTH="1"',
      'X-TV-TWITCH-AD-POD-POSITION="0"',
      `X-TV-TWITCH-AD-POD-FILLED-DURATION="${seconds}"`,
    ];
    const stitched = `ID="stitched-ad-${ad.begin}-${ad.segments}",CLASS="twitch-stitched-ad",START-DATE="${start}"`;
    this.lines.push(
      range("source", ad.begin, "twitch-stream-source", start, [`X-TV-TWITCH-STREAM-SOURCE="Amazon|${ad.creative}"`]),
      `#EXT-X-DATERANGE:${stitched},DURATION=${seconds},${common.join(",")}`,
      `#EXT-X-DATERANGE:ID="quartile-${ad.begin}-0",CLASS="twitch-ad-quartile",START-DATE="${start}",DURATION=2.000,X-TV-TWITCH-AD-QUARTILE="0"`,
    );
  }

  private date(number: number): string {
    return new Date(this.clock.origin + number * SEGMENT_SECONDS * 1000).toISOString();
  }
}

function range(id: string, number: number, kind: string, start: string, rest: readonly string[]): string {
  return `#EXT-X-DATERANGE:ID="${id}-${number}",CLASS="${kind}",START-DATE="${start}",END-ON-NEXT=YES,${rest.join(",")}`;
}

export interface AdBreak {
  roll: "PREROLL" | "MIDROLL";
  begin: number;
  segments: number;
  creative: string;
}

/** The advertisement a session sees in place of a segment. */
export function adAt(channel: Channel, session: Session, number: number): AdBreak | undefined {
  const preroll = session.page ? 0 : channel.preroll;
  if (number >= session.start && number < session.start + preroll) {
    return { roll: "PREROLL", begin: session.start, segments: preroll, creative: `simulated-${session.start}` };
  }
  const { step, begin } = momentAt(channel, number);
  if (step.phase !== "ad") return undefined;
  return { roll: "MIDROLL", begin, segments: step.segments, creative: `simulated-${begin}` };
}

function isAd(channel: Channel, session: Session, number: number): boolean {
  return adAt(channel, session, number) !== undefined;
}
