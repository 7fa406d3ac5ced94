/** CPU and memory of each pod: asleep, awake without work, with one viewer, with as many pictures as it can read. */
import { setTimeout as sleep } from "node:timers/promises";
import { agent } from "../../test/cluster/agent.ts";
import { frame } from "../../test/cluster/frames.ts";
import { kubectl, mustTask, NAMESPACE } from "../../test/cluster/kube.ts";
import { current } from "../../test/cluster/truth.ts";
import type { BenchOptions } from "../cluster.ts";
import { CAPTURE, OCR, scaled } from "./rates.ts";
import { asleep } from "./starts.ts";
import { removeTrivial } from "./trivial.ts";
import { table, usage } from "./usage.ts";

/** Three or four of the kubelet's looks. */
const OVER_MS = 40_000;
/** The line is awake by then, and what a deploy started has gone. */
const SETTLE_MS = 30_000;
/** More than two cores read. */
const FLOOD = { frames: 200, everyMs: 4_000 };

const look = () => usage(NAMESPACE, kubectl, OVER_MS);

export async function pods({ say }: BenchOptions) {
  await removeTrivial();
  await Promise.all([asleep(OCR), asleep(CAPTURE)]);
  const nobody = await look();
  await Promise.all([scaled(OCR, 1), scaled(CAPTURE, 1)]);
  const awake = await look();
  await mustTask("deploy");
  await watching(SETTLE_MS);
  const [viewer] = await Promise.all([look(), watching(OVER_MS)]);
  const [flooded] = await Promise.all([look(), watching(OVER_MS), flood()]);
  const states = { "nobody watching": nobody, "awake, no work": awake, "one viewer": viewer, flooded };
  for (const line of table(states)) say(line);
  // The simulator stands for Twitch: it is no part of the product.
  const product = Object.entries(nobody).filter(([name]) => name !== "rotisserie-simulator");
  const cpu = Number(product.reduce((sum, [, one]) => sum + one.cpu, 0).toFixed(3));
  const megabytes = product.reduce((sum, [, one]) => sum + one.megabytes, 0);
  say(`nobody watching, all of it but the simulator: ${cpu.toFixed(3)} CPU, ${megabytes} MB`);
  return { states, idle: { cpu, megabytes } };
}

/** A viewer as the page is one: a question a second. */
export async function watching(ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await current().catch(() => null);
    await sleep(1_000);
  }
}

async function flood(): Promise<void> {
  const end = Date.now() + OVER_MS;
  for (let wave = 0; Date.now() < end; wave++) {
    const next = sleep(FLOOD.everyMs);
    const events = Array.from({ length: FLOOD.frames }, (_, index) =>
      frame(`flood-${wave}-${index}`, `flood_${index}`),
    );
    await agent.send(events, 50);
    await next;
  }
}
