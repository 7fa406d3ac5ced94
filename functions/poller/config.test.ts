import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const least = { K_SINK: "http://broker/", clientID: "id", token: "t0p-secret" };

test("the least there must be, and the defaults", () => {
  expect(parseConfig(least)).toMatchObject({
    port: 3000,
    logLevel: "info",
    samplesPerMinute: 100,
    idleAfterMs: 120_000,
    alwaysOn: false,
    redisUrl: undefined,
    streamUrl: "https://player.twitch.tv/?channel={login}",
    peerUrl: undefined,
    games: [{ id: "pubg" }],
  });
});

test("everything set", () => {
  const config = parseConfig({
    ...least,
    PORT: "3100",
    GAMES: "fortnite pubg,fortnite",
    SAMPLES_PER_MINUTE: "600",
    IDLE_AFTER: "30",
    ALWAYS_ON: "true",
    REDIS_URL: "rediss://:pw@redis:6380/1",
    STREAM_URL: "/simulator/hls/{login}.m3u8",
    PEER_URL: "http://poller.default.svc.cluster.local/",
  });
  expect(config).toMatchObject({
    port: 3100,
    samplesPerMinute: 600,
    idleAfterMs: 30_000,
    alwaysOn: true,
    redisUrl: "rediss://:pw@redis:6380/1",
    streamUrl: "/simulator/hls/{login}.m3u8",
    peerUrl: "http://poller.default.svc.cluster.local",
  });
  expect(config.games.map(({ id }) => id)).toEqual(["fortnite", "pubg"]);
});

test("a variable set to nothing counts as not set", () => {
  expect(parseConfig({ ...least, REDIS_URL: "", PEER_URL: " ", GAMES: "" })).toMatchObject({
    redisUrl: undefined,
    peerUrl: undefined,
    games: [{ id: "pubg" }],
  });
});

describe("a bad value stops the start with its name, what was given and what is allowed", () => {
  test.each<[name: string, env: Record<string, string>, message: RegExp]>([
    ["GAMES", { GAMES: "pubg chess" }, /GAMES="chess": known games are pubg, /],
    ["SAMPLES_PER_MINUTE", { SAMPLES_PER_MINUTE: "0" }, /SAMPLES_PER_MINUTE="0": a whole number from 1/],
    ["IDLE_AFTER", { IDLE_AFTER: "2m" }, /IDLE_AFTER="2m"/],
    ["ALWAYS_ON", { ALWAYS_ON: "yes" }, /ALWAYS_ON="yes": true or false/],
    ["STREAM_URL without {login}", { STREAM_URL: "https://player.twitch.tv/" }, /STREAM_URL=.*\{login\}/],
    ["STREAM_URL with another scheme", { STREAM_URL: "javascript:{login}" }, /STREAM_URL=/],
    ["STREAM_URL of another host by two slashes", { STREAM_URL: "//evil.example/{login}" }, /STREAM_URL=/],
    ["PEER_URL", { PEER_URL: "poller:3000" }, /PEER_URL="poller:3000"/],
    ["LOG_LEVEL", { LOG_LEVEL: "loud" }, /LOG_LEVEL="loud": one of debug/],
    ["K_SINK", { K_SINK: "" }, /K_SINK is not set/],
  ])("%s", (_name, env, message) => {
    expect(() => parseConfig({ ...least, ...env })).toThrow(message);
  });

  test("REDIS_URL is not repeated: it may hold a password", () => {
    expect(() => parseConfig({ ...least, REDIS_URL: "http://:hunter2@redis" })).toThrow(/^(?!.*hunter2).*REDIS_URL/);
  });
});
