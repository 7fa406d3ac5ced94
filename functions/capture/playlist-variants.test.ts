/** Usher's playlists, both naming styles, and which quality is taken. */
import { describe, expect, it } from "vitest";
import { chooseVariant, parseMultivariant, type Variant } from "./playlist-variants.ts";

const BASE = "https://usher.ttvnw.net/api/v2/channel/hls/someone.m3u8";

/** v2: everything stands in the STREAM-INF line. */
const v2 = (name: string, resolution: string, bandwidth = 1_000_000, codecs = "avc1.4D401F,mp4a.40.2") =>
  `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth}${resolution && `,RESOLUTION=${resolution}`},CODECS="${codecs}",STABLE-VARIANT-ID="${name}",IVS-NAME="${name}",IVS-VARIANT-SOURCE="transcode"\nhttps://v.test/${name}.m3u8`;
/** v1: a group of EXT-X-MEDIA and its STREAM-INF. */
const v1 = (group: string, name: string, resolution: string, bandwidth = 1_000_000) =>
  `#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="${group}",NAME="${name}",AUTOSELECT=YES,DEFAULT=YES\n#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth}${resolution && `,RESOLUTION=${resolution}`},CODECS="avc1.4D401F,mp4a.40.2",VIDEO="${group}",FRAME-RATE=60.000\nhttps://v.test/${group}.m3u8`;
const info = '#EXT-X-TWITCH-INFO:NODE="video-edge-1.fra05",SERVER-TIME="1.0",USER-COUNTRY="DE"';
const session = '#EXT-X-SESSION-DATA:DATA-ID="NODE",VALUE="video-edge-1"';

describe("the quality that is taken", () => {
  it.each<[string, string[], string | undefined]>([
    [
      "the lowest of at least 720 lines (v2)",
      [session, v2("1080p60", "1920x1080"), v2("720p60", "1280x720"), v2("480p", "852x480")],
      "720p60",
    ],
    [
      "the lowest of at least 720 lines (v1)",
      [
        info,
        v1("chunked", "1080p60 (source)", "1920x1080"),
        v1("720p60", "720p60", "1280x720"),
        v1("480p30", "480p", "852x480"),
      ],
      "720p60",
    ],
    [
      "both styles in one answer",
      [session, info, v1("chunked", "1080p60 (source)", "1920x1080"), v2("720p60", "1280x720")],
      "720p60",
    ],
    [
      "the source, where there are no transcodes",
      [v2("1080p60", "1920x1080"), v2("audio_only", "", 160_000, "mp4a.40.2")],
      "1080p60",
    ],
    ["an odd source", [v1("chunked", "936p60 (source)", "1664x936"), v1("480p30", "480p", "852x480")], "chunked"],
    ["the best, where all are lower", [v2("480p", "852x480"), v2("360p", "640x360"), v2("160p", "284x160")], "480p"],
    ["by resolution and not by a name that lies", [v2("720p60", "640x360"), v2("480p", "1280x720")], "480p"],
    ["by the name where there is no resolution", [v2("1080p60", ""), v2("720p30", ""), v2("480p", "")], "720p30"],
    [
      "of two alike the one with fewer bytes",
      [v2("720p60", "1280x720", 3_400_000), v2("720p30", "1280x720", 2_300_000)],
      "720p30",
    ],
    ["no picture at all", [v2("audio_only", "", 160_000, "mp4a.40.2")], undefined],
    [
      "only other codecs",
      [v2("1080p60", "1920x1080", 1, "hvc1.1.6.L93.B0,mp4a.40.2"), v2("720p60", "1280x720", 1, "av01.0.05M.08")],
      undefined,
    ],
    ["a URI of another scheme", [v2("720p60", "1280x720").replace("https:", "ftp:")], undefined],
    ["a STREAM-INF without its URI", ["#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720"], undefined],
  ])("%s", (_, lines, expected) => {
    const variants = parseMultivariant(["#EXTM3U", ...lines].join("\n"), BASE) ?? [];
    expect(chooseVariant(variants, { minHeight: 720 })?.url).toBe(expected && `https://v.test/${expected}.m3u8`);
  });

  const variant = (group: string, name: string, height: number): Variant => ({
    ...{ url: group, group, name, height, bandwidth: 1, codecs: "" },
  });
  it.each<[string, string[], string | undefined]>([
    ["is none of subscribers' own, by group", ["720p60"], "chunked"],
    ["is none of subscribers' own, by name", ["720p60", "1080p60 (source)"], undefined],
  ])("%s", (_, restricted, expected) => {
    const variants = [variant("chunked", "1080p60 (source)", 1080), variant("720p60", "720p60", 720)];
    expect(chooseVariant(variants, { minHeight: 720, restricted })?.url).toBe(expected);
  });

  it.each([
    [360, "480p"],
    [1080, "1080p60"],
    [2160, "1080p60"],
  ])("follows the setting: at least %i lines", (minHeight, expected) => {
    const variants =
      parseMultivariant(
        ["#EXTM3U", v2("1080p60", "1920x1080"), v2("720p60", "1280x720"), v2("480p", "852x480")].join("\n"),
        BASE,
      ) ?? [];
    expect(chooseVariant(variants, { minHeight })?.name).toBe(expected);
  });
});

describe("a multivariant playlist", () => {
  it("keeps at most 64 variants of 5 MB", () => {
    const text = ["#EXTM3U", ...Array.from({ length: 25_000 }, (_, index) => v2(`q${index}`, "1280x720"))].join("\n");
    expect(parseMultivariant(text, BASE)).toHaveLength(64);
  });

  it.each([["<html>"], [""], ['[{"error_code":"x"}]']])("is not %j", (text) => {
    expect(parseMultivariant(text, BASE)).toBeUndefined();
  });
});
