/** The table of rules against Knative's Broker: whatever it answers, the local broker must answer too. */
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { compare } from "../broker-rules/expect.ts";
import { type Observations, observe } from "../broker-rules/harness.ts";
import { knativeInstallation, nodeAddress } from "../broker-rules/knative.ts";
import { ingressRules, rules } from "../broker-rules/rules.ts";

describe("Knative's Broker keeps the same rules", () => {
  let observations: Observations;

  beforeAll(async () => {
    const { env } = process;
    const host = env.ROTISSERIE_TEST_HOST ?? (await nodeAddress(env));
    const namespace = `broker-rules-${randomBytes(3).toString("hex")}`;
    observations = await observe(rules, ingressRules, knativeInstallation({ env, namespace, host }));
  }, 600_000);

  test.each(rules.map((rule, index) => ({ ...rule, index })))("$name", (rule) => {
    const { expected, actual } = compare(rule, rule.index, observations);
    expect(actual).toEqual(expected);
  });

  test.each(ingressRules.map((rule, index) => ({ ...rule, index })))("ingress, $name: $status", ({ index, status }) => {
    expect(observations.ingress[index]).toBe(status);
  });
});
