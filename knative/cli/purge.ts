/** `task delete-deployments`, `task undeploy` and `task purge`: away with what deploy made, and with nothing else. */
import { type Kubectl, nameOf } from "./kubectl.ts";
import { OWNED } from "./render.ts";

const OURS = Object.entries(OWNED)
  .map(([label, value]) => `${label}=${value}`)
  .join(",");

/** What deploy can make, those first that would start others again. */
const KINDS = [
  "pingsources.sources.knative.dev",
  "triggers.eventing.knative.dev",
  "sinkbindings.sources.knative.dev",
  "services.serving.knative.dev",
  "brokers.eventing.knative.dev",
  "ingresses.networking.k8s.io",
  "certificates.cert-manager.io",
  "issuers.cert-manager.io",
  "deployments.apps",
  "services",
  "configmaps",
  "poddisruptionbudgets.policy",
  "networkpolicies.networking.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "serviceaccounts",
];

/** Never touched, even if somebody puts our labels on them: they cannot be made again from the checkout. */
const KEPT = ["twitch-auth", "rotisserie-tls"];

/** Everything of ours in the namespace, as KIND NAME. */
export async function owned(kubectl: Kubectl): Promise<{ kind: string; name: string }[]> {
  const found: { kind: string; name: string }[] = [];
  for (const kind of KINDS) {
    const { code, stdout, stderr } = await kubectl.attempt(["get", kind, "--selector", OURS, "--output", "json"]);
    if (code !== 0 && stderr.includes("doesn't have a resource type")) continue;
    // Before anything is deleted: a right that is missing must not look like nothing to delete.
    if (code !== 0)
      throw new Error(`nothing is deleted, ${kind} cannot be listed: ${stderr.trim().split("\n").at(-1)}`);
    const { items } = JSON.parse(stdout) as { items: { metadata: { name: string; ownerReferences?: unknown[] } }[] };
    for (const { metadata } of items) {
      // What a controller made from something of ours goes with it.
      if (metadata.ownerReferences?.length || KEPT.includes(metadata.name)) continue;
      found.push({ kind, name: metadata.name });
    }
  }
  return found;
}

export async function purge(kubectl: Kubectl, namespace: string, say: (line: string) => void): Promise<void> {
  const things = await owned(kubectl);
  for (const kind of KINDS) {
    const names = things.filter((thing) => thing.kind === kind).map(({ name }) => name);
    if (names.length === 0) continue;
    await kubectl(["delete", kind, ...names, "--ignore-not-found", "--wait=true", "--timeout=90s"]);
    say(`deleted ${kind.split(".")[0]}: ${names.join(", ")}`);
  }
  if (things.length === 0) say(`nothing of rotisserie is in ${namespace}`);
  await removeNamespace(kubectl, namespace, say);
}

/** Our own namespace goes when nothing is left in it that is not Kubernetes' own. */
async function removeNamespace(kubectl: Kubectl, namespace: string, say: (line: string) => void): Promise<void> {
  const [mine] = await kubectl
    .objects(["get", "namespace", namespace, "--selector", OURS, "--ignore-not-found"])
    .catch(() => []);
  if (!mine || ("items" in mine && Array.isArray(mine.items) && mine.items.length === 0)) return;
  const rest = await kubectl.objects(["get", "secrets,configmaps,services,deployments,persistentvolumeclaims,jobs"]);
  const foreign = rest.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  if (foreign.length > 0) {
    say(`namespace ${namespace} stays, it holds ${foreign.map(nameOf).slice(0, 5).join(", ")}`);
    return;
  }
  await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  say(`deleted namespace ${namespace}`);
}

/** The documented delete-deployments: the three functions. */
export async function deleteFunctions(kubectl: Kubectl, say: (line: string) => void): Promise<void> {
  const names = ["rotisserie-poller", "rotisserie-capture", "rotisserie-ocr"];
  await kubectl(["delete", "services.serving.knative.dev", ...names, "--ignore-not-found", "--timeout=90s"]);
  say(`deleted ${names.join(", ")}`);
}
