/** CloudEvents over HTTP, both modes, image bytes unharmed. The only code that knows the CloudEvents SDK. */
import type { IncomingHttpHeaders } from "node:http";
import { CloudEvent, HTTP, type Message } from "cloudevents";
import type { Event } from "../contracts/event.ts";
import { Rejected } from "./outcome.ts";

/** Attributes of the CloudEvents core; every other one is an extension. */
const CORE = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "datacontenttype",
  "dataschema",
  "data",
]);
const MAX_ATTRIBUTES = 40;

/** An event before any contract looked at it. */
export interface RawEvent {
  id: string;
  source: string;
  type: string;
  subject: string | undefined;
  time: string | undefined;
  datacontenttype: string | undefined;
  attributes: Record<string, unknown>;
  /** Parsed JSON, or bytes for every other content type, or undefined. */
  data: unknown;
}

/**
 * Reads one event from a request. 415: not a CloudEvent at all. 400: one, but broken.
 *
 * The body is decoded here and not by the SDK, which reads JSON only from strings, matches content types to the letter
 * and turns `data_base64` into a Uint32Array (cloudevents 10, issue 643).
 */
export function readEvent(headers: IncomingHttpHeaders, body: Uint8Array): RawEvent {
  const contentType = mediaType(headers["content-type"]);
  if (contentType === "application/cloudevents+json") return fromStructured(parseJson(body, "the event"));
  if (contentType === "application/cloudevents-batch+json") throw new Rejected(415, "batches are not accepted");
  if (headers["ce-specversion"] === undefined || headers["ce-type"] === undefined) {
    throw new Rejected(415, "not a CloudEvent: neither ce-* headers nor content-type application/cloudevents+json");
  }
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-") && typeof value === "string") attributes[name.slice(3)] = decodeHeader(value);
  }
  const data = body.byteLength === 0 ? undefined : isJson(contentType) ? parseJson(body, "data") : body;
  return raw(attributes, contentType, data);
}

function fromStructured(document: unknown): RawEvent {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new Rejected(400, "a structured event is a JSON object");
  }
  const { data, data_base64, datacontenttype, ...attributes } = document as Record<string, unknown>;
  if (data !== undefined && data_base64 !== undefined) throw new Rejected(400, "data and data_base64 at once");
  const contentType = typeof datacontenttype === "string" ? mediaType(datacontenttype) : undefined;
  if (data_base64 === undefined) return raw(attributes, contentType ?? "application/json", data);
  if (typeof data_base64 !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(data_base64)) {
    throw new Rejected(400, "data_base64 is not base64");
  }
  const bytes = new Uint8Array(Buffer.from(data_base64, "base64"));
  return raw(attributes, contentType, isJson(contentType) ? parseJson(bytes, "data") : bytes);
}

function raw(all: Record<string, unknown>, datacontenttype: string | undefined, data: unknown): RawEvent {
  const text = (name: string) => {
    const value = all[name];
    if (value !== undefined && typeof value !== "string") throw new Rejected(400, `${name} is not text`);
    return value;
  };
  const need = (name: string) => {
    const value = text(name);
    if (!value) throw new Rejected(400, `the event has no ${name}`);
    return value;
  };
  if (need("specversion") !== "1.0") throw new Rejected(400, "specversion is not 1.0");
  const extensions = Object.entries(all).filter(([name]) => !CORE.has(name));
  if (extensions.length > MAX_ATTRIBUTES) throw new Rejected(400, `more than ${MAX_ATTRIBUTES} attributes`);
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of extensions) {
    if (!/^[a-z0-9]{1,64}$/.test(name)) throw new Rejected(400, "an attribute name is a-z and 0-9");
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw new Rejected(400, `attribute ${name} is not text, a number or a boolean`);
    }
    attributes[name] = value;
  }
  return {
    id: need("id"),
    source: need("source"),
    type: need("type"),
    subject: text("subject"),
    time: text("time"),
    datacontenttype,
    attributes,
    data,
  };
}

/** Binary mode: the form every broker understands and the only one in which image bytes travel as they are. */
export function writeEvent(event: Event): { headers: Record<string, string>; body: Buffer } {
  const { attributes, data, ...core } = event;
  const bytes = data instanceof Uint8Array ? Buffer.from(data) : Buffer.from(JSON.stringify(data));
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const encoded = Object.fromEntries(present.map(([name, value]) => [name, encodeHeader(String(value))]));
  const { id, source, subject } = core;
  const named = { id: encodeHeader(id), source: encodeHeader(source), subject: encodeHeader(subject) };
  const message: Message = HTTP.binary(new CloudEvent({ ...core, ...named, ...encoded, data: bytes }));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name.toLowerCase()] = String(value);
  return { headers: { ...headers, "content-type": event.datacontenttype }, body: bytes };
}

/** CloudEvents HTTP binding 3.1.3.2: what is not printable ASCII, and `"`, `%` and space, is percent-encoded. */
function encodeHeader(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x7e]+/gu, (part) => encodeURIComponent(part));
}

function decodeHeader(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // Not every sender encodes: a lone % is then just a %.
  }
}

function mediaType(header: string | undefined): string | undefined {
  return header?.split(";", 1)[0]?.trim().toLowerCase() || undefined;
}

function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || contentType === "application/json" || contentType.endsWith("+json");
}

function parseJson(body: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Rejected(400, `${what} is not JSON in UTF-8`);
  }
}
