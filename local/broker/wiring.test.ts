import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contracts, tick } from "../../functions/contracts/events.ts";
import { list, root } from "../../test/sources.ts";
import { BROKER_DEFAULT } from "./delivery.ts";
import { parseWiring, WiringError } from "./wiring.ts";

const read = (path: string) => ({ name: path, text: readFileSync(`${root}/${path}`, "utf8") });

describe("the manifests that are deployed", () => {
  const wiring = parseWiring(list(["knative/base"], [".yaml"]).map(read));

  test("one Trigger per arrow, each filtered by one type", () => {
    const arrows = wiring.triggers.map(({ filters, subscriber }) => {
      const [filter, ...more] = filters;
      expect(more).toEqual([]);
      const types = filter && "exact" in filter ? Object.values(filter.exact) : [];
      return [types.join(), "service" in subscriber ? subscriber.service : subscriber.url];
    });
    const wanted = [tick, ...contracts].flatMap(({ type, receivers }) =>
      receivers.map((receiver) => [type, `rotisserie-${receiver}`]),
    );
    expect(arrows.sort()).toEqual(wanted.sort());
  });

  test("what fails goes to the poller, and nothing is tried for minutes", () => {
    for (const { deadLetterSink, delivery } of wiring.triggers) {
      expect(deadLetterSink).toMatchObject({ service: "rotisserie-poller" });
      expect(delivery.retry).toBeLessThanOrEqual(5);
      expect(delivery.timeoutMs).toBeLessThanOrEqual(30_000);
    }
  });

  test("the Broker answers at once, the clock ticks every 5 s, the poller knows its sink", () => {
    expect(wiring.brokers).toEqual([{ name: "rotisserie", async: true }]);
    expect(wiring.ticks).toMatchObject([
      { schedule: "*/5 * * * * *", timezone: "UTC", contentType: "application/json" },
    ]);
    expect(wiring.ticks[0]?.body.toString()).toBe("{}");
    expect(wiring.sinks).toEqual([{ service: "rotisserie-poller", broker: "rotisserie", extensions: {} }]);
  });
});

const broker = `
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: default}
`;
const service = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: ocr}
spec: {template: {spec: {containerConcurrency: 1, containers: []}}}
`;
const trigger = (spec: string) => `
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: frames}
spec: ${spec}
`;
const toOcr = "subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: ocr}}";
const source = (spec: string) => `
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: {name: tick}
spec: {sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}, ${spec}}
`;
const parse = (...documents: string[]) => parseWiring([{ name: "10-test.yaml", text: documents.join("\n---\n") }]);

describe("what a manifest leaves out", () => {
  test("a Broker without delivery has Knative's default", () => {
    const [found] = parse(broker, service, trigger(`{broker: default, ${toOcr}}`)).triggers;
    expect(found).toMatchObject({ delivery: BROKER_DEFAULT, filters: [], attributes: {}, deadLetterSink: undefined });
  });

  test("a Trigger without broker means default, a PingSource without zone UTC, without schedule every minute", () => {
    const wiring = parse(broker, service, trigger(`{${toOcr}}`), source("data: x"));
    expect(wiring.triggers[0]?.broker).toBe("default");
    expect(wiring.ticks[0]).toMatchObject({ schedule: "* * * * *", timezone: "UTC", contentType: undefined });
  });

  test("a sink's path is kept", () => {
    const sink = "{ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: ocr}, uri: /dead}";
    const [found] = parse(broker, service, trigger(`{${toOcr}, delivery: {deadLetterSink: ${sink}}}`)).triggers;
    expect(found?.deadLetterSink).toEqual({ service: "ocr", path: "/dead" });
  });

  test("other objects, comments and empty documents are none of its business", () => {
    const other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}";
    expect(parse("# nothing", "", other, broker).brokers).toHaveLength(1);
  });
});

describe("a manifest it cannot follow is one line that names file, object and problem", () => {
  const bad = (spec: string) => [broker, service, trigger(`{${toOcr}, ${spec}}`)];
  test.each<[string, string[], string]>([
    ["not YAML", ["a: [1"], "10-test.yaml: not YAML: "],
    ["a tab", ["a:\n\tb: 1"], "10-test.yaml: not YAML: "],
    ["a text", ["hello"], "10-test.yaml: not a Kubernetes object"],
    ["no kind", ["a: 1"], "10-test.yaml: an object without apiVersion and kind"],
    [
      "no name",
      ["apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: {}"],
      "Broker without a name: metadata.name",
    ],
    ["two of one name", [broker, broker], "Broker default: the same name as in 10-test.yaml: Broker default"],
    ["a bad retry", bad("delivery: {retry: many}"), "10-test.yaml: Trigger frames: spec.delivery.retry: "],
    ["a retry below none", bad("delivery: {retry: -1}"), "spec.delivery.retry: "],
    ["a policy of its own", bad("delivery: {backoffPolicy: random}"), "spec.delivery.backoffPolicy: "],
    ["a delay in seconds", bad("delivery: {backoffDelay: 5s}"), "like PT0.5S"],
    ["no time at all", bad("delivery: {timeout: PT0S}"), "spec.delivery.timeout: "],
    ["a misspelled field", bad("delivery: {backofDelay: PT1S}"), "backofDelay"],
    ["retryAfterMax, which Knative refuses too", bad("delivery: {retryAfterMax: PT1S}"), "retryAfterMax"],
    ["a filter of two dialects", bad("filters: [{exact: {type: a}, prefix: {type: b}}]"), "one of exact, prefix"],
    ["a filter it does not know", bad("filters: [{cesql: \"type = 'a'\"}]"), "one of exact, prefix"],
    ["an empty filter", bad("filters: [{exact: {}}]"), "spec.filters.0"],
    ["an attribute name in capitals", bad("filters: [{exact: {Type: a}}]"), "spec.filters.0"],
    ["another Broker", [service, trigger(`{broker: other, ${toOcr}}`)], 'spec.broker: no Broker "other"'],
    ["a Service nobody declares", [broker, trigger(`{${toOcr}}`)], 'spec.subscriber.ref: no Knative Service "ocr"'],
    ["a subscriber that is nothing", [broker, trigger("{subscriber: {}}")], "either ref or uri"],
    ["a path alone", [broker, trigger("{subscriber: {uri: /x}}")], "spec.subscriber.uri: an http or https URL"],
    [
      "a plain Kubernetes Service",
      [broker, trigger("{subscriber: {ref: {apiVersion: v1, kind: Service, name: ocr}}}")],
      "only Knative Services can be called here",
    ],
    ["a schedule of words", [broker, source("schedule: often")], "PingSource tick: spec: schedule"],
    ["@every", [broker, source('schedule: "@every 5s"')], 'schedule "@every 5s"'],
    ["seven fields", [broker, source('schedule: "0 0 0 1 1 1 2030"')], "5 or 6 fields"],
    ["second 61", [broker, source('schedule: "61 * * * * *"')], "a cron schedule"],
    [
      "a zone on the moon",
      [broker, source('schedule: "* * * * *", timezone: Moon/Base')],
      "timezone Moon/Base: a name of the IANA list",
    ],
    ["JSON that is none", [broker, source('contentType: application/json, data: "["')], "not a JSON object"],
    ["data twice", [broker, source("data: a, dataBase64: YQ==")], "data and dataBase64 at once"],
    ["a tick for nobody", [source("data: x")], 'spec.sink: no Broker "default"'],
    [
      "an object that would route events",
      ["apiVersion: flows.knative.dev/v1\nkind: Sequence\nmetadata: {name: x}"],
      "Sequence x: the local broker does not know flows.knative.dev/v1 Sequence",
    ],
    [
      "a version it does not know",
      ["apiVersion: eventing.knative.dev/v1beta3\nkind: Trigger\nmetadata: {name: x}"],
      "does not know eventing.knative.dev/v1beta3 Trigger",
    ],
    [
      "a bomb of aliases",
      [
        `apiVersion: v1\nkind: X\na: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
      ],
      "not YAML: Excessive alias count",
    ],
  ])("%s", (_, documents, problem) => {
    let message = "";
    try {
      parse(...documents);
    } catch (error) {
      expect(error).toBeInstanceOf(WiringError);
      message = (error as Error).message;
    }
    expect(message).toContain(problem);
    expect(message).toMatch(/^10-test\.yaml: /);
    expect(message).not.toContain("\n");
  });

  test("a file of two megabytes", () => {
    expect(() => parse("#".repeat(2 * 1024 * 1024))).toThrow("10-test.yaml: larger than");
  });
});
