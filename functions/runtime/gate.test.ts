import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createGate } from "./gate.ts";
import { outcomeOf, Rejected, Unavailable } from "./outcome.ts";

test("no more run than the gate is wide, no more wait than it has room for, the rest is told to come back", async () => {
  const gate = createGate({ width: 2, queue: 3 });
  let now = 0;
  let most = 0;
  const task = () =>
    gate(async () => {
      most = Math.max(most, ++now);
      await sleep(5);
      now--;
      return "done";
    });
  const results = await Promise.allSettled(Array.from({ length: 8 }, task));
  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), ...Array(3).fill("rejected")]);
  const refused = results.at(-1) as PromiseRejectedResult;
  expect(outcomeOf(refused.reason)).toMatchObject({ status: 429, final: false, retryAfterSeconds: 1 });
});

test("a task that fails frees its place", async () => {
  const gate = createGate({ width: 1, queue: 1 });
  const failing = gate(() => Promise.reject(new Error("no")));
  const waiting = gate(async () => "done");
  await expect(failing).rejects.toThrow("no");
  expect(await waiting).toBe("done");
  expect(await gate(async () => "again")).toBe("again");
});

test.each([
  ["Rejected", new Rejected(413, "too large"), { status: 413, reason: "too large", final: true }],
  ["Unavailable", new Unavailable("twitch is away"), { status: 503, reason: "twitch is away", final: false }],
  [
    "anything else, without its words",
    new TypeError("token abc"),
    { status: 500, reason: "internal error", final: false },
  ],
  ["what is no error", "oops", { status: 500, reason: "internal error", final: false }],
])("the outcome of %s", (_, error, outcome) => {
  expect(outcomeOf(error)).toEqual(outcome);
});
