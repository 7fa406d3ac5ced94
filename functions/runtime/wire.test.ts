/** The codec: whatever event goes in comes out again, in both modes; the refusals are in serve.test.ts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../contracts/event.ts";
import { readEvent, writeEvent } from "./wire.ts";

const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .filter((value) => !/\p{Surrogate}/u.test(value));
const attributes = fc.dictionary(fc.stringMatching(/^x[a-z0-9]{1,10}$/), text, { maxKeys: 8 });
const jsonEvent = fc.record({
  id: text,
  source: fc.constant("/rotisserie/poller"),
  type: fc.constant("test.event"),
  subject: text,
  time: fc.constant("2026-01-02T03:04:05Z"),
  datacontenttype: fc.constant("application/json"),
  attributes,
  data: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))),
});
const imageEvent = fc.record({
  ...{ id: text, source: fc.constant("/x"), type: fc.constant("test.image"), subject: text },
  time: fc.constant("2026-01-02T03:04:05Z"),
  datacontenttype: fc.constantFrom("image/png", "image/webp", "application/octet-stream"),
  attributes,
  data: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
});

const plain = (event: { data: unknown; attributes: object; time: string | undefined }) => ({
  ...event,
  // The SDK writes the same moment with milliseconds.
  time: Date.parse(event.time ?? ""),
  // Objects without a prototype and Buffers are equal in all that counts.
  attributes: { ...event.attributes },
  data: event.data instanceof Uint8Array ? [...event.data] : JSON.parse(JSON.stringify(event.data)),
});

test("binary mode: text of any script in any attribute, JSON and bytes, unchanged", () => {
  fc.assert(
    fc.property(fc.oneof(jsonEvent, imageEvent), (event) => {
      const { headers, body } = writeEvent(event as Event);
      // What a socket would refuse.
      for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
      expect(plain(readEvent(headers, body))).toEqual(plain(event));
    }),
  );
});

test("structured mode: the same", () => {
  fc.assert(
    fc.property(fc.oneof(jsonEvent, imageEvent), ({ attributes: more, data, ...core }) => {
      const carried = data instanceof Uint8Array ? { data_base64: Buffer.from(data).toString("base64") } : { data };
      const body = Buffer.from(JSON.stringify({ specversion: "1.0", ...core, ...more, ...carried }));
      const read = readEvent({ "content-type": "application/cloudevents+json; charset=utf-8" }, body);
      expect(plain(read)).toEqual(plain({ ...core, attributes: more, data }));
    }),
  );
});

test.each([
  ["a URL with escapes", "https://x/y?a=%7B%22b%22%3A1%7D&c=%25"],
  ["a lone percent", "100%"],
  ["quotes and spaces", 'say "hi"  twice'],
  ["another script", "食鸡 🐔 süß"],
])("%s survives the headers", (_, value) => {
  const event = { id: "1", source: "/x", type: "t", subject: value, time: "2026-01-02T03:04:05Z" };
  const { headers, body } = writeEvent({
    ...event,
    datacontenttype: "application/json",
    attributes: { hint: value },
    data: {},
  });
  expect(readEvent(headers, body)).toMatchObject({ subject: value, attributes: { hint: value } });
});

test("a sender that does not encode is read as it is", () => {
  const headers = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "t", "ce-note": "100% sure" };
  expect(readEvent(headers, Buffer.alloc(0)).attributes).toEqual({ note: "100% sure" });
});

test.each([
  "application/json",
  "application/json;charset=UTF-8",
  "Application/JSON ; charset=utf-8",
  "application/x+json",
])("%s is JSON", (contentType) => {
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/x",
    "ce-type": "t",
    "content-type": contentType,
  };
  expect(readEvent(headers, Buffer.from('{"a":1}')).data).toEqual({ a: 1 });
});
