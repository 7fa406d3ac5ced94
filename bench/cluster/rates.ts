/** Frames a second with 1, 2 and 3 pods, beside what the bare cores of this machine read. */
import { setTimeout as sleep } from "node:timers/promises";
import { agent, listen, PATIENT } from "../../test/cluster/agent.ts";
import { frame } from "../../test/cluster/frames.ts";
import { kubectl, mustTask, pods, within } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { bareRate, WARM } from "./bare.ts";
import { removeTrivial } from "./trivial.ts";

export const READ = "tv.rotisserie.count.read.v1";
export const OCR = "rotisserie-ocr";
export const CAPTURE = "rotisserie-capture";
/** Pictures at once, as in the cluster test. */
export const FRAMES = 300;
/** Each look costs as much CPU as several readings, and the figure comes from the agent's clock anyway. */
const LOOK_MS = 2_000;

let number = 0;

/** Exactly so many pods of a function, and none of an older revision. */
export async function scaled(service: string, count: number): Promise<void> {
  const scale = { "autoscaling.knative.dev/min-scale": `${count}`, "autoscaling.knative.dev/max-scale": `${count}` };
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations: scale } } } });
  await kubectl(["patch", "ksvc", service, "--type", "merge", "--patch", patch]);
  await kubectl(["wait", "--for=condition=Ready", `ksvc/${service}`, "--timeout=120s"]);
  await within(120, `${count} pods of ${service}, and no older ones`, async () => {
    const all = await kubectl.objects(["get", "pods", "-l", `serving.knative.dev/service=${service}`]);
    return all.length === count && (await pods(service)).length === count ? true : undefined;
  });
}

/** Frames a second from the first that is sent to the last reading. */
export async function burst(frames = FRAMES): Promise<number> {
  await agent.forget();
  const subject = `burst_${++number}_`;
  await agent.send(
    Array.from({ length: frames }, (_, index) => frame(`${subject}${index}`, `${subject}${index}`)),
    50,
  );
  for (let looks = 0; looks < 60; looks++) {
    await sleep(LOOK_MS);
    const read = (await agent.events(READ)).filter((event) => event.subject?.startsWith(subject));
    if (new Set(read.map((event) => event.subject)).size < frames) continue;
    return (frames * 1000) / (Math.max(...read.map(({ at }) => at)) - (await agent.sent()).at);
  }
  throw new Error(`${frames} readings: not within ${(60 * LOOK_MS) / 1000} s`);
}

export async function rates({ say }: BenchOptions) {
  await removeTrivial();
  await listen("bench-read", READ, "204", PATIENT);
  const bare = await bareRate(FRAMES);
  say(`two bare cores: ${bare.toFixed(1)} frames/s`);
  const found: { pods: number; perSecond: number }[] = [];
  for (const count of [1, 2, 3]) {
    await scaled(OCR, count);
    // As warm as the bare cores are.
    await burst(WARM * count);
    const perSecond = Number((await burst()).toFixed(1));
    found.push({ pods: count, perSecond });
    say(`${count} pod(s): ${perSecond} frames/s, ${((100 * perSecond) / bare).toFixed(0)} % of the bare cores`);
  }
  await mustTask("deploy");
  return { bare: Number(bare.toFixed(1)), pods: found };
}
