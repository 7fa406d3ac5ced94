/** The API documents: the examples hold, the documented four fields are there, and nothing invented passes. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { AllDocument, CurrentDocument } from "./api.ts";

const example = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./documents/${name}.json`, import.meta.url), "utf8"));

test.each([
  ["a running leader", CurrentDocument, "current"],
  ["a waiting lobby", CurrentDocument, "current.waiting"],
  ["nothing known yet", CurrentDocument, "current.looking"],
  ["every running match", AllDocument, "all"],
] as const)("%s: the example is what the schema says", (_name, schema, name) => {
  expect(v.parse<v.GenericSchema>(schema, example(name))).toEqual(example(name));
});

test("the four documented fields keep their names", () => {
  for (const document of example("all") as Record<string, unknown>[]) {
    expect(Object.keys(document)).toEqual(expect.arrayContaining(["stream_name", "alive", "stream_url", "updated"]));
  }
});

describe("refused", () => {
  test.each<[name: string, change: Record<string, unknown>]>([
    ["5,000 alive", { alive: 5000 }],
    ["half a player", { alive: 7.5 }],
    ["alive as text", { alive: "7" }],
    ["a time that is none", { updated: "now" }],
    ["a phase the API does not show", { phase: "ad" }],
    ["a confidence above one", { confidence: 1.2 }],
    ["a negative age", { age: -1 }],
    ["a history longer than a page can use", { history: Array.from({ length: 61 }, (_, i) => [i, 50]) }],
    ["no reason", { reason: undefined }],
  ])("%s", (_name, change) => {
    expect(v.safeParse(CurrentDocument, { ...(example("current") as object), ...change }).success).toBe(false);
  });
});

test("a field added later does not break an older reader", () => {
  expect(v.safeParse(CurrentDocument, { ...(example("current") as object), squads: 3 }).success).toBe(true);
});
