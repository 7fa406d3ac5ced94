import { expect, test } from "vitest";
import { tellPrograms } from "./settings.ts";

const tell = (env: Record<string, string>, simulated = true) =>
  tellPrograms({
    env: { PATH: process.env.PATH, PORT: "8080", ...env },
    ports: { poller: 1, capture: 2, ocr: 3, simulator: 4 },
    sink: "http://localhost:5/default/default",
    logLevel: "info",
    simulated,
    framesDir: undefined,
    simulatorCache: ".cache/simulator",
  });

test("simulated: Twitch is the simulator, for the page too", () => {
  const { poller, capture, simulator } = tell({});
  expect(poller).toMatchObject({
    PORT: "1",
    K_SINK: "http://localhost:5/default/default",
    TWITCH_API_URL: "http://localhost:4/helix",
    STREAM_URL: "/simulator/hls/{login}.m3u8",
  });
  expect(capture).toMatchObject({ PORT: "2", TWITCH_USHER_URL: "http://localhost:4" });
  expect(simulator).toMatchObject({ PORT: "4", SIMULATOR_URL: "http://localhost:4" });
});

test("real Twitch: the credentials reach the poller and nobody else", () => {
  const { poller, capture, ocr, simulator } = tell({ clientID: "id", token: "secret" }, false);
  expect(poller).toMatchObject({ clientID: "id", token: "secret" });
  expect(poller).not.toHaveProperty("TWITCH_API_URL");
  expect(JSON.stringify([capture, ocr])).not.toContain("secret");
  expect(simulator).toBeUndefined();
});

test.each([
  ["the poller's", "poller", "SAMPLES_PER_MINUTE", "30"],
  ["the Helix client's", "poller", "BLOCKED_LABELS", "Gambling"],
  ["capture's", "capture", "MIN_HEIGHT", "480"],
  ["the reader's", "ocr", "OCR_ENGINE", "strip"],
  ["the simulator's", "simulator", "SIMULATOR_SEED", "7"],
] as const)("%s variable reaches it alone", (_whose, program, name, value) => {
  const told = tell({ [name]: value, UNKNOWN: "x" });
  const having = Object.entries(told).filter(([, settings]) => settings?.[name] === value);
  expect(having.map(([who]) => who)).toEqual([program]);
  expect(JSON.stringify(told)).not.toContain("UNKNOWN");
});

test("the games that are listed are the games that are simulated", () => {
  expect(tell({ GAMES: "pubg apex" })).toMatchObject({
    poller: { GAMES: "pubg apex" },
    simulator: { SIMULATOR_GAMES: "pubg apex" },
  });
});

test.each([
  ["SAMPLES_PER_MINUTE", "lots"],
  ["MIN_HEIGHT", "tall"],
  ["OCR_ENGINE", "eyes"],
  ["SIMULATOR_CHANNELS", "many"],
])("%s=%s is refused before anything starts", (name, value) => {
  expect(() => tell({ [name]: value })).toThrow(`${name}="${value}"`);
});
