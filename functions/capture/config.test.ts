import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const parse = (env: Record<string, string>, hostname = "machine") => parseConfig(env, { hostname, cores: 4 });

describe("the settings", () => {
  it("need nothing to be Twitch's", () => {
    expect(parse({})).toMatchObject({
      ...{
        port: 3003,
        allowedHosts: ["gql.twitch.tv", "*.ttvnw.net"],
        captureTimeoutMs: 8000,
        decode: { parallel: 4 },
      },
      playback: {
        gqlUrl: "https://gql.twitch.tv/gql",
        usherUrl: "https://usher.ttvnw.net",
        minHeight: 720,
        prefetch: false,
      },
    });
  });

  it("keep one device id for a machine, and another for another", () => {
    expect(parse({}).playback.deviceId).toMatch(/^[0-9a-f]{32}$/);
    expect(parse({}).playback.deviceId).toBe(parse({}).playback.deviceId);
    expect(parse({}, "other").playback.deviceId).not.toBe(parse({}).playback.deviceId);
    expect(parse({ DEVICE_ID: "mine" }).playback.deviceId).toBe("mine");
  });

  it.each<[string, Record<string, string>, string]>([
    ["an entry that is none", { ALLOWED_HOSTS: "*.ttvnw.net gql.twitch.tv 10.0.0.1" }, 'ALLOWED_HOSTS has "10.0.0.1"'],
    [
      "a token service that is not allowed",
      { TWITCH_GQL_URL: "http://localhost:9000/gql" },
      "TWITCH_GQL_URL: http is not allowed for localhost; add it to ALLOWED_HOSTS",
    ],
    [
      "an usher that is not allowed",
      { TWITCH_USHER_URL: "https://usher.example" },
      "TWITCH_USHER_URL: host usher.example is not allowed",
    ],
    ["a hash that is none", { TWITCH_GQL_HASH: "abc" }, "TWITCH_GQL_HASH is not a SHA-256 in hex"],
    ["a height out of range", { MIN_HEIGHT: "20" }, 'MIN_HEIGHT="20": a whole number from 144 to 4320'],
    ["a flag that is none", { USE_PREFETCH: "maybe" }, 'USE_PREFETCH="maybe": true or false'],
    ["a level that is none", { LOG_LEVEL: "loud" }, "LOG_LEVEL"],
    ["no number", { CAPTURE_TIMEOUT_SECONDS: "soon" }, "CAPTURE_TIMEOUT_SECONDS"],
  ])("with %s stop the start", (_, env, message) => {
    expect(() => parse(env)).toThrow(message);
  });
});
