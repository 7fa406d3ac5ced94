/** Near misses: what looks like an event of ours and is not must be refused, by the field that is wrong. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent } from "../runtime/wire.ts";
import { contracts, countRead, frameCaptured, frameMissed, MAX_FRAME_BYTES, streamFound } from "./events.ts";

type Changes = { data?: unknown; attributes?: Record<string, unknown>; [field: string]: unknown };
const example = (name: string) => {
  const text = readFileSync(new URL(`./examples/${name}.json`, import.meta.url));
  return readEvent({ "content-type": "application/cloudevents+json" }, text);
};
const raws = new Map<string, ReturnType<typeof readEvent>>([
  [streamFound.type, example("stream.found")],
  [frameCaptured.type, example("frame.captured")],
  [frameMissed.type, example("frame.missed")],
  [countRead.type, example("count.read")],
]);

/** The example with some fields changed; objects are merged, everything else replaced. */
function changed(contract: { type: string }, { data, attributes, ...core }: Changes): object {
  const raw = raws.get(contract.type);
  if (!raw) throw new Error(`no example of ${contract.type}`);
  const plain = typeof data === "object" && data !== null && !Array.isArray(data) && !ArrayBuffer.isView(data);
  return {
    ...raw,
    ...core,
    attributes: { ...raw.attributes, ...attributes },
    data: plain ? { ...(raw.data as object), ...data } : data === undefined ? raw.data : data,
  };
}

const refusals: [string, { type: string; parse(raw: unknown): unknown }, Changes][] = [
  ["another type", streamFound, { type: "tv.rotisserie.stream.found.v2" }],
  ["no id", streamFound, { id: "" }],
  ["an id of a kilobyte", streamFound, { id: "x".repeat(1024) }],
  ["no subject", streamFound, { subject: undefined }],
  ["a login in capitals", streamFound, { subject: "Fox" }],
  ["a login of 26 letters", streamFound, { subject: "f".repeat(26) }],
  ["a login with a path", streamFound, { subject: "../fox" }],
  ["a time in another zone", streamFound, { time: "2026-01-02T03:04:05+01:00" }],
  ["a day that does not exist", streamFound, { time: "2026-13-41T03:04:05Z" }],
  ["a time as a number", streamFound, { time: 1767323045 }],
  ["no deadline", streamFound, { attributes: { deadline: undefined } }],
  ["a deadline in words", streamFound, { attributes: { deadline: "soon" } }],
  ["no round", streamFound, { attributes: { roundid: undefined } }],
  ["a round with a line break", streamFound, { attributes: { roundid: "r\n1" } }],
  ["a trace of zeros and letters", streamFound, { attributes: { traceparent: "00-xyz-1-01" } }],
  ["JSON under another name", streamFound, { datacontenttype: "text/plain" }],
  ["data that is text", streamFound, { data: "fox" }],
  ["data that is a list", streamFound, { data: [] }],
  ["viewers as text", streamFound, { data: { viewers: "12" } }],
  ["viewers below none", streamFound, { data: { viewers: -1 } }],
  ["half a viewer", streamFound, { data: { viewers: 1.5 } }],
  ["an unknown field", streamFound, { data: { thumbnail: "x" } }],
  ["a title of a book", streamFound, { data: { title: "x".repeat(501) } }],
  ["a game with a slash", streamFound, { data: { game: "pubg/../x" } }],
  ["a hint that is no URL", streamFound, { data: { playbackHint: "javascript:alert(1)" } }],
  ["a hint larger than the headers may be", streamFound, { data: { playbackHint: `https://x/${"y".repeat(4096)}` } }],
  ["no image", frameCaptured, { data: new Uint8Array() }],
  ["an image above the limit", frameCaptured, { data: new Uint8Array(MAX_FRAME_BYTES + 1) }],
  ["an image as text", frameCaptured, { data: "iVBORw0KGgo=" }],
  ["a picture format nobody reads", frameCaptured, { datacontenttype: "image/gif" }],
  ["a region of no width", frameCaptured, { attributes: { region: "0,0,0,10" } }],
  ["a region of three numbers", frameCaptured, { attributes: { region: "0,0,10" } }],
  ["a frame of one pixel", frameCaptured, { attributes: { framewidth: 1 } }],
  ["a frame width in hexadecimal", frameCaptured, { attributes: { framewidth: "0x500" } }],
  ["a frame width of NaN", frameCaptured, { attributes: { framewidth: Number.NaN } }],
  ["no frame time", frameCaptured, { attributes: { frametime: undefined } }],
  ["no game", frameCaptured, { attributes: { game: undefined } }],
  ["a reason nobody knows", frameMissed, { data: { reason: "bored" } }],
  ["a retry in a day", frameMissed, { data: { retryAfterSeconds: 86_400 } }],
  ["a count as text", countRead, { data: { alive: "27" } }],
  ["a count of -1", countRead, { data: { alive: -1 } }],
  ["a count of 1000", countRead, { data: { alive: 1000 } }],
  ["a count of null", countRead, { data: { alive: null } }],
  ["half a player", countRead, { data: { alive: 27.5 } }],
  ["a confidence above one", countRead, { data: { confidence: 1.01 } }],
  ["another phase", countRead, { data: { phase: "warmup" } }],
  ["a reading that is ok and says why not", countRead, { data: { reason: "unsure" } }],
  ["a failed reading with a number", countRead, { data: { ok: false } }],
  ["ok as text", countRead, { data: { ok: "true" } }],
];

describe("near misses are refused", () => {
  test.each(refusals)("%s (%o)", (_, contract, changes) => {
    expect(() => contract.parse(changed(contract, changes))).toThrow();
  });

  test("the examples themselves, unchanged, are not", () => {
    for (const contract of contracts) expect(() => contract.parse(changed(contract, {}))).not.toThrow();
  });
});

test.each(contracts.map((contract) => [contract.type, contract] as const))(
  "%s refuses every other event",
  (type, contract) => {
    for (const [other, raw] of raws) if (other !== type) expect(() => contract.parse(raw)).toThrow();
  },
);

test.each([undefined, null, 7, "event", [], {}, new Uint8Array(3)])("%o is no event", (raw) => {
  for (const contract of contracts) expect(() => contract.parse(raw)).toThrow();
});

test("attributes of the transport are left behind, numbers may come as text", () => {
  const raw = changed(frameCaptured, { attributes: { knativearrivaltime: "now", framewidth: "1920" } });
  const { attributes } = frameCaptured.parse(raw);
  expect(attributes).not.toHaveProperty("knativearrivaltime");
  expect(attributes.framewidth).toBe(1920);
});

test("a sender cannot make what a receiver would refuse", () => {
  const { attributes, data } = frameMissed.parse(changed(frameMissed, {}));
  const made = { id: "1", subject: "fox", time: "2026-01-02T03:04:05Z", attributes, data };
  expect(frameMissed.create(made)).toMatchObject({ type: frameMissed.type, source: "/rotisserie/capture" });
  expect(() => frameMissed.create({ ...made, subject: "Not A Login" })).toThrow();
  expect(() => frameMissed.create({ ...made, data: { ...data, detail: "x".repeat(301) } })).toThrow();
});

test("every event says who sends and who takes it, and ends in a version", () => {
  const functions = ["poller", "capture", "ocr"];
  for (const { type, sender, receivers } of contracts) {
    expect(type).toMatch(/^tv\.rotisserie\.[a-z]+\.[a-z]+\.v[1-9]\d*$/);
    expect(functions).toContain(sender);
    expect(receivers.length).toBeGreaterThan(0);
    for (const receiver of receivers) expect(functions).toContain(receiver);
    // A reply of the type that caused it would go round the Broker 255 times.
    expect(receivers).not.toContain(sender);
  }
  expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
});

test("no JSON whatever makes a contract do anything but take or refuse", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const contract of contracts) {
        const raw = { ...(raws.get(contract.type) as object), data: value };
        try {
          contract.parse(raw);
        } catch (error) {
          expect((error as Error).name).toBe("ValiError");
        }
      }
    }),
  );
});
