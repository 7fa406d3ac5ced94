/**
 * A few thousand broken playlists and segments: none crashes, hangs, leaks or becomes a picture. The seed is fixed, so a
 * failure comes again.
 */
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { findGame, type Game } from "../contracts/games.ts";
import { createGate } from "../runtime/gate.ts";
import { findFfmpeg } from "./ffmpeg.ts";
import { createTakePicture } from "./frame.ts";
import type { KeyFrame } from "./h264.ts";
import { Missed } from "./missed.ts";
import { createMp4Reader, readInitSegment } from "./mp4.ts";
import { createMpegTsReader } from "./mpegts.ts";
import { parseMediaPlaylist } from "./playlist.ts";
import { findLiveEdge } from "./playlist-ads.ts";
import { chooseVariant, parseMultivariant } from "./playlist-variants.ts";
import { type Clip, makeClip } from "./testing/clips.ts";
import { mediaPlaylist, multivariant } from "./testing/twitch.ts";

const RUNS = 3000;
const NOW = Date.parse("2026-05-01T20:00:00Z");
const pubg = findGame("pubg") as Game;

/** mulberry32: the same numbers every time. */
function createRandom(seed: number) {
  let state = seed;
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** One to four accidents: bits, bytes, holes, repeats, cuts. */
function damage(original: Uint8Array, random: (limit: number) => number): Buffer {
  let data: Buffer = Buffer.from(original);
  for (let count = 1 + random(4); count > 0 && data.byteLength > 1; count--) {
    const at = random(data.byteLength);
    const length = 1 + random(Math.min(5000, data.byteLength - at));
    const kind = random(6);
    if (kind === 0) data[at] = (data[at] ?? 0) ^ (1 << random(8));
    else if (kind === 1) data[at] = random(256);
    else if (kind === 2) data = Buffer.concat([data.subarray(0, at), data.subarray(at + length)]);
    else if (kind === 3)
      data = Buffer.concat([data.subarray(0, at), data.subarray(at, at + length), data.subarray(at)]);
    else if (kind === 4) data = data.subarray(0, at);
    else data.fill(random(256), at, at + Math.min(length, 64));
  }
  return data;
}

/** What a reader makes of a segment that comes in pieces; anything but a key frame or a Missed is a defect. */
function readAll(
  data: Buffer,
  reader: { push(chunk: Uint8Array): KeyFrame | undefined; finish(): KeyFrame },
): KeyFrame | Missed {
  try {
    for (let at = 0; at < data.byteLength; at += 16_384) {
      const frame = reader.push(data.subarray(at, at + 16_384));
      if (frame) return frame;
    }
    return reader.finish();
  } catch (error) {
    if (error instanceof Missed) return error;
    throw error;
  }
}

describe("broken playlists", () => {
  const ad =
    '#EXT-X-DATERANGE:ID="stitched-ad-1",CLASS="twitch-stitched-ad",START-DATE="2026-05-01T19:59:58.000Z",DURATION=15.0';
  const media = mediaPlaylist({ segments: 6, now: NOW, map: true }).replace(
    "#EXT-X-VERSION:6",
    `#EXT-X-VERSION:6\n${ad}`,
  );
  it(`${RUNS} of them give bounded values and no exception`, () => {
    const random = createRandom(1);
    for (let run = 0; run < RUNS; run++) {
      const text = damage(Buffer.from(`${media}#EXT-X-TWITCH-PREFETCH:https://v.test/p.ts\n`), random).toString("utf8");
      const playlist = parseMediaPlaylist(text, "https://v.test/x.m3u8");
      if (playlist) {
        const edge = findLiveEdge(playlist, { prefetch: run % 2 === 0 });
        if (edge.kind === "live") expect(edge.segments.length).toBeLessThanOrEqual(3);
        if (edge.kind === "ad") expect(edge.remainingSeconds ?? 0).toBeLessThanOrEqual(3600);
        for (const { url } of playlist.segments) expect(url).toMatch(/^https?:/);
      }
      const variants = parseMultivariant(
        damage(Buffer.from(multivariant("https://v.test")), random).toString("utf8"),
        "https://v.test/",
      );
      const variant = variants && chooseVariant(variants, { minHeight: 720 });
      if (variant) expect(variant.url).toMatch(/^https?:/);
    }
  });
});

describe("broken segments", () => {
  let ts: Clip;
  let mp4: Clip;
  beforeAll(async () => {
    const form = { width: 640, height: 360, seconds: 1, rate: 10 };
    const picture = "testsrc2=size=640x360:rate=10,noise=alls=12:allf=t";
    ts = await makeClip({ ...form, picture, container: "ts" });
    mp4 = await makeClip({ ...form, picture, container: "mp4" });
  });

  it(`${RUNS} of them are key frames of a possible size, or named as missed`, () => {
    const random = createRandom(2);
    const outcomes = { frames: 0, missed: 0 };
    for (let run = 0; run < RUNS; run++) {
      const clip = run % 2 === 0 ? ts : mp4;
      // The beginning is what is read, so that is where most of the damage goes.
      const segment = (clip.segments[0] as Buffer).subarray(0, 100_000);
      const result = readAll(damage(segment, random), clip.init ? createMp4Reader(clip.init) : createMpegTsReader());
      if (result instanceof Missed) outcomes.missed++;
      else {
        outcomes.frames++;
        expect(result.width * result.height).toBeLessThanOrEqual(8192 * 8192);
        expect(result.annexB.byteLength).toBeLessThanOrEqual(200_000);
      }
    }
    expect(outcomes.frames + outcomes.missed).toBe(RUNS);
    expect(outcomes.missed).toBeGreaterThan(RUNS / 10);
  });

  it(`${RUNS} broken initialization segments are read, or named as broken`, () => {
    const random = createRandom(3);
    for (let run = 0; run < RUNS; run++) {
      try {
        readInitSegment(damage(mp4.init as Buffer, random));
      } catch (error) {
        expect(error).toBeInstanceOf(Missed);
      }
    }
  });

  it("and broken pictures never show other pixels in the HUD's region", { timeout: 240_000 }, async () => {
    const random = createRandom(4);
    const frame = readAll(ts.segments[0] as Buffer, createMpegTsReader());
    if (frame instanceof Missed) throw frame;
    const gate = createGate({ width: 2, queue: 1000 });
    const limits = { timeoutMs: 20_000, maxMemoryMb: 1024 };
    const take = createTakePicture({ ffmpeg: findFfmpeg("bundled", ""), gate, limits });
    const pixels = async (one: KeyFrame) =>
      sharp((await take(one, pubg, new AbortController().signal)).image)
        .raw()
        .toBuffer();
    const clean = await pixels(frame);
    const results = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const annexB = damage(frame.annexB, random);
        return pixels({ ...frame, annexB }).then(
          (picture) => (picture.equals(clean) ? "the same" : "another"),
          (error: unknown) => (error instanceof Missed ? error.reason : "a defect"),
        );
      }),
    );
    const counts = Object.fromEntries(
      ["no-video", "the same", "another", "a defect"].map((name) => [
        name,
        results.filter((each) => each === name).length,
      ]),
    );
    expect(counts).toMatchObject({ another: 0, "a defect": 0 });
    expect(counts["no-video"]).toBeGreaterThan(200);
  });
});
