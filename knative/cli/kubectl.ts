/** kubectl for one context and namespace. */
import { attempt, type Ended, type RunOptions, run } from "./command.ts";
import type { KubeObject } from "./render.ts";

export interface Kubectl {
  /** Standard output. @throws with kubectl's last words. */
  (args: string[], options?: RunOptions): Promise<string>;
  /** How it ended, whatever it was. */
  attempt(args: string[], options?: RunOptions): Promise<Ended>;
  /** The objects of an answer in JSON; none when nothing is found. */
  objects(args: string[], options?: RunOptions): Promise<KubeObject[]>;
}

export function createKubectl({ context, namespace }: { context: string | undefined; namespace: string }): Kubectl {
  const always = [...(context ? ["--context", context] : []), "--namespace", namespace];
  const kubectl = (args: string[], options?: RunOptions) => run("kubectl", [...always, ...args], options);
  return Object.assign(kubectl, {
    attempt: (args: string[], options?: RunOptions) => attempt("kubectl", [...always, ...args], options),
    objects: async (args: string[], options?: RunOptions) => {
      const text = await kubectl([...args, "--output", "json"], options);
      if (text.trim() === "") return [];
      const value = JSON.parse(text) as KubeObject & { items?: KubeObject[] };
      return value.items ?? [value];
    },
  });
}

/** Of kubectl's last words: the object is not there. Anything else, a missing right above all, says nothing about it. */
export const isAbsent = (stderr: string) => stderr.includes("(NotFound)");

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export function conditionsOf(object: KubeObject): Condition[] {
  const status = object.status as { conditions?: Condition[] } | undefined;
  return status?.conditions ?? [];
}

/** Whether an object does what it is for, or why it does not. Objects without such a condition are ready when they exist. */
export function notReady(object: KubeObject): string | undefined {
  const { kind } = object;
  const wanted =
    kind === "Deployment" ? "Available" : ["ConfigMap", "Secret", "Namespace"].includes(kind) ? undefined : "Ready";
  const { generation } = object.metadata as { generation?: number };
  const { observedGeneration } = (object.status ?? {}) as { observedGeneration?: number };
  if (!HAS_READINESS.has(`${object.apiVersion.split("/")[0]}/${kind}`) || !wanted) return undefined;
  if (observedGeneration !== undefined && generation !== undefined && observedGeneration < generation) {
    return "its controller has not looked at it yet";
  }
  const condition = conditionsOf(object).find(({ type }) => type === wanted);
  if (condition?.status !== "True") {
    const words = [condition?.reason, condition?.message].filter(Boolean).join(": ");
    return words || "its controller has said nothing yet";
  }
  if (kind === "Deployment") return rollingOut(object);
  return undefined;
}

/** A Deployment stays Available while its new pods do not come up: the old ones still serve. */
function rollingOut(object: KubeObject): string | undefined {
  const { replicas = 1 } = object.spec as { replicas?: number };
  const status = object.status as { updatedReplicas?: number; availableReplicas?: number; replicas?: number };
  if ((status.updatedReplicas ?? 0) < replicas) return `${status.updatedReplicas ?? 0} of ${replicas} pods are new`;
  if ((status.replicas ?? 0) > replicas) return "an old pod is still there";
  return undefined;
}

const HAS_READINESS = new Set([
  "apps/Deployment",
  "serving.knative.dev/Service",
  "eventing.knative.dev/Broker",
  "eventing.knative.dev/Trigger",
  "sources.knative.dev/PingSource",
  "sources.knative.dev/SinkBinding",
]);

export const nameOf = ({ kind, metadata: { name } }: KubeObject) => `${kind} ${name}`;
