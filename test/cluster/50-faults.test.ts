/** Pods killed under load. Every event that was sent is read, missed, expired, dead-lettered, or named as lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { agent, listen, PATIENT } from "./agent.ts";
import { found, frame } from "./frames.ts";
import { kubectl, podGet, pods, unlessChannelFell, within } from "./kube.ts";
import { truth } from "./truth.ts";

const CAPTURED = "tv.rotisserie.frame.captured.v1";
const MISSED = "tv.rotisserie.frame.missed.v1";
const READ = "tv.rotisserie.count.read.v1";

beforeAll(async () => {
  await listen("test-captured", CAPTURED, "204", PATIENT);
  await listen("test-missed", MISSED, "204", PATIENT);
  await listen("test-read", READ, "204", PATIENT);
});

async function deadLettered(): Promise<string[]> {
  const lists = await Promise.all(
    (await pods("rotisserie-poller")).map((pod) => podGet(pod, 3000, "/dead-letters").catch(() => "[]")),
  );
  return lists.flatMap((list) => (JSON.parse(list) as { id: string }[]).map(({ id }) => id));
}

/** Ids of `sent` that nothing is known of. An event's round is its id here, and its answers carry it on. */
async function unaccounted(sent: string[], answers: string[]): Promise<string[]> {
  const rounds = new Set(
    (await agent.events()).filter(({ type }) => answers.includes(type)).map(({ roundid }) => roundid),
  );
  const dead = new Set(await deadLettered());
  return sent.filter((id) => !rounds.has(id) && !dead.has(id));
}

async function kill(service: string): Promise<void> {
  const names = await within(30, `a pod of ${service}`, async () => {
    const running = await pods(service);
    return running.length > 0 ? running : undefined;
  });
  await kubectl(["delete", "pod", ...names, "--force", "--grace-period=0"]);
}

/** Sends ten batches, a second apart, and does the harm after the third. */
async function under(load: () => Parameters<typeof agent.send>[0], harm: () => Promise<void>): Promise<string[]> {
  const sent: string[] = [];
  let harmed = Promise.resolve();
  for (let batch = 0; batch < 10; batch++) {
    const events = load();
    const statuses = await agent.send(events, 10);
    const taken = Object.keys(statuses);
    // What the Broker did not take was not sent: its sender knows and tries again.
    if (taken.length === 1 && taken[0] === "202") sent.push(...events.map(({ headers }) => headers["ce-id"] ?? ""));
    if (batch === 2) harmed = harm();
    await sleep(1000);
  }
  await harmed;
  return sent;
}

async function account(sent: string[], answers: string[]): Promise<string[]> {
  let left: string[] = sent;
  await within(90, "every event is accounted for", async () => {
    left = await unaccounted(sent, answers);
    return left.length === 0 ? true : undefined;
  }).catch(() => undefined);
  return left;
}

let number = 0;
const frames = () => Array.from({ length: 12 }, () => frame(`fault-${++number}`, `fault_${number}`, 120));

describe("killed under load", () => {
  test(
    "ocr: every picture is accounted for",
    () =>
      unlessChannelFell(async () => {
        const sent = await under(frames, () => kill("rotisserie-ocr"));
        expect(sent.length).toBeGreaterThan(100);
        expect(await account(sent, [READ])).toEqual([]);
      }),
    400_000,
  );

  test(
    "capture: every stream is accounted for",
    () =>
      unlessChannelFell(async () => {
        const logins = Object.keys(await truth());
        const streams = () => logins.slice(0, 4).map((login) => found(`fault-${++number}`, login, 90));
        const sent = await under(streams, () => kill("rotisserie-capture"));
        expect(await account(sent, [CAPTURED, MISSED])).toEqual([]);
      }),
    400_000,
  );

  test(
    "poller: every picture read meanwhile reaches the board or the dead letters",
    () =>
      unlessChannelFell(async () => {
        const sent = await under(frames, () => kill("rotisserie-poller"));
        expect(await account(sent, [READ])).toEqual([]);
        await within(60, "the poller is back", async () =>
          (await pods("rotisserie-poller")).length > 0 ? true : undefined,
        );
      }),
    400_000,
  );

  test(
    "broker-ingress: what it took is delivered; what the in-memory channel lost is listed",
    () =>
      unlessChannelFell(async () => {
        const sent = await under(frames, async () => {
          const selector = "eventing.knative.dev/brokerRole=ingress";
          await kubectl(["delete", "pod", "-n", "knative-eventing", "-l", selector, "--force", "--grace-period=0"]);
        });
        const lost = await account(sent, [READ]);
        process.stdout.write(
          `lost with the killed broker-ingress: ${lost.length} of ${sent.length} ${JSON.stringify(lost)}\n`,
        );
        // At most what was on its way through the ingress at that moment: one batch.
        expect(lost.length).toBeLessThanOrEqual(12);
      }),
    400_000,
  );
});
