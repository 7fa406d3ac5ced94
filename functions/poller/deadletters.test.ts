import { expect, test } from "vitest";
import { createDeadLetters, type DeadLetter } from "./deadletters.ts";

const letter = (attributes: Record<string, unknown>, id = "1") => ({
  id,
  source: "/x",
  type: "tv.rotisserie.stream.found.v1",
  subject: "alpha",
  time: undefined,
  datacontenttype: "application/json",
  attributes,
  data: { playbackHint: "https://hints.example/secret?sig=1" },
});
const taken = (attributes: Record<string, unknown>): DeadLetter | undefined => {
  const letters = createDeadLetters({ now: () => 0, onLetter: () => {} });
  letters.take(letter(attributes));
  return letters.list()[0];
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each<[name: string, data: unknown, reason: string]>([
  ["Knative's base64", base64("data.alive: Expected number\n"), "data.alive: Expected number"],
  ["plain words", "the region is off the frame", "the region is off the frame"],
  ["a word that could be base64 but is no text then", "busy", "busy"],
  ["nothing", undefined, ""],
  [
    "a URL with a signature",
    base64("GET https://video.example/a/b.m3u8?sig=1 failed"),
    "GET https://video.example/… failed",
  ],
  ["a whole page", base64("x".repeat(5_000)), "x".repeat(300)],
])("the reason in %s", (_name, data, reason) => {
  expect(taken({ knativeerrordest: "http://ocr/", knativeerrordata: data })?.reason).toBe(reason);
});

test("never the event's data or its hint", () => {
  const text = JSON.stringify(
    taken({ knativeerrordest: "http://capture/?x=1", playbackhint: "https://hints.example/y?sig=2" }),
  );
  expect(text).not.toMatch(/hints\.example|sig=|secret/);
});

test("keeps the last 200, newest first, and reports every one", () => {
  let reported = 0;
  const letters = createDeadLetters({ now: () => 0, onLetter: () => reported++ });
  for (let i = 0; i < 250; i++)
    letters.take(letter({ knativeerrordest: "http://ocr/", knativeerrorcode: 422 }, `e${i}`));
  expect([letters.list().length, letters.list()[0]?.id, letters.list().at(-1)?.id, reported]).toEqual([
    200,
    "e249",
    "e50",
    250,
  ]);
});
