/**
 * MPEG-TS segments that can stand at any place of a live stream. A segment is encoded once with timestamps from zero;
 * `prepareTs` makes its continuity counters start and end at the same value, so that any two segments fit together, and
 * remembers where its clocks are; `stampTs` moves those clocks. (ISO/IEC 13818-1, 2.4.3)
 */
const PACKET = 188;
const SYNC = 0x47;
const COUNTERS = 16;
const PAT = 0;
const SDT = 0x11;
const CLOCK_LIMIT = 2 ** 33;

export interface TsSegment {
  bytes: Buffer;
  /** Offsets of 5-byte PTS/DTS fields and of 6-byte PCR fields. */
  stamps: number[];
  clocks: number[];
}

export class TsError extends Error {
  override readonly name = "TsError";
}

export function prepareTs(encoded: Buffer): TsSegment {
  if (encoded.length === 0 || encoded.length % PACKET !== 0)
    throw new TsError(`${encoded.length} bytes are no packets`);
  const packets: Buffer[] = [];
  for (let at = 0; at < encoded.length; at += PACKET) {
    const packet = encoded.subarray(at, at + PACKET);
    if (packet[0] !== SYNC) throw new TsError(`no sync byte at ${at}`);
    packets.push(packet);
  }
  const tables = tablePids(packets);
  const bytes = Buffer.concat(evenOut(packets, tables));
  const counters = new Map<number, number>();
  const segment: TsSegment = { bytes, stamps: [], clocks: [] };
  for (let at = 0; at < bytes.length; at += PACKET) {
    const pid = pidOf(bytes, at);
    const counter = counters.get(pid) ?? 0;
    bytes[at + 3] = (byte(bytes, at + 3) & 0xf0) | counter;
    if (hasPayload(bytes, at)) counters.set(pid, (counter + 1) % COUNTERS);
    findClocks(segment, at, tables.has(pid));
  }
  return segment;
}

/** A copy whose clocks run `offset` ticks of 90 kHz later. */
export function stampTs(segment: TsSegment, offset: number): Buffer {
  const bytes = Buffer.from(segment.bytes);
  for (const at of segment.stamps) writeStamp(bytes, at, (readStamp(bytes, at) + offset) % CLOCK_LIMIT);
  for (const at of segment.clocks) writeClock(bytes, at, (readClock(bytes, at) + offset) % CLOCK_LIMIT);
  return bytes;
}

function tablePids(packets: readonly Buffer[]): Set<number> {
  const tables = new Set([PAT, SDT]);
  const pat = packets.find((packet) => pidOf(packet, 0) === PAT);
  if (!pat) throw new TsError("no program table");
  const start = payloadStart(pat, 0) + 1 + byte(pat, payloadStart(pat, 0));
  const length = ((byte(pat, start + 1) & 0x0f) << 8) | byte(pat, start + 2);
  for (let at = start + 8; at + 4 <= start + 3 + length - 4; at += 4) tables.add(pat.readUInt16BE(at + 2) & 0x1fff);
  return tables;
}

/** Every PID gets a multiple of 16 packets with payload: tables lose repetitions, media packets are split in two. */
function evenOut(packets: readonly Buffer[], tables: ReadonlySet<number>): Buffer[] {
  const counts = new Map<number, number>();
  for (const packet of packets) {
    if (hasPayload(packet, 0)) counts.set(pidOf(packet, 0), (counts.get(pidOf(packet, 0)) ?? 0) + 1);
  }
  const missing = new Map<number, number>();
  for (const [pid, count] of counts) missing.set(pid, (COUNTERS - (count % COUNTERS)) % COUNTERS);
  const out: Buffer[] = [];
  for (const packet of packets) {
    const pid = pidOf(packet, 0);
    if (pid === SDT) continue;
    const wanted = missing.get(pid) ?? 0;
    if (tables.has(pid)) {
      for (let copy = 0; copy <= wanted; copy++) out.push(Buffer.from(packet));
      missing.set(pid, 0);
    } else if (wanted > 0 && isPlain(packet)) {
      out.push(...split(packet));
      missing.set(pid, wanted - 1);
    } else out.push(Buffer.from(packet));
  }
  for (const [pid, left] of missing) {
    if (pid !== SDT && left > 0) throw new TsError(`PID ${pid}: too short to even out`);
  }
  return out;
}

/** A full payload packet without adaptation field, not the first of its PES packet. */
function isPlain(packet: Buffer): boolean {
  return (byte(packet, 3) & 0x30) === 0x10 && (byte(packet, 1) & 0x40) === 0;
}

function split(packet: Buffer): [Buffer, Buffer] {
  const payload = packet.subarray(4);
  const half = payload.length / 2;
  const part = (data: Buffer) => {
    const out = Buffer.alloc(PACKET, 0xff);
    packet.copy(out, 0, 0, 4);
    out[3] = byte(packet, 3) | 0x30;
    const stuffing = PACKET - 4 - data.length;
    out[4] = stuffing - 1;
    out[5] = 0;
    data.copy(out, 4 + stuffing);
    return out;
  };
  return [part(payload.subarray(0, half)), part(payload.subarray(half))];
}

function findClocks(segment: TsSegment, at: number, table: boolean): void {
  const { bytes } = segment;
  const adaptation = (byte(bytes, at + 3) & 0x20) !== 0;
  if (adaptation && byte(bytes, at + 4) > 6 && (byte(bytes, at + 5) & 0x10) !== 0) segment.clocks.push(at + 6);
  if (table || !hasPayload(bytes, at) || (byte(bytes, at + 1) & 0x40) === 0) return;
  const pes = payloadStart(bytes, at);
  if (pes + 19 > at + PACKET || bytes.readUIntBE(pes, 3) !== 1) return;
  const flags = byte(bytes, pes + 7) >> 6;
  if (flags & 2) segment.stamps.push(pes + 9);
  if (flags === 3) segment.stamps.push(pes + 14);
}

export function readStamp(bytes: Buffer, at: number): number {
  const high = (byte(bytes, at) >> 1) & 7;
  return high * 2 ** 30 + (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(at + 3) >> 1);
}

function writeStamp(bytes: Buffer, at: number, value: number): void {
  bytes[at] = (byte(bytes, at) & 0xf1) | (Math.floor(value / 2 ** 30) << 1);
  bytes.writeUInt16BE(((Math.floor(value / 2 ** 15) & 0x7fff) << 1) | 1, at + 1);
  bytes.writeUInt16BE(((value & 0x7fff) << 1) | 1, at + 3);
}

function readClock(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 + (byte(bytes, at + 4) >> 7);
}

function writeClock(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / 2), at);
  bytes[at + 4] = (byte(bytes, at + 4) & 0x7f) | ((value & 1) << 7);
}

function pidOf(bytes: Buffer, at: number): number {
  return bytes.readUInt16BE(at + 1) & 0x1fff;
}

function hasPayload(bytes: Buffer, at: number): boolean {
  return (byte(bytes, at + 3) & 0x10) !== 0;
}

function payloadStart(bytes: Buffer, at: number): number {
  return at + 4 + ((byte(bytes, at + 3) & 0x20) !== 0 ? 1 + byte(bytes, at + 4) : 0);
}

function byte(bytes: Buffer, at: number): number {
  return bytes.readUInt8(at);
}
