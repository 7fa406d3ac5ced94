/** Settings in, manifests out: writes a kustomization that chooses, and lets kustomize (inside kubectl) do the work. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { hostPatches } from "../../cert/hosts.ts";
import { run } from "./command.ts";
import { IMAGES, imageName, type Settings } from "./settings.ts";

/** One Kubernetes object, as far as this program looks into it. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** On everything that `task deploy` makes, and on nothing else: what `task purge` goes by. */
export const OWNED = { "app.kubernetes.io/part-of": "rotisserie", "app.kubernetes.io/managed-by": "rotisserie-task" };

export interface RenderOptions {
  /** Folder of the checkout. */
  root: string;
  /** Version of Secret twitch-auth: a new one starts a new revision of the poller. */
  secretVersion?: string | undefined;
}

interface Patch {
  target: { group?: string; version?: string; kind: string; name?: string };
  patch: string;
}

const knativeService = (name: string) => ({ group: "serving.knative.dev", kind: "Service", name });
const add = (path: string, value: unknown) => stringify([{ op: "add", path, value }]);

/** The kustomization that chooses what the settings say. `up`: the way from it to the checkout. */
export function kustomization(settings: Settings, up: string, secretVersion?: string): Record<string, unknown> {
  const { namespace, overlay, components, imagePullSecrets, edge } = settings;
  const patches: Patch[] = Object.entries(settings.poller).map(([name, value]) => ({
    target: knativeService("rotisserie-poller"),
    patch: add("/spec/template/spec/containers/0/env/-", { name, value }),
  }));
  for (const [name, value] of settings.overlay === "simulated" ? Object.entries(settings.simulator) : []) {
    patches.push({
      target: { group: "apps", kind: "Deployment", name: "rotisserie-simulator" },
      patch: add("/spec/template/spec/containers/0/env/-", { name, value }),
    });
  }
  if (secretVersion !== undefined) {
    patches.push({
      target: knativeService("rotisserie-poller"),
      patch: add("/spec/template/metadata/annotations/rotisserie.tv~1twitch-auth", secretVersion),
    });
  }
  if (imagePullSecrets.length > 0) {
    const value = imagePullSecrets.map((name) => ({ name }));
    for (const target of [
      { group: "apps", kind: "Deployment" },
      { group: "serving.knative.dev", kind: "Service" },
    ]) {
      patches.push({ target, patch: add("/spec/template/spec/imagePullSecrets", value) });
    }
  }
  // A device of our own, the same in every pod: Twitch shows an advertisement to a new one first.
  const deviceId = createHash("sha256")
    .update([namespace, ...settings.hosts].join(" "))
    .digest("hex")
    .slice(0, 32);
  patches.push({
    target: knativeService("rotisserie-capture"),
    patch: add("/spec/template/spec/containers/0/env/-", { name: "DEVICE_ID", value: deviceId }),
  });
  const cert = edge === "none" ? undefined : edgeOf(settings, up);
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace,
    resources: [join(up, "knative/overlays", overlay), ...(cert ? [join(up, "cert")] : [])],
    components: [
      ...components.filter((name) => name !== overlay).map((name) => join(up, "knative/components", name)),
      ...(cert?.components ?? []),
    ],
    labels: [{ pairs: OWNED, includeSelectors: false, includeTemplates: false }],
    images: [
      ...IMAGES.map((image) => {
        if (image === "simulator" && settings.simulatorImage) {
          return { name: "rotisserie-simulator", ...nameAndTag(settings.simulatorImage) };
        }
        const { name, tag } = imageName(settings, image);
        return { name: `rotisserie-${image}`, newName: name, newTag: tag };
      }),
      ...(settings.redisImage ? [{ name: "docker.io/library/redis", ...nameAndTag(settings.redisImage) }] : []),
    ],
    patches: [...patches, ...(cert?.patches ?? [])],
    // The poller's own route, by its full name: Knative's gateway knows a private service by no shorter one.
    replacements: [
      {
        source: { kind: "Broker", name: "rotisserie", fieldPath: "metadata.namespace" },
        targets: [
          {
            select: knativeService("rotisserie-poller"),
            fieldPaths: ["spec.template.spec.containers.[name=poller].env.[name=PEER_URL].value"],
            options: { delimiter: ".", index: 1 },
          },
        ],
      },
    ],
  };
}

/** The last colon ends the name, unless a slash follows: then it was a port's. */
function nameAndTag(image: string): { newName: string; newTag: string } {
  const [, newName = image, newTag = "latest"] = /^(.*?)(?::([^:/]+))?$/.exec(image) ?? [];
  return { newName, newTag };
}

/** The edge's part: its own components, and the site's names in its objects. */
function edgeOf(
  { edge, overlay, components, hosts, lego }: Settings,
  up: string,
): { components: string[]; patches: Patch[] } {
  const wanted = [
    ...(edge === "ingress" ? ["ingress"] : []),
    ...(edge === "nginx" && overlay === "simulated" ? ["simulated"] : []),
    ...(edge === "nginx" && components.includes("size-large") ? ["size-large"] : []),
  ];
  const kind = edge === "ingress" ? "ingress" : "nginx";
  const patches: Patch[] = hosts.length > 0 ? hostPatches(hosts, kind, overlay === "simulated") : [];
  for (const [key, value] of Object.entries({ "lego.email": lego.email, "lego.url": lego.url })) {
    if (value === undefined) continue;
    patches.push({
      target: { version: "v1", kind: "ConfigMap", name: "kube-lego" },
      patch: add(`/data/${key}`, value),
    });
  }
  return { components: wanted.map((name) => join(up, "cert/components", name)), patches };
}

/** Exactly what `task deploy` applies. */
export async function render(settings: Settings, { root, secretVersion }: RenderOptions): Promise<string> {
  const scratch = join(root, ".task");
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, "render-"));
  try {
    const chosen = kustomization(settings, relative(folder, root), secretVersion);
    await writeFile(join(folder, "kustomization.yaml"), stringify(chosen));
    return await kustomize(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function kustomize(folder: string): Promise<string> {
  return run("kubectl", ["kustomize", folder]);
}

/** @throws Error when the text is not YAML. */
export function objectsOf(manifests: string): KubeObject[] {
  return parseAllDocuments(manifests).flatMap((document) => {
    if ("errors" in document && document.errors.length > 0) throw document.errors[0];
    const value = document.toJS() as KubeObject | null;
    return value === null ? [] : [value];
  });
}
