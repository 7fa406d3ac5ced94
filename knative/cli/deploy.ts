/** `task deploy`: checks, applies in the order in which things need each other, waits, and says what there is now. */
import { setTimeout as sleep } from "node:timers/promises";
import { isAbsent, type Kubectl, nameOf, notReady } from "./kubectl.ts";
import { type KubeObject, OWNED } from "./render.ts";
import { askAgain, podsOf, stuck, unfetched } from "./unfetched.ts";

/** From nothing to everything Ready, with the images in the registry. */
const READY_WITHIN_S = 120;

/**
 * Brokers first: a SinkBinding needs the Broker's address, the poller starts with what the SinkBinding gives it, and a
 * Trigger that is applied before its subscriber exists is looked at again only after 60 to 90 s (measured, Knative 1.23).
 */
const PHASES: { what: string; kinds: string[] }[] = [
  { what: "Broker", kinds: ["Broker"] },
  { what: "bindings and configuration", kinds: [] },
  { what: "functions and web tier", kinds: ["Service serving", "Deployment"] },
  { what: "Triggers", kinds: ["Trigger"] },
  { what: "clock", kinds: ["PingSource"] },
];

function phaseOf({ kind, apiVersion }: KubeObject): number {
  const name = apiVersion.startsWith("serving.knative.dev") ? `${kind} serving` : kind;
  const found = PHASES.findIndex(({ kinds }) => kinds.includes(name));
  return found === -1 ? 1 : found;
}

export interface Applied {
  objects: KubeObject[];
  changed: string[];
}

/** @throws Error that says which object is not ready and why. */
export async function deploy(objects: KubeObject[], kubectl: Kubectl, say: (line: string) => void): Promise<Applied> {
  const changed: string[] = [];
  const deadline = Date.now() + READY_WITHIN_S * 1000;
  await askAgain(kubectl);
  for (const [phase, { what }] of PHASES.entries()) {
    const part = objects.filter((object) => phaseOf(object) === phase);
    if (part.length === 0) continue;
    const before = await stateOf(part, kubectl);
    await applyAll(part, kubectl, deadline);
    await allReady(part, kubectl, deadline);
    const after = await stateOf(part, kubectl);
    const different = part.map(nameOf).filter((name) => before.get(name) !== after.get(name));
    changed.push(...different);
    say(`${what}: ${part.length} ready, ${different.length} changed`);
  }
  return { objects, changed };
}

const asList = (items: KubeObject[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** A webhook of Knative's that is just starting, or a server that is too busy: asking again helps. */
const PASSING = /failed calling webhook|connection refused|timed? ?out|currently unable to handle|too many requests/i;

async function applyAll(objects: KubeObject[], kubectl: Kubectl, deadline: number): Promise<void> {
  for (;;) {
    const { code, stderr } = await kubectl.attempt(
      ["apply", "--server-side", "--force-conflicts", "--field-manager", "rotisserie", "--filename", "-"],
      { input: asList(objects) },
    );
    if (code === 0) return;
    if (!PASSING.test(stderr) || Date.now() > deadline) throw new Error(stderr.trim());
    await sleep(2_000);
  }
}

/** ConfigMaps that the operator edits in the cluster; a deploy brings new keys and leaves the others as they are. */
const EDITED = ["nginx", "kube-lego", "kube-lego-status"];

/** @param given Keys that this deploy sets on purpose. */
export async function keepEdits(objects: KubeObject[], given: string[], kubectl: Kubectl): Promise<KubeObject[]> {
  return Promise.all(
    objects.map(async (object) => {
      if (object.kind !== "ConfigMap" || !EDITED.includes(object.metadata.name)) return object;
      const name = object.metadata.name;
      const [there] = await kubectl.objects(["get", "configmap", name, "--ignore-not-found"]);
      const edits = Object.entries((there?.data ?? {}) as Record<string, string>).filter(
        ([key]) => !given.includes(key),
      );
      return { ...object, data: { ...(object.data as object | undefined), ...Object.fromEntries(edits) } };
    }),
  );
}

/** What was asked for of each object, without what controllers write into it. */
async function stateOf(objects: KubeObject[], kubectl: Kubectl): Promise<Map<string, string>> {
  const found = await kubectl.objects(["get", "--ignore-not-found", "--filename", "-"], { input: asList(objects) });
  return new Map(
    found.map((object) => {
      const { status: _, metadata, ...rest } = object;
      const { name, namespace, labels, annotations = {} } = metadata;
      return [nameOf(object), JSON.stringify([rest, name, namespace, labels, withoutBookkeeping(annotations)])];
    }),
  );
}

function withoutBookkeeping(annotations: Record<string, string>): [string, string][] {
  const notes = ["deployment.kubernetes.io/revision", "serving.knative.dev/lastModifier"];
  return Object.entries(annotations).filter(([name]) => !notes.includes(name));
}

/** What a Service says in the first moments may be about what was there before. */
const OLD_NEWS_MS = 10_000;

async function allReady(objects: KubeObject[], kubectl: Kubectl, deadline: number): Promise<void> {
  const began = Date.now();
  for (;;) {
    const found = await kubectl.objects(["get", "--filename", "-"], { input: asList(objects) });
    const missing = found.flatMap((object) => {
      const reason = object.kind === "SinkBinding" ? undefined : notReady(object);
      return reason ? [`${nameOf(object)} is not ready: ${reason}`] : [];
    });
    if (missing.length === 0) return;
    const pods = Date.now() - began > OLD_NEWS_MS ? await podsOf(found, kubectl) : undefined;
    const hopeless = pods && unfetched(found, pods);
    if (hopeless) throw new Error(hopeless);
    if (Date.now() > deadline) throw new Error([...missing, ...stuck(pods ?? [])].join("\n"));
    await sleep(500);
  }
}

/** The namespace, where it is not there yet: ours, so it may ask for the strictest Pod Security. */
export async function makeNamespace(namespace: string, kubectl: Kubectl): Promise<boolean> {
  const { stderr } = await kubectl.attempt(["get", "namespace", namespace]);
  // Who may not look at namespaces has been given one.
  if (!isAbsent(stderr)) return false;
  const labels = { ...OWNED, "pod-security.kubernetes.io/enforce": "restricted" };
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
  await kubectl(["create", "--filename", "-"], { input: JSON.stringify(object) });
  return true;
}
