/**
 * What every Rotisserie event has in common, and the one way to declare one.
 *
 * A contract is one value: name, sender, receivers, schemas and constructor together. Sender and receiver import the
 * same value, so they cannot disagree. This folder imports the schema library and nothing else.
 */
import * as v from "valibot";

/** Twitch login: 1-25 characters, lower case, as Twitch itself allows. Also every event's subject. */
export const Login = v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,25}$/, "a Twitch login is 1-25 of a-z, 0-9 and _"));

/** The product's own name of a game, as it stands in `/current/:game`. */
export const GameId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "a game id is like pubg or pubg-mobile"));

/** RFC 3339 in UTC, with a `Z`: times are compared as text in logs and as numbers in code. */
export const Timestamp = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, "a time is RFC 3339 in UTC, like 2026-01-02T03:04:05Z"),
  v.check((text) => Number.isFinite(Date.parse(text)), "a time that exists"),
);

/** An integer that may arrive as text: CloudEvents carries extension attributes as HTTP headers. */
export const IntegerAttribute = (minimum: number, maximum: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,9}$/, "a whole number"))]),
    v.transform(Number),
    v.integer(),
    v.minValue(minimum),
    v.maxValue(maximum),
  );

/** A secret URL that lets capture skip the token call. 4096 keeps all headers under Node's 16 KiB. Never logged. */
export const PlaybackHint = v.pipe(v.string(), v.maxLength(4096), v.startsWith("http"));

/** Attributes of every event. `deadline`: after it the event is worthless and consumers drop it with 204. */
export const commonAttributes = {
  roundid: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/)),
  traceparent: v.pipe(v.string(), v.regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, "a W3C traceparent")),
  deadline: Timestamp,
};

export type Schema = v.GenericSchema;
export type AttributeSchemas = Record<string, Schema>;
type Outputs<A extends AttributeSchemas> = v.InferOutput<v.ObjectSchema<A, undefined>>;

/** An event as the functions see it. The runtime turns it into a CloudEvent and back. */
export interface Event<T extends string = string, A = Record<string, unknown>, D = unknown> {
  id: string;
  /** URI reference of the sender. `source` + `id` name the event: a second one with both equal is a duplicate. */
  source: string;
  type: T;
  subject: string;
  time: string;
  datacontenttype: string;
  attributes: A;
  data: D;
}

export interface Contract<T extends string, A extends AttributeSchemas, D extends Schema> {
  type: T;
  sender: string;
  receivers: readonly string[];
  /** Whether `data` is bytes (an image) rather than JSON. */
  binary: boolean;
  /** Parses what came over the wire. Throws v.ValiError with the path of the first thing that is wrong. */
  parse(raw: unknown): Event<T, Outputs<A>, v.InferOutput<D>>;
  /** Builds an event to send; validates it too, so that a sender cannot emit what a receiver would refuse. */
  create(fields: {
    id: string;
    subject: string;
    time: string;
    datacontenttype?: string;
    attributes: v.InferInput<v.ObjectSchema<A, undefined>>;
    data: v.InferInput<D>;
  }): Event<T, Outputs<A>, v.InferOutput<D>>;
}

export type EventOf<C> = C extends Contract<infer T, infer A, infer D> ? Event<T, Outputs<A>, v.InferOutput<D>> : never;

export function defineEvent<const T extends string, A extends AttributeSchemas, D extends Schema>(definition: {
  type: T;
  sender: string;
  receivers: readonly string[];
  attributes: A;
  datacontenttypes: readonly [string, ...string[]];
  data: D;
}): Contract<T, A, D> {
  const { type, sender, receivers, datacontenttypes } = definition;
  const source = `/rotisserie/${sender}`;
  const envelope = v.object({
    id: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
    source: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
    type: v.literal(type),
    subject: Login,
    time: Timestamp,
    datacontenttype: v.picklist(datacontenttypes),
    // Other attributes are the transport's own (knativearrivaltime and the like): allowed, and left behind here.
    attributes: v.object(definition.attributes),
    data: definition.data,
  });
  const parse = (raw: unknown) => v.parse(envelope, raw) as Event<T, Outputs<A>, v.InferOutput<D>>;
  return {
    type,
    sender,
    receivers,
    binary: datacontenttypes[0] !== "application/json",
    parse,
    create: (fields) => parse({ source, type, datacontenttype: datacontenttypes[0], ...fields }),
  };
}
