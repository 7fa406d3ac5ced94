/** The Kubernetes API, as the few functions that the bridge needs. */
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import type { Attempt, Certificate, ConfigMap, Ingress, Issuer } from "./objects.ts";

export interface Cluster {
  configMap(name: string): Promise<ConfigMap | undefined>;
  ingress(name: string): Promise<Ingress | undefined>;
  /** @throws NoCertManager */
  certificates(): Promise<Certificate[]>;
  issuer(name: string): Promise<Issuer | undefined>;
  /** Oldest first. */
  orders(): Promise<Attempt[]>;
  challenges(): Promise<Attempt[]>;
  /** Server-side apply: creates or changes, and takes back fields that somebody else has changed. */
  apply(object: Issuer | Certificate): Promise<void>;
  /** Asks cert-manager for a new certificate now, as `cmctl renew` does. */
  renew(certificate: string, reason: string): Promise<void>;
  /** Writes data of a ConfigMap that exists. */
  writeConfigMap(name: string, data: Record<string, string>): Promise<void>;
}

export class NoCertManager extends Error {
  override readonly name = "NoCertManager";
  constructor() {
    super(
      "cert-manager is not installed: kubectl apply -f https://github.com/cert-manager/cert-manager/releases/download/v1.21.1/cert-manager.yaml",
    );
  }
}

const MANAGER = "kube-lego";
const CERT_MANAGER = { group: "cert-manager.io", version: "v1" };
const ACME = { group: "acme.cert-manager.io", version: "v1" };
const APPLY = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);

/** From KUBECONFIG, or inside a pod from its service account. */
export function connect(namespace: string): Cluster {
  const config = new KubeConfig();
  config.loadFromDefault();
  const core = config.makeApiClient(CoreV1Api);
  const networking = config.makeApiClient(NetworkingV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  const list = async <T>(kind: { group: string; version: string }, plural: string): Promise<T[]> => {
    const answer = await custom.listNamespacedCustomObject({ ...kind, namespace, plural });
    return (answer as { items: T[] }).items;
  };
  const oldestFirst = (attempts: Attempt[]) =>
    attempts.sort((a, b) => String(a.metadata?.creationTimestamp).localeCompare(String(b.metadata?.creationTimestamp)));

  return {
    configMap: (name) => orAbsent(core.readNamespacedConfigMap({ name, namespace })),
    ingress: (name) => orAbsent(networking.readNamespacedIngress({ name, namespace })),
    certificates: async () => {
      const found = await orAbsent(list<Certificate>(CERT_MANAGER, "certificates"));
      if (!found) throw new NoCertManager();
      return found;
    },
    issuer: (name) =>
      orAbsent(
        custom.getNamespacedCustomObject({ ...CERT_MANAGER, namespace, plural: "issuers", name }) as Promise<Issuer>,
      ),
    orders: async () => oldestFirst((await orAbsent(list<Attempt>(ACME, "orders"))) ?? []),
    challenges: async () => oldestFirst((await orAbsent(list<Attempt>(ACME, "challenges"))) ?? []),
    apply: async (object) => {
      const plural = `${object.kind.toLowerCase()}s`;
      const name = object.metadata.name ?? "";
      const request = { ...CERT_MANAGER, namespace, plural, name, body: object, fieldManager: MANAGER, force: true };
      await custom.patchNamespacedCustomObject(request, APPLY);
    },
    renew: async (name, message) => {
      const ours = { ...CERT_MANAGER, namespace, plural: "certificates", name };
      const certificate = (await custom.getNamespacedCustomObject(ours)) as Certificate;
      const lastTransitionTime = new Date().toISOString();
      const asked = { type: "Issuing", status: "True", reason: "ManuallyTriggered", message, lastTransitionTime };
      const others = (certificate.status?.conditions ?? []).filter(({ type }) => type !== "Issuing");
      // A replacement, not a patch: cert-manager gives a namespace's administrators the right to the former only.
      await custom.replaceNamespacedCustomObjectStatus({
        ...ours,
        body: { ...certificate, status: { ...certificate.status, conditions: [...others, asked] } },
      });
    },
    writeConfigMap: async (name, data) => {
      const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
      await core.patchNamespacedConfigMap({ name, namespace, body, fieldManager: MANAGER, force: true }, APPLY);
    },
  };
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

/** The server's own words, without the headers and bodies that ApiException prints. */
export function apiProblem(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = typeof error.body === "string" ? parse(error.body) : error.body;
    const message = (body as { message?: unknown } | undefined)?.message;
    return `the Kubernetes API says ${error.code}: ${typeof message === "string" ? message.slice(0, 300) : "no reason given"}`;
  }
  return error instanceof Error ? error.message.slice(0, 300) : String(error);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
