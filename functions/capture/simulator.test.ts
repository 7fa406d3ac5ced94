/** The function against the Twitch simulator: both containers, ads, and every fault the simulator knows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomChannels } from "../../local/twitch/channels.ts";
import type { Channel, Fault } from "../../local/twitch/script.ts";
import { type Simulator, startSimulator } from "../../local/twitch/simulator.ts";
import { findGame, type Game } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import type { CaptureResult } from "./capture.ts";
import { parseConfig } from "./config.ts";
import { findFfmpeg } from "./ffmpeg.ts";
import { createCaptureFunction } from "./function.ts";

const pubg = findGame("pubg") as Game;
let folder: string;
let simulator: Simulator;
const closing: (() => Promise<void>)[] = [];

function channel(login: string, changes: Partial<Channel> = {}): Channel {
  const [model] = randomChannels(1, 1);
  if (!model) throw new Error("no channel");
  const scene = { game: "pubg", hud: "gen3", language: "en", width: 640, height: 360, background: "bright" } as const;
  const picture = { kind: "scene", scene: { ...scene, seed: 1, state: { kind: "alive", count: 12 } } } as const;
  const step = { phase: "match", segments: 4, pictures: [picture], truth: { kind: "alive", value: 12 } } as const;
  const source = { name: "360p", width: 640, height: 360, fps: 30, bandwidth: 600_000, source: true };
  return {
    ...model,
    login,
    displayName: login,
    userId: login,
    variants: [source],
    steps: [step],
    offset: 0,
    preroll: 0,
    ...changes,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "capture-simulator-"));
  simulator = await startSimulator({
    ...{ port: 0, cacheDir: folder, pacedSeconds: 60, log: () => undefined },
    channels: [
      channel("sim_ts"),
      channel("sim_fmp4", { container: "fmp4", naming: "video" }),
      channel("sim_both", { naming: "both" }),
      channel("sim_ad", { preroll: 30 }),
    ],
  });
}, 120_000);

afterEach(async () => {
  simulator.setFault("sim_ts", undefined);
  await Promise.all(closing.splice(0).map((close) => close()));
});

afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A function of its own for each test, as fresh as one that was just scaled from zero. */
function freshCapture(env: Record<string, string> = {}) {
  const { url } = simulator;
  const config = parseConfig(
    { TWITCH_GQL_URL: `${url}/gql`, TWITCH_USHER_URL: url, ALLOWED_HOSTS: url, ...env },
    { hostname: "test", cores: 2 },
  );
  const ffmpeg = findFfmpeg("bundled", "");
  const log = createLog("capture", "silent");
  const { capture, close } = createCaptureFunction({
    config,
    ffmpeg,
    metrics: createMetrics("capture"),
    log,
    now: Date.now,
  });
  closing.push(close);
  return (login: string, hint?: string): Promise<CaptureResult> =>
    capture({ login, game: pubg, hint, deadline: Date.now() + 30_000, signal: new AbortController().signal });
}

const summary = (result: CaptureResult) =>
  "missed" in result ? result.missed.reason : `${result.picture.frameHeight}p`;

describe("a simulated channel", () => {
  it.each(["sim_ts", "sim_fmp4", "sim_both"])("%s gives a picture of the last seconds", async (login) => {
    const result = await freshCapture()(login);
    expect(summary(result)).toBe("360p");
    if ("missed" in result) return;
    const age = (Date.now() - result.time) / 1000;
    expect(age).toBeGreaterThan(1.5);
    expect(age).toBeLessThan(8);
    expect(result.hint).toMatch(/^http/);
  });

  it("gives a fresher one from a segment still being made, where that is asked for", async () => {
    const result = await freshCapture({ USE_PREFETCH: "true" })("sim_ts");
    expect(summary(result)).toBe("360p");
  });

  it("whose session begins with ads says so, and for how long", async () => {
    const result = await freshCapture()("sim_ad");
    expect(summary(result)).toBe("ad");
    if (!("missed" in result)) return;
    expect(result.missed.retryAfterSeconds).toBeGreaterThan(10);
    expect(result.missed.retryAfterSeconds).toBeLessThan(120);
    expect(result.hint).toMatch(/^http/);
  });

  it("nobody knows is offline", async () => {
    expect(summary(await freshCapture()("nobody"))).toBe("offline");
  });
});

describe("a fault of Twitch", () => {
  it.each<[Fault, string]>([
    ["offline", "offline"],
    ["token-null", "offline"],
    ["token-unauthorized", "upstream"],
    ["integrity", "upstream"],
    ["stale-hash", "360p"],
    ["geoblock", "geoblocked"],
    ["restricted", "restricted"],
    ["usher-error", "upstream"],
    ["usher-garbage", "upstream"],
    ["playlist-slow", "timeout"],
    ["playlist-garbage", "no-video"],
    ["playlist-error", "upstream"],
    ["playlist-gone", "upstream"],
    ["playlist-huge", "upstream"],
    ["segment-slow", "timeout"],
    // Slowly or cut off later, but its first key frame comes whole and in time: that is all there is to need.
    ["segment-trickle", "360p"],
    ["segment-truncated", "360p"],
    ["segment-corrupt", "no-video"],
    ["segment-error", "upstream"],
    ["segment-gone", "upstream"],
    ["segment-wrong", "no-video"],
    ["segment-redirect", "upstream"],
    ["segment-huge", "no-video"],
  ])("%s: %s", async (fault, expected) => {
    simulator.setFault("sim_ts", fault);
    const begun = performance.now();
    const result = await freshCapture({ CAPTURE_TIMEOUT_SECONDS: "2" })("sim_ts");
    expect(summary(result)).toBe(expected);
    // Bounded, whatever Twitch does; with room for a busy machine.
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  it("that is over is forgotten: the next round has a picture again", async () => {
    const capture = freshCapture();
    simulator.setFault("sim_ts", "segment-gone");
    const failed = await capture("sim_ts");
    expect(failed).toMatchObject({ hint: undefined });
    simulator.setFault("sim_ts", undefined);
    expect(summary(await capture("sim_ts"))).toBe("360p");
  });
});
