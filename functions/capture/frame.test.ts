/** Real clips through the real demuxers and the real ffmpeg: pictures come out whole, and damage never does. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { findGame, type Game } from "../contracts/games.ts";
import { createGate } from "../runtime/gate.ts";
import { runFfmpeg } from "./decode.ts";
import { encode } from "./encode.ts";
import { findFfmpeg } from "./ffmpeg.ts";
import { createTakePicture } from "./frame.ts";
import type { KeyFrame } from "./h264.ts";
import { Missed } from "./missed.ts";
import { createMp4Reader } from "./mp4.ts";
import { createMpegTsReader } from "./mpegts.ts";
import { type Clip, type ClipOptions, makeClip } from "./testing/clips.ts";

const SYSTEM = findFfmpeg(undefined, process.env.PATH ?? "");
const BUNDLED = findFfmpeg("bundled", "");
const pubg = findGame("pubg") as Game;
const never = new AbortController().signal;

function picture(frame: KeyFrame, game = pubg, ffmpeg = SYSTEM, limits = { timeoutMs: 10_000, maxMemoryMb: 1024 }) {
  return createTakePicture({ ffmpeg, gate: createGate({ width: 2, queue: 10 }), limits })(frame, game, never);
}

/** A segment read in pieces of a size that divides nothing. */
function read(clip: Clip, index = 0, piece = 7001): { frame: KeyFrame; used: number } {
  const segment = clip.segments[index] as Buffer;
  const reader = clip.init ? createMp4Reader(clip.init) : createMpegTsReader();
  for (let from = 0; from < segment.byteLength; from += piece) {
    const frame = reader.push(segment.subarray(from, from + piece));
    if (frame) return { frame, used: from + piece };
  }
  return { frame: reader.finish(), used: segment.byteLength };
}

const pixels = async (image: Uint8Array) => sharp(image).raw().toBuffer({ resolveWithObject: true });

describe("a clip", () => {
  const forms: [string, Partial<ClipOptions> & Pick<ClipOptions, "container" | "width" | "height">][] = [
    ["720p in MPEG-TS", { container: "ts", width: 1280, height: 720 }],
    ["720p in fMP4", { container: "mp4", width: 1280, height: 720 }],
    ["1080p, whose height is no multiple of 16", { container: "ts", width: 1920, height: 1080 }],
    ["936p in fMP4", { container: "mp4", width: 1664, height: 936 }],
    ["ultrawide", { container: "ts", width: 2560, height: 1080 }],
    ["an odd size", { container: "ts", width: 854, height: 482 }],
    [
      "full range",
      { container: "ts", width: 1280, height: 720, encoder: ["-color_range", "pc", "-vf", "scale=out_range=pc"] },
    ],
    ["ten slices a picture", { container: "ts", width: 1280, height: 720, encoder: ["-x264-params", "slices=10"] }],
    ["no access unit delimiters", { container: "mp4", width: 1280, height: 720, encoder: ["-x264-params", "aud=0"] }],
    ["CAVLC, baseline", { container: "ts", width: 640, height: 360, encoder: ["-profile:v", "baseline"] }],
    ["high 4:4:4", { container: "ts", width: 640, height: 360, encoder: ["-pix_fmt", "yuv444p"] }],
    ["10 bits", { container: "ts", width: 640, height: 360, encoder: ["-pix_fmt", "yuv420p10le"] }],
    ["interlaced", { container: "ts", width: 1280, height: 720, encoder: ["-flags", "+ildct+ilme"] }],
    ["one picture a segment", { container: "ts", width: 640, height: 360, rate: 0.5, seconds: 4 }],
    ["one picture a segment in fMP4", { container: "mp4", width: 640, height: 360, rate: 0.5, seconds: 4 }],
    ["no sound", { container: "ts", width: 640, height: 360, audio: false }],
    [
      "a recovery point instead of an IDR picture",
      { container: "ts", width: 640, height: 360, encoder: ["-x264-params", "open-gop=1:keyint=60"] },
    ],
  ];
  it.each(forms)("of %s gives the pixels that ffmpeg sees in it", async (_, options) => {
    const clip = await makeClip({ seconds: 1, rate: 10, ...options });
    const { frame } = read(clip);
    expect({ width: frame.width, height: frame.height }).toEqual({ width: options.width, height: options.height });
    const { image, contentType, crop } = await picture(frame);
    expect(contentType).toBe("image/png");
    const { data, info } = await sharp(image).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height, channels: info.channels }).toEqual({
      ...{ width: crop.width, height: crop.height, channels: 1 },
    });
    const luma = lumaOf(Buffer.concat([clip.init ?? Buffer.alloc(0), clip.segments[0] as Buffer]));
    const expected = Buffer.alloc(data.byteLength);
    for (let at = 0; at < expected.byteLength; at++) {
      const value = luma[(crop.top + Math.floor(at / crop.width)) * frame.width + crop.left + (at % crop.width)] ?? 0;
      expected[at] = frame.fullRange ? value : Math.max(0, Math.min(255, Math.round(((value - 16) * 255) / 219)));
    }
    expect(data.equals(expected)).toBe(true);
  });

  /** The first picture of a whole segment, the plain way. ffmpeg stops reading after it, which is no error here. */
  function lumaOf(input: Buffer): Buffer {
    const filter = ["-frames:v", "1", "-vf", "extractplanes=y,format=gray", "-f", "rawvideo", "pipe:1"];
    const run = spawnSync(SYSTEM, ["-loglevel", "error", "-i", "pipe:0", ...filter], {
      input,
      maxBuffer: 64 * 1024 * 1024,
    });
    return run.stdout;
  }
});

describe("the crop", () => {
  let clip: Clip;
  beforeAll(async () => {
    clip = await makeClip({ container: "ts", width: 1920, height: 1080 });
  });

  it("is the profile's region of the frame, grey, and fits an event", async () => {
    const { frame } = read(clip);
    const { image, crop, frameWidth, frameHeight } = await picture(frame);
    const { info } = await pixels(image);
    expect({ frameWidth, frameHeight, width: info.width, height: info.height }).toEqual({
      ...{ frameWidth: 1920, frameHeight: 1080, width: crop.width, height: crop.height },
    });
    expect(crop.left + crop.width).toBe(1920);
    expect(image.byteLength).toBeLessThanOrEqual(65_536);
  });

  it("of a taller frame is scaled while it is decoded, and its region stays in the frame's own pixels", async () => {
    const tall = await makeClip({ container: "ts", width: 2560, height: 1440, seconds: 1, rate: 10 });
    const { image, crop, frameHeight } = await picture(read(tall).frame);
    const { info } = await pixels(image);
    expect(frameHeight).toBe(1440);
    expect({ width: info.width, height: info.height }).toEqual({ width: crop.imageWidth, height: crop.imageHeight });
    expect(crop.imageHeight).toBe(Math.round(crop.height * 0.75));
  });

  it("needs only the beginning of its segment", () => {
    const { used } = read(clip);
    expect(used).toBeLessThan((clip.segments[0]?.byteLength ?? 0) / 4);
  });

  it.each([
    ["a flat region", 1296, 389, () => 40, "image/png"],
    ["a region of nothing but noise", 648, 194, (at: number) => (at * 7919 * (at % 251)) & 255, "image/jpeg"],
  ] as const)("of %s fits, with all its pixels", async (_, width, height, value, contentType) => {
    const luma = Buffer.from(Uint8Array.from({ length: width * height }, (_value, at) => value(at)));
    const encoded = await encode(luma, { width, height });
    const { info } = await sharp(encoded.image).raw().toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height, type: encoded.contentType }).toEqual({
      width,
      height,
      type: contentType,
    });
    expect(encoded.image.byteLength).toBeLessThanOrEqual(65_536);
  });
});

describe("damage", () => {
  let clip: Clip;
  let frame: KeyFrame;
  beforeAll(async () => {
    clip = await makeClip({
      container: "ts",
      width: 1280,
      height: 720,
      picture: "testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t",
    });
    frame = read(clip).frame;
  });

  it.each([0.1, 0.5, 0.9, 0.99])("of a picture cut at %f of its length is refused", async (part) => {
    const annexB = frame.annexB.subarray(0, Math.floor(frame.annexB.byteLength * part));
    await expect(picture({ ...frame, annexB })).rejects.toMatchObject({
      reason: "no-video",
      message: "the picture is damaged",
    });
  });

  it("of a segment cut before its first picture is complete is refused", () => {
    const segment = (clip.segments[0] as Buffer).subarray(0, 188 * 100);
    expect(() => read({ segments: [segment], init: undefined })).toThrow();
  });

  it("of a segment's only picture, cut where a packet ends, is seen", async () => {
    const still = await makeClip({ container: "ts", width: 640, height: 360, rate: 0.5, seconds: 4, audio: false });
    const segment = still.segments[0] as Buffer;
    expect(read({ segments: [segment], init: undefined }).frame).toMatchObject({ width: 640, height: 360 });
    for (let end = 188; end < segment.byteLength; end += 188) {
      const cut = segment.subarray(0, end);
      expect(() => read({ segments: [cut], init: undefined })).toThrow(/the segment (ends before|has no H.264)/);
    }
  });

  it.each<[string, (data: Buffer) => Buffer, string]>([
    [
      "a packet missing",
      (data) => Buffer.concat([data.subarray(0, 188 * 30), data.subarray(188 * 31)]),
      "packets of the video are missing",
    ],
    [
      "a byte missing",
      (data) => Buffer.concat([data.subarray(0, 5000), data.subarray(5001)]),
      "a transport packet without its sync byte",
    ],
    ["a table changed", (data) => flip(data, 188 + 4 + 10), "a table whose checksum is wrong"],
    ["other bytes", () => Buffer.alloc(18_800, 7), "a transport packet without its sync byte"],
  ])("of a segment with %s is seen", (_, change, message) => {
    expect(() => read({ segments: [change(Buffer.from(clip.segments[0] as Buffer))], init: undefined })).toThrow(
      message,
    );
  });

  it("that makes the picture another size than its header says is refused", async () => {
    await expect(picture({ ...frame, width: 1920, height: 1080 })).rejects.toMatchObject({ reason: "no-video" });
  });

  it("of an fMP4 segment without its initialization is refused", async () => {
    const fragments = await makeClip({ container: "mp4", width: 640, height: 360 });
    const reader = createMp4Reader(undefined);
    expect(() => reader.push(fragments.segments[0] as Buffer)).toThrow(
      "an fMP4 segment without its initialization segment",
    );
  });

  function flip(data: Buffer, at: number): Buffer {
    data[at] = (data[at] ?? 0) ^ 0x10;
    return data;
  }
});

describe("ffmpeg", () => {
  let frame: KeyFrame;
  beforeAll(async () => {
    frame = read(await makeClip({ container: "ts", width: 1280, height: 720 })).frame;
  });

  it("that an npm package ships gives the same picture, without a system ffmpeg", async () => {
    const [own, shipped] = await Promise.all([picture(frame, pubg, SYSTEM), picture(frame, pubg, BUNDLED)]);
    expect(Buffer.from(shipped.image).equals(Buffer.from(own.image))).toBe(true);
  });

  it("is found on the path, else in the package, else the start says what to install", () => {
    expect(findFfmpeg(undefined, "/nonexistent")).toBe(BUNDLED);
    expect(findFfmpeg(SYSTEM, "")).toBe(SYSTEM);
    expect(() => findFfmpeg("/nonexistent/ffmpeg", "")).toThrow('FFMPEG_PATH="/nonexistent/ffmpeg": no program there');
  });

  it.each<[string, { timeoutMs: number; maxMemoryMb: number }, string]>([
    ["too slow", { timeoutMs: 1, maxMemoryMb: 1024 }, "timeout"],
    ["too large", { timeoutMs: 10_000, maxMemoryMb: 24 }, "no-video"],
  ])("that is %s is ended with its whole process group, and no pipe stays open", async (_, limits, reason) => {
    const before = openFiles();
    await expect(picture(frame, pubg, BUNDLED, limits)).rejects.toMatchObject({ reason });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(childrenOf(process.pid).filter((name) => name.includes("ffmpeg"))).toEqual([]);
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  it("is ended when nobody wants the picture any more", async () => {
    const clock = new AbortController();
    const run = runFfmpeg(SYSTEM, {
      ...{ input: Buffer.alloc(0), inputOptions: ["-f", "lavfi", "-i", "testsrc2"], filters: [], signal: clock.signal },
      ...{ outputOptions: ["-f", "null", "-"], outputBytes: 1, limits: { timeoutMs: 10_000, maxMemoryMb: 1024 } },
    });
    setTimeout(() => clock.abort(new Missed("timeout", "no picture in time")), 50);
    await expect(run).rejects.toMatchObject({ reason: "timeout" });
  });

  const openFiles = () => readdirSync("/proc/self/fd").length;
  const childrenOf = (pid: number) =>
    execFileSync("ps", ["-o", "comm=", "--ppid", String(pid)], { encoding: "utf8" })
      .split("\n")
      .filter((name) => name && name !== "ps");
});
