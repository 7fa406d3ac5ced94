/** Nobody watching: nothing runs. Somebody comes: the line wakes and shows the right number. */
import { mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sumOf } from "../../knative/cli/status.ts";
import { agent, listen } from "./agent.ts";
import { IDLE_AFTER_S, kubectl, mustTask, podGet, pods, root, watchPods, within } from "./kube.ts";
import { current, firstLeader, running } from "./truth.ts";

const FOUND = "tv.rotisserie.stream.found.v1";
/** The first viewer's promise. */
const FIRST_MS = 10_000;
/** Part of the CPUs that have nothing to do before he comes: with less, the machine's other work gets two more tries. */
const FREE = 0.5;
const BUSY_TRIES = 3;
/** An older reading makes no leader. */
const LEADS_MS = 30_000;
const watch = watchPods();

afterAll(async () => {
  watch.stop();
  mkdirSync(join(root, ".cache"), { recursive: true });
  watch.save(join(root, ".cache/cluster-pods.jsonl"));
});

const asleep = async () => {
  const left = [...(await pods("rotisserie-capture")), ...(await pods("rotisserie-ocr"))];
  return left.length === 0 ? true : undefined;
};

async function freePart(ms: number): Promise<number> {
  const look = () => {
    const times = cpus().map(({ times: { idle, user, nice, sys, irq } }) => [idle, idle + user + nice + sys + irq]);
    return [0, 1].map((which) => times.reduce((sum, one) => sum + (one[which] ?? 0), 0));
  };
  const [idle = 0, all = 0] = look();
  await sleep(ms);
  const [idleThen = 0, allThen = 1] = look();
  return (idleThen - idle) / (allThen - all);
}

async function pollerMetrics(): Promise<string> {
  const [pod] = await pods("rotisserie-poller");
  return podGet(pod ?? "", 3000, "/metrics");
}

describe("demand", () => {
  test("the clock ticks on and capture and ocr sleep, a minute after the last viewer", async () => {
    await within(60, "the line is awake", async () => {
      await current();
      return (await asleep()) ? undefined : true;
    });
    const began = Date.now();
    // The limit in the settings, a minute for Knative to take the pods away, and the time of one look.
    await within(IDLE_AFTER_S + 60 + 5, "capture and ocr are at zero pods", asleep);
    process.stdout.write(`asleep ${Date.now() - began} ms after the last viewer (idle limit ${IDLE_AFTER_S} s)\n`);
    const before = await pollerMetrics();
    await sleep(16_000);
    const after = await pollerMetrics();
    const ticks = (text: string) =>
      sumOf(text, "rotisserie_events_total", 'type="dev.knative.sources.ping",outcome="handled"');
    expect(ticks(after) - ticks(before)).toBeGreaterThanOrEqual(2);
    expect(sumOf(after, "rotisserie_samples_total")).toBe(sumOf(before, "rotisserie_samples_total"));
    expect(await asleep()).toBe(true);
  });

  test("the first viewer sees a right number within 10 s", async () => {
    const times: number[] = [];
    let busy = true;
    while (busy && times.length < BUSY_TRIES && times.every((ms) => ms > FIRST_MS)) {
      await within(IDLE_AFTER_S + 60 + 5, "capture and ocr are at zero pods", asleep);
      // What the try before has read may lead no more.
      if (times.length > 0) await sleep(LEADS_MS);
      // Five simulated streams may all be between two matches.
      await within(120, "a running match", async () => ((await running()).length > 0 ? true : undefined));
      const before = watch.changes.length;
      const free = await freePart(3_000);
      busy = free < FREE;
      const { leader, ms } = await firstLeader(60);
      times.push(ms);
      process.stdout.write(
        `first number ${ms} ms after the first viewer: ${leader.stream_name}, ${leader.alive} alive (${(100 * free).toFixed(0)} % of the CPUs were free before)\n`,
      );
      const came = watch.changes.slice(before);
      expect(came.some(({ service, count }) => service === "rotisserie-ocr" && count > 0)).toBe(true);
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(FIRST_MS);
  }, 420_000);
});

describe("one due stream", () => {
  let login = "";
  beforeAll(async () => {
    login = await within(120, "a running match", async () => (await running())[0]);
    await mustTask("deploy", { ROTISSERIE_ALLOWLIST: login });
    const [copied = ""] = await within(60, "one poller", async () => {
      const there = await pods("rotisserie-poller");
      return there.length === 1 ? there : undefined;
    });
    // It started with a copy of the board, and would follow the other streams for 100 s. One that dies leaves no copy.
    await kubectl(["delete", "pod", copied, "--force", "--grace-period=0"]);
    await within(60, "a poller without a past", async () => {
      await current();
      return (await pods("rotisserie-poller")).some((pod) => pod !== copied) || undefined;
    });
    await listen("test-found", FOUND);
  });
  afterAll(async () => {
    await mustTask("deploy");
  }, 120_000);

  test("gives one stream.found for each tick that finds it due", async () => {
    await agent.forget();
    for (let second = 0; second < 30; second++) {
      await current();
      await sleep(1000);
    }
    const events = await agent.events(FOUND);
    const rounds = new Map(
      events.map((event) => [event.roundid, events.filter(({ roundid }) => roundid === event.roundid)]),
    );
    expect(events.length).toBeGreaterThan(0);
    for (const round of rounds.values()) expect(round.map(({ subject }) => subject)).toEqual([login]);
  });
});
