/**
 * Events as a broker sees them: attributes and bytes, passed on as they came. Unlike the functions' own codec it knows
 * no contract, keeps every attribute and never looks into the data. Pure.
 */
import type { IncomingHttpHeaders } from "node:http";

export interface BrokerEvent {
  /** All attributes, specversion included, but without datacontenttype; values as text. */
  attributes: Record<string, string>;
  contentType: string | undefined;
  body: Buffer;
}

/** Not a CloudEvent, or a broken one; both are a 400 at the ingress. */
export class BadEvent extends Error {}

/** As filters see it: the content type is an attribute like any other. */
export function filterView({ attributes, contentType }: BrokerEvent): Record<string, string> {
  return contentType === undefined ? attributes : { ...attributes, datacontenttype: contentType };
}

/**
 * Reads an event from a request or a reply. undefined: this is no event (no ce-specversion that exists, no CloudEvents
 * content type). Throws BadEvent when it claims to be one and cannot be read. Attributes are not checked here.
 */
export function readMessage(headers: IncomingHttpHeaders, body: Buffer): BrokerEvent | undefined {
  const contentType = headers["content-type"];
  if (contentType?.trimStart().toLowerCase().startsWith("application/cloudevents")) {
    if (!/^application\/cloudevents\+json\s*(;|$)/i.test(contentType.trim())) {
      throw new BadEvent("only single events in JSON are understood");
    }
    return readStructured(body);
  }
  if (headers["ce-specversion"] !== "1.0") return undefined;
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-") && typeof value === "string") attributes[name.slice(3)] = toText(value);
  }
  return { attributes, contentType, body };
}

function readStructured(body: Buffer): BrokerEvent {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch {
    throw new BadEvent("the event is not JSON");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new BadEvent("a structured event is a JSON object");
  }
  const { data, data_base64: base64, datacontenttype, ...rest } = document as Record<string, unknown>;
  if (datacontenttype !== undefined && typeof datacontenttype !== "string") {
    throw new BadEvent("datacontenttype is not text");
  }
  if (base64 !== undefined && typeof base64 !== "string") throw new BadEvent("data_base64 is not text");
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === null) continue;
    if (typeof value === "object") throw new BadEvent(`attribute ${name} is neither text, number nor boolean`);
    attributes[name] = String(value);
  }
  const contentType = datacontenttype ?? (data === undefined ? undefined : "application/json");
  return { attributes, contentType, body: bodyOf(data, base64, contentType) };
}

function bodyOf(data: unknown, base64: string | undefined, contentType: string | undefined): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  if (data === undefined) return Buffer.alloc(0);
  // Text of another type than JSON stands in `data` as a string and is that string on the wire.
  if (typeof data === "string" && !/[/+]json\b/i.test(contentType ?? "")) return Buffer.from(data);
  return Buffer.from(JSON.stringify(data));
}

/** Why the ingress refuses this event, or undefined. */
export function problemOf({ attributes }: BrokerEvent): string | undefined {
  if (attributes.specversion !== "1.0") return "specversion is not 1.0";
  for (const name of ["id", "source", "type"]) if (!attributes[name]) return `the event has no ${name}`;
  if (attributes.subject === "") return "subject is empty";
  const { time } = attributes;
  if (time !== undefined && !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(time)) {
    return "time is not RFC 3339";
  }
  const odd = Object.keys(attributes).find((name) => !/^[a-z0-9]+$/.test(name));
  return odd === undefined ? undefined : "an attribute name is a-z and 0-9";
}

/** Binary mode, whatever the event came in. */
export function writeBinary({ attributes, contentType, body }: BrokerEvent): {
  headers: Record<string, string>;
  body: Buffer;
} {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) headers[`ce-${name}`] = toHeader(value);
  if (contentType !== undefined) headers["content-type"] = contentType;
  return { headers, body };
}

/**
 * Attributes travel as bytes of UTF-8, as Knative sends them, and `%41` stays `%41`: the percent-encoding of the HTTP
 * binding is between the functions. Node shows headers as Latin-1.
 */
function toHeader(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

function toText(header: string): string {
  return Buffer.from(header, "latin1").toString("utf8");
}
