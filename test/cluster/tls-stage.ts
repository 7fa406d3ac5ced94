/** For the TLS tests: the edge and what it needs, in a namespace of its own, an ACME server, and clients from outside. */
import { readFile } from "node:fs/promises";
import { type Agent, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { attempt, run } from "../../knative/cli/command.ts";
import { createKubectl, type Kubectl } from "../../knative/cli/kubectl.ts";
import { objectsOf, render } from "../../knative/cli/render.ts";
import { parseSettings } from "../../knative/cli/settings.ts";
import { NAMESPACE, REGISTRY, root, within } from "./kube.ts";

const { env } = process;
const CLUSTER = join(root, "..", "shared", "cluster", "cluster");
/** An ACME server that validates what it is asked for, and the PEM certificate that signed its own. */
const ACME_URL = env.ROTISSERIE_TEST_ACME_URL ?? "https://198.18.0.1:14000/dir";
/** The same server under another name: to the bridge it is another. */
export const ACME_OTHER_NAME = env.ROTISSERIE_TEST_ACME_OTHER_NAME ?? "https://acme.test:14000/dir";
const ACME_CA = env.ROTISSERIE_TEST_ACME_CA ?? "/var/lib/rotisserie-cluster/pki/ca.crt";

/** The test cluster's own verbs: add-ons, and names for pods and the ACME server. */
export const cluster = (...args: string[]) => run(CLUSTER, args, { timeoutMs: 900_000 });

let naming: Promise<unknown> = Promise.resolve();
/** A name for pods and the ACME server. One after the other: each writes the whole list anew, and takes 2 s. */
export function named(host: string, address: string): Promise<unknown> {
  naming = naming.then(() => cluster("host", host, address));
  return naming;
}

/** What the edge sends requests to; functions are other tests' business. */
const WEB = [
  "default-http-backend",
  "kube-lego",
  "kube-lego-nginx",
  "kube-lego-status",
  "nginx",
  "rotisserie-app",
  "rotisserie-ingress",
  "rotisserie-static",
];

export interface Site {
  namespace: string;
  kubectl: Kubectl;
  /** Where viewers connect. */
  address: string;
}

/** Deploys the web tier for these hosts. */
export async function deploySite(name: string, hosts: string[], edge: "nginx" | "ingress"): Promise<Site> {
  const namespace = `${NAMESPACE}-${name}`;
  const kubectl = createKubectl({ context: env.KUBE_CONTEXT, namespace });
  await kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s"]);
  await kubectl(["create", "namespace", namespace]);
  const settings = parseSettings({
    NAMESPACE: namespace,
    OVERLAY: "simulated",
    EDGE: edge,
    docker_username: REGISTRY,
    IMAGE_TAG: env.IMAGE_TAG,
    APP_HOSTNAME: hosts.join(" "),
    LEGO_EMAIL: "ops@rotisserie.tv",
    LEGO_URL: ACME_URL,
  });
  const authority = await readFile(ACME_CA, "utf8");
  const items = objectsOf(await render(settings, { root })).filter(
    ({ kind, metadata, apiVersion }) =>
      (WEB.includes(metadata.name) || (kind === "Ingress" && metadata.name === "default-http-backend")) &&
      !apiVersion.includes("knative"),
  );
  for (const item of items) {
    if (item.kind === "ConfigMap" && item.metadata.name === "kube-lego") {
      item.data = { ...(item.data as object), "lego.ca": authority };
    }
  }
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
  const [where, service] = edge === "nginx" ? [namespace, "nginx"] : ["projectcontour", "envoy"];
  const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const address = await within(60, "an address for the load balancer", async () => {
    const ip = await kubectl(["get", "service", service, "--namespace", where, "-o", path]);
    return ip.trim() || undefined;
  });
  return { namespace, kubectl, address };
}

export interface Seen {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  serial: string;
  /** CN of who signed the certificate. */
  issuer: string;
}

/** One request from this machine. With `https` the certificate is looked at, not judged: its root is new at every start. */
export function ask(
  address: string,
  scheme: "http" | "https",
  host: string,
  path = "/",
  { agent = false, method = "GET" }: { agent?: Agent | false; method?: string } = {},
): Promise<Seen> {
  return new Promise((done, failed) => {
    const options = { host: address, path, method, headers: { host }, timeout: 10_000 };
    const receive = (incoming: import("node:http").IncomingMessage) => {
      const certificate = scheme === "https" ? (incoming.socket as TLSSocket).getPeerCertificate() : undefined;
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (text: string) => {
        body += text;
      });
      incoming.once("error", failed);
      incoming.once("end", () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body,
          serial: certificate?.serialNumber ?? "",
          issuer: String(certificate?.issuer?.CN ?? ""),
        }),
      );
    };
    const outgoing =
      scheme === "http"
        ? requestHttp({ ...options, port: 80, agent }, receive)
        : requestHttps({ ...options, port: 443, agent: false, servername: host, rejectUnauthorized: false }, receive);
    outgoing.once("timeout", () => outgoing.destroy(new Error("no answer in 10 s")));
    outgoing.once("error", failed);
    outgoing.end();
  });
}

/** The kubelet looks at a pod's ConfigMaps and Secrets once a minute, or when the pod changes: this changes it. */
export async function nudge({ kubectl }: Site): Promise<void> {
  await kubectl(["annotate", "pod", "-l", "app=nginx", "--overwrite", `rotisserie.test/nudged=${Date.now()}`]);
}

/** What `cmctl renew` does. */
export async function renew({ kubectl }: Site): Promise<void> {
  const condition = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "by a test",
    lastTransitionTime: new Date().toISOString(),
  };
  const patch = JSON.stringify({ status: { conditions: [condition] } });
  await kubectl(["patch", "certificate", "rotisserie-tls", "--subresource=status", "--type=merge", "-p", patch]);
}

/** Name, container start and restarts of the edge's pod: the same as long as it was not restarted. */
export async function edgePod({ kubectl }: Site): Promise<string> {
  const path =
    "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].state.running.startedAt}{end}";
  return kubectl(["get", "pods", "-l", "app=nginx", "-o", path]);
}

export async function edgeLog({ kubectl }: Site): Promise<string> {
  return kubectl(["logs", "deployment/nginx", "--tail=2000"]);
}

export async function edgeMetric(site: Site, name: string): Promise<number> {
  const pod = (await edgePod(site)).split(" ")[0];
  const text = await site.kubectl([
    "get",
    "--raw",
    `/api/v1/namespaces/${site.namespace}/pods/${pod}:10254/proxy/metrics`,
  ]);
  return Number(new RegExp(`^rotisserie_edge_${name} (.*)$`, "m").exec(text)?.[1]);
}

export async function words({ kubectl }: Site): Promise<string> {
  return kubectl(["get", "configmap", "kube-lego-status", "-o", "jsonpath={.data.words}"]);
}

export async function haveTestCluster(): Promise<boolean> {
  const { code } = await attempt(CLUSTER, ["status"]).catch(() => ({ code: 127 }));
  return code === 0;
}
