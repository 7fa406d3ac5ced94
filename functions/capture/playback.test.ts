/** From a login to its newest segments: every answer Twitch is known to give, and a few it should not. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";
import { createHostRule } from "./hosts.ts";
import { createHttp, type Http } from "./http.ts";
import { Missed } from "./missed.ts";
import { createPlayback } from "./playback.ts";
import { type Answer, type FakeTwitch, json, liveChannel, mediaPlaylist, startFakeTwitch } from "./testing/twitch.ts";

const NOW = Date.parse("2026-05-01T20:00:00Z");
let twitch: FakeTwitch;
let https: Http[] = [];
let clock = NOW;

beforeEach(async () => {
  clock = NOW;
  twitch = await startFakeTwitch();
  liveChannel(twitch, { segments: [Buffer.from("a"), Buffer.from("b")], now: NOW });
});

afterEach(async () => {
  await Promise.all(https.map((http) => http.close()));
  https = [];
  await twitch.close();
});

function playback(env: Record<string, string> = {}) {
  const urls = {
    TWITCH_GQL_URL: `${twitch.origin}/gql`,
    TWITCH_USHER_URL: twitch.origin,
    ALLOWED_HOSTS: twitch.origin,
  };
  const config = parseConfig({ ...urls, ...env }, { hostname: "test", cores: 2 });
  const http = createHttp({
    hosts: createHostRule(config.allowedHosts),
    timeoutMs: 1000,
    userAgent: config.http.userAgent,
  });
  https.push(http);
  const { findSegments, discard } = createPlayback({ http, config: config.playback, now: () => clock });
  const find = async (hint?: string, login = "someone") => {
    let given: string | undefined;
    const onHint = (url: string) => {
      given = url;
    };
    const signal = AbortSignal.timeout(5000);
    const found = await findSegments(login, hint, { signal, onHint }).catch((error: unknown) => {
      if (error instanceof Missed) return error;
      throw error;
    });
    const short = (url: string | undefined) => url?.replace(twitch.origin, "");
    if (!(found instanceof Missed)) return { segment: short(found[0].url), hint: short(given) };
    const { reason, message, retryAfterSeconds } = found;
    return {
      reason,
      detail: message,
      ...(given && { hint: short(given) }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  };
  return { find, discard };
}

const usher = (status: number, code: string) =>
  json([{ url: "", error: "x", error_code: code, type: "error" }], status);
const value = (fields: object) => ({ value: JSON.stringify(fields), signature: "abc" });
const tokenOf = (token: unknown) => json({ data: { streamPlaybackAccessToken: token } });
const times = (path: string) => twitch.requests.filter((request) => request.endsWith(path)).length;

describe("the token service", () => {
  it.each<[string, Answer, string, string]>([
    ["null: not live, or no such channel", tokenOf(null), "offline", "no such channel, or not live"],
    ["no data at all", json({ data: null }), "upstream", "no playback token in the answer"],
    [
      "geoblocked",
      tokenOf(value({ geoblock_reason: "CONTENT_GEOBLOCKED" })),
      "geoblocked",
      "the token says: blocked in this region",
    ],
    [
      "integrity",
      json({ errors: [{ message: "failed integrity check" }] }),
      "upstream",
      "no playback token: failed integrity check",
    ],
    [
      "stale hash",
      json({ errors: [{ message: "PersistedQueryNotFound" }] }),
      "upstream",
      "no playback token: PersistedQueryNotFound",
    ],
    [
      "401",
      json({ error: "Unauthorized", status: 401, message: "The Client-ID is invalid." }, 401),
      "upstream",
      "no playback token: The Client-ID is invalid.",
    ],
    ["429", json({ message: "Too many requests" }, 429), "upstream", "no playback token: Too many requests"],
    [
      "500 without JSON",
      { status: 500, body: "oops" },
      "upstream",
      "no playback token: status 500, not the expected JSON",
    ],
    ["503 with other JSON", json({}, 503), "upstream", "no playback token: status 503"],
    ["an array", json([]), "upstream", "no playback token in the answer"],
    [
      "a token that is no JSON",
      tokenOf({ value: "nonsense", signature: "abc" }),
      "upstream",
      "the playback token is not what it was",
    ],
    [
      "a signature that is none",
      tokenOf({ value: "{}", signature: "a&b=c" }),
      "upstream",
      "no playback token: status 200, not the expected JSON",
    ],
    [
      "an error that holds a secret URL",
      json({ errors: [{ message: "see https://x.test/?token=abc" }] }),
      "upstream",
      "no playback token: see https x.test token abc",
    ],
    ["100 KB", { body: " ".repeat(100_000) }, "upstream", "an answer of more than 65536 bytes"],
    [
      "a redirect",
      { status: 302, headers: { location: "https://gql.twitch.tv/gql" } },
      "upstream",
      "an answer 302 to nowhere",
    ],
    [
      "a compressed answer",
      { headers: { "content-encoding": "gzip" }, body: "x" },
      "upstream",
      "content-encoding gzip was not asked for",
    ],
  ])("answering %s", async (_, answer, reason, detail) => {
    twitch.routes.set("/gql", () => answer);
    expect(await playback().find()).toEqual({ reason, detail });
  });

  it("is asked with the query as text, the client id and one device id that stays", async () => {
    const asked: { body: unknown; client: unknown; device: unknown; agent: unknown }[] = [];
    twitch.routes.set("/gql", ({ headers }, body) => {
      asked.push({
        body: JSON.parse(body),
        client: headers["client-id"],
        device: headers["x-device-id"],
        agent: headers["user-agent"],
      });
      return tokenOf(value({}));
    });
    await playback().find();
    await playback().find(undefined, "other");
    expect(asked[0]).toMatchObject({
      client: "kimne78kx3ncx6brgo4mv6wki5h1ko",
      agent: expect.stringContaining("Firefox"),
      body: {
        operationName: "PlaybackAccessToken",
        variables: { login: "someone" },
        query: expect.stringContaining("streamPlaybackAccessToken"),
      },
    });
    expect(asked[1]?.device).toBe(asked[0]?.device);
  });

  it("is asked with the hash where one is set, and with the query once the hash is stale", async () => {
    const hash = "ed230aa1e33e07eebb8928504583da78a5173989fadfb1ac94be06a04f3cdbe9";
    const asked: string[] = [];
    twitch.routes.set("/gql", (_, body) => {
      asked.push(body.includes(hash) ? "hash" : "query");
      return body.includes(hash) ? json({ errors: [{ message: "PersistedQueryNotFound" }] }) : tokenOf(value({}));
    });
    expect(await playback({ TWITCH_GQL_HASH: hash }).find()).toMatchObject({ segment: "/media/1.seg" });
    expect(asked).toEqual(["hash", "query"]);
  });
});

describe("usher", () => {
  it.each<[string, Answer, string, string]>([
    ["not live", usher(404, "transcode_does_not_exist"), "offline", "usher: transcode_does_not_exist"],
    [
      "not live, without a code",
      json([{ error: "twirp error not_found: transcode does not exist" }], 404),
      "offline",
      "usher: not live",
    ],
    ["geoblocked", usher(403, "content_geoblocked"), "geoblocked", "usher: content_geoblocked"],
    ["subscribers only", usher(403, "unauthorized_entitlements"), "restricted", "usher: unauthorized_entitlements"],
    ["restricted video", usher(403, "vod_manifest_restricted"), "restricted", "usher: vod_manifest_restricted"],
    ["restricted token", usher(403, "nauth_token_restricted"), "restricted", "usher: nauth_token_restricted"],
    ["a refusal nobody knows yet", usher(403, "something_new"), "restricted", "usher: something_new"],
  ])("answering %s is asked once", async (_, answer, reason, detail) => {
    twitch.routes.set("/api/v2/channel/hls/", () => answer);
    expect(await playback().find()).toEqual({ reason, detail });
    expect(times("/api/channel/hls/someone.m3u8")).toBe(0);
  });

  it.each<[string, Answer]>([
    ["404 without Twitch's JSON", { status: 404, body: "not found" }],
    ["500", { status: 500 }],
    ["HTML", { body: "<html>" }],
    ["1 MB", { body: "#EXTM3U\n".padEnd(1_000_000, "#") }],
  ])("v2 answering %s is followed by v1", async (_, answer) => {
    const good = twitch.routes.get("/api/v2/channel/hls/");
    if (good) twitch.routes.set("/api/channel/hls/", good);
    twitch.routes.set("/api/v2/channel/hls/", () => answer);
    expect(await playback().find()).toEqual({ segment: "/media/1.seg", hint: "/media/720.m3u8" });
  });

  it("failing in both versions is an upstream fault", async () => {
    twitch.routes.set("/api/v2/channel/hls/", () => ({ status: 502 }));
    expect(await playback().find()).toEqual({ reason: "upstream", detail: "usher: status 404, not a playlist" });
  });

  it.each<[string, string[], string, string]>([
    ["sound only", [], "no-video", "no quality with an H.264 picture"],
    ["subscribers' qualities only", ["720p60", "1080p60"], "restricted", "every quality is for subscribers only"],
  ])("offering %s", async (name, restricted, reason, detail) => {
    twitch.routes.set("/gql", () => tokenOf(value({ chansub: { restricted_bitrates: restricted } })));
    if (name === "sound only") twitch.routes.set("/api/v2/channel/hls/", () => ({ body: "#EXTM3U\n" }));
    expect(await playback().find()).toEqual({ reason, detail });
  });
});

describe("the media playlist", () => {
  const ad = (second: number) =>
    `#EXT-X-PROGRAM-DATE-TIME:${new Date(NOW + second * 1000).toISOString()}\n#EXTINF:2.0,Amazon|1\nad.seg\n`;
  it("with an ad only: says how long, and the session is kept for the next time", async () => {
    const range = `#EXT-X-DATERANGE:ID="stitched-ad-1",CLASS="twitch-stitched-ad",START-DATE="${new Date(NOW - 4000).toISOString()}",DURATION=15`;
    twitch.routes.set("/media/", () => ({ body: `#EXTM3U\n${range}\n${ad(-4)}${ad(-2)}` }));
    const { find } = playback();
    expect(await find()).toEqual({
      reason: "ad",
      detail: "an ad is on",
      retryAfterSeconds: 11,
      hint: "/media/720.m3u8",
    });
    expect(await find()).toMatchObject({ reason: "ad" });
    expect(times("/gql")).toBe(1);
  });

  it.each<[string, Answer, string, string]>([
    ["ended", { body: "#EXTM3U\n#EXTINF:2,live\na.ts\n#EXT-X-ENDLIST\n" }, "offline", "the playlist has ended"],
    ["without a segment", { body: "#EXTM3U\n" }, "no-video", "the playlist has no segment"],
    [
      "standing still",
      { body: mediaPlaylist({ segments: 2, now: NOW - 90_000, map: false }) },
      "offline",
      "the playlist does not move any more",
    ],
    ["403", { status: 403 }, "upstream", "media playlist: status 403"],
    ["500", { status: 500 }, "upstream", "media playlist: status 500, no answer"],
    ["HTML", { body: "<html>" }, "upstream", "media playlist: status 200, not a playlist"],
    ["5 MB", { body: "#EXTM3U\n".padEnd(5_000_000, "\n") }, "upstream", "an answer of more than 524288 bytes"],
  ])("%s", async (_, answer, reason, detail) => {
    twitch.routes.set("/media/", () => answer);
    expect(await playback().find()).toEqual({ reason, detail });
  });

  it("that never answers ends in time", async () => {
    twitch.routes.set("/media/", () => undefined);
    expect(await playback().find()).toEqual({ reason: "timeout", detail: "no answer in time" });
  });

  it("on a host that is not allowed is not fetched", async () => {
    const text = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\nhttps://169.254.169.254/x.m3u8\n`;
    twitch.routes.set("/api/v2/channel/hls/", () => ({ body: text }));
    expect(await playback().find()).toEqual({ reason: "upstream", detail: "host 169.254.169.254 is not allowed" });
  });

  it.each([
    ["to another host", "https://evil.example/x.m3u8", "host evil.example is not allowed"],
    ["for ever", "/media/again", "more than 3 redirects"],
  ])("redirecting %s is not followed", async (_, location, detail) => {
    twitch.routes.set("/media/", () => ({ status: 302, headers: { location } }));
    expect(await playback().find()).toEqual({ reason: "upstream", detail });
  });

  it("with headers without end is cut off", async () => {
    twitch.routes.set("/media/", () => ({ headers: { "x-long": "x".repeat(20_000) }, body: "#EXTM3U\n" }));
    expect(await playback().find()).toEqual({
      reason: "upstream",
      detail: "the connection failed: UND_ERR_HEADERS_OVERFLOW",
    });
  });
});

describe("a session", () => {
  it("is replaced after 20 hours, before Twitch ends it", async () => {
    const { find } = playback();
    await find();
    clock += 20 * 3600_000 + 1;
    liveChannel(twitch, { segments: [Buffer.from("a")], now: clock });
    await find();
    expect(times("/gql")).toBe(2);
  });

  it("is opened once by two events at the same time", async () => {
    const { find } = playback();
    await Promise.all([find(), find()]);
    expect(times("/gql")).toBe(1);
  });

  it("that ended is looked up again: the stream may have started anew", async () => {
    twitch.routes.set("/media/old.m3u8", () => ({ body: "#EXTM3U\n#EXTINF:2,live\na.ts\n#EXT-X-ENDLIST\n" }));
    expect(await playback().find(`${twitch.origin}/media/old.m3u8`)).toEqual({
      segment: "/media/1.seg",
      hint: "/media/720.m3u8",
    });
  });

  it("of a hint on a host that is not allowed is never asked, and a new one opened", async () => {
    expect(await playback().find("http://169.254.169.254/latest")).toEqual({
      segment: "/media/1.seg",
      hint: "/media/720.m3u8",
    });
  });

  it("that was discarded is not used again, even if an event brings it back", async () => {
    const { find, discard } = playback();
    await find();
    discard("someone", `${twitch.origin}/media/720.m3u8`);
    await find(`${twitch.origin}/media/720.m3u8`);
    expect(times("/gql")).toBe(2);
  });
});
