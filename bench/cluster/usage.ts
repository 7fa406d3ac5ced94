/** CPU and memory of pods, from the kubelet's own statistics: no metrics server is needed. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "../../knative/cli/kubectl.ts";

/** Of one workload: its pods together. */
export interface Usage {
  pods: number;
  /** CPUs in use, as a mean over the time. */
  cpu: number;
  megabytes: number;
}
export type Workloads = Record<string, Usage>;

interface Summary {
  pods: {
    podRef: { name: string; namespace: string };
    cpu?: { time: string; usageCoreNanoSeconds?: number };
    memory?: { workingSetBytes?: number };
  }[];
}

interface Look {
  /** When the kubelet looked, ms since 1970: it does so every 10 to 15 s, not when it is asked. */
  at: number;
  nanos: number;
  bytes: number;
}

async function look(namespace: string, kubectl: Kubectl): Promise<Map<string, Look>> {
  const nodes = await kubectl.objects(["get", "nodes"]);
  const found = new Map<string, Look>();
  for (const { metadata } of nodes) {
    const summary = JSON.parse(
      await kubectl(["get", "--raw", `/api/v1/nodes/${metadata.name}/proxy/stats/summary`]),
    ) as Summary;
    for (const { podRef, cpu, memory } of summary.pods) {
      if (podRef.namespace !== namespace || cpu?.usageCoreNanoSeconds === undefined) continue;
      const bytes = memory?.workingSetBytes ?? 0;
      found.set(podRef.name, { at: Date.parse(cpu.time), nanos: cpu.usageCoreNanoSeconds, bytes });
    }
  }
  return found;
}

/** Of each workload of ours that is there at the end. */
export async function usage(namespace: string, kubectl: Kubectl, overMs: number): Promise<Workloads> {
  const [began, first] = [Date.now(), await look(namespace, kubectl)];
  await sleep(overMs);
  const second = await look(namespace, kubectl);
  const totals: Workloads = {};
  for (const [pod, { at, nanos, bytes }] of second) {
    if (/^(test-agent|bench-)/.test(pod)) continue;
    // A pod that came meanwhile has used nothing before.
    const before = first.get(pod) ?? { at: began, nanos: 0 };
    const cpu = at > before.at ? (nanos - before.nanos) / ((at - before.at) * 1e6) : 0;
    const name = pod.replace(/-\d{5}-deployment/, "").replace(/-[a-z0-9]+-[a-z0-9]{5}$/, "");
    const total = totals[name] ?? { pods: 0, cpu: 0, megabytes: 0 };
    totals[name] = {
      pods: total.pods + 1,
      cpu: Number((total.cpu + cpu).toFixed(4)),
      megabytes: Math.round(total.megabytes + bytes / 1e6),
    };
  }
  return totals;
}

/** A line for each workload, a column for each state. */
export function table(states: Record<string, Workloads>): string[] {
  const names = [...new Set(Object.values(states).flatMap((workloads) => Object.keys(workloads)))].sort();
  const cell = (one: Usage | undefined) =>
    one
      ? `${one.pods} x ${(one.cpu / one.pods).toFixed(3)} ${String(Math.round(one.megabytes / one.pods)).padStart(4)}`
      : "0";
  const row = (name: string, cells: string[]) =>
    `  ${name.padEnd(26)}${cells.map((text) => text.padStart(18)).join("")}`;
  return [
    row("pods x CPU and MB of each", Object.keys(states)),
    ...names.map((name) =>
      row(
        name,
        Object.values(states).map((workloads) => cell(workloads[name])),
      ),
    ),
  ];
}
