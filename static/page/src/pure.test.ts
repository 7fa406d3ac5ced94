import { describe, expect, it } from "vitest";
import type { StreamDocument } from "../../../functions/contracts/api.ts";
import { choose, nextClosest, type Wishes } from "./choose.ts";
import { parseAll, parseCurrent } from "./documents.ts";
import { parseGames, parseProgress, parseRetryAfter, parseStale } from "./headers.ts";
import { parseLink, writeLink } from "./link.ts";
import { backoffMs } from "./poll.ts";
import { parseSource } from "./source.ts";
import { fallInWords, pathOf } from "./ui/chart.ts";
import { type Model, nowShowing, viewOf } from "./view.ts";
import { ago, languageName, shortNumber, zoneOf } from "./words.ts";

const stream = (stream_name: string, alive: number | null, more: Partial<StreamDocument> = {}): StreamDocument => ({
  stream_name,
  alive,
  stream_url: `https://player.twitch.tv/?channel=${stream_name}`,
  updated: "2026-01-02T03:04:05Z",
  display_name: stream_name.toUpperCase(),
  title: "",
  game: "pubg",
  language: "en",
  viewers: 10,
  phase: "match",
  confidence: 1,
  age: 2,
  history: [],
  ...more,
});
const onAir = (document: StreamDocument) => ({ ...document, reason: "fewest players left", since: document.updated });

describe("parseProgress", () => {
  it.each([
    ["as documented", "streams=40, sampled=12, read=5, matches=2", { streams: 40, sampled: 12, read: 5, matches: 2 }],
    ["only the total", "streams=3", { streams: 3, sampled: 0, read: 0, matches: 0 }],
    ["more members than known", "streams=3, planets=9, sampled=1", { streams: 3, sampled: 1, read: 0, matches: 0 }],
    ["more sampled than there are", "streams=3, sampled=9", { streams: 3, sampled: 3, read: 0, matches: 0 }],
    ["without a total", "sampled=9", undefined],
    ["numbers that are none", "streams=many, sampled=-1", undefined],
    ["far too long", `streams=1, ${"x".repeat(300)}`, undefined],
    ["not there", null, undefined],
  ])("%s", (_, header, expected) => expect(parseProgress(header)).toEqual(expected));
});

describe("other headers", () => {
  it.each([
    ["a list", "pubg, fortnite", ["pubg", "fortnite"]],
    ["twice the same, and markup", "pubg, <b>, pubg", ["pubg"]],
    ["nothing", null, []],
  ])("games: %s", (_, header, expected) => expect(parseGames(header)).toEqual(expected));
  it.each([
    ["42", 42],
    ["-1", undefined],
    ["soon", undefined],
    ["1e99", 86_400],
    [null, undefined],
  ])("stale %s", (header, expected) => expect(parseStale(header)).toBe(expected));
  it.each([
    ["30", 30],
    ["9999", 60],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
    [null, undefined],
  ])("retry after %s", (header, expected) => expect(parseRetryAfter(header)).toBe(expected));
});

describe("parseLink", () => {
  it.each([
    ["nothing", "", {}],
    ["a game", "?game=fortnite", { game: "fortnite" }],
    ["a pin", "?pin=copperjay", { pin: "copperjay" }],
    ["a pin as people write it", "?pin=@CopperJay", { pin: "copperjay" }],
    ["a pin as an address", "?pin=https://www.twitch.tv/CopperJay", { pin: "copperjay" }],
    ["both", "?game=pubg&pin=a", { game: "pubg", pin: "a" }],
  ])("%s", (_, search, expected) => expect(parseLink(search)).toEqual(expected));
  it("says what made no sense", () => {
    expect(parseLink("?pin=no%20name")).toEqual({ problem: expect.stringContaining("channel that cannot exist") });
    expect(parseLink("?game=<script>")).toEqual({ problem: expect.stringContaining("game that cannot exist") });
  });
  it("goes there and back", () => {
    expect(writeLink("/", { game: "apex", pin: "a_b" })).toBe("/?game=apex&pin=a_b");
    expect(writeLink("/", { game: undefined, pin: undefined })).toBe("/");
  });
});

describe("parseSource", () => {
  const page = "https://rotisserie.tv/";
  it.each([
    ["a Twitch player", "https://player.twitch.tv/?channel=CopperJay", { kind: "twitch", channel: "copperjay" }],
    [
      "a playlist of this host",
      "/simulator/hls/a.m3u8",
      { kind: "hls", url: "https://rotisserie.tv/simulator/hls/a.m3u8" },
    ],
    [
      "the same, whole",
      "https://rotisserie.tv/simulator/hls/a.m3u8?x=1",
      { kind: "hls", url: "https://rotisserie.tv/simulator/hls/a.m3u8?x=1" },
    ],
    ["a playlist of another host", "https://other.tv/a.m3u8", undefined],
    ["another protocol's host", "//other.tv/a.m3u8", undefined],
    ["plain http", "http://player.twitch.tv/?channel=a", undefined],
    ["no channel", "https://player.twitch.tv/", undefined],
    ["a page of this host", "/all", undefined],
    ["a script", "javascript:alert(1)", undefined],
  ])("%s", (_, address, expected) => expect(parseSource(address, page)).toEqual(expected));
});

describe("choose", () => {
  const all = [
    stream("a", 5),
    stream("b", 9, { language: "de" }),
    stream("c", 30, { language: "de" }),
    stream("d", 33, { language: "de" }),
  ];
  const [a, b] = all as [StreamDocument, StreamDocument];
  const wishes = (more: Partial<Wishes> = {}): Wishes => ({
    current: onAir(a),
    all,
    pin: undefined,
    language: "",
    skip: new Set(),
    shown: undefined,
    ...more,
  });
  it.each([
    ["the director's choice", wishes(), "a", false],
    ["the pin before everything", wishes({ pin: { login: "c" } }), "c", true],
    ["a pin that is not on the board, on Twitch", wishes({ pin: { login: "zed" } }), "zed", true],
    ["a pin before the board is known", wishes({ pin: { login: "zed" }, all: [], current: null }), undefined, false],
    [
      "a remembered pin before the board is known",
      wishes({ pin: { login: "zed", url: "/x.m3u8" }, all: [], current: null }),
      "zed",
      true,
    ],
    ["the lowest of the language", wishes({ language: "de" }), "b", false],
    ["the director's choice when it speaks the language", wishes({ language: "de", current: onAir(b) }), "b", false],
    ["the next when the leader will not play", wishes({ skip: new Set(["a"]) }), "b", false],
    [
      "what is shown, inside the last ten",
      wishes({ skip: new Set(["a"]), all: [...all, stream("e", 2)], shown: "b" }),
      "b",
      false,
    ],
    ["what is shown, when another is hardly closer", wishes({ skip: new Set(["a", "b"]), shown: "d" }), "d", false],
    ["another that is much closer", wishes({ skip: new Set(["a"]), shown: "c" }), "b", false],
    ["nothing when nothing is known", wishes({ current: null, all: [] }), undefined, false],
    ["nothing in a language nobody speaks", wishes({ language: "fi" }), undefined, false],
  ])("%s", (_, given, login, pinned) => {
    const chosen = choose(given);
    expect(chosen?.login).toBe(login);
    expect(chosen?.pinned ?? false).toBe(pinned);
  });
  it("takes the newer count where the list and the leader differ", () => {
    const newer = stream("a", 3, { updated: "2026-01-02T03:04:09Z" });
    expect(choose(wishes({ all: [newer] }))?.document?.alive).toBe(3);
  });
  it.each([
    ["after the shown one", "a", [], "b"],
    ["round at the end", "d", [], "a"],
    ["not one that will not play", "a", ["b"], "c"],
    ["the first when the shown one is not listed", "zed", [], "a"],
  ])("next: %s", (_, shown, skip, expected) =>
    expect(nextClosest(all, shown, new Set(skip))?.stream_name).toBe(expected),
  );
  it("next: nothing where there is only one", () => expect(nextClosest([a], "a", new Set())).toBeUndefined());
});

describe("documents", () => {
  it("null is an answer, half a document is none, extra fields are allowed", () => {
    expect(parseCurrent(null)).toEqual({ value: null, dropped: 0 });
    expect(parseCurrent({ stream_name: "a" })).toBeUndefined();
    expect(parseCurrent({ ...onAir(stream("a", 4)), tomorrow: true })?.value?.alive).toBe(4);
  });
  it("a list loses its bad entries and its repetitions only", () => {
    expect(parseAll([stream("a", 1), { bad: 1 }, stream("a", 2)])).toEqual({ value: [stream("a", 1)], dropped: 2 });
    expect(parseAll([])).toEqual({ value: [], dropped: 0 });
    expect(parseAll([{}])).toBeUndefined();
    expect(parseAll({})).toBeUndefined();
  });
});

const model = (more: Partial<Model> = {}): Model => ({
  answered: true,
  shown: { login: "a", name: "Ada", url: "", document: stream("a", 7), reason: "fewest players left", pinned: false },
  all: [],
  progress: undefined,
  offAir: false,
  missing: undefined,
  staleSeconds: undefined,
  trouble: undefined,
  retryInSeconds: 0,
  ageSeconds: 4,
  notice: undefined,
  language: "",
  ...more,
});

describe("viewOf", () => {
  const away = { kind: "unavailable", text: "The board is away (status 503)" } as const;
  const gone = { kind: "network", text: "No connection to the board" } as const;
  const pinnedBetween = { login: "a", name: "Ada", url: "", reason: "", pinned: true };
  const lobby = {
    login: "a",
    name: "Ada",
    url: "",
    document: stream("a", null, { phase: "lobby", joined: 63 }),
    reason: "fullest lobby",
    pinned: false,
  };
  it.each([
    ["playing", model(), "playing", "7 alive - Ada - fewest players left", "7 alive - Ada"],
    [
      "nobody left",
      model({ shown: { ...lobby, document: stream("a", 0), reason: "won" } }),
      "playing",
      "0 alive - Ada - won",
      "0 alive - Ada",
    ],
    [
      "waiting",
      model({ shown: lobby }),
      "waiting",
      "63 joined - Ada - waiting for a match: fullest lobby",
      "Waiting - Ada",
    ],
    [
      "pinned between matches",
      model({ shown: pinnedBetween, ageSeconds: undefined }),
      "pinned",
      "no count now - Ada - pinned by you, between matches",
      "Ada - Rotisserie",
    ],
    [
      "the board is behind",
      model({ staleSeconds: 42 }),
      "stale",
      "7 alive - Ada - the board is 42 s behind",
      "7 alive - Ada",
    ],
    [
      "the count is old",
      model({ ageSeconds: 61 }),
      "stale",
      "7 alive - Ada - the count was last read 61 s ago",
      "7 alive - Ada",
    ],
    ["no answer yet", model({ answered: false, shown: undefined }), "starting", "Tuning in", "Rotisserie"],
    [
      "nothing known",
      model({ shown: undefined, progress: { streams: 4, sampled: 1, read: 0, matches: 0 } }),
      "looking",
      "Looking for the closest finish",
      "Rotisserie",
    ],
    [
      "everybody looked at, but not for long enough",
      model({ shown: undefined, progress: { streams: 4, sampled: 4, read: 0, matches: 0 } }),
      "looking",
      "Looking for the closest finish",
      "Rotisserie",
    ],
    [
      "nobody plays",
      model({ shown: undefined, offAir: true, progress: { streams: 4, sampled: 4, read: 0, matches: 0 } }),
      "empty",
      "No match on air",
      "Rotisserie",
    ],
    [
      "nobody streams",
      model({ shown: undefined, offAir: true, progress: { streams: 0, sampled: 0, read: 0, matches: 0 } }),
      "empty",
      "No match on air",
      "Rotisserie",
    ],
    [
      "the board is away, playing on",
      model({ trouble: away, retryInSeconds: 3.2 }),
      "error",
      "The board is away (status 503); this stream keeps playing, trying again in 4 s",
      "7 alive - Ada",
    ],
    [
      "no network at the start",
      model({ trouble: gone, answered: false, shown: undefined }),
      "offline",
      "No connection to the board; trying again now",
      "Trouble - Rotisserie",
    ],
    [
      "a word to the viewer",
      model({ notice: "Bob went offline" }),
      "playing",
      "7 alive - Ada - Bob went offline",
      "7 alive - Ada",
    ],
  ])("%s", (_, given, state, banner, tab) => {
    const view = viewOf(given);
    expect([view.state, view.banner, view.tabTitle]).toEqual([state, banner, tab]);
  });
});

describe("a switch, aloud", () => {
  const shown = (document?: StreamDocument) => ({
    login: "a",
    name: "Ada",
    url: "",
    document,
    reason: "so",
    pinned: false,
  });
  it.each([
    ["a match", shown(stream("a", 7)), "Now showing Ada. 7 alive. so."],
    ["a lobby", shown(stream("a", null, { phase: "lobby", joined: 63 })), "Now showing Ada. 63 joined. so."],
    ["a lobby without a number", shown(stream("a", null, { phase: "lobby" })), "Now showing Ada. In the lobby. so."],
    ["a pin between matches", shown(), "Now showing Ada. so."],
  ])("%s", (_, given, words) => expect(nowShowing(given)).toBe(words));
});

describe("the slate, where no player is", () => {
  const progress = { streams: 40, sampled: 38, read: 9, matches: 0 };
  const ada = { login: "a", name: "Ada", url: "", reason: "", pinned: false };
  it.each([
    ["still looking", model({ shown: undefined, progress }), "38 of 40 live streams looked at, 0 matches found"],
    [
      "off air",
      model({ shown: undefined, progress, offAir: true }),
      "38 of 40 live streams looked at, none of them in a match.",
    ],
    ["a stream whose player is on its way", model({ shown: ada }), "Ada is next."],
    ["no player", model({ shown: ada, missing: "Twitch's player" }), "An ad blocker or this network may keep it away."],
  ])("%s", (_, given, words) => expect(viewOf(given).slate.text).toContain(words));
});

describe("words and lines", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1k"],
    [1249, "1.2k"],
    [9960, "10k"],
    [12_400, "12k"],
    [999_600, "1M"],
  ])("%i viewers: %s", (value, text) => expect(shortNumber(value)).toBe(text));
  it.each([
    [0, "now"],
    [4.9, "4 s ago"],
    [89, "89 s ago"],
    [120, "2 min ago"],
    [7200, "2 h ago"],
  ])("%d seconds: %s", (value, text) => expect(ago(value)).toBe(text));
  it.each([
    [0, "final"],
    [10, "final"],
    [11, "closing"],
    [25, "closing"],
    [26, "middle"],
    [51, "early"],
    [null, "none"],
  ] as const)("zone of %s: %s", (value, zone) => expect(zoneOf(value)).toBe(zone));
  it.each([
    ["en", "English"],
    ["other", "Other"],
    ["not a code", "not a code"],
    ["", "Unknown"],
  ])("language %s: %s", (code, name) => expect(languageName(code)).toBe(name));
  it("pauses grow to half a minute", () =>
    expect([1, 2, 3, 4, 5, 50].map(backoffMs)).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000]));
  it("a fall is a stepped line from left to right", () => {
    expect(
      pathOf([
        [60, 20],
        [30, 10],
        [0, 5],
      ]),
    ).toEqual({ line: "M0 2H50V16H100V23", area: "M0 2H50V16H100V23V32H0Z", x: 100, y: 23 });
    expect(pathOf([[0, 5]])).toBeUndefined();
    expect(pathOf([])).toBeUndefined();
    expect(
      fallInWords([
        [600, 64],
        [0, 7],
      ]),
    ).toBe("from 64 to 7 in 10 minutes");
    expect(fallInWords([[5, 7]])).toBe("");
  });
});
