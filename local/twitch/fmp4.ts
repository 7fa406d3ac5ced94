/** Fragmented MP4 for live playlists: the initialisation part and one fragment, whose clock can be moved. (ISO/IEC 14496-12) */
export interface Fmp4Segment {
  /** ftyp and moov, the same for every segment of a variant. */
  init: Buffer;
  /** moof and mdat. */
  fragment: Buffer;
  /** Ticks a second. */
  timescale: number;
  /** Offset of the 64-bit decode time, and of the 32-bit fragment number, in the fragment. */
  timeAt: number;
  numberAt: number;
}

export class Mp4Error extends Error {
  override readonly name = "Mp4Error";
}

interface Atom {
  type: string;
  start: number;
  body: number;
  end: number;
}

export function prepareFmp4(encoded: Buffer): Fmp4Segment {
  const top = atoms(encoded, 0, encoded.length);
  const moov = required(top, "moov");
  const moof = required(top, "moof");
  const mdat = required(top, "mdat");
  if (top.filter((atom) => atom.type === "moof").length !== 1) throw new Mp4Error("more than one fragment");
  const fragment = encoded.subarray(moof.start, mdat.end);
  const traf = required(atoms(encoded, moof.body, moof.end), "traf");
  const tfdt = required(atoms(encoded, traf.body, traf.end), "tfdt");
  if (encoded.readUInt8(tfdt.body) !== 1) throw new Mp4Error("tfdt is not 64 bits wide");
  const mfhd = required(atoms(encoded, moof.body, moof.end), "mfhd");
  const trak = required(atoms(encoded, moov.body, moov.end), "trak");
  const mdia = required(atoms(encoded, trak.body, trak.end), "mdia");
  const mdhd = required(atoms(encoded, mdia.body, mdia.end), "mdhd");
  const wide = encoded.readUInt8(mdhd.body) === 1;
  return {
    init: encoded.subarray(0, moov.end),
    fragment,
    timescale: encoded.readUInt32BE(mdhd.body + (wide ? 20 : 12)),
    timeAt: tfdt.body + 4 - moof.start,
    numberAt: mfhd.body + 4 - moof.start,
  };
}

/** A copy that starts `seconds` after the stream's beginning as fragment `number`. */
export function stampFmp4(segment: Fmp4Segment, seconds: number, number: number): Buffer {
  const bytes = Buffer.from(segment.fragment);
  const time = bytes.readBigUInt64BE(segment.timeAt) + BigInt(Math.round(seconds * segment.timescale));
  bytes.writeBigUInt64BE(time, segment.timeAt);
  bytes.writeUInt32BE(number >>> 0, segment.numberAt);
  return bytes;
}

function atoms(bytes: Buffer, from: number, to: number): Atom[] {
  const list: Atom[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > to) throw new Mp4Error(`an atom of ${size} bytes at ${at}`);
    list.push({ type: bytes.toString("latin1", at + 4, at + 8), start: at, body: at + 8, end: at + size });
    at += size;
  }
  return list;
}

function required(list: readonly Atom[], type: string): Atom {
  const found = list.find((atom) => atom.type === type);
  if (!found) throw new Mp4Error(`no ${type}`);
  return found;
}
