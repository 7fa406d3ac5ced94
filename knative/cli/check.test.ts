import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { combinations, createValidator, type Validator } from "./check.ts";
import type { KubeObject } from "./render.ts";

const root = join(import.meta.dirname, "..", "..");
const trigger = (spec: object): KubeObject => ({
  apiVersion: "eventing.knative.dev/v1",
  kind: "Trigger",
  metadata: { name: "some" },
  spec: { broker: "rotisserie", subscriber: { uri: "http://some.where" }, ...spec },
});

describe("the offline check", () => {
  let validate: Validator;
  beforeAll(async () => {
    validate = await createValidator(root);
  });

  test("takes what the API server takes", () => {
    expect(validate(trigger({ delivery: { retry: 2, backoffPolicy: "exponential", backoffDelay: "PT1S" } }))).toEqual(
      [],
    );
  });

  test.each([
    { name: "a misspelt field", spec: { delivry: {} }, says: "delivry" },
    { name: "a misspelt field deep inside", spec: { delivery: { retries: 2 } }, says: "retries" },
    { name: "text where a number belongs", spec: { delivery: { retry: "2" } }, says: "/spec/delivery/retry" },
  ])("refuses $name", ({ spec, says }) => {
    expect(validate(trigger(spec)).join("\n")).toContain(says);
  });

  test("refuses a kind that it does not know", () => {
    expect(validate({ apiVersion: "v1", kind: "Pot", metadata: { name: "some" } })[0]).toContain(
      "no schema for v1/Pot",
    );
  });

  test("renders every combination, and no two sizes at once", () => {
    const all = combinations();
    expect(all.length).toBe(96 + 12);
    expect(all.some(({ components }) => components.includes("size-small") && components.includes("size-large"))).toBe(
      false,
    );
  });
});
