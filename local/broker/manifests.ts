/**
 * The shapes of the Knative objects the local broker acts on. Foreign names stay as Knative writes them. Blocks that decide
 * about delivery are strict: a misspelled `backofDelay` would be dropped by Kubernetes too, but not silently. Pure.
 */
import { Cron } from "croner";
import * as v from "valibot";
import { parseDuration } from "./delivery.ts";
import type { Filter } from "./filter.ts";

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const name = v.pipe(v.string(), v.regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "a Kubernetes name"));
const metadata = v.looseObject({ name });

const duration = (allowZero: boolean) =>
  v.pipe(
    v.string(),
    v.transform((value) => parseDuration(value) ?? -1),
    v.check((ms) => ms >= (allowZero ? 0 : 1), "an ISO 8601 duration of at most a day, like PT0.5S"),
  );

/** `ref` names an object, `uri` is absolute, or a path on what `ref` names. */
const destination = v.pipe(
  v.strictObject({
    ref: v.optional(
      v.strictObject({ apiVersion: text, kind: text, name, namespace: v.optional(name), group: v.optional(text) }),
    ),
    uri: v.optional(text),
  }),
  v.check(({ ref, uri }) => ref !== undefined || uri !== undefined, "either ref or uri"),
);
export type ManifestDestination = v.InferOutput<typeof destination>;

const delivery = v.strictObject({
  deadLetterSink: v.optional(destination),
  retry: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))),
  backoffPolicy: v.optional(v.picklist(["linear", "exponential"])),
  backoffDelay: v.optional(duration(true)),
  timeout: v.optional(duration(false)),
});
export type ManifestDelivery = v.InferOutput<typeof delivery>;

const attributeMap = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]*$/, "an attribute name: a-z and 0-9")), text),
  v.check((map) => Object.keys(map).length > 0, "at least one attribute"),
);
const filter: v.GenericSchema<Filter> = v.union(
  [
    v.strictObject({ exact: attributeMap }),
    v.strictObject({ prefix: attributeMap }),
    v.strictObject({ suffix: attributeMap }),
    v.strictObject({ all: v.lazy(() => v.pipe(v.array(filter), v.minLength(1))) }),
    v.strictObject({ any: v.lazy(() => v.pipe(v.array(filter), v.minLength(1))) }),
    v.strictObject({ not: v.lazy(() => filter) }),
  ],
  "one of exact, prefix, suffix, all, any, not, each with what it needs (cesql runs only on a cluster)",
);

/** The annotation that makes the in-memory Broker answer 202 at once instead of after the last delivery. */
export const ASYNC = "messaging.knative.dev/async-handler";
const TRUE = /^(1|t|T|true|TRUE|True)$/; // strconv.ParseBool

export const Broker = v.looseObject({
  metadata: v.looseObject({
    name,
    annotations: v.optional(
      v.looseObject({
        [ASYNC]: v.optional(
          v.pipe(
            v.string("a text in quotes"),
            v.transform((value) => TRUE.test(value)),
          ),
        ),
      }),
    ),
  }),
  spec: v.optional(v.nullable(v.looseObject({ delivery: v.optional(delivery) }))),
});

export const Trigger = v.looseObject({
  metadata,
  spec: v.looseObject({
    broker: v.optional(name, "default"),
    filters: v.optional(v.array(filter), []),
    filter: v.optional(v.strictObject({ attributes: v.optional(v.record(v.string(), v.string()), {}) })),
    subscriber: destination,
    delivery: v.optional(delivery),
  }),
});

/** A Knative Service. containerConcurrency is the one thing of it that shapes delivery: queue-proxy holds the rest back. */
export const Service = v.looseObject({
  metadata,
  spec: v.looseObject({
    template: v.looseObject({
      spec: v.looseObject({
        containerConcurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)), 0),
      }),
    }),
  }),
});

/** `@every` is refused by Knative itself; L, W, # and a year are croner's own and unknown to Knative. */
function scheduleProblem(schedule: string, timezone = "UTC"): string | undefined {
  const word = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(schedule);
  if (!word && !/^[\d*,/?\-A-Za-z]+( +[\d*,/?\-A-Za-z]+){4,5}$/.test(schedule))
    return "a cron schedule of 5 or 6 fields";
  if (!word && /(^|[^A-Za-z])[LW]|\d[LW]/i.test(schedule.replace(/\bwed\b/gi, "")))
    return "a cron schedule without L and W";
  try {
    new Cron(toCron(schedule), { paused: true });
  } catch (error) {
    return `a cron schedule: ${error instanceof Error ? error.message : "not understood"}`;
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return undefined;
  } catch {
    return `timezone ${timezone}: a name of the IANA list like Europe/Berlin`;
  }
}

/** croner's spelling of the same schedule. */
export function toCron(schedule: string): string {
  return schedule === "@midnight" ? "@daily" : schedule.trim();
}

export const PingSource = v.looseObject({
  metadata,
  spec: v.pipe(
    v.strictObject({
      schedule: v.optional(text, "* * * * *"),
      timezone: v.optional(text),
      contentType: v.optional(text),
      data: v.optional(v.pipe(v.string(), v.maxLength(65_536))),
      dataBase64: v.optional(v.pipe(v.string(), v.maxLength(65_536), v.base64())),
      ceOverrides: v.optional(v.strictObject({ extensions: v.optional(v.record(v.string(), v.string()), {}) })),
      sink: destination,
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const { schedule, timezone, data, dataBase64, contentType } = dataset.value;
      const problem = scheduleProblem(schedule, timezone);
      if (problem) addIssue({ message: `schedule ${JSON.stringify(schedule)}: ${problem}` });
      if (data !== undefined && dataBase64 !== undefined) addIssue({ message: "data and dataBase64 at once" });
      const json = data ?? (dataBase64 && Buffer.from(dataBase64, "base64").toString());
      if (json && contentType === "application/json" && !isJsonObject(json)) {
        addIssue({ message: "data is not a JSON object, as contentType application/json demands" });
      }
    }),
  ),
});

function isJsonObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export const SinkBinding = v.looseObject({
  metadata,
  spec: v.looseObject({
    subject: v.looseObject({ kind: text, name: v.optional(name) }),
    sink: destination,
    ceOverrides: v.optional(v.strictObject({ extensions: v.optional(v.record(v.string(), v.string()), {}) })),
  }),
});
