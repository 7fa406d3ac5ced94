/** The cluster that KUBECONFIG names, and the project's own `task` verbs on it. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, type Ended } from "../../knative/cli/command.ts";
import { createKubectl, type Kubectl } from "../../knative/cli/kubectl.ts";
import type { KubeObject } from "../../knative/cli/render.ts";

export const root = join(import.meta.dirname, "..", "..");

const { env } = process;

/** A namespace of its own, so that several systems may stand beside each other. */
export const NAMESPACE = env.ROTISSERIE_TEST_NAMESPACE ?? "rotisserie-test";
/** Where the project's images are pushed to, and pulled from by the cluster. */
export const REGISTRY = env.ROTISSERIE_TEST_REGISTRY ?? "registry.local:5000/rotisserie";
/** Nobody watching for so many seconds and the line goes to sleep. Short, so that tests need not wait for it. */
export const IDLE_AFTER_S = 10;

export const kubectl: Kubectl = createKubectl({ context: env.KUBE_CONTEXT, namespace: NAMESPACE });

export const settings: Record<string, string> = {
  NAMESPACE,
  OVERLAY: "simulated",
  COMPONENTS: "size-small",
  docker_username: REGISTRY,
  IDLE_AFTER: String(IDLE_AFTER_S),
  YES: "1",
  // Each channel is real video, which the simulator encodes while the tests want the same two CPUs.
  SIMULATOR_CHANNELS: "5",
};

/** A secret that lies about while the images are built, in the environment and in a file. No layer may have it. */
export const CANARY = "cluster-test-canary-0f9d27c1";

/** One of the verbs behind `task`, as the Taskfile calls it. */
export async function task(verb: string, more: Record<string, string> = {}): Promise<Ended> {
  const program = join(root, "node_modules/.bin/tsx");
  return attempt(program, [join(root, "knative/cli/main.ts"), verb], {
    env: { ...env, ...settings, ...more },
    cwd: root,
  });
}

/** @throws with what it said, when it fails. */
export async function mustTask(verb: string, more: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await task(verb, more);
  if (code !== 0) throw new Error(`task ${verb} ended with ${code}:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return stdout;
}

/** Asks until `check` gives something; rejects with the last problem after `seconds`. */
export async function within<T>(seconds: number, what: string, check: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  do {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  } while (Date.now() < end);
  throw new Error(`${what}: not within ${seconds} s${last instanceof Error ? ` (${last.message})` : ""}`);
}

/** One object by kind and name. @throws when it is not there. */
export async function object<T>(kind: string, name: string): Promise<T & KubeObject> {
  const [found] = await kubectl.objects(["get", kind, name]);
  if (!found) throw new Error(`${kind} ${name} is not there`);
  return found as T & KubeObject;
}

interface Pod {
  metadata: { name: string; creationTimestamp: string; deletionTimestamp?: string };
  status: { phase: string; containerStatuses?: { name: string; imageID: string }[] };
}

/** Pods of a Knative Service that are not on their way out; those of the newest revision first. */
export async function pods(service: string): Promise<string[]> {
  const found = await kubectl.objects(["get", "pods", "-l", `serving.knative.dev/service=${service}`]);
  return (found as unknown as Pod[])
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase !== "Failed")
    .sort((one, other) => other.metadata.creationTimestamp.localeCompare(one.metadata.creationTimestamp))
    .map(({ metadata }) => metadata.name);
}

/** A function's own route in one pod, through the API server: /metrics, /dead-letters. */
export async function podGet(pod: string, port: number, path: string): Promise<string> {
  return kubectl(["get", "--raw", `/api/v1/namespaces/${NAMESPACE}/pods/${pod}:${port}/proxy${path}`]);
}

async function channelRestarts(): Promise<number> {
  const how = ["get", "pods", "-n", "knative-eventing", "-l", "messaging.knative.dev/role=dispatcher"];
  const pods = (await kubectl.objects(how)) as unknown as {
    status: { containerStatuses?: { restartCount: number }[] };
  }[];
  return pods.flatMap(({ status }) => status.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0);
}

/**
 * Knative's own dispatcher dies of a slow liveness probe on a machine that is too busy, and what it held is lost
 * (docs/decisions/0052). That says nothing about us: then, and only then, once more.
 */
export async function unlessChannelFell(attempt: () => Promise<void>): Promise<void> {
  for (let left = 2; ; left--) {
    const before = await channelRestarts();
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || (await channelRestarts()) === before) throw error;
      process.stdout.write("the in-memory channel was restarted meanwhile and lost what it held: once more\n");
    }
  }
}

export interface PodChange {
  at: number;
  service: string;
  /** Pods that are there and not on their way out. */
  count: number;
}

/** Watches the pods of the functions until stopped; `save` keeps what was seen. */
export function watchPods(): { changes: PodChange[]; stop(): void; save(file: string): void } {
  const alive = new Map<string, Set<string>>();
  const changes: PodChange[] = [];
  const child = spawn(
    "kubectl",
    [
      ...(env.KUBE_CONTEXT ? ["--context", env.KUBE_CONTEXT] : []),
      ...["-n", NAMESPACE, "get", "pods", "-l", "serving.knative.dev/service", "--watch", "--output-watch-events"],
      "-o",
      "jsonpath={.type}|{.object.metadata.name}|{.object.metadata.labels.serving\\.knative\\.dev/service}|{.object.metadata.deletionTimestamp}{'\\n'}",
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    rest += chunk;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [type = "", name = "", service = "", leaving = ""] = line.split("|");
      const there = alive.get(service) ?? new Set();
      const before = there.size;
      if (type === "DELETED" || leaving !== "") there.delete(name);
      else there.add(name);
      alive.set(service, there);
      if (there.size !== before) changes.push({ at: Date.now(), service, count: there.size });
    }
  });
  return {
    changes,
    stop: () => child.kill(),
    save: (file) => writeFileSync(file, changes.map((change) => JSON.stringify(change)).join("\n")),
  };
}
