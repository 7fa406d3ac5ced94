/** The whole function over the wire: a CloudEvent in, a CloudEvent out, real ffmpeg, a Twitch that says what it is told. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { frameCaptured, frameMissed, streamFound } from "../contracts/events.ts";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { on, type Running, serve } from "../runtime/serve.ts";
import { readEvent, writeEvent } from "../runtime/wire.ts";
import { parseConfig } from "./config.ts";
import { findFfmpeg } from "./ffmpeg.ts";
import { createCaptureFunction } from "./function.ts";
import { type Clip, makeClip } from "./testing/clips.ts";
import { type FakeTwitch, json, liveChannel, startFakeTwitch } from "./testing/twitch.ts";

const NOW = Date.parse("2026-05-01T20:00:00Z");
const log = createLog("capture", "silent");
let clip: Clip;
let fragments: Clip;
let twitch: FakeTwitch;
let running: Running;

beforeAll(async () => {
  clip = await makeClip({ container: "ts", width: 1280, height: 720 });
  fragments = await makeClip({ container: "mp4", width: 1280, height: 720 });
});

beforeEach(async () => {
  twitch = await startFakeTwitch();
  running = await start();
});

afterEach(async () => {
  await running.stop();
  await twitch.close();
});

async function start(env: Record<string, string> = {}): Promise<Running> {
  const metrics = createMetrics("capture");
  const urls = {
    TWITCH_GQL_URL: `${twitch.origin}/gql`,
    TWITCH_USHER_URL: twitch.origin,
    ALLOWED_HOSTS: twitch.origin,
  };
  const config = parseConfig({ ...urls, ...env }, { hostname: "test", cores: 2 });
  const ffmpeg = findFfmpeg(undefined, process.env.PATH ?? "");
  const { handler, close } = createCaptureFunction({ config, ffmpeg, metrics, log, now: () => NOW });
  // The clock of the pictures stands still; the deadline is compared with the real one, so it is far away.
  return serve({ name: "capture", port: 0, log, metrics, subscriptions: [on(streamFound, handler)], close });
}

async function send(fields: { login?: string; hint?: string; game?: string; subject?: string } = {}) {
  const { login = "someone", hint, game = "pubg", subject = login } = fields;
  const event = streamFound.create({
    id: `round-1/${login}`,
    subject,
    time: "2026-05-01T20:00:00Z",
    attributes: { roundid: "round-1", traceparent: TRACE, deadline: "2099-01-01T00:00:00Z" },
    data: {
      ...{ login, displayName: login, game, title: "t", viewers: 5, language: "en" },
      startedAt: "2026-05-01T18:00:00Z",
      ...(hint !== undefined && { playbackHint: hint }),
    },
  });
  const { headers, body } = writeEvent(event);
  const response = await fetch(`http://127.0.0.1:${running.port}/`, {
    method: "POST",
    headers,
    body: new Uint8Array(body),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes };
}

const TRACE = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
const captured = async (fields = {}) => {
  const { status, headers, bytes } = await send(fields);
  expect({
    status,
    type: headers["ce-type"],
    said: headers["ce-type"] === frameMissed.type ? String(bytes) : "",
  }).toEqual({
    status: 200,
    type: frameCaptured.type,
    said: "",
  });
  return frameCaptured.parse(readEvent(headers, bytes));
};
const missed = async (fields = {}) => {
  const { headers, bytes } = await send(fields);
  expect(headers["ce-type"]).toBe(frameMissed.type);
  return frameMissed.parse(readEvent(headers, bytes));
};

describe("a stream that is live", () => {
  it("gives the HUD's part of the newest segment's first picture, and says where and when it was cut", async () => {
    liveChannel(twitch, { segments: clip.segments, now: NOW });
    const event = await captured();
    expect(event.attributes).toMatchObject({
      roundid: "round-1",
      deadline: "2099-01-01T00:00:00Z",
      game: "pubg",
      framewidth: 1280,
      frameheight: 720,
      frametime: "2026-05-01T19:59:58.000Z",
      playbackhint: `${twitch.origin}/media/720.m3u8`,
    });
    expect(event.id).toBe("round-1/someone");
    expect(event.attributes.traceparent.slice(0, 36)).toBe(TRACE.slice(0, 36));
    expect(event.attributes.traceparent).not.toBe(TRACE);
    expect(event.data.byteLength).toBeLessThanOrEqual(65_536);
  });

  it("is asked for no new token while its playlist works", async () => {
    liveChannel(twitch, { segments: clip.segments, now: NOW });
    await captured();
    await captured();
    expect(twitch.requests.filter((request) => request === "POST /gql")).toHaveLength(1);
  });

  it("needs no token at all with a hint", async () => {
    liveChannel(twitch, { segments: clip.segments, now: NOW });
    await captured({ hint: `${twitch.origin}/media/720.m3u8` });
    expect(twitch.requests.filter((request) => request === "POST /gql")).toHaveLength(0);
  });

  it.each([401, 403, 404, 410, 500])("is resolved again when the hint's playlist answers %i", async (status) => {
    liveChannel(twitch, { segments: clip.segments, now: NOW });
    twitch.routes.set("/media/worn.m3u8", () => ({ status }));
    const event = await captured({ hint: `${twitch.origin}/media/worn.m3u8` });
    expect(event.attributes.playbackhint).toBe(`${twitch.origin}/media/720.m3u8`);
  });

  it("comes as fMP4 with an initialization segment", async () => {
    liveChannel(twitch, { ...fragments, now: NOW });
    expect((await captured()).attributes).toMatchObject({ framewidth: 1280, frameheight: 720 });
  });

  it("comes from a server that ignores ranges", async () => {
    liveChannel(twitch, { segments: clip.segments, now: NOW });
    const segment = clip.segments[1] as Buffer;
    twitch.routes.set("/media/1.seg", () => ({ headers: { "x-no-range": "1" }, body: segment }));
    await captured();
  });
});

describe("a stream without a picture", () => {
  it("is offline when there is no token", async () => {
    twitch.routes.set("/gql", () => json({ data: { streamPlaybackAccessToken: null } }));
    expect((await missed()).data.reason).toBe("offline");
  });
});

describe("an event that cannot be handled", () => {
  it.each([
    ["of an unknown game", { game: "chess" }, "unknown game chess"],
    ["whose subject is another stream", { subject: "another" }, "subject and data.login name different streams"],
  ])("%s is final", async (_, fields, reason) => {
    const { status, bytes } = await send(fields);
    expect({ status, reason: String(bytes).trim() }).toEqual({ status: 422, reason });
  });
});
