/** Ways to get one picture of a stream: ours, and the two of the ancestor. Each returns the frame's number on its clock. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { frameCaptured, streamFound } from "../../functions/contracts/events.ts";
import { newTrace } from "../../functions/runtime/trace.ts";
import { readEvent, writeEvent } from "../../functions/runtime/wire.ts";
import type { Live } from "./live.ts";
import { runProgram } from "./processes.ts";
import { type Quality, readClock } from "./video.ts";

export interface Shot {
  frame: number;
  /** The reply, for the reader (load run). */
  event?: { headers: Record<string, string>; body: Buffer };
}

/** One stream.found to a running capture function. Throws with the reason if there is no picture. */
export async function takeOurs(
  url: string,
  login: string,
  hint?: string,
): Promise<Shot & { hint: string | undefined }> {
  const now = new Date().toISOString();
  const { headers, body } = writeEvent(
    streamFound.create({
      id: `bench/${login}`,
      subject: login,
      time: now,
      attributes: { roundid: "bench", traceparent: newTrace(), deadline: new Date(Date.now() + 20_000).toISOString() },
      data: {
        ...{ login, displayName: login, game: "pubg", title: "bench", viewers: 1, language: "en", startedAt: now },
        ...(hint !== undefined && { playbackHint: hint }),
      },
    }),
  );
  const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
  const reply = Buffer.from(await response.arrayBuffer());
  const replyHeaders = Object.fromEntries(response.headers);
  const raw = readEvent(replyHeaders, reply);
  if (raw.type !== frameCaptured.type) throw new Error(`no picture: ${JSON.stringify(raw.data)}`);
  const event = frameCaptured.parse(raw);
  const { data, info } = await sharp(event.data).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return {
    frame: readClock(data, info.width),
    hint: event.attributes.playbackhint,
    event: { headers: replyHeaders, body: reply },
  };
}

const GREY_FRAME = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"];

/** 2018: ffmpeg opens the playlist and takes the first picture it gets. */
export async function take2018(live: Live, { height, width }: Quality): Promise<Shot> {
  const playlist = `${live.origin}/playlist/${height}.m3u8`;
  return shotOf(await runProgram("ffmpeg", ["-loglevel", "quiet", "-nostdin", "-i", playlist, ...GREY_FRAME]), width);
}

/** 2018 as it ran: streamlink finds the playlist each time, ffmpeg opens it. */
export async function take2018WithStreamlink(live: Live, quality: Quality, streamlink: string): Promise<Shot> {
  const url = `hls://${live.origin}/playlist/${quality.height}.m3u8`;
  const found = String(await runProgram(streamlink, ["--stream-url", url, "best"])).trim();
  if (!found.startsWith("http")) throw new Error("streamlink found no stream");
  return take2018(live, quality);
}

/** 2017: streamlink records for four seconds, ffmpeg takes a screenshot of the recording. */
export async function take2017(live: Live, { height, width }: Quality, streamlink: string): Promise<Shot> {
  const folder = await mkdtemp(join(tmpdir(), "rotisserie-bench-"));
  const clip = join(folder, "clip.ts");
  try {
    const url = `hls://${live.origin}/playlist/${height}.m3u8`;
    await runProgram(streamlink, ["--quiet", "--force", "-o", clip, url, "best"], {
      forMs: 4000 + STREAMLINK_START_MS,
    });
    return shotOf(await runProgram("ffmpeg", ["-loglevel", "quiet", "-nostdin", "-i", clip, ...GREY_FRAME]), width);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Four seconds of recording begin once Python is up. */
const STREAMLINK_START_MS = 1000;

function shotOf(pixels: Buffer, width: number): Shot {
  if (pixels.byteLength === 0) throw new Error("no picture");
  return { frame: readClock(pixels, width) };
}

/** streamlink from PyPI, in a folder of its own; installed once. */
export async function prepareStreamlink(cache: string): Promise<string> {
  const folder = join(cache, "streamlink");
  const program = join(folder, "bin", "streamlink");
  if (existsSync(program)) return program;
  await runProgram("python3", ["-m", "venv", folder]);
  await runProgram(join(folder, "bin", "pip"), ["install", "--quiet", "streamlink"]);
  if (!existsSync(program)) throw new Error("streamlink could not be installed (python3 -m venv and pip are needed)");
  return program;
}
