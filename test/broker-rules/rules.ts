/**
 * What a Broker does with what a subscriber answers: one row per rule, data only. The same rows run against the local
 * broker (npm test) and against Knative's own in a cluster; the outcome must be equal. Sources: knative eventing 1.23,
 * pkg/broker/filter, pkg/kncloudevents/{event_dispatcher,retries}.go, and what the real Broker did when asked.
 */

/** What a subscriber or dead letter sink does with one request. The last answer of a list is repeated. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string | Uint8Array; afterMs?: number }
  /** Never answers. */
  | "hang"
  /** Takes the request and drops the connection. */
  | "reset";

export interface Sending {
  mode?: "binary" | "structured";
  /** Besides specversion, id, source and type; those can be overridden too. */
  attributes?: Record<string, string | number | boolean>;
  contentType?: string;
  body?: string | Uint8Array;
}

export interface Rule {
  name: string;
  /** `delivery` of the Trigger, without the sink. Left out: the Trigger has none. */
  delivery?: Record<string, unknown>;
  /** Whose sink is set: the Trigger's (default), the Broker's, both, or none. */
  sink?: "trigger" | "broker" | "none";
  /** `delivery` of the Broker, without the sink, for rows about what a Trigger inherits. */
  brokerDelivery?: Record<string, unknown>;
  /** The Broker answers 202 at once (default, as deployed), or only after the last delivery (Knative's own default). */
  answersLast?: boolean;
  /** Besides the filter on the row's own type. */
  filters?: object[];
  /** The older `spec.filter.attributes`; the row then has no other filter than this and the type. */
  legacyFilter?: Record<string, string>;
  send?: Sending;
  answers: readonly Answer[];
  /** The sink's; default 200. */
  sinkAnswers?: readonly Answer[];
  expect: {
    /** What the sender gets. Default 202. */
    ingress?: number;
    /** Requests the subscriber got. */
    attempts: number;
    /** Least milliseconds between attempts; where a wait is longer than the one before, it must really be longer. */
    waits?: number[];
    /** The first request: attributes and headers as they arrive (undefined: not there), and the body. */
    received?: { headers?: Record<string, string | undefined>; body?: string | Uint8Array };
    /** The event the subscriber's answer became, as another Trigger's subscriber got it. Left out: none. */
    reply?: { headers?: Record<string, string | undefined>; body?: string | Uint8Array };
    /** Left out: the sink got nothing. `from`: whom knativeerrordest names; "nobody": there are no knativeerror attributes. */
    deadLetter?: {
      from: "subscriber" | "broker" | "nobody";
      code?: number;
      /** knativeerrordata decoded: equal, or starting with. */
      data?: string | { startsWith: string };
      /** Requests the sink got. */
      attempts?: number;
    };
  };
}

const fast = { retry: 2, backoffPolicy: "linear", backoffDelay: "PT0.05S" };
const event = { "ce-specversion": "1.0", "ce-id": "reply-1", "ce-source": "/rules/subscriber" };
/** The harness puts the row's own reply type where this stands. */
export const REPLY_TYPE = "$reply";
/** ... and the row's own type where this stands. */
export const OWN_TYPE = "$own";
const structured = (fields: object) => ({
  headers: { "content-type": "application/cloudevents+json; charset=UTF-8" },
  body: JSON.stringify({ specversion: "1.0", id: "reply-1", source: "/rules/subscriber", type: REPLY_TYPE, ...fields }),
});
/** Every byte there is, so that any text decoding on the way shows. */
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const base64 = Buffer.from(bytes).toString("base64");

const acknowledged: Rule[] = [200, 202, 204].map((status) => ({
  name: `${status} with an empty body acknowledges`,
  delivery: fast,
  answers: [{ status }],
  expect: { attempts: 1 },
}));

const retried: Rule[] = [404, 408, 409, 429, 500, 502, 503, 504].map((status) => ({
  name: `${status} is retried, then a dead letter`,
  delivery: fast,
  answers: [{ status, body: "not now" }],
  expect: { attempts: 3, deadLetter: { from: "subscriber", code: status, data: "not now" } },
}));

const final: Rule[] = [301, 304, 400, 401, 403, 405, 410, 413, 415, 422, 451].map((status) => ({
  name: `${status} is final: a dead letter at once`,
  delivery: fast,
  answers: [{ status, ...(status !== 304 && { body: "never" }) }],
  expect: {
    attempts: 1,
    deadLetter: status === 304 ? { from: "nobody" } : { from: "subscriber", code: status, data: "never" },
  },
}));

const replies: Rule[] = [
  {
    name: "a binary event in the answer becomes a new event",
    delivery: fast,
    answers: [
      {
        status: 200,
        headers: { ...event, "ce-type": REPLY_TYPE, "ce-subject": "fox", "content-type": "application/json" },
        body: '{"n":1}',
      },
    ],
    expect: {
      attempts: 1,
      reply: {
        headers: {
          "ce-id": "reply-1",
          "ce-source": "/rules/subscriber",
          "ce-subject": "fox",
          "content-type": "application/json",
          "ce-knativebrokerttl": undefined,
        },
        body: '{"n":1}',
      },
    },
  },
  {
    name: "a 202 with an event is a reply like a 200",
    delivery: fast,
    answers: [{ status: 202, headers: { ...event, "ce-type": REPLY_TYPE } }],
    expect: { attempts: 1, reply: { headers: { "ce-id": "reply-1" }, body: "" } },
  },
  {
    name: "a structured event in the answer becomes a new event, delivered in binary mode",
    delivery: fast,
    answers: [
      {
        status: 200,
        ...structured({ subject: "fox", width: 1920, datacontenttype: "application/json", data: { n: 1 } }),
      },
    ],
    expect: {
      attempts: 1,
      reply: {
        headers: { "ce-subject": "fox", "ce-width": "1920", "content-type": "application/json" },
        body: '{"n":1}',
      },
    },
  },
  {
    name: "image bytes in a binary answer arrive unharmed",
    delivery: fast,
    answers: [{ status: 200, headers: { ...event, "ce-type": REPLY_TYPE, "content-type": "image/png" }, body: bytes }],
    expect: { attempts: 1, reply: { headers: { "content-type": "image/png" }, body: bytes } },
  },
  {
    name: "image bytes in a structured answer arrive unharmed",
    delivery: fast,
    answers: [{ status: 200, ...structured({ datacontenttype: "image/png", data_base64: base64 }) }],
    expect: { attempts: 1, reply: { headers: { "content-type": "image/png" }, body: bytes } },
  },
  {
    name: "the answer after a retry can be a reply",
    delivery: fast,
    answers: [{ status: 503 }, { status: 200, headers: { ...event, "ce-type": REPLY_TYPE } }],
    expect: { attempts: 2, reply: { headers: { "ce-id": "reply-1" } } },
  },
  {
    name: "a reply without a type is refused by the Broker: the original event is the dead letter",
    delivery: fast,
    answers: [{ status: 200, headers: event, body: "x" }],
    expect: { attempts: 1, deadLetter: { from: "broker", code: 400, data: "" } },
  },
  {
    name: "a reply of the consumed type goes round until its time to live is used up",
    delivery: fast,
    send: { attributes: { knativebrokerttl: 3 } },
    answers: [{ status: 200, headers: { ...event, "ce-type": OWN_TYPE } }],
    expect: { attempts: 2, deadLetter: { from: "broker", code: 400, data: "" } },
  },
];

const malformed: Rule[] = [
  { name: "200 with text", answer: { status: 200, body: "OK" } },
  { name: "202 with the word Accepted, as Express sends it", answer: { status: 202, body: "Accepted" } },
  {
    name: "200 with plain JSON",
    answer: { status: 200, headers: { "content-type": "application/json" }, body: '{"alive":7}' },
  },
  {
    name: "200 with a structured event that is no JSON",
    answer: { status: 200, headers: { "content-type": "application/cloudevents+json" }, body: "{" },
  },
  {
    name: "200 with a batch",
    answer: { status: 200, headers: { "content-type": "application/cloudevents-batch+json" }, body: "[]" },
  },
].map(({ name, answer }) => ({
  name: `${name} is a failure: retried, then a dead letter that does not say why`,
  delivery: fast,
  answers: [answer],
  expect: { attempts: 3, deadLetter: { from: "nobody" } },
}));

const failures: Rule[] = [
  {
    name: "a failure that passes leaves no dead letter",
    delivery: fast,
    answers: [{ status: 500 }, { status: 404 }, { status: 204 }],
    expect: { attempts: 3 },
  },
  {
    name: "a dropped connection counts as 500",
    delivery: fast,
    answers: ["reset"],
    expect: { attempts: 3, deadLetter: { from: "subscriber", code: 500, data: { startsWith: "dispatch error: " } } },
  },
  {
    name: "no answer within the timeout is retried, then a dead letter that does not say why",
    // Twice what is asked of the wait: a subscriber that notices the first attempt late must not fail for it.
    delivery: { ...fast, retry: 1, timeout: "PT2S" },
    answers: ["hang"],
    expect: { attempts: 2, waits: [1000], deadLetter: { from: "nobody" } },
  },
  {
    name: "a slow answer within the timeout is an answer",
    delivery: { ...fast, timeout: "PT5S" },
    answers: [{ status: 204, afterMs: 300 }],
    expect: { attempts: 1 },
  },
  {
    name: "an empty answer's dead letter has empty error data",
    delivery: fast,
    answers: [{ status: 422 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 422, data: "" } },
  },
  {
    name: "without a sink a failed event is lost",
    delivery: fast,
    sink: "none",
    answers: [{ status: 400 }],
    expect: { attempts: 1 },
  },
  {
    name: "a sink that fails is retried like the subscriber",
    delivery: fast,
    answers: [{ status: 400, body: "never" }],
    sinkAnswers: [{ status: 503 }, { status: 503 }, { status: 204 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 400, data: "never", attempts: 3 } },
  },
  {
    name: "a sink that refuses is not asked again",
    delivery: fast,
    answers: [{ status: 400 }],
    sinkAnswers: [{ status: 400 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 400, attempts: 1 } },
  },
  {
    name: "a sink may answer with any body, and its event is no reply",
    delivery: fast,
    answers: [{ status: 400 }],
    sinkAnswers: [{ status: 200, headers: { ...event, "ce-type": REPLY_TYPE }, body: "thanks" }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 400, attempts: 1 } },
  },
];

const backoff: Rule[] = [
  {
    name: "linear back-off waits 0, 1, 2 delays",
    delivery: { retry: 3, backoffPolicy: "linear", backoffDelay: "PT0.4S" },
    answers: [{ status: 503 }],
    expect: { attempts: 4, waits: [0, 400, 800], deadLetter: { from: "subscriber", code: 503 } },
  },
  {
    name: "exponential back-off waits 1, 2, 4 delays",
    delivery: { retry: 3, backoffPolicy: "exponential", backoffDelay: "PT0.25S" },
    answers: [{ status: 503 }],
    expect: { attempts: 4, waits: [250, 500, 1000], deadLetter: { from: "subscriber", code: 503 } },
  },
  {
    name: "retries without a policy come at once",
    delivery: { retry: 2 },
    answers: [{ status: 503 }],
    expect: { attempts: 3, deadLetter: { from: "subscriber", code: 503 } },
  },
  {
    name: "retry 0 means one attempt",
    delivery: { retry: 0 },
    answers: [{ status: 503 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 503 } },
  },
];

const inherited: Rule[] = [
  {
    name: "a Trigger without delivery takes the Broker's, sink included",
    sink: "broker",
    brokerDelivery: fast,
    answers: [{ status: 503 }],
    expect: { attempts: 3, deadLetter: { from: "subscriber", code: 503 } },
  },
  {
    name: "a Trigger with a delivery of its own takes only the Broker's sink",
    delivery: { timeout: "PT5S" },
    sink: "broker",
    brokerDelivery: fast,
    answers: [{ status: 503 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 503 } },
  },
  {
    name: "a Trigger's own sink goes before the Broker's, and without retries of its own there are none",
    delivery: {},
    sink: "trigger",
    brokerDelivery: fast,
    answers: [{ status: 503 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 503 } },
  },
];

/** Knative's default: whoever posts waits for everything that follows. That is why the manifests ask for the other way. */
const waiting: Rule[] = [
  {
    name: "a Broker that answers last: the sender waits for the subscriber",
    delivery: fast,
    answersLast: true,
    answers: [{ status: 204, afterMs: 300 }],
    expect: { attempts: 1 },
  },
  {
    name: "a Broker that answers last: a dead letter counts as delivered",
    delivery: fast,
    answersLast: true,
    answers: [{ status: 400 }],
    expect: { attempts: 1, deadLetter: { from: "subscriber", code: 400 } },
  },
  {
    name: "a Broker that answers last: a lost event is the sender's 500",
    delivery: fast,
    sink: "none",
    answersLast: true,
    answers: [{ status: 503 }],
    expect: { ingress: 500, attempts: 3 },
  },
];

const delivered: Rule[] = [
  {
    name: "a binary event arrives as it was sent, with the Broker's arrival time and a wish for a reply",
    delivery: fast,
    send: {
      attributes: { id: "one", subject: "fox", roundid: "r1" },
      contentType: "image/png",
      body: bytes,
    },
    answers: [{ status: 204 }],
    expect: {
      attempts: 1,
      received: {
        headers: {
          "ce-specversion": "1.0",
          "ce-id": "one",
          "ce-subject": "fox",
          "ce-roundid": "r1",
          "ce-knativebrokerttl": undefined,
          "content-type": "image/png",
          prefer: "reply",
        },
        body: bytes,
      },
    },
  },
  {
    name: "a structured event arrives in binary mode, numbers as text",
    delivery: fast,
    send: { mode: "structured", attributes: { framewidth: 1920 }, contentType: "image/png", body: bytes },
    answers: [{ status: 204 }],
    expect: {
      attempts: 1,
      received: { headers: { "ce-framewidth": "1920", "content-type": "image/png" }, body: bytes },
    },
  },
  {
    name: "an attribute outside ASCII arrives as bytes of UTF-8, not percent-encoded",
    delivery: fast,
    send: { mode: "structured", attributes: { caption: "süß 100%" } },
    answers: [{ status: 204 }],
    expect: { attempts: 1, received: { headers: { "ce-caption": Buffer.from("süß 100%").toString("latin1") } } },
  },
  {
    name: "a percent-encoded attribute arrives as it was sent",
    delivery: fast,
    send: { attributes: { caption: "s%C3%BC%20100%25" } },
    answers: [{ status: 204 }],
    expect: { attempts: 1, received: { headers: { "ce-caption": "s%C3%BC%20100%25" } } },
  },
];

const filtered: Rule[] = (
  [
    ["exact: equal", true, [{ exact: { subject: "fox" } }]],
    ["exact: another value", false, [{ exact: { subject: "fo" } }]],
    ["exact: an extension", true, [{ exact: { game: "pubg" } }]],
    ["exact: an attribute that is not there", false, [{ exact: { nothing: "x" } }]],
    ["exact: two at once, one wrong", false, [{ exact: { subject: "fox", game: "chess" } }]],
    ["exact: the content type", true, [{ exact: { datacontenttype: "application/json" } }]],
    ["prefix: it starts so", true, [{ prefix: { source: "/rules/" } }]],
    ["prefix: it does not", false, [{ prefix: { source: "rules" } }]],
    ["suffix: it ends so", true, [{ suffix: { game: "bg" } }]],
    ["suffix: it does not", false, [{ suffix: { game: "b" } }]],
    ["several filters: all pass", true, [{ exact: { subject: "fox" } }, { prefix: { game: "p" } }]],
    ["several filters: one fails", false, [{ exact: { subject: "fox" } }, { prefix: { game: "q" } }]],
    ["all: both pass", true, [{ all: [{ exact: { subject: "fox" } }, { suffix: { game: "g" } }] }]],
    ["all: one fails", false, [{ all: [{ exact: { subject: "fox" } }, { suffix: { game: "p" } }] }]],
    ["any: one passes", true, [{ any: [{ exact: { subject: "cat" } }, { exact: { game: "pubg" } }] }]],
    ["any: none passes", false, [{ any: [{ exact: { subject: "cat" } }, { exact: { game: "chess" } }] }]],
    ["not: it fails inside", true, [{ not: { exact: { subject: "cat" } } }]],
    ["not: it passes inside", false, [{ not: { exact: { subject: "fox" } } }]],
    ["not: an attribute that is not there", true, [{ not: { exact: { nothing: "x" } } }]],
    ["nested", true, [{ not: { any: [{ exact: { subject: "cat" } }, { not: { prefix: { game: "pu" } } }] } }]],
  ] as const
).map(([name, passes, filters]) => ({
  name: `filter ${name}`,
  delivery: fast,
  filters: [...filters],
  send: { attributes: { subject: "fox", game: "pubg" }, contentType: "application/json", body: "{}" },
  answers: [{ status: 204 }],
  expect: { attempts: passes ? 1 : 0 },
}));

const legacy: Rule[] = (
  [
    ["an equal value", true, { game: "pubg" }],
    ["another value", false, { game: "chess" }],
    ["any value, and there is one", true, { game: "" }],
    ["any value, and there is none", false, { nothing: "" }],
  ] as const
).map(([name, passes, attributes]) => ({
  name: `filter.attributes: ${name}`,
  delivery: fast,
  legacyFilter: attributes,
  send: { attributes: { game: "pubg" } },
  answers: [{ status: 204 }],
  expect: { attempts: passes ? 1 : 0 },
}));

export const rules: readonly Rule[] = [
  ...acknowledged,
  ...replies,
  ...malformed,
  ...retried,
  ...final,
  ...failures,
  ...backoff,
  ...inherited,
  ...waiting,
  ...delivered,
  ...filtered,
  ...legacy,
];

/** What the Broker's ingress answers to a request. `path` follows the namespace; default: an existing Broker. */
export interface IngressRule {
  name: string;
  method?: string;
  path?: "root" | "namespace" | "unknown" | "too deep";
  headers?: Record<string, string>;
  body?: string;
  status: number;
}

const valid = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/rules", "ce-type": "test.rules.ingress" };
const without = (name: string) => Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));

export const ingressRules: readonly IngressRule[] = [
  { name: "an event is taken", headers: valid, status: 202 },
  {
    name: "a structured event is taken",
    headers: { "content-type": "application/cloudevents+json" },
    body: '{"specversion":"1.0","id":"1","source":"/rules","type":"test.rules.ingress"}',
    status: 202,
  },
  { name: "a body that is no event", headers: { "content-type": "application/json" }, body: "{}", status: 400 },
  { name: "an event without id", headers: without("ce-id"), status: 400 },
  { name: "an event without source", headers: without("ce-source"), status: 400 },
  { name: "an event without type", headers: without("ce-type"), status: 400 },
  { name: "an unknown specversion", headers: { ...valid, "ce-specversion": "9.9" }, status: 400 },
  { name: "a time that is none", headers: { ...valid, "ce-time": "yesterday" }, status: 400 },
  { name: "a time to live that is used up", headers: { ...valid, "ce-knativebrokerttl": "1" }, status: 400 },
  {
    name: "broken JSON in structured mode",
    headers: { "content-type": "application/cloudevents+json" },
    body: "{",
    status: 400,
  },
  {
    name: "a batch",
    headers: { "content-type": "application/cloudevents-batch+json" },
    body: "[]",
    status: 400,
  },
  { name: "GET", method: "GET", status: 405 },
  { name: "OPTIONS", method: "OPTIONS", status: 200 },
  { name: "the root path", path: "root", headers: valid, status: 404 },
  { name: "a path without a Broker", path: "namespace", headers: valid, status: 400 },
  { name: "a path that goes on", path: "too deep", headers: valid, status: 400 },
  { name: "a Broker that is not there", path: "unknown", headers: valid, status: 404 },
];
