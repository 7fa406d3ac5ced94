/**
 * As much of H.264 (ITU-T H.264, clause 7.3 and Annex B) as is needed to know when the first key frame is complete and
 * how large its picture is. Pure. The picture itself is ffmpeg's business.
 */
import { Damaged } from "./missed.ts";

/** One coded picture that needs no other: parameter sets and slices, each behind a start code. */
export interface KeyFrame {
  annexB: Uint8Array;
  width: number;
  height: number;
  /** Luma from 0 to 255 instead of 16 to 235. */
  fullRange: boolean;
}

export const NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9 } as const;
export const nalType = (header: number): number => header & 0x1f;

export interface PictureFormat {
  width: number;
  height: number;
  fullRange: boolean;
  /** False: a frame may be two fields, in two coded pictures. */
  frameOnly: boolean;
}

/** Reads a sequence parameter set (7.3.2.1.1). Throws Damaged. */
export function readPictureFormat(nal: Uint8Array): PictureFormat {
  const bits = new BitReader(withoutEmulation(nal.subarray(1, 1024)));
  const profile = bits.read(8);
  bits.read(16); // constraint flags, level
  bits.golomb(); // seq_parameter_set_id
  let chroma = 1;
  let separate = 0;
  if ([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].includes(profile)) {
    chroma = bits.golomb();
    if (chroma === 3) separate = bits.read(1);
    bits.golomb(); // bit_depth_luma_minus8
    bits.golomb(); // bit_depth_chroma_minus8
    bits.read(1); // qpprime_y_zero_transform_bypass_flag
    if (bits.read(1))
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  bits.golomb(); // log2_max_frame_num_minus4
  const order = bits.golomb();
  if (order === 0) bits.golomb();
  else if (order === 1) {
    bits.read(1);
    bits.golomb();
    bits.golomb();
    const cycle = bits.golomb();
    if (cycle > 255) throw new Damaged("a sequence parameter set out of range");
    for (let index = 0; index < cycle; index++) bits.golomb();
  }
  bits.golomb(); // max_num_ref_frames
  bits.read(1); // gaps_in_frame_num_value_allowed_flag
  const columns = bits.golomb() + 1;
  const rows = bits.golomb() + 1;
  const frameOnly = bits.read(1) === 1;
  if (!frameOnly) bits.read(1);
  bits.read(1); // direct_8x8_inference_flag
  const crop = bits.read(1) ? [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const monochrome = chroma === 0 || separate === 1;
  const unitX = !monochrome && chroma !== 3 ? 2 : 1;
  const unitY = (!monochrome && chroma === 1 ? 2 : 1) * (frameOnly ? 1 : 2);
  const width = columns * 16 - unitX * (left + right);
  const height = rows * 16 * (frameOnly ? 1 : 2) - unitY * (top + bottom);
  if (!(width >= 16 && width <= 8192 && height >= 16 && height <= 8192))
    throw new Damaged("a picture size out of range");
  return { width, height, frameOnly, fullRange: bits.read(1) === 1 && readFullRange(bits) };
}

/** The start of the VUI (E.1.1). Whatever is missing there means limited range. */
function readFullRange(bits: BitReader): boolean {
  if (bits.read(1) && bits.read(8) === 255) bits.read(32); // aspect ratio, its own size when 255
  if (bits.read(1)) bits.read(1); // overscan
  if (!bits.read(1)) return false; // video_signal_type_present_flag
  bits.read(3);
  return bits.read(1) === 1;
}

function skipScalingList(bits: BitReader, size: number): void {
  if (!bits.read(1)) return;
  let last = 8;
  for (let index = 0, next = 8; index < size; index++) {
    if (next !== 0) next = (last + bits.signedGolomb() + 256) & 255;
    last = next === 0 ? last : next;
  }
}

/** Whether an SEI unit has a recovery point (D.1.8): the picture can be decoded without the ones before it. */
export function hasRecoveryPoint(nal: Uint8Array): boolean {
  let at = 1;
  // Type and size of a message: any number of 255, then the rest (7.3.2.3.1).
  const readNumber = (): number => {
    let value = 0;
    for (let byte = 255; byte === 255; value += byte) byte = nal[at++] ?? 0;
    return value;
  };
  while (at + 2 < nal.byteLength) {
    const type = readNumber();
    const size = readNumber();
    // recovery_frame_cnt = 0 is a single 1 bit: complete at once, not after some more pictures.
    if (type === 6) return ((nal[at] ?? 0) & 0x80) !== 0;
    at += size;
  }
  return false;
}

/** slice_type I or SI, alone (2, 4) or for the whole picture (7, 9); and the slice's first macroblock. */
export function readSliceStart(nal: Uint8Array): { firstMacroblock: number; intra: boolean } {
  const bits = new BitReader(withoutEmulation(nal.subarray(1, 24)));
  const firstMacroblock = bits.golomb();
  const type = bits.golomb();
  if (type > 9) throw new Damaged("a slice type out of range");
  return { firstMacroblock, intra: [2, 4, 7, 9].includes(type) };
}

/** Takes the emulation prevention bytes out (7.4.1): 00 00 03 -> 00 00. */
function withoutEmulation(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.byteLength);
  let length = 0;
  let zeros = 0;
  for (const byte of data) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

class BitReader {
  private at = 0;
  constructor(private readonly data: Uint8Array) {}

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) {
      const byte = this.data[this.at >> 3];
      if (byte === undefined) throw new Damaged("a parameter set or slice header that ends early");
      value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
      this.at++;
    }
    return value;
  }

  /** ue(v), 9.1: at most 32 bits. */
  golomb(): number {
    let zeros = 0;
    while (this.read(1) === 0) if (++zeros > 31) throw new Damaged("a number out of range in a header");
    return 2 ** zeros - 1 + this.read(zeros);
  }

  signedGolomb(): number {
    const value = this.golomb();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}
