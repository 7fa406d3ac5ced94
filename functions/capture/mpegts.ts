/**
 * The H.264 stream inside MPEG-TS (ISO/IEC 13818-1), piece by piece, up to the first whole key frame. Pure. Strict where
 * damage shows: sync bytes, error flags, the checksums of the tables, and gaps in the counter of the video packets.
 */
import type { KeyFrame } from "./h264.ts";
import { createByteStreamCollector } from "./keyframe.ts";
import { Damaged } from "./missed.ts";

const PACKET = 188;
const SYNC = 0x47;
const H264_STREAM = 0x1b;
const STUFFING = 0xff;

export function createMpegTsReader() {
  const video = createByteStreamCollector();
  let rest: Buffer = Buffer.alloc(0);
  let tablePid: number | undefined;
  let videoPid: number | undefined;
  let counter: number | undefined;
  /** Whether the last packet of the video was filled up: a picture's last one is, as its bytes rarely end with a packet. */
  let filledUp = false;
  /** Parts of PES headers and sections that span packets are not taken apart: Twitch's, and ffmpeg's, never do. */
  let inPicture = false;

  /** The payload of a packet of the video, or nothing. */
  const payloadOf = (packet: Buffer): Buffer | undefined => {
    if (packet[0] !== SYNC) throw new Damaged("a transport packet without its sync byte");
    const flags = packet[1] ?? 0;
    if ((flags & 0x80) !== 0) throw new Damaged("a transport packet marked as broken");
    const pid = ((flags & 0x1f) << 8) | (packet[2] ?? 0);
    const control = packet[3] ?? 0;
    const start = (flags & 0x40) !== 0;
    const adaptation = (control & 0x20) !== 0 ? 1 + (packet[4] ?? 0) : 0;
    if (adaptation > PACKET - 4) throw new Damaged("a transport packet with a field longer than itself");
    const payload = (control & 0x10) !== 0 ? packet.subarray(4 + adaptation) : undefined;
    if (pid === 0 && start && payload) tablePid ??= readProgramAssociation(payload);
    else if (pid === tablePid && start && payload) videoPid ??= readProgramMap(payload);
    if (pid !== videoPid || pid === tablePid || !payload) return undefined;
    if ((control & 0xc0) !== 0) throw new Damaged("the video is scrambled");
    const isNew = checkCounter(control & 0x0f, adaptation > 1 && ((packet[5] ?? 0) & 0x80) !== 0);
    if (!isNew) return undefined;
    if (start) inPicture = true;
    if (!inPicture) return undefined;
    filledUp = adaptation === 1 || (adaptation > 1 && packet[3 + adaptation] === STUFFING);
    return start ? afterPesHeader(payload) : payload;
  };

  /** False for a packet sent twice (2.4.3.3). A gap means that a packet is missing, in the middle of a picture. */
  const checkCounter = (value: number, discontinuity: boolean): boolean => {
    const last = counter;
    counter = value;
    if (last === undefined || discontinuity || value === ((last + 1) & 0x0f)) return true;
    if (value === last) return false;
    throw new Damaged("packets of the video are missing");
  };

  return {
    push: (chunk: Uint8Array): KeyFrame | undefined => {
      const data = rest.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const whole = data.byteLength - (data.byteLength % PACKET);
      const payloads: Buffer[] = [];
      for (let at = 0; at < whole; at += PACKET) {
        const payload = payloadOf(data.subarray(at, at + PACKET));
        if (payload) payloads.push(payload);
      }
      rest = data.subarray(whole);
      return payloads.length > 0 ? video.push(Buffer.concat(payloads)) : undefined;
    },
    /**
     * The segment is over and no second picture has begun. The first one is whole if the server sent the segment to its
     * end, and the segment itself ends as a picture does: a cut one ends with a full packet.
     */
    finish: (): KeyFrame => {
      if (videoPid === undefined) throw new Damaged("the segment has no H.264 video");
      const last = rest.byteLength === 0 && filledUp ? video.finish() : undefined;
      if (last) return last;
      throw new Damaged("the segment ends before its first key frame is complete");
    },
  };
}

/** PID of the first programme's map, from the programme association section. */
function readProgramAssociation(payload: Buffer): number | undefined {
  const section = readSection(payload, 0x00);
  for (let at = 8; at + 4 <= section.byteLength - 4; at += 4) {
    const program = section.readUInt16BE(at);
    if (program !== 0) return section.readUInt16BE(at + 2) & 0x1fff;
  }
  return undefined;
}

/** PID of the first H.264 stream, from the programme map section. */
function readProgramMap(payload: Buffer): number {
  const section = readSection(payload, 0x02);
  const end = section.byteLength - 4;
  let at = 12 + (section.byteLength >= 12 ? section.readUInt16BE(10) & 0x0fff : 0);
  while (at + 5 <= end) {
    if (section[at] === H264_STREAM) return section.readUInt16BE(at + 1) & 0x1fff;
    at += 5 + (section.readUInt16BE(at + 3) & 0x0fff);
  }
  throw new Damaged("the segment has no H.264 video");
}

/** A table section of one packet, its checksum verified. */
function readSection(payload: Buffer, tableId: number): Buffer {
  const start = 1 + (payload[0] ?? 0);
  const length = start + 3 <= payload.byteLength ? payload.readUInt16BE(start + 1) & 0x0fff : 0;
  const section = payload.subarray(start, start + 3 + length);
  if (section[0] !== tableId || length < 9 || section.byteLength !== 3 + length) throw new Damaged("a broken table");
  if (crc32Mpeg(section) !== 0) throw new Damaged("a table whose checksum is wrong");
  return section;
}

/** Annex A: over a section with its own checksum at the end it is 0. */
export function crc32Mpeg(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80000000) !== 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

function afterPesHeader(payload: Buffer): Buffer {
  const isVideo = payload.length >= 9 && payload.readUIntBE(0, 3) === 1 && ((payload[3] ?? 0) & 0xf0) === 0xe0;
  const start = 9 + (payload[8] ?? 0);
  if (!isVideo || start > payload.byteLength) throw new Damaged("a broken packet header of the video");
  return payload.subarray(start);
}
