import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Rejected } from "../runtime/outcome.ts";
import { decode } from "./decode.ts";

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#808080" } });
const png = await picture(60, 20).png().toBuffer();

/** A PNG of a few hundred bytes that claims to be very large. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(1000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc(data: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A progressive JPEG of 1920 x 1080 whose last scan comes again and again: each one is a pass over all pixels. */
async function scans(count: number): Promise<Buffer> {
  const whole = await picture(1920, 1080).greyscale().jpeg({ progressive: true, quality: 1 }).toBuffer();
  const last = whole.lastIndexOf(Buffer.from([0xff, 0xda]));
  const [before, scan, end] = [whole.subarray(0, last), whole.subarray(last, -2), whole.subarray(-2)];
  return Buffer.concat([before, ...new Array<Buffer>(count).fill(scan), end]);
}

test.each([
  ["png", "image/png", png],
  ["progressive jpeg", "image/jpeg", await picture(60, 20).jpeg({ progressive: true }).toBuffer()],
  ["jpeg", "image/jpeg", await picture(60, 20).jpeg().toBuffer()],
  ["webp", "image/webp", await picture(60, 20).webp().toBuffer()],
  ["grey", "image/png", await picture(60, 20).greyscale().png().toBuffer()],
  ["with alpha", "image/png", await picture(60, 20).ensureAlpha(0.5).png().toBuffer()],
])("decode: %s", async (_name, type, bytes) => {
  const { data, width, height } = await decode(bytes, type);
  expect({ width, height, bytes: data.length }).toEqual({ width: 60, height: 20, bytes: 1200 });
});

test.each([
  ["a type nobody sends", "image/gif", png, 415, /image\/gif/],
  ["noise", "image/png", Buffer.from("not a picture at all"), 422, /no png picture/],
  ["nothing", "image/png", Buffer.alloc(0), 422, /no png picture/],
  ["another format than declared", "image/webp", png, 422, /no webp picture/],
  [
    "half a file",
    "image/jpeg",
    (
      await sharp(Buffer.alloc(300 * 300 * 3, 7), { raw: { width: 300, height: 300, channels: 3 } })
        .jpeg()
        .toBuffer()
    ).subarray(0, 400),
    422,
    /broken picture/,
  ],
  ["a broken stream", "image/png", Buffer.concat([png.subarray(0, 60), Buffer.alloc(20, 255)]), 422, /broken picture/],
  ["an image bomb", "image/png", bomb(30000, 30000), 422, /pixels?|limit/i],
  ["a JPEG of many scans", "image/jpeg", await scans(500), 422, /more than 32 scans/],
  [
    "an svg",
    "image/png",
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'),
    422,
    /no png picture/,
  ],
  ["too small", "image/png", await picture(5, 5).png().toBuffer(), 422, /too small/],
])("decode refuses %s", async (_name, type, bytes, status, reason) => {
  const problem = await decode(bytes, type).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Rejected);
  expect(problem).toMatchObject({ status, message: expect.stringMatching(reason) });
});
