import { expect, test } from "vitest";
import { countRead, frameMissed } from "../functions/contracts/events.ts";
import { describeDelivery, describeLog } from "./lines.ts";

const at = new Date(2026, 0, 2, 3, 4, 5);
const fact = {
  outcome: "delivered",
  type: countRead.type,
  subject: "somebody",
  trigger: "t",
  subscriber: "rotisserie-poller",
  status: 204,
  ms: 3.4,
  attempts: 1,
  reply: undefined,
  detail: undefined,
} as const;
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const reading = { ok: true, phase: "match", alive: 23, confidence: 0.94, engine: "x" };

test.each([
  { name: "a count", given: fact, body: bytes(reading), says: / 204 +3 ms +23 alive, 94 %$/ },
  { name: "a lobby", given: fact, body: bytes({ ...reading, phase: "lobby" }), says: /23 in the lobby/ },
  { name: "unread", given: fact, body: bytes({ ok: false, reason: "no-counter" }), says: /unread: no-counter$/ },
  {
    name: "a miss",
    given: { ...fact, type: frameMissed.type },
    body: bytes({ reason: "ad" }),
    says: /no picture: ad$/,
  },
  {
    name: "a dead letter",
    given: { ...fact, outcome: "dead-lettered", status: 415, detail: "not a CloudEvent" } as const,
    body: bytes({}),
    says: /415 .* dead-lettered: not a CloudEvent$/,
  },
  { name: "no answer", given: { ...fact, status: undefined }, body: Buffer.from("{"), says: /poller +--- +3 ms$/ },
])("$name in one line", ({ given, body, says }) => {
  const line = describeDelivery(given, body, at);
  expect(line).toMatch(/^03:04:05 (count\.read|frame\.missed)\s+somebody\s+→ poller/);
  expect(line).toMatch(says);
});

test("a log line is words, and only from the level asked for", () => {
  const line = { level: "warn", time: "x", name: "ocr", msg: "busy", waiting: 3 };
  expect(describeLog("ocr", line, "warn")).toBe("warn  ocr: busy waiting=3");
  expect(describeLog("ocr", line, "error")).toBeUndefined();
});
