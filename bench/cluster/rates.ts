/** Frames a second with 1, 2 and 3 pods, beside what the bare cores of this machine read. */
import { kubectl, mustTask, pods, within } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { WARM } from "./bare.ts";
import { burst, followReadings } from "./burst.ts";
import { removeTrivial } from "./trivial.ts";

export const READ = "tv.rotisserie.count.read.v1";
export const OCR = "rotisserie-ocr";
export const CAPTURE = "rotisserie-capture";

/** Exactly so many pods of a function, and none of an older revision. */
export async function scaled(service: string, count: number): Promise<void> {
  const scale = { "min-scale": `${count}`, "max-scale": `${count}`, "activation-scale": null };
  const annotations = Object.fromEntries(
    Object.entries(scale).map(([name, value]) => [`autoscaling.knative.dev/${name}`, value]),
  );
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations } } } });
  await kubectl(["patch", "ksvc", service, "--type", "merge", "--patch", patch]);
  await kubectl(["wait", "--for=condition=Ready", `ksvc/${service}`, "--timeout=120s"]);
  await within(120, `${count} pods of ${service}, and no older ones`, async () => {
    const all = await kubectl.objects(["get", "pods", "-l", `serving.knative.dev/service=${service}`]);
    return all.length === count && (await pods(service)).length === count ? true : undefined;
  });
}

export async function rates({ bare: measure, say }: BenchOptions) {
  await removeTrivial();
  const { warm: bare } = await measure();
  const found: { pods: number; perSecond: number }[] = [];
  for (const count of [1, 2, 3]) {
    await scaled(OCR, count);
    await followReadings();
    // As warm as the bare cores are.
    await burst(WARM * count);
    const perSecond = Number((await burst()).toFixed(1));
    found.push({ pods: count, perSecond });
    say(`${count} pod(s): ${perSecond} frames/s, ${((100 * perSecond) / bare).toFixed(0)} % of the bare cores`);
  }
  await mustTask("deploy");
  return { bare: Number(bare.toFixed(1)), pods: found };
}
