/** 300 pictures at once: more pods come, each of them reads, nothing is lost, and all go again. */
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { sumOf } from "../../knative/cli/status.ts";
import { agent, listen, PATIENT } from "./agent.ts";
import { frame } from "./frames.ts";
import { podGet, pods, unlessChannelFell, within } from "./kube.ts";

const READ = "tv.rotisserie.count.read.v1";
const FRAMES = 300;

describe("a burst of pictures", () => {
  /** Pictures read by each pod, as last seen. */
  const readBy = new Map<string, number>();

  beforeAll(async () => {
    await listen("test-read", READ, "204", PATIENT);
  });

  let sent = 0;
  const burst = async () => {
    await agent.forget();
    readBy.clear();
    const prefix = `burst_${++sent}_`;
    const events = Array.from({ length: FRAMES }, (_, index) => frame(`${prefix}${index}`, `${prefix}${index}`));
    expect(await agent.send(events, 50)).toEqual({ 202: FRAMES });
    const read = await within(100, `${FRAMES} readings`, async () => {
      // Looking takes CPU that the readings need.
      await sleep(1_000);
      for (const pod of await pods("rotisserie-ocr")) {
        const metrics = await podGet(pod, 3001, "/metrics").catch(() => "");
        readBy.set(pod, Math.max(readBy.get(pod) ?? 0, sumOf(metrics, "rotisserie_readings_total")));
      }
      const ours = (await agent.events(READ)).filter(({ subject }) => subject?.startsWith(prefix));
      return new Set(ours.map(({ subject }) => subject)).size === FRAMES ? ours : undefined;
    });
    const seconds = (Math.max(...read.map(({ at }) => at)) - (await agent.sent()).at) / 1000;
    process.stdout.write(`${FRAMES} read in ${seconds.toFixed(1)} s by ${JSON.stringify([...readBy.values()])}\n`);
    const working = [...readBy.values()].filter((count) => count > 0);
    expect(working.length).toBeGreaterThanOrEqual(2);
  };
  test("is read to the last one, by at least two pods", () => unlessChannelFell(burst), 400_000);

  test("is followed by silence", async () => {
    await within(120, "ocr is back at zero pods", async () =>
      (await pods("rotisserie-ocr")).length === 0 ? true : undefined,
    );
  });
});
