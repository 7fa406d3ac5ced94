/**
 * The first key frame of a fragmented MP4 segment (ISO/IEC 14496-12, -15): which track is H.264 and its parameter sets
 * from the initialization segment, where the first sample lies from the fragment's tables. Pure. fMP4 says a sample's
 * length ahead, so it is known to the byte when the picture is complete.
 */
import type { KeyFrame } from "./h264.ts";
import { createPictureCollector } from "./keyframe.ts";
import { Damaged } from "./missed.ts";
import { type Box, child, children, descend, MAX_BOXES, readBox, u32 } from "./mp4-boxes.ts";

interface Track {
  id: number;
  /** Bytes of the length before each unit: 1, 2 or 4. */
  lengthSize: number;
  parameterSets: Uint8Array[];
  defaultSize: number;
  defaultFlags: number;
}
const NOT_SYNC = 0x10000;

/** Finds the H.264 track in an initialization segment. Throws Damaged. */
export function readInitSegment(data: Uint8Array): Track {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const moov = child(buffer, { type: "", start: 0, end: buffer.byteLength }, "moov");
  if (!moov) throw new Damaged("the initialization segment has no moov box");
  for (const trak of children(buffer, moov).filter(({ type }) => type === "trak")) {
    const track = readTrack(buffer, trak);
    if (track) return { ...track, ...readDefaults(buffer, moov, track.id) };
  }
  throw new Damaged("the initialization segment has no H.264 track");
}

export function createMp4Reader(init: Uint8Array | undefined) {
  let track = init && readInitSegment(init);
  let data: Buffer = Buffer.alloc(0);

  const read = (): KeyFrame | undefined => {
    let offset = 0;
    for (let count = 0; count < MAX_BOXES; count++) {
      const box = readBox(data, offset, data.byteLength, true);
      if (!box) return undefined;
      if (box.type === "mdat") throw new Damaged("pictures before their table");
      if (box.end > data.byteLength) return undefined;
      // A segment may bring its own initialization.
      if (box.type === "moov") track = readInitSegment(data.subarray(offset, box.end));
      if (box.type === "moof") {
        if (!track) throw new Damaged("an fMP4 segment without its initialization segment");
        const sample = findKeySample(data, box, offset, track);
        if (sample)
          return sample.end <= data.byteLength ? readSample(data.subarray(sample.start, sample.end), track) : undefined;
        // A fragment of another track: its pictures are passed over.
        const next = readBox(data, box.end, data.byteLength, true);
        if (!next || next.end > data.byteLength) return undefined;
        offset = next.end;
      } else offset = box.end;
    }
    throw new Damaged("too many boxes");
  };

  return {
    push: (chunk: Uint8Array): KeyFrame | undefined => {
      data = data.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([data, chunk]);
      return read();
    },
    finish: (): never => {
      throw new Damaged("the segment ends before its first key frame is complete");
    },
  };
}

/** Where the track's first sync sample lies in the file so far. */
function findKeySample(
  data: Buffer,
  moof: Box,
  moofStart: number,
  track: Track,
): { start: number; end: number } | undefined {
  for (const traf of children(data, moof).filter(({ type }) => type === "traf")) {
    const tfhd = child(data, traf, "tfhd");
    if (!tfhd || u32(data, tfhd, 4) !== track.id) continue;
    const header = readFragmentHeader(data, tfhd, track);
    const trun = child(data, traf, "trun");
    if (!trun) continue;
    const run = readRun(data, trun, header);
    if (!run) throw new Damaged("a fragment without a key frame");
    const start = moofStart + (run.dataOffset ?? 0) + run.skip;
    // Without a data offset, samples begin right after the header of the mdat that follows.
    const from = run.dataOffset === undefined ? moof.end + 8 + run.skip : start;
    if (from < moof.end || run.size <= 4) throw new Damaged("a sample outside of its fragment");
    return { start: from, end: from + run.size };
  }
  return undefined;
}

interface FragmentHeader {
  size: number;
  flags: number;
}

function readFragmentHeader(data: Buffer, tfhd: Box, track: Track): FragmentHeader {
  const flags = u32(data, tfhd, 0) & 0xffffff;
  let at = 8;
  // Offsets in a file that nobody has whole make no sense in a live segment.
  if (flags & 0x1) throw new Damaged("a fragment with absolute offsets");
  if (flags & 0x2) at += 4;
  if (flags & 0x8) at += 4;
  const size = flags & 0x10 ? u32(data, tfhd, at) : track.defaultSize;
  if (flags & 0x10) at += 4;
  return { size, flags: flags & 0x20 ? u32(data, tfhd, at) : track.defaultFlags };
}

/** The first sync sample of a run: bytes before it, and its size. */
function readRun(data: Buffer, trun: Box, header: FragmentHeader) {
  const flags = u32(data, trun, 0) & 0xffffff;
  const count = u32(data, trun, 4);
  let at = 8;
  const dataOffset = flags & 0x1 ? u32(data, trun, at) | 0 : undefined;
  if (flags & 0x1) at += 4;
  const firstFlags = flags & 0x4 ? u32(data, trun, at) : undefined;
  if (flags & 0x4) at += 4;
  let skip = 0;
  for (let index = 0; index < Math.min(count, MAX_BOXES); index++) {
    if (flags & 0x100) at += 4;
    const size = flags & 0x200 ? u32(data, trun, at) : header.size;
    if (flags & 0x200) at += 4;
    const own = flags & 0x400 ? u32(data, trun, at) : undefined;
    if (flags & 0x400) at += 4;
    if (flags & 0x800) at += 4;
    const sampleFlags = (index === 0 ? firstFlags : undefined) ?? own ?? header.flags;
    if ((sampleFlags & NOT_SYNC) === 0) return { dataOffset, skip, size };
    skip += size;
  }
  return undefined;
}

/** A sample is units, each behind its length. */
function readSample(sample: Buffer, track: Track): KeyFrame {
  const collector = createPictureCollector(track.parameterSets);
  let at = 0;
  while (at < sample.byteLength) {
    if (at + track.lengthSize > sample.byteLength) throw new Damaged("a sample that ends in a length");
    const length = sample.readUIntBE(at, track.lengthSize);
    at += track.lengthSize;
    if (length === 0 || at + length > sample.byteLength) throw new Damaged("a unit longer than its sample");
    if (collector.add(sample.subarray(at, at + length))) throw new Damaged("two pictures in one sample");
    at += length;
  }
  const done = collector.finish();
  if (!done) throw new Damaged("a sample that is no key frame");
  return done;
}

function readTrack(data: Buffer, trak: Box): Pick<Track, "id" | "lengthSize" | "parameterSets"> | undefined {
  const tkhd = child(data, trak, "tkhd");
  const stsd = descend(data, trak, ["mdia", "minf", "stbl", "stsd"]);
  if (!tkhd || !stsd) return undefined;
  const id = u32(data, tkhd, data[tkhd.start] === 1 ? 20 : 12);
  // stsd: version, flags and a count before the entries; a visual entry has 78 bytes before its own boxes.
  const entry = children(data, { ...stsd, start: stsd.start + 8 }).find(
    ({ type }) => type === "avc1" || type === "avc3",
  );
  const avcC = entry && child(data, { ...entry, start: entry.start + 78 }, "avcC");
  if (!avcC) return undefined;
  return { id, ...readConfiguration(data.subarray(avcC.start, avcC.end)) };
}

/** AVCDecoderConfigurationRecord (14496-15, 5.3.3.1). */
function readConfiguration(record: Buffer): Pick<Track, "lengthSize" | "parameterSets"> {
  const parameterSets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at++] ?? 0) & mask;
    for (let index = 0; index < count; index++) {
      const length = at + 2 <= record.byteLength ? record.readUInt16BE(at) : 0;
      at += 2;
      if (length === 0 || at + length > record.byteLength) throw new Damaged("a broken decoder configuration");
      parameterSets.push(Uint8Array.from(record.subarray(at, at + length)));
      at += length;
    }
  }
  return { lengthSize: ((record[4] ?? 0) & 3) + 1, parameterSets };
}

/** Sizes and flags of samples that say none themselves (trex). */
function readDefaults(data: Buffer, moov: Box, id: number): Pick<Track, "defaultSize" | "defaultFlags"> {
  const mvex = child(data, moov, "mvex");
  const trex = mvex && children(data, mvex).find((box) => box.type === "trex" && u32(data, box, 4) === id);
  return { defaultSize: trex ? u32(data, trex, 16) : 0, defaultFlags: trex ? u32(data, trex, 20) : 0 };
}
