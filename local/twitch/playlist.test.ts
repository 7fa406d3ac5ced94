import { describe, expect, test } from "vitest";
import { type Clock, mediaPlaylist, multivariant, type Session } from "./playlist.ts";
import { type Channel, isLive, momentAt, type Phase, type Step, variantsOf } from "./script.ts";

const step = (phase: Phase, segments: number): Step => ({ phase, segments, pictures: [], truth: { kind: "none" } });

function channel(changes: Partial<Channel> = {}): Channel {
  return {
    login: "sim_test",
    displayName: "sim_test",
    userId: "1",
    title: "[simulated] test",
    game: "pubg",
    language: "en",
    viewers: 1,
    labels: [],
    container: "ts",
    naming: "ivs",
    variants: variantsOf(1920, 1080),
    steps: [step("match", 1000)],
    offset: 0,
    preroll: 0,
    ...changes,
  };
}

/** The moment at which segment `newest` has just been finished. */
const atEnd = (newest: number): Clock => ({ origin: 0, now: (newest + 1) * 2000 + 100 });
const session = (changes: Partial<Session> = {}): Session => ({
  login: "sim_test",
  variant: "720p60",
  start: 0,
  prefetch: false,
  page: false,
  ...changes,
});
const names = {
  segment: (number: number, ad: boolean) => `${number}${ad ? "-ad" : ""}.ts`,
  init: (ad: boolean) => (ad ? "ad.mp4" : "live.mp4"),
};

function media(of: Channel, viewer: Session, clock: Clock): string[] {
  const built = mediaPlaylist(of, viewer, clock, names);
  return built.ok ? built.text.trim().split("\n") : ["gone"];
}
const uris = (lines: string[]) => lines.filter((line) => !line.startsWith("#"));
const starting = (lines: string[], tag: string) => lines.filter((line) => line.startsWith(tag));

describe("media playlist", () => {
  test("lists the newest twelve segments with their programme dates", () => {
    const lines = media(channel(), session(), atEnd(50));
    expect(uris(lines)).toEqual(Array.from({ length: 12 }, (_, index) => `${39 + index}.ts`));
    expect(lines).toContain("#EXT-X-MEDIA-SEQUENCE:39");
    expect(lines).toContain("#EXT-X-TWITCH-LIVE-SEQUENCE:39");
    expect(starting(lines, "#EXT-X-PROGRAM-DATE-TIME")[0]).toBe("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:18.000Z");
    expect(starting(lines, "#EXT-X-DISCONTINUITY")).toEqual([]);
    expect(starting(lines, "#EXT-X-ENDLIST")).toEqual([]);
  });

  test("announces what is being made only to low-latency players", () => {
    expect(starting(media(channel(), session({ prefetch: true }), atEnd(50)), "#EXT-X-TWITCH-PREFETCH")).toEqual([
      "#EXT-X-TWITCH-PREFETCH:51.ts",
      "#EXT-X-TWITCH-PREFETCH:52.ts",
    ]);
    expect(starting(media(channel(), session(), atEnd(50)), "#EXT-X-TWITCH-PREFETCH")).toEqual([]);
  });

  test("begins a new session with its pre-roll, without prefetch while only ads are out", () => {
    const lines = media(channel({ preroll: 5 }), session({ start: 48, prefetch: true }), atEnd(50));
    expect(uris(lines)).toEqual(["48-ad.ts", "49-ad.ts", "50-ad.ts"]);
    const [ad] = starting(lines, '#EXT-X-DATERANGE:ID="stitched-ad');
    expect(ad).toContain('CLASS="twitch-stitched-ad",START-DATE="1970-01-01T00:01:36.000Z",DURATION=10.000');
    expect(ad).toContain('X-TV-TWITCH-AD-ROLL-TYPE="PREROLL"');
    expect(starting(lines, "#EXTINF:2.000,Amazon|")).toHaveLength(3);
    expect(starting(lines, "#EXT-X-TWITCH-PREFETCH")).toEqual([]);
    expect(uris(media(channel({ preroll: 5 }), session({ start: 48 }), atEnd(54)))).toEqual([
      "48-ad.ts",
      "49-ad.ts",
      "50-ad.ts",
      "51-ad.ts",
      "52-ad.ts",
      "53.ts",
      "54.ts",
    ]);
  });

  test("shows no pre-roll to the page's player", () => {
    const lines = media(channel({ preroll: 5 }), session({ start: 48, page: true }), atEnd(50));
    expect(uris(lines).at(-1)).toBe("50.ts");
  });

  test("puts a mid-roll between discontinuities and resumes the live sequence", () => {
    const of = channel({ steps: [step("match", 40), step("ad", 4), step("match", 1000)] });
    const lines = media(of, session(), atEnd(48));
    expect(uris(lines).slice(2, 9)).toEqual([
      "39.ts",
      "40-ad.ts",
      "41-ad.ts",
      "42-ad.ts",
      "43-ad.ts",
      "44.ts",
      "45.ts",
    ]);
    expect(starting(lines, "#EXT-X-DISCONTINUITY")).toHaveLength(2);
    expect(lines).toContain("#EXT-X-TWITCH-LIVE-SEQUENCE:44");
    expect(starting(lines, '#EXT-X-DATERANGE:ID="stitched-ad')[0]).toContain('ROLL-TYPE="MIDROLL"');
  });

  test("marks a prefetched advertisement by a discontinuity", () => {
    const of = channel({ steps: [step("match", 40), step("ad", 4), step("match", 1000)] });
    expect(media(of, session({ prefetch: true }), atEnd(38)).slice(-3)).toEqual([
      "#EXT-X-TWITCH-PREFETCH:39.ts",
      "#EXT-X-DISCONTINUITY",
      "#EXT-X-TWITCH-PREFETCH:40-ad.ts",
    ]);
  });

  test("names the initialisation of fMP4 at the start and at every edge", () => {
    const of = channel({ container: "fmp4", steps: [step("match", 40), step("ad", 4), step("match", 1000)] });
    const lines = media(of, session(), atEnd(48));
    expect(lines).toContain("#EXT-X-VERSION:6");
    expect(starting(lines, "#EXT-X-MAP")).toEqual([
      '#EXT-X-MAP:URI="live.mp4"',
      '#EXT-X-MAP:URI="ad.mp4"',
      '#EXT-X-MAP:URI="live.mp4"',
    ]);
  });

  test("closes a broadcast that ended, forgets it later, and starts afresh", () => {
    const of = channel({ steps: [step("match", 40), step("offline", 30), step("match", 30)] });
    const closed = media(of, session(), atEnd(42));
    expect(uris(closed).at(-1)).toBe("39.ts");
    expect(closed.at(-1)).toBe("#EXT-X-ENDLIST");
    expect(media(of, session(), atEnd(60))).toEqual(["gone"]);
    expect(media(of, session(), atEnd(75))).toEqual(["gone"]);
    expect(uris(media(of, session({ start: 72 }), atEnd(75)))[0]).toBe("70.ts");
  });
});

describe("multivariant playlist", () => {
  test.each([
    ["ivs", ['IVS-NAME="720p60"', 'IVS-VARIANT-SOURCE="source"'], ["#EXT-X-MEDIA", "VIDEO="]],
    ["video", ['GROUP-ID="chunked",NAME="1080p60 (source)"', 'VIDEO="720p60"', "#EXT-X-TWITCH-INFO"], ["IVS-NAME"]],
    ["both", ['IVS-NAME="720p60"', 'VIDEO="720p60"'], ["#EXT-X-TWITCH-INFO"]],
  ] as const)("names variants in the %s way", (naming, present, absent) => {
    const text = multivariant(channel({ naming }), atEnd(9), (variant) => `${variant.name}.m3u8`);
    for (const part of present) expect(text).toContain(part);
    for (const part of absent) expect(text).not.toContain(part);
    expect(uris(text.trim().split("\n"))).toEqual(["1080p60.m3u8", "720p60.m3u8", "480p.m3u8"]);
  });
});

describe("script", () => {
  test("plays in a circle from its offset, backwards too", () => {
    const of = channel({ steps: [step("lobby", 3), step("match", 5)], offset: 2 });
    expect([-1, 0, 1, 5, 6, 7].map((number) => momentAt(of, number).step.phase)).toEqual([
      "lobby",
      "lobby",
      "match",
      "match",
      "lobby",
      "lobby",
    ]);
    expect(momentAt(of, 3)).toMatchObject({ begin: 1, into: 2 });
    expect(isLive(channel({ fault: "offline" }), 1)).toBe(false);
  });

  test.each([
    [1920, 1080, ["1080p60 1920x1080", "720p60 1280x720", "480p 854x480"]],
    [3840, 2160, ["2160p 3840x2160", "1080p60 1920x1080", "720p60 1280x720", "480p 854x480"]],
    [1728, 1080, ["1080p60 1728x1080", "720p60 1152x720", "480p 768x480"]],
    [600, 337, ["337p60 600x338"]],
  ])("offers Twitch's ladder below %i x %i", (width, height, expected) => {
    expect(variantsOf(width, height).map((one) => `${one.name} ${one.width}x${one.height}`)).toEqual(expected);
  });
});
