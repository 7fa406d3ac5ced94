import { describe, expect, test } from "vitest";
import { prepareTs, readStamp, stampTs, TsError } from "./mpegts.ts";

const PID = 0x100;
const PMT = 0x1000;

/** A packet with a counter that is wrong on purpose: prepareTs numbers them. */
function packet(pid: number, options: { start?: boolean; adaptation?: Buffer; payload?: Buffer } = {}): Buffer {
  const out = Buffer.alloc(188, 0xff);
  out[0] = 0x47;
  out.writeUInt16BE((options.start ? 0x4000 : 0) | pid, 1);
  out[3] = (options.adaptation ? 0x30 : 0x10) | 9;
  let at = 4;
  if (options.adaptation) {
    out[4] = options.adaptation.length;
    options.adaptation.copy(out, 5);
    at = 5 + options.adaptation.length;
  }
  options.payload?.copy(out, at);
  return out;
}

function pat(): Buffer {
  const table = Buffer.from([0, 0x00, 0xb0, 0x0d, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (PMT >> 8), PMT & 0xff, 1, 2, 3, 4]);
  return packet(0, { start: true, payload: table });
}

function frame(pts: number): Buffer {
  const stamp = Buffer.alloc(5);
  stamp[0] = 0x21 | (Math.floor(pts / 2 ** 30) << 1);
  stamp.writeUInt16BE(((Math.floor(pts / 2 ** 15) & 0x7fff) << 1) | 1, 1);
  stamp.writeUInt16BE(((pts & 0x7fff) << 1) | 1, 3);
  const pes = Buffer.concat([Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5]), stamp]);
  const clock = Buffer.alloc(7);
  clock[0] = 0x10;
  clock.writeUInt32BE(Math.floor(pts / 2), 1);
  clock[5] = 0x7e | ((pts & 1) << 7);
  return packet(PID, { start: true, adaptation: clock, payload: pes });
}

const segment = () =>
  Buffer.concat([
    pat(),
    packet(PMT, { start: true }),
    frame(1),
    ...Array.from({ length: 12 }, () => packet(PID)),
    frame(3001),
  ]);

function counters(bytes: Buffer): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let at = 0; at < bytes.length; at += 188) {
    const pid = bytes.readUInt16BE(at + 1) & 0x1fff;
    found.set(pid, [...(found.get(pid) ?? []), (bytes[at + 3] ?? 0) & 15]);
  }
  return found;
}

describe("prepareTs", () => {
  test("counts every PID from 0 to 15, so that any segment may follow any other", () => {
    for (const [pid, list] of counters(prepareTs(segment()).bytes)) {
      expect(list, `PID ${pid}`).toEqual(list.map((_, index) => index % 16));
      expect(list.length % 16, `PID ${pid}`).toBe(0);
    }
  });

  test("keeps the payload when it splits packets", () => {
    const payload = Buffer.from(Array.from({ length: 184 }, (_, index) => index));
    const input = Buffer.concat([
      pat(),
      frame(0),
      packet(PID, { payload }),
      ...Array.from({ length: 12 }, () => packet(PID)),
    ]);
    const { bytes } = prepareTs(input);
    expect(bytes.indexOf(payload.subarray(0, 92))).toBeGreaterThan(0);
    expect(bytes.indexOf(payload.subarray(92))).toBeGreaterThan(0);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["half a packet", Buffer.alloc(100, 0x47)],
    ["no sync byte", Buffer.alloc(376, 0x11)],
    ["no program table", Buffer.concat([packet(PID)])],
  ])("refuses %s", (_name, bytes) => {
    expect(() => prepareTs(bytes)).toThrow(TsError);
  });
});

describe("stampTs", () => {
  test.each([
    ["the first segment", 0],
    ["a day later", 24 * 3600 * 90_000],
    ["past the 33-bit clock's end", 2 ** 33 - 1000],
  ])("moves presentation and program clocks: %s", (_name, offset) => {
    const prepared = prepareTs(segment());
    const stamped = stampTs(prepared, offset);
    const times = prepared.stamps.map((at) => readStamp(stamped, at));
    expect(times).toEqual([1, 3001].map((time) => (time + offset) % 2 ** 33));
    const clocks = prepared.clocks.map((at) => stamped.readUInt32BE(at) * 2 + ((stamped[at + 4] ?? 0) >> 7));
    expect(clocks).toEqual(times);
    expect(prepared.stamps.map((at) => readStamp(prepared.bytes, at))).toEqual([1, 3001]);
  });
});
