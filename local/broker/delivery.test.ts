import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs, deadLetterAttributes, isRetried, NO_RETRIES, parseDuration, retryDecision } from "./delivery.ts";

test.each([
  ["PT0.5S", 500],
  ["PT0,25S", 250],
  ["PT5S", 5000],
  ["PT2M", 120_000],
  ["PT1H1M1S", 3_661_000],
  ["P1D", 86_400_000],
  ["PT0S", 0],
  ["P", undefined],
  ["PT", undefined],
  ["P1DT", undefined],
  ["5s", undefined],
  ["PT-1S", undefined],
  ["P2D", undefined],
  ["", undefined],
])("the duration %s is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

describe("back-off", () => {
  const settings = { ...NO_RETRIES, retry: 4, backoffDelayMs: 100 };
  test.each([
    ["linear", [0, 100, 200, 300]],
    ["exponential", [100, 200, 400, 800]],
    [undefined, [0, 0, 0, 0]],
  ] as const)("%s", (backoffPolicy, waits) => {
    expect([0, 1, 2, 3].map((n) => backoffMs(n, { ...settings, backoffPolicy }))).toEqual(waits);
  });
  test("a policy without a delay waits for nothing", () => {
    expect(backoffMs(3, { ...settings, backoffPolicy: "exponential", backoffDelayMs: undefined })).toBe(0);
  });
});

test("of all statuses, exactly these are retried", () => {
  const retried = Array.from({ length: 500 }, (_, index) => index + 100).filter(isRetried);
  expect(retried).toEqual([404, 408, 409, 429, ...Array.from({ length: 100 }, (_, index) => index + 500)]);
});

test("retries end after as many as were asked for", () => {
  const attempt = { kind: "answer", status: 503, body: Buffer.alloc(0) } as const;
  const decisions = [0, 1, 2].map((n) => retryDecision(attempt, n, { ...NO_RETRIES, retry: 2 }));
  expect(decisions).toEqual(["retry", "retry", "dead"]);
});

test("error data is never longer than Knative's 1024 characters", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (body) => {
      const found = deadLetterAttributes({ kind: "answer", status: 400, body }, "http://ocr");
      expect(found.knativeerrordata?.length).toBeLessThanOrEqual(1024);
      expect(found).toMatchObject({ knativeerrordest: "http://ocr", knativeerrorcode: "400" });
    }),
  );
});
