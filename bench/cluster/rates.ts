/** Frames a second with 1, 2 and 3 pods, beside what the bare cores of this machine read. */
import { agent, listen, PATIENT } from "../../test/cluster/agent.ts";
import { frame } from "../../test/cluster/frames.ts";
import { kubectl, mustTask, pods, within } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { bareRate } from "./bare.ts";
import { removeTrivial } from "./trivial.ts";

const READ = "tv.rotisserie.count.read.v1";
const FRAMES = 200;

let number = 0;

async function withPods(count: number): Promise<number> {
  const scale = { "autoscaling.knative.dev/min-scale": `${count}`, "autoscaling.knative.dev/max-scale": `${count}` };
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations: scale } } } });
  await kubectl(["patch", "ksvc", "rotisserie-ocr", "--type", "merge", "--patch", patch]);
  await kubectl(["wait", "--for=condition=Ready", "ksvc/rotisserie-ocr", "--timeout=120s"]);
  await within(120, `${count} pods of ocr, and no older ones`, async () => {
    const all = await kubectl.objects(["get", "pods", "-l", "serving.knative.dev/service=rotisserie-ocr"]);
    return all.length === count && (await pods("rotisserie-ocr")).length === count ? true : undefined;
  });
  return burst();
}

/** Frames a second from the first that is sent to the last reading. */
export async function burst(): Promise<number> {
  await agent.forget();
  const subject = `burst_${++number}_`;
  await agent.send(
    Array.from({ length: FRAMES }, (_, index) => frame(`${subject}${index}`, `${subject}${index}`)),
    50,
  );
  const last = await within(120, `${FRAMES} readings`, async () => {
    const read = (await agent.events(READ)).filter((event) => event.subject?.startsWith(subject));
    const done = new Set(read.map((event) => event.subject)).size >= FRAMES;
    return done ? Math.max(...read.map(({ at }) => at)) : undefined;
  });
  return (FRAMES * 1000) / (last - (await agent.sent()).at);
}

export async function rates({ say }: BenchOptions) {
  await removeTrivial();
  await listen("bench-read", READ, "204", PATIENT);
  const bare = await bareRate(FRAMES);
  say(`two bare cores: ${bare.toFixed(1)} frames/s`);
  const found: { pods: number; perSecond: number }[] = [];
  for (const count of [1, 2, 3]) {
    const perSecond = Number((await withPods(count)).toFixed(1));
    found.push({ pods: count, perSecond });
    say(`${count} pod(s): ${perSecond} frames/s, ${((100 * perSecond) / bare).toFixed(0)} % of the bare cores`);
  }
  await mustTask("deploy");
  return { bare: Number(bare.toFixed(1)), pods: found };
}
