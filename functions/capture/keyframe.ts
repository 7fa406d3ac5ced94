/** Collects H.264 units until one whole key frame is there. Pure: bytes in, a KeyFrame out, or Damaged thrown. */
import {
  hasRecoveryPoint,
  type KeyFrame,
  NAL,
  nalType,
  type PictureFormat,
  readPictureFormat,
  readSliceStart,
} from "./h264.ts";
import { Damaged } from "./missed.ts";

const START_CODE = Uint8Array.of(0, 0, 0, 1);
/** A segment begins with its key frame; a few pictures before it are forgiven (open GOP), more is another format. */
const MAX_SKIPPED_PICTURES = 30;
/** Bytes of a unit that tell whether it starts the next picture: header, first_mb_in_slice and slice_type. */
const JUDGED_BYTES = 16;
const MAX_SETS = 32;

/**
 * Takes one unit after another. `add` returns the key frame as soon as a unit shows that the next picture has begun, so
 * that this one is complete; `finish` returns it where the data ends behind it.
 */
export function createPictureCollector(parameterSets: readonly Uint8Array[] = []) {
  const sets = new Map<string, Uint8Array>();
  let format: PictureFormat | undefined;
  let units: Uint8Array[] = [];
  let key = false;
  let slices = 0;
  let fields = 0;
  let skipped = 0;

  const keepSet = (unit: Uint8Array, type: number) => {
    if (type === NAL.sps) format = readPictureFormat(unit);
    // By content: a stream may repeat its sets, and may have several.
    if (sets.size < MAX_SETS) sets.set(Buffer.from(unit).toString("latin1"), unit);
  };
  for (const unit of parameterSets) keepSet(unit, nalType(unit[0] ?? 0));

  const finish = (): KeyFrame | undefined => {
    if (!key || !format || slices === 0) return undefined;
    const { width, height, fullRange } = format;
    const parts = [...sets.values(), ...units].flatMap((unit) => [START_CODE, unit]);
    return { annexB: Buffer.concat(parts), width, height, fullRange };
  };

  /** 7.4.1.2.3: these units, or a slice with the first macroblock, start the next picture. */
  const startsNext = (unit: Uint8Array): boolean => {
    const type = nalType(unit[0] ?? 0);
    if (slices === 0) return false;
    if (isSlice(type)) return readSliceStart(unit).firstMacroblock === 0;
    return (type >= NAL.sei && type <= NAL.delimiter) || (type >= 14 && type <= 18);
  };

  /** The key frame if this boundary ends it. */
  const endPicture = (next: number): KeyFrame | undefined => {
    // Where a frame may be two fields, the picture after the key one is its second field (or does no harm).
    if (key && format?.frameOnly === false && fields === 0 && next !== NAL.sps && next !== NAL.idr) {
      fields++;
      slices = 0;
      return undefined;
    }
    const done = finish();
    if (done) return done;
    if (++skipped > MAX_SKIPPED_PICTURES) throw new Damaged("no key frame at the start of the segment");
    units = [];
    key = false;
    slices = 0;
    fields = 0;
    return undefined;
  };

  const add = (unit: Uint8Array): KeyFrame | undefined => {
    const header = unit[0];
    if (header === undefined) return undefined;
    if ((header & 0x80) !== 0) throw new Damaged("a forbidden bit is set in the video");
    const type = nalType(header);
    const done = startsNext(unit) ? endPicture(type) : undefined;
    if (done) return done;
    if (type === NAL.sps || type === NAL.pps) keepSet(unit, type);
    else if (type === NAL.sei) {
      if (hasRecoveryPoint(unit)) key = true;
    } else if (isSlice(type)) {
      const { intra } = readSliceStart(unit);
      if (type === NAL.idr) key = true;
      if (fields === 0 && !intra) key = false;
      slices++;
    }
    if (isSlice(type) || type === NAL.sei) units.push(unit);
    return undefined;
  };

  /** The key frame if a unit that begins like this ends it; nothing is taken in. For units whose end is far away. */
  const peek = (begun: Uint8Array): KeyFrame | undefined => (startsNext(begun) ? finishLast() : undefined);

  /**
   * The key frame where nothing follows it. Not where a frame may be two fields: the second may be what is missing.
   */
  const finishLast = (): KeyFrame | undefined => (format?.frameOnly || fields > 0 ? finish() : undefined);

  return { add, finish, finishLast, peek };
}

/** Cuts a byte stream (Annex B) into units and collects them. Data may come in pieces of any size. */
export function createByteStreamCollector() {
  const collector = createPictureCollector();
  let data: Buffer = Buffer.alloc(0);
  /** Where the unit under way begins in `data`; -1 before the first start code. */
  let unitStart = -1;
  let scanned = 0;

  const current = (end: number) => (unitStart < 0 ? undefined : withoutTrailingZeros(data.subarray(unitStart, end)));

  return {
    push: (chunk: Uint8Array): KeyFrame | undefined => {
      data = data.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([data, chunk]);
      for (;;) {
        const code = data.indexOf("\0\0\x01", scanned, "latin1");
        if (code < 0) break;
        const unit = current(code);
        unitStart = code + 3;
        scanned = unitStart;
        const done = unit && collector.add(unit);
        if (done) return done;
      }
      // A start code may lie across two pieces.
      scanned = Math.max(unitStart, data.byteLength - 2, 0);
      // A slice is judged by its beginning: its end may be a hundred kilobytes away.
      const begun =
        unitStart >= 0 && data.byteLength - unitStart >= JUDGED_BYTES ? data.subarray(unitStart) : undefined;
      return begun && collector.peek(begun);
    },
    /** The data is over and known to be whole: its last unit ends here. */
    finish: (): KeyFrame | undefined => {
      const unit = current(data.byteLength);
      return (unit && collector.add(unit)) ?? collector.finishLast();
    },
  };
}

const isSlice = (type: number): boolean => type >= NAL.slice && type <= NAL.idr;

function withoutTrailingZeros(unit: Buffer): Buffer {
  let end = unit.byteLength;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
}
