/** New images while viewers ask 50 times a second: every answer is 200, none is empty, none is wrong. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { agent } from "./agent.ts";
import { kubectl, mustTask, object, REGISTRY } from "./kube.ts";
import { firstLeader, type Stream, truth, wrong } from "./truth.ts";

const RATE = 50;

const revision = async () =>
  (await object<{ status: { latestReadyRevisionName: string } }>("ksvc", "rotisserie-poller")).status
    .latestReadyRevisionName;

describe("task roll", () => {
  test("is gapless", async () => {
    await firstLeader(120);
    const before = await revision();
    await agent.startLoad({ url: "http://rotisserie-app:3000/current", rate: RATE, seconds: 420 });
    const began = Date.now();
    let rolling = true;
    // The revision is in the images' labels, so these are other images, and Knative sees it.
    const more = {
      IMAGE_TAG: `${process.env.IMAGE_TAG}-roll${Date.now().toString(36)}`,
      // Twitch does not start anew because we roll; a simulator that did would play another story than the one asked about.
      SIMULATOR_IMAGE: `${REGISTRY}/rotisserie-simulator:${process.env.IMAGE_TAG}`,
    };
    const roll = (async () => {
      for (const verb of ["images", "tag-images", "upload-images", "deploy"]) await mustTask(verb, more);
    })().finally(() => {
      rolling = false;
    });
    const checked = new Set<string>();
    const mistakes: string[] = [];
    const look = async () => {
      const [{ answers }, shown] = [await agent.load(), await truth()];
      for (const answer of Object.keys(answers)) {
        if (checked.has(answer)) continue;
        checked.add(answer);
        const [name = "", alive = "", updated = ""] = answer.split(" ");
        const stream: Stream = {
          stream_name: name,
          alive: alive === "null" ? null : Number(alive),
          phase: "match",
          updated,
        };
        const problem = alive === "null" ? undefined : wrong(stream, shown);
        if (problem) mistakes.push(problem);
      }
    };
    while (rolling) {
      await look().catch(() => undefined); // The API server may be slow while images are pushed.
      await sleep(5_000);
    }
    await roll;
    const seconds = Math.round((Date.now() - began) / 1000);
    await sleep(15_000);
    await look();
    const { asked, statuses, empty, slowestMs, failures } = await agent.load();
    process.stdout.write(
      `roll: ${seconds} s, ${asked} questions, ${JSON.stringify(statuses)}, slowest ${slowestMs} ms, ${checked.size} different answers\n`,
    );
    expect(await revision()).not.toBe(before);
    expect(failures).toEqual([]);
    expect(Object.keys(statuses)).toEqual(["200"]);
    expect(empty).toBe(0);
    expect(mistakes).toEqual([]);
    expect(seconds).toBeLessThan(300);
    await kubectl(["get", "ksvc"]);
  }, 480_000);
});
