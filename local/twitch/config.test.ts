import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const path = { PATH: process.env.PATH };

describe("the simulator's environment", () => {
  test("has a default for everything", () => {
    expect(parseConfig(path)).toMatchObject({
      port: 9000,
      host: "127.0.0.1",
      url: undefined,
      cacheDir: ".cache/simulator",
      cacheBytes: 1024 * 2 ** 20,
      framesDir: undefined,
      framesFilter: [],
      framesHeights: [],
      seed: undefined,
      channels: 10,
      games: ["pubg"],
      warm: "now",
    });
  });

  test("is read as given", () => {
    const env = {
      SIMULATOR_URL: "http://simulator:9000/",
      SIMULATOR_FRAMES: "../shared/frames",
      SIMULATOR_FRAMES_FILTER: "pubg/izombiee pubg/jndwi",
      SIMULATOR_FRAMES_HEIGHTS: "720,1440",
      SIMULATOR_SEED: "7",
      SIMULATOR_GAMES: "pubg fortnite",
      SIMULATOR_WARM: "all",
    };
    expect(parseConfig({ ...path, ...env })).toMatchObject({
      url: "http://simulator:9000",
      framesDir: "../shared/frames",
      framesFilter: ["pubg/izombiee", "pubg/jndwi"],
      framesHeights: [720, 1440],
      seed: 7,
      games: ["pubg", "fortnite"],
      warm: "all",
    });
  });

  test.each([
    ["PORT", "http"],
    ["SIMULATOR_CHANNELS", "0"],
    ["SIMULATOR_SEED", "-1"],
    ["SIMULATOR_FRAMES_HEIGHTS", "720 big"],
    ["SIMULATOR_WARM", "hot"],
    ["FFMPEG_PATH", "/no/such/ffmpeg"],
    ["LOG_LEVEL", "loud"],
  ])("names a bad %s", (name, value) => {
    expect(() => parseConfig({ ...path, [name]: value })).toThrow(name);
  });
});
