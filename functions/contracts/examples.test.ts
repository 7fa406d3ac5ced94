/** The examples are documentation: each is a complete structured CloudEvent that its contract takes, over the wire too. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readEvent, writeEvent } from "../runtime/wire.ts";
import { contracts, tick } from "./events.ts";

const folder = new URL("./examples/", import.meta.url);
const examples = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
const headers = { "content-type": "application/cloudevents+json" };

test("every event has an example, named like the event", () => {
  const names = examples.map(({ name }) => name.replace(".json", ""));
  for (const { type } of contracts) expect(names).toContain(type.replace(/^tv\.rotisserie\.|\.v1$/g, ""));
  expect(names).toContain("tick");
});

test.each(examples)("$name is what its contract takes, and survives both modes", ({ name, text }) => {
  const raw = readEvent(headers, Buffer.from(text));
  const contract = contracts.find(({ type }) => type === raw.type);
  if (!contract) {
    expect([name, raw.type, raw.data]).toEqual(["tick.json", tick.type, {}]);
    return;
  }
  expect(name.startsWith(`${contract.type.replace(/^tv\.rotisserie\.|\.v1$/g, "")}.`)).toBe(true);
  const event = contract.parse(raw);
  expect(event.source).toBe(`/rotisserie/${contract.sender}`);
  const written = writeEvent(event);
  const back = contract.parse(readEvent(written.headers, written.body));
  // A Buffer is a Uint8Array, but not an equal one.
  const data: unknown = back.data instanceof Uint8Array ? new Uint8Array(back.data) : back.data;
  expect({ ...back, data }).toEqual(event);
});

test("the examples tell one story: one round, one trace, one stream, one picture", () => {
  const stories = examples
    .filter(({ name }) => name !== "tick.json")
    .map(({ text }) => {
      const { roundid, traceparent, subject, deadline } = JSON.parse(text) as Record<string, unknown>;
      return { roundid, traceparent, subject, deadline };
    });
  expect(new Set(stories.map((story) => JSON.stringify(story))).size).toBe(1);
});
