/** The command as it is typed, against a function that really runs. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../functions/contracts/event.ts";
import { countRead, frameCaptured, streamFound } from "../functions/contracts/events.ts";
import { createLog } from "../functions/runtime/log.ts";
import { createMetrics } from "../functions/runtime/metrics.ts";
import { on, type Running, serve } from "../functions/runtime/serve.ts";
import { freshen, parseSend } from "./example.ts";

let running: Running;
const seen: Event[] = [];

beforeAll(async () => {
  running = await serve({
    name: "send-test",
    port: 0,
    log: createLog("send-test", "silent"),
    metrics: createMetrics("send-test"),
    subscriptions: [
      on(streamFound, async (event) => {
        seen.push(event);
        return undefined;
      }),
      on(frameCaptured, async ({ subject, attributes }) => {
        const { roundid, traceparent, deadline, frametime, game } = attributes;
        return countRead.create({
          id: "c1",
          subject,
          time: frametime,
          attributes: { roundid, traceparent, deadline, frametime, game },
          data: { ok: false, reason: "no-counter" },
        });
      }),
    ],
  });
});
afterAll(() => running.stop());

const send = (...words: string[]) =>
  promisify(execFile)(process.execPath, ["--import", "tsx", "local/send.ts", ...words]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

describe("npm run send", () => {
  test("a found stream arrives, current and under the name asked for", async () => {
    const { code, stdout } = await send("stream.found", "--to", `http://127.0.0.1:${running.port}`, "--login", "fox");
    expect([code, stdout]).toEqual([0, expect.stringContaining("204")]);
    expect(seen).toMatchObject([{ subject: "fox", data: { login: "fox", displayName: "fox" } }]);
    expect(Date.parse(String(seen[0]?.attributes.deadline))).toBeGreaterThan(Date.now());
  });

  test("a picture's reply is shown", async () => {
    const { code, stdout } = await send("frame.captured", `http://127.0.0.1:${running.port}`);
    expect([code, stdout]).toEqual([0, expect.stringContaining('{"ok":false,"reason":"no-counter"}')]);
  });

  test("a refusal is shown with its reason, exit 1", async () => {
    const { code, stdout } = await send("count.read", "--to", `http://127.0.0.1:${running.port}`);
    expect([code, stdout]).toEqual([1, expect.stringContaining("422 send-test does not take")]);
  });

  test("nobody there: one line, exit 1", async () => {
    const { code, stderr } = await send("count.read", "--to", "http://127.0.0.1:9");
    expect([code, stderr.trim().split("\n").length]).toEqual([1, 1]);
  });
});

describe("its words", () => {
  const names = ["tick", "stream.found"];
  test.each([
    [["tick"], { name: "tick" }],
    [["stream.found", "http://x:1"], { name: "stream.found", to: "http://x:1" }],
    [["--login", "fox", "stream.found", "--to", "http://x"], { name: "stream.found", to: "http://x", login: "fox" }],
  ])("%j", (words, expected) => {
    expect(parseSend(words, names)).toEqual(expected);
  });

  test.each([
    [[], "which event? One of tick, stream.found"],
    [["count"], "which event?"],
    [["tick", "--to"], "--to needs a value"],
    [["tick", "--loud"], "--loud is unknown"],
    [["tick", "ftp://x"], "no http or https URL"],
  ])("%j is refused: %s", (words, reason) => {
    expect(() => parseSend(words, names)).toThrow(reason);
  });
});

test("only what the example has is made current", () => {
  const fresh = freshen({ id: "1", time: "then", data: {} }, { now: 0, unique: "u", traceparent: "t", login: "fox" });
  expect(fresh).toEqual({ id: "send-u", time: "1970-01-01T00:00:00.000Z", data: {} });
});
