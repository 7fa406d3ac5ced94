/** The table of rules against the local broker. test/cluster runs the same table against Knative's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type RunningBroker, startBroker } from "../../local/broker/broker.ts";
import { parseWiring } from "../../local/broker/wiring.ts";
import { compare } from "./expect.ts";
import { type Observations, observe } from "./harness.ts";
import { ingressRules, rules } from "./rules.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe("the local broker keeps Knative's rules", () => {
  let observations: Observations;
  let broker: RunningBroker | undefined;

  beforeAll(async () => {
    observations = await observe(rules, ingressRules, {
      listen: { host: "127.0.0.1", reachableAs: "127.0.0.1" },
      install: async (objects) => {
        const wiring = parseWiring([{ name: "rules.yaml", text: objects.map((one) => stringify(one)).join("---\n") }]);
        const started = await startBroker({ wiring, addressOf: () => undefined, port: 0, log: silent });
        broker = started;
        return started.urlOf;
      },
      remove: async () => broker?.stop(),
      quietMs: 2000,
    });
  });
  afterAll(() => broker?.stop());

  test.each(rules.map((rule, index) => ({ ...rule, index })))("$name", (rule) => {
    const { expected, actual } = compare(rule, rule.index, observations);
    expect(actual).toEqual(expected);
  });

  test.each(ingressRules.map((rule, index) => ({ ...rule, index })))("ingress, $name: $status", ({ index, status }) => {
    expect(observations.ingress[index]).toBe(status);
  });
});
