/** Media playlists as Twitch writes them, by name of what is special about each. */
import { describe, expect, it } from "vitest";
import { parseMediaPlaylist } from "./playlist.ts";
import { findLiveEdge } from "./playlist-ads.ts";

const BASE = "https://fra05.playlist.ttvnw.net/v1/playlist/Cabc.m3u8";
const START = Date.parse("2026-05-01T20:00:00.000Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const head = (extra: string[] = []) => [
  "#EXTM3U",
  "#EXT-X-VERSION:3",
  "#EXT-X-TARGETDURATION:6",
  "#EXT-X-MEDIA-SEQUENCE:4000",
  "#EXT-X-TWITCH-LIVE-SEQUENCE:4000",
  "#EXT-X-TWITCH-ELAPSED-SECS:8000.000",
  "#EXT-X-TWITCH-TOTAL-SECS:8012.000",
  `#EXT-X-DATERANGE:ID="playlist-creation-1",CLASS="timestamp",START-DATE="${at(0)}",END-ON-NEXT=YES,X-SERVER-TIME="1.00"`,
  `#EXT-X-DATERANGE:ID="source-1",CLASS="twitch-stream-source",START-DATE="${at(0)}",END-ON-NEXT=YES,X-TV-TWITCH-STREAM-SOURCE="live"`,
  ...extra,
];
const live = (second: number) => [
  `#EXT-X-PROGRAM-DATE-TIME:${at(second)}`,
  "#EXTINF:2.000,live",
  `https://v.test/live-${second}.ts`,
];
const adSegment = (second: number, title = "Amazon|4711") => [
  `#EXT-X-PROGRAM-DATE-TIME:${at(second)}`,
  `#EXTINF:2.000,${title}`,
  `https://v.test/ad-${second}.ts`,
];
const gap = ["#EXT-X-DISCONTINUITY"];
const prefetch = (name: string) => [`#EXT-X-TWITCH-PREFETCH:https://v.test/${name}.ts`];
const liveSequence = (value: number) => [`#EXT-X-TWITCH-LIVE-SEQUENCE:${value}`];
/** As Twitch announces an ad of a break. */
const adRange = (
  second: number,
  duration: number,
  { roll = "PREROLL", filled = duration, position = 0, byId = false } = {},
) =>
  `#EXT-X-DATERANGE:ID="stitched-ad-${second}",${byId ? "" : 'CLASS="twitch-stitched-ad",'}START-DATE="${at(second)}",DURATION=${duration},X-TV-TWITCH-AD-ROLL-TYPE="${roll}",X-TV-TWITCH-AD-COMMERCIAL-ID="c1",X-TV-TWITCH-AD-POD-LENGTH="2",X-TV-TWITCH-AD-POD-POSITION="${position}",X-TV-TWITCH-AD-POD-FILLED-DURATION="${filled}"`;
const quartile = (second: number) =>
  `#EXT-X-DATERANGE:ID="q-${second}",CLASS="twitch-ad-quartile",START-DATE="${at(second)}",DURATION=2.0,X-TV-TWITCH-AD-QUARTILE="1"`;

function edge(parts: string[][], options = { prefetch: false }): string {
  const playlist = parseMediaPlaylist(`${parts.flat().join("\n")}\n`, BASE);
  if (!playlist) return "not a playlist";
  const found = findLiveEdge(playlist, options);
  if (found.kind === "live") return found.segments[0].url.replace("https://v.test/", "");
  return found.kind === "ad" ? `ad, ${found.remainingSeconds ?? "unknown"} s left` : found.kind;
}

describe("the live edge", () => {
  it.each<[string, string[][], string]>([
    ["plain live", [head(), live(0), live(2), live(4)], "live-4.ts"],
    ["CRLF line ends and a byte order mark", [["\ufeff#EXTM3U\r"], live(0).map((line) => `${line}\r`)], "live-0.ts"],
    [
      "preroll only, found by class, title and time",
      [head([adRange(0, 15, { filled: 30 })]), adSegment(0), adSegment(2), adSegment(4)],
      "ad, 24 s left",
    ],
    ["preroll found by its id alone", [head([adRange(0, 15, { byId: true })]), adSegment(0, "live")], "ad, 13 s left"],
    ["preroll found by its title alone", [head(), adSegment(0), adSegment(2)], "ad, unknown s left"],
    ["a title with a bar, of another advertiser", [head(), adSegment(0, "Other|1")], "ad, unknown s left"],
    [
      "an ad known only by its stream source",
      [
        head([
          `#EXT-X-DATERANGE:ID="source-2",CLASS="twitch-stream-source",START-DATE="${at(4)}",END-ON-NEXT=YES,X-TV-TWITCH-STREAM-SOURCE="Amazon|7"`,
        ]),
        adSegment(4, ""),
        adSegment(6, ""),
      ],
      "ad, unknown s left",
    ],
    [
      "the stream source is live again",
      [
        head([
          `#EXT-X-DATERANGE:ID="source-2",CLASS="twitch-stream-source",START-DATE="${at(4)}",END-ON-NEXT=YES,X-TV-TWITCH-STREAM-SOURCE="Amazon|7"`,
          `#EXT-X-DATERANGE:ID="source-3",CLASS="twitch-stream-source",START-DATE="${at(8)}",END-ON-NEXT=YES,X-TV-TWITCH-STREAM-SOURCE="live"`,
        ]),
        [...adSegment(4, ""), ...adSegment(6, ""), ...live(8)],
      ],
      "live-8.ts",
    ],
    [
      "preroll over, live again",
      [head([adRange(0, 4)]), adSegment(0), adSegment(2), gap, live(4), live(6)],
      "live-6.ts",
    ],
    [
      "midroll just begun: the newest live segment is still the edge",
      [head([adRange(8, 30, { roll: "MIDROLL" })]), live(4), live(6), gap, adSegment(8)],
      "live-6.ts",
    ],
    [
      "midroll for longer: what was live before is too old",
      [
        head([adRange(8, 30, { roll: "MIDROLL", filled: 60 })]),
        live(6),
        gap,
        ...[8, 10, 12, 14, 16, 18].map((s) => adSegment(s)),
      ],
      "ad, 48 s left",
    ],
    [
      "pre- and midroll in one playlist",
      [
        head([adRange(0, 4), adRange(10, 15, { roll: "MIDROLL" })]),
        adSegment(0),
        adSegment(2),
        gap,
        live(4),
        live(6),
        live(8),
        gap,
        adSegment(10),
      ],
      "live-8.ts",
    ],
    [
      "the second ad of a break: the whole break counts",
      [
        head([adRange(0, 15, { filled: 30 }), adRange(15, 15, { filled: 30, position: 1 })]),
        adSegment(14),
        adSegment(16),
      ],
      "ad, 12 s left",
    ],
    [
      "a quartile mark beside the ad does not hide it",
      [head([adRange(0, 15), quartile(0)]), adSegment(2, "live")],
      "ad, 11 s left",
    ],
    [
      "an unknown kind of date range is none of our business",
      [head([`#EXT-X-DATERANGE:ID="x",CLASS="other",START-DATE="${at(0)}",DURATION=60`]), live(0)],
      "live-0.ts",
    ],
    [
      "an ad without a length is taken for half a minute",
      [
        head([`#EXT-X-DATERANGE:ID="stitched-ad-1",CLASS="twitch-stitched-ad",START-DATE="${at(0)}"`]),
        adSegment(4, "live"),
      ],
      "ad, 24 s left",
    ],
    ["a discontinuity between live segments is ignored", [head(), live(0), gap, live(2), gap, live(4)], "live-4.ts"],
    ["ended", [head(), live(0), ["#EXT-X-ENDLIST"]], "ended"],
    ["ended, with an ad last", [head([adRange(2, 30)]), live(0), adSegment(2), ["#EXT-X-ENDLIST"]], "ended"],
    ["no segment yet", [head()], "empty"],
    ["a prefetch is not used unless asked for", [head(), live(0), prefetch("next")], "live-0.ts"],
    ["a segment without programme dates", [head(), ["#EXTINF:2.0,live", "https://v.test/plain.ts"]], "plain.ts"],
    ["a URI without EXTINF is no segment", [head(), live(0), ["https://v.test/stray.ts"]], "live-0.ts"],
    [
      "a relative URI",
      [head(), ["#EXTINF:2.0,live", "../x/live-1.ts"]],
      "https://fra05.playlist.ttvnw.net/v1/x/live-1.ts",
    ],
    ["a URI of another scheme", [head(), live(0), ["#EXTINF:2.0,live", "file:///etc/passwd"]], "live-0.ts"],
    [
      "a segment that starts a rounding error before its ad's end",
      [head([adRange(0, 4.05)]), adSegment(2), live(4)],
      "live-4.ts",
    ],
  ])("%s", (_, parts, expected) => {
    expect(edge(parts)).toBe(expected);
  });

  it.each<[string, string[][], string]>([
    ["a prefetch of the live stream", [head(), live(0), prefetch("p1"), prefetch("p2")], "p2.ts"],
    [
      "after an ad break, before the live sequence goes on",
      [head([adRange(0, 15)]), adSegment(0), gap, prefetch("p1")],
      "ad, 13 s left",
    ],
    [
      "after an ad break, once the live sequence goes on",
      [head([adRange(0, 2)]), adSegment(0), gap, liveSequence(4001), prefetch("p1")],
      "p1.ts",
    ],
    ["of a midroll", [head(), live(0), gap, prefetch("ad")], "live-0.ts"],
    ["of a midroll and then live", [head(), live(0), gap, prefetch("ad"), liveSequence(4002), prefetch("p1")], "p1.ts"],
  ])("with prefetch: %s", (_, parts, expected) => {
    expect(edge(parts, { prefetch: true })).toBe(expected);
  });
});

describe("a media playlist", () => {
  it("keeps the map that applies to each segment", () => {
    const text = [
      ...["#EXTM3U", '#EXT-X-MAP:URI="init-1.mp4"', "#EXTINF:2,live", "1.mp4"],
      ...[
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="init-2.mp4",BYTERANGE="720@10"',
        "#EXT-X-BYTERANGE:100@20",
        "#EXTINF:2,live",
        "2.mp4",
      ],
      ...["#EXT-X-BYTERANGE:50", "#EXTINF:2,live", "2.mp4"],
    ].join("\n");
    const folder = "https://fra05.playlist.ttvnw.net/v1/playlist";
    const found = parseMediaPlaylist(text, BASE)?.segments.map(({ map, range, sequence }) => ({
      map,
      range,
      sequence,
    }));
    const second = { url: `${folder}/init-2.mp4`, range: { offset: 10, length: 720 } };
    expect(found).toEqual([
      { sequence: 0, map: { url: `${folder}/init-1.mp4`, range: undefined }, range: undefined },
      { sequence: 1, map: second, range: { offset: 20, length: 100 } },
      { sequence: 2, map: second, range: { offset: 120, length: 50 } },
    ]);
  });

  it("counts sequence and programme date on where they are not said", () => {
    const text = `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-PROGRAM-DATE-TIME:${at(0)}\n#EXTINF:2.5,\na.ts\n#EXTINF:2,\nb.ts`;
    const found = parseMediaPlaylist(text, BASE)?.segments.map(({ sequence, programTime }) => [sequence, programTime]);
    expect(found).toEqual([
      [7, START],
      [8, START + 2500],
    ]);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["HTML", "<!doctype html><html></html>"],
    ["JSON", '[{"error":"x"}]'],
    ["white space", "\n\n \n"],
    ["a playlist whose first line is another", "#EXTINF:2,\na.ts"],
  ])("is not %s", (_, text) => {
    expect(parseMediaPlaylist(text, BASE)).toBeUndefined();
  });

  it.each<[string, (index: number) => string]>([
    ["segments", (index) => `#EXTINF:2,live\nhttps://v.test/${index}.ts`],
    ["date ranges", (index) => `#EXT-X-DATERANGE:ID="stitched-ad-${index}",START-DATE="${at(index)}",DURATION=1`],
    ["attributes", (index) => `#EXT-X-DATERANGE:${'A="b",'.repeat(1000)}ID="${index}"`],
    ["commas", () => `#EXT-X-MAP:${",".repeat(5000)}`],
    ["quotes", () => `#EXT-X-DATERANGE:${'"'.repeat(5000)}`],
    ["empty lines", () => "\n".repeat(100)],
    ["one endless line", () => "x".repeat(100_000)],
  ])("of 5 MB of %s is read within bounds", (_, part) => {
    const lines = ["#EXTM3U"];
    for (let size = 0, index = 0; size < 5_000_000; index++) {
      const line = part(index);
      lines.push(line);
      size += line.length;
    }
    const playlist = parseMediaPlaylist(lines.join("\n"), BASE);
    expect(playlist?.segments.length).toBeLessThanOrEqual(60);
    expect(playlist?.dateRanges.length).toBeLessThanOrEqual(200);
  });

  it.each(["NaN", "-1", "1e9", "99999999999", "0x10", "2;", ""])("takes no segment of %s seconds", (duration) => {
    expect(parseMediaPlaylist(`#EXTM3U\n#EXTINF:${duration},live\na.ts`, BASE)?.segments).toEqual([]);
  });
});
