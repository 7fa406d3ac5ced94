/** What the product costs while nobody watches. */
import { kubectl, NAMESPACE } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { asleep } from "./starts.ts";
import { sayUsage, usage } from "./usage.ts";

const OVER_MS = 60_000;

export async function idle({ say }: BenchOptions) {
  await Promise.all([asleep("rotisserie-ocr"), asleep("rotisserie-capture")]);
  const workloads = await usage(NAMESPACE, kubectl, OVER_MS);
  // The simulator stands for Twitch: it is no part of the product.
  const product = Object.entries(workloads).filter(([name]) => name !== "rotisserie-simulator");
  const cpu = Number(product.reduce((sum, [, { cpu: one }]) => sum + one, 0).toFixed(3));
  const megabytes = product.reduce((sum, [, one]) => sum + one.megabytes, 0);
  say("nobody watching:");
  sayUsage(workloads, say);
  say(
    `  ${"the product without the simulator".padEnd(34)}${cpu.toFixed(3).padStart(8)} CPU${String(megabytes).padStart(6)} MB`,
  );
  return { workloads, cpu, megabytes };
}
