/** Bytes from a stranger -> grey pixels, bounded before anything is unpacked. */
import sharp from "sharp";
import { Rejected } from "../runtime/outcome.ts";
import type { Grey } from "./picture.ts";

/** A 4K frame's PUBG region is 1296 x 389; a whole 1080p frame still passes. A 64 KiB PNG can claim far more. */
const MAX_PIXELS = 1920 * 1080;
const MIN_SIDE = 8;
/** A progressive JPEG has about ten. Each is a pass over all pixels, and 64 KiB have room for thousands: seconds of work. */
const MAX_SCANS = 32;
/** First bytes by type: the library also reads SVG, PDF and more, and none of that may reach it. */
const FORMATS = new Map([
  ["image/png", { name: "png", magic: "\x89PNG\r\n\x1a\n", at: 0 }],
  ["image/jpeg", { name: "jpeg", magic: "\xff\xd8\xff", at: 0 }],
  ["image/webp", { name: "webp", magic: "WEBP", at: 8 }],
]);

// One picture at a time needs neither sharp's cache nor its threads; both only cost memory.
sharp.cache(false);
sharp.concurrency(1);

/** Throws Rejected (415 or 422) with the reason for anything that is not one whole picture of the declared type. */
export async function decode(bytes: Uint8Array, contentType: string): Promise<Grey> {
  const expected = FORMATS.get(contentType);
  if (!expected) throw new Rejected(415, `${contentType} is not a picture the reader takes`);
  const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (!start.startsWith(expected.magic, expected.at))
    throw new Rejected(422, `the data is no ${expected.name} picture`);
  if (expected.name === "jpeg" && scansOf(bytes) > MAX_SCANS)
    throw new Rejected(422, `a JPEG of more than ${MAX_SCANS} scans`);
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error", pages: 1 });
  const { width, height, pages } = await orReject(image.metadata(), "a broken picture");
  if ((pages ?? 1) > 1) throw new Rejected(422, "an animation, not a picture");
  if (width * height > MAX_PIXELS) throw new Rejected(422, `${width} x ${height} is more than ${MAX_PIXELS} pixels`);
  if (width < MIN_SIDE || height < MIN_SIDE) throw new Rejected(422, `${width} x ${height} is too small to read`);
  const pixels = image.flatten().toColourspace("b-w").extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const { data, info } = await orReject(pixels, "a broken picture");
  return { data, width: info.width, height: info.height };
}

/** Within a JPEG's data no 0xff is followed by 0xda but where a scan starts. */
function scansOf(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans++;
  return scans;
}

async function orReject<T>(work: Promise<T>, what: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "";
    throw new Rejected(422, `${what}: ${reason.slice(0, 150)}`);
  }
}
