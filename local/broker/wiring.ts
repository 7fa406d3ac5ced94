/**
 * Manifests in, wiring out: who is called for which event, how often, how long, and where what fails goes. The files are
 * those a cluster gets, so what runs on one machine is what is deployed. Pure.
 */
import * as v from "valibot";
import { type Document, parseAllDocuments } from "yaml";
import { BROKER_DEFAULT, type DeliverySettings, NO_RETRIES } from "./delivery.ts";
import type { TriggerFilter } from "./filter.ts";
import * as manifests from "./manifests.ts";

/** Names file and problem in one line. */
export class WiringError extends Error {
  override readonly name = "WiringError";
}

/** A Knative Service by name, or an address as it stands. `path` is appended to the Service's address. */
export type Destination = { service: string; path: string } | { url: string };

export interface TriggerSpec extends TriggerFilter {
  name: string;
  broker: string;
  subscriber: Destination;
  delivery: DeliverySettings;
  deadLetterSink: Destination | undefined;
}

export interface TickSpec {
  name: string;
  /** Cron, 5 or 6 fields (seconds first), and the zone it is meant in. */
  schedule: string;
  timezone: string;
  contentType: string | undefined;
  body: Buffer;
  extensions: Record<string, string>;
  broker: string;
}

export interface Wiring {
  /** `concurrency`: requests one instance takes at a time (containerConcurrency), 0 for any number. */
  services: { name: string; concurrency: number }[];
  /** `async`: the ingress answers 202 at once. Otherwise after the last delivery, replies included, and 500 if one is lost. */
  brokers: { name: string; async: boolean }[];
  triggers: TriggerSpec[];
  ticks: TickSpec[];
  /** Which Services a SinkBinding gives which Broker's address as K_SINK. */
  sinks: { service: string; broker: string; extensions: Record<string, string> }[];
}

interface Found {
  where: string;
  kind: string;
  document: unknown;
}

const KINDS: Record<string, string> = {
  "serving.knative.dev/v1 Service": "Service",
  "eventing.knative.dev/v1 Broker": "Broker",
  "eventing.knative.dev/v1 Trigger": "Trigger",
  "sources.knative.dev/v1 PingSource": "PingSource",
  "sources.knative.dev/v1 SinkBinding": "SinkBinding",
};
/** They route events on a cluster, so leaving them out here would be a difference nobody sees. */
const ROUTING =
  /^(flows|messaging|sources|sinks)\.knative\.dev\/|^eventing\.knative\.dev\/(?!.* (EventType|EventPolicy)$)/;
const MAX_FILE = 1024 * 1024;

export function parseWiring(files: { name: string; text: string }[]): Wiring {
  const found = files.flatMap(({ name, text }) => readDocuments(name, text));
  const all = <S extends v.GenericSchema>(kind: string, schema: S) =>
    found
      .filter((item) => item.kind === kind)
      .map(({ where, document }) => ({ where, value: check(where, schema, document) }));

  const services = all("Service", manifests.Service);
  const brokers = all("Broker", manifests.Broker);
  const triggers = all("Trigger", manifests.Trigger);
  const ticks = all("PingSource", manifests.PingSource);
  const bindings = all("SinkBinding", manifests.SinkBinding);
  for (const list of [services, brokers, triggers, ticks]) demandUnique(list);

  const known = {
    services: new Set(services.map(({ value }) => value.metadata.name)),
    brokers: new Map(brokers.map(({ value }) => [value.metadata.name, value.spec?.delivery] as const)),
  };
  return {
    services: services.map(({ value }) => ({
      name: value.metadata.name,
      concurrency: value.spec.template.spec.containerConcurrency,
    })),
    brokers: brokers.map(({ value: { metadata } }) => ({
      name: metadata.name,
      async: metadata.annotations?.[manifests.ASYNC] ?? false,
    })),
    triggers: triggers.map(({ where, value: { metadata, spec } }) => {
      if (!known.brokers.has(spec.broker)) throw new WiringError(`${where}: spec.broker: no Broker "${spec.broker}"`);
      const inherited = known.brokers.get(spec.broker);
      const sink = spec.delivery?.deadLetterSink ?? inherited?.deadLetterSink;
      return {
        name: metadata.name,
        broker: spec.broker,
        filters: spec.filters,
        attributes: spec.filter?.attributes ?? {},
        subscriber: resolve(where, "spec.subscriber", spec.subscriber, known.services),
        // The Trigger's block replaces the Broker's as a whole; only the sink is looked up in both.
        delivery: settings(spec.delivery ?? inherited, spec.delivery || inherited ? NO_RETRIES : BROKER_DEFAULT),
        deadLetterSink: sink && resolve(where, "deadLetterSink", sink, known.services),
      };
    }),
    ticks: ticks.map(({ where, value: { metadata, spec } }) => ({
      name: metadata.name,
      schedule: manifests.toCron(spec.schedule),
      // The adapter's own zone, and in its image that is UTC.
      timezone: spec.timezone ?? "UTC",
      contentType: spec.contentType,
      body: spec.dataBase64 === undefined ? Buffer.from(spec.data ?? "") : Buffer.from(spec.dataBase64, "base64"),
      extensions: spec.ceOverrides?.extensions ?? {},
      broker: brokerOf(where, spec.sink, known.brokers),
    })),
    sinks: bindings.flatMap(({ where, value: { spec } }) =>
      spec.subject.name !== undefined && known.services.has(spec.subject.name)
        ? [
            {
              service: spec.subject.name,
              broker: brokerOf(where, spec.sink, known.brokers),
              extensions: spec.ceOverrides?.extensions ?? {},
            },
          ]
        : [],
    ),
  };
}

function readDocuments(file: string, text: string): Found[] {
  if (text.length > MAX_FILE) throw new WiringError(`${file}: larger than ${MAX_FILE} bytes`);
  const documents = parseAllDocuments(text) as Document[];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new WiringError(`${file}: not YAML: ${error.message.split("\n", 1)[0]?.replace(/:$/, "")}`);
    const value = toValue(file, document);
    if (value === null || value === undefined) return [];
    if (typeof value !== "object" || Array.isArray(value)) throw new WiringError(`${file}: not a Kubernetes object`);
    const { apiVersion, kind, metadata } = value as Record<string, unknown>;
    if (typeof apiVersion !== "string" || typeof kind !== "string") {
      throw new WiringError(`${file}: an object without apiVersion and kind`);
    }
    const name = (metadata as { name?: unknown } | null | undefined)?.name;
    const where = `${file}: ${kind} ${typeof name === "string" ? name : "without a name"}`;
    const known = KINDS[`${apiVersion} ${kind}`];
    if (known) return [{ where, kind: known, document: value }];
    if (ROUTING.test(`${apiVersion} ${kind}`)) {
      throw new WiringError(`${where}: the local broker does not know ${apiVersion} ${kind}`);
    }
    return [];
  });
}

function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Too many aliases (a "billion laughs" document).
    throw new WiringError(`${file}: not YAML: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

function check<S extends v.GenericSchema>(where: string, schema: S, document: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, document);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map(({ key }) => String(key)).join(".");
  throw new WiringError(`${where}: ${path ? `${path}: ` : ""}${issue.message}`);
}

function demandUnique(list: { where: string; value: { metadata: { name: string } } }[]): void {
  const seen = new Map<string, string>();
  for (const { where, value } of list) {
    const first = seen.get(value.metadata.name);
    if (first) throw new WiringError(`${where}: the same name as in ${first}`);
    seen.set(value.metadata.name, where);
  }
}

function settings(given: manifests.ManifestDelivery | undefined, otherwise: DeliverySettings): DeliverySettings {
  if (!given) return otherwise;
  return {
    retry: given.retry ?? 0,
    backoffPolicy: given.backoffPolicy,
    backoffDelayMs: given.backoffDelay,
    timeoutMs: given.timeout,
  };
}

function resolve(
  where: string,
  field: string,
  { ref, uri }: manifests.ManifestDestination,
  services: Set<string>,
): Destination {
  if (!ref) {
    if (uri === undefined || !/^https?:\/\//.test(uri) || !URL.canParse(uri)) {
      throw new WiringError(`${where}: ${field}.uri: an http or https URL is needed where there is no ref`);
    }
    return { url: uri };
  }
  if (ref.kind !== "Service" || !ref.apiVersion.startsWith("serving.knative.dev/")) {
    throw new WiringError(`${where}: ${field}.ref: only Knative Services can be called here, not ${ref.kind}`);
  }
  if (!services.has(ref.name)) throw new WiringError(`${where}: ${field}.ref: no Knative Service "${ref.name}"`);
  return { service: ref.name, path: uri ?? "/" };
}

function brokerOf(where: string, { ref }: manifests.ManifestDestination, brokers: Map<string, unknown>): string {
  if (ref?.kind !== "Broker") throw new WiringError(`${where}: spec.sink: only a Broker can be the sink here`);
  if (!brokers.has(ref.name)) throw new WiringError(`${where}: spec.sink: no Broker "${ref.name}"`);
  return ref.name;
}
