/**
 * Fetches as little of a segment as its first key frame needs. Pieces are asked for by range, so that what is not needed
 * is never sent and the connection lives on; a server that ignores ranges is cut off when the picture is complete.
 */

import type { KeyFrame } from "./h264.ts";
import { asMissed, type Http, type HttpAnswer } from "./http.ts";
import { createMemory } from "./memory.ts";
import { Damaged, Missed } from "./missed.ts";
import { createMp4Reader } from "./mp4.ts";
import { createMpegTsReader } from "./mpegts.ts";
import type { ByteRange, ByteReference, MediaSegment } from "./playlist.ts";

export type FetchKeyFrame = (
  segment: MediaSegment,
  options: { signal: AbortSignal; login: string },
) => Promise<{ frame: KeyFrame; bytes: number }>;

interface Reader {
  push(chunk: Uint8Array): KeyFrame | undefined;
  /** The segment is over: its only picture, or Damaged thrown. */
  finish(): KeyFrame;
}

/** The first piece, as long as nothing is known of the stream: a key frame of 720p at 3 Mbit/s is about 100 KB. */
const FIRST_PIECE = 128 * 1024;
const NEXT_PIECE = 128 * 1024;
const MAX_INIT_BYTES = 256 * 1024;
const MAX_KNOWN = 2000;

export function createFetchKeyFrame(deps: { http: Pick<Http, "open">; maxSegmentBytes: number }): FetchKeyFrame {
  const { http, maxSegmentBytes } = deps;
  /** Bytes the last key frame of a stream took: the next one is about as large. */
  const sizes = createMemory<number>(MAX_KNOWN);
  /** Initialization segments change with the session only. */
  const inits = createMemory<{ key: string; data: Uint8Array }>(MAX_KNOWN);

  const initOf = async (map: ByteReference, login: string, signal: AbortSignal) => {
    const key = `${map.url} ${map.range?.offset} ${map.range?.length}`;
    const known = inits.get(login);
    if (known?.key === key) return { data: known.data, bytes: 0 };
    const data = await readWhole(http, map, signal);
    inits.set(login, { key, data });
    return { data, bytes: data.byteLength };
  };

  return async (segment, { signal, login }) => {
    const init = segment.map && (await initOf(segment.map, login, signal));
    let bytes = init?.bytes ?? 0;
    let reader: Reader | undefined;
    const take = (chunk: Buffer): KeyFrame | undefined => {
      bytes += chunk.byteLength;
      if (bytes > maxSegmentBytes) throw new Missed("no-video", `no key frame in the first ${maxSegmentBytes} bytes`);
      reader ??= createReader(chunk, init?.data);
      return reader.push(chunk);
    };
    let from = 0;
    let piece = sizes.get(login) ?? FIRST_PIECE;
    for (;;) {
      const range = within(segment.range, from, piece);
      const answer = await http.open(segment.url, {
        signal,
        headers: { range: `bytes=${range.offset}-${range.offset + range.length - 1}` },
      });
      const part = checkAnswer(answer, range);
      const { frame, received } = await readUntilFrame(answer, take, range.length, signal);
      if (frame) {
        sizes.set(login, roundUp(bytes - (init?.bytes ?? 0) + 8 * 1024));
        return { frame, bytes };
      }
      from += received;
      const length = segment.range?.length ?? part.total;
      const atEnd = length === undefined || from >= length;
      if (reader && atEnd) return { frame: reader.finish(), bytes };
      if (atEnd || received === 0) throw new Damaged("the segment ends before its first key frame is complete");
      piece = NEXT_PIECE;
    }
  };
}

/** MPEG-TS or fMP4, by the bytes and not by a name. */
function createReader(chunk: Buffer, init: Uint8Array | undefined): Reader {
  if (init) return createMp4Reader(init);
  if (chunk[0] === 0x47) return createMpegTsReader();
  const box = chunk.toString("latin1", 4, 8);
  if (["ftyp", "styp", "moof", "sidx", "prft", "emsg", "moov", "free"].includes(box)) return createMp4Reader(undefined);
  throw new Damaged("a segment that is neither MPEG-TS nor MP4");
}

/** 206 with the range that was asked for, or 200 with everything. `total`: length of the whole, when pieces come. */
function checkAnswer(answer: HttpAnswer, range: ByteRange): { total: number | undefined } {
  const fail = (detail: string): never => {
    answer.body.destroy();
    throw new Missed("upstream", `segment: ${detail}`);
  };
  if (answer.status === 200 && range.offset === 0) return { total: undefined };
  if (answer.status !== 206) fail(`status ${answer.status}`);
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(answer.header("content-range") ?? "");
  if (!match || Number(match[1]) !== range.offset) return fail("an answer to another range");
  return { total: Number(match[3]) };
}

async function readUntilFrame(
  answer: HttpAnswer,
  take: (chunk: Buffer) => KeyFrame | undefined,
  length: number,
  signal: AbortSignal,
): Promise<{ frame: KeyFrame | undefined; received: number }> {
  let received = 0;
  let frame: KeyFrame | undefined;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      received += chunk.byteLength;
      if (answer.status === 206 && received > length) throw new Missed("upstream", "segment: more than was asked for");
      frame ??= take(chunk);
      // The rest of a piece is read, so that the connection lives on; of a whole segment it is not.
      if (frame && answer.status === 200) break;
    }
    return { frame, received };
  } catch (error) {
    throw asMissed(error, signal);
  } finally {
    answer.body.destroy();
  }
}

async function readWhole(
  http: Pick<Http, "open">,
  { url, range }: ByteReference,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const headers = range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
  const answer = await http.open(url, { signal, headers });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (answer.status !== (range ? 206 : 200))
      throw new Missed("upstream", `initialization segment: status ${answer.status}`);
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > MAX_INIT_BYTES) throw new Missed("upstream", "an initialization segment that is too large");
      chunks.push(chunk);
    }
  } catch (error) {
    throw asMissed(error, signal);
  } finally {
    answer.body.destroy();
  }
  return Buffer.concat(chunks);
}

/** The piece from `from` on, inside the segment's own range of its file where it has one. */
function within(own: ByteRange | undefined, from: number, length: number): ByteRange {
  if (!own) return { offset: from, length };
  return { offset: own.offset + from, length: Math.min(length, own.length - from) };
}

const roundUp = (bytes: number) => Math.ceil(bytes / 16_384) * 16_384;
