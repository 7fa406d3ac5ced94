/** CPU and memory of pods, from the kubelet's own statistics: no metrics server is needed. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "../../knative/cli/kubectl.ts";

export interface Usage {
  /** CPUs in use, as a mean over the time. */
  cpu: number;
  megabytes: number;
}

interface Summary {
  pods: {
    podRef: { name: string; namespace: string };
    cpu?: { usageCoreNanoSeconds?: number };
    memory?: { workingSetBytes?: number };
  }[];
}

async function look(namespace: string, kubectl: Kubectl) {
  const nodes = await kubectl.objects(["get", "nodes"]);
  const found = new Map<string, { nanos: number; bytes: number }>();
  for (const { metadata } of nodes) {
    const summary = JSON.parse(
      await kubectl(["get", "--raw", `/api/v1/nodes/${metadata.name}/proxy/stats/summary`]),
    ) as Summary;
    for (const { podRef, cpu, memory } of summary.pods) {
      if (podRef.namespace !== namespace) continue;
      found.set(podRef.name, { nanos: cpu?.usageCoreNanoSeconds ?? 0, bytes: memory?.workingSetBytes ?? 0 });
    }
  }
  return found;
}

/** Of each workload of ours that is there at the end; pods of one workload together. */
export async function usage(namespace: string, kubectl: Kubectl, overMs: number): Promise<Record<string, Usage>> {
  const [first, began] = [await look(namespace, kubectl), Date.now()];
  await sleep(overMs);
  const [second, ended] = [await look(namespace, kubectl), Date.now()];
  const totals: Record<string, Usage> = {};
  for (const [pod, { nanos, bytes }] of second) {
    if (/^(test-agent|bench-)/.test(pod)) continue;
    // A pod that came meanwhile has used nothing before.
    const before = first.get(pod) ?? { nanos: 0 };
    const name = pod.replace(/-\d{5}-deployment/, "").replace(/-[a-z0-9]+-[a-z0-9]{5}$/, "");
    const total = totals[name] ?? { cpu: 0, megabytes: 0 };
    total.cpu = Number((total.cpu + (nanos - before.nanos) / ((ended - began) * 1e6)).toFixed(4));
    total.megabytes = Math.round(total.megabytes + bytes / 1e6);
    totals[name] = total;
  }
  return totals;
}

export function sayUsage(workloads: Record<string, Usage>, say: (line: string) => void): void {
  for (const [name, { cpu, megabytes }] of Object.entries(workloads).sort()) {
    say(`  ${name.padEnd(34)}${cpu.toFixed(3).padStart(8)} CPU${String(megabytes).padStart(6)} MB`);
  }
}
