/** What there is after a deploy, and what to do next. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "./kubectl.ts";
import type { KubeObject } from "./render.ts";
import type { Settings } from "./settings.ts";

/** As long as a cloud takes to give an address; kind and k3s without a load balancer never do. */
const PENDING_S = 60;

export async function nextSteps(
  { namespace, hosts, edge }: Pick<Settings, "namespace" | "hosts" | "edge">,
  kubectl: Kubectl,
  pendingS = PENDING_S,
): Promise<string[]> {
  const host = hosts[0];
  const forward = [
    `  kubectl --namespace ${namespace} port-forward service/rotisserie-app 3000     # http://localhost:3000/current`,
    `  kubectl --namespace ${namespace} port-forward service/rotisserie-static 8082  # http://localhost:8082/`,
  ];
  const [nginx] = await kubectl.objects(["get", "service", "nginx", "--ignore-not-found"]).catch(() => []);
  if (edge !== "nginx" || !nginx)
    return ["Inside the cluster it is at rotisserie-app:3000/current. From here:", ...forward];
  const address = await externalAddress(kubectl, pendingS);
  if (address) {
    return [
      `The edge is at ${address}.`,
      host
        ? `Point the DNS A record of ${host} to it; then: https://${host}/`
        : `Try it: curl http://${address}/current`,
    ];
  }
  const others = await alsoOnWebPorts(kubectl);
  return [
    `Service nginx has no address after ${pendingS} s: this cluster has no load balancer, or its ports 80 and 443 are taken.`,
    ...(others.length > 0 ? [`  Others that want these ports: ${others.join(", ")}`] : []),
    "Until there is one:",
    `  kubectl --namespace ${namespace} port-forward service/nginx 8080:80 8443:443   # http://localhost:8080/`,
  ];
}

async function externalAddress(kubectl: Kubectl, pendingS: number): Promise<string | undefined> {
  const until = Date.now() + pendingS * 1000;
  do {
    const path = "jsonpath={.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}";
    const { stdout } = await kubectl.attempt(["get", "service", "nginx", "-o", path]);
    if (stdout.trim()) return stdout.trim();
    await sleep(Math.min(2_000, pendingS * 1000));
  } while (Date.now() < until);
  return undefined;
}

async function alsoOnWebPorts(kubectl: Kubectl): Promise<string[]> {
  const services = await kubectl.objects(["get", "services", "--all-namespaces"]).catch((): KubeObject[] => []);
  return services.flatMap(({ metadata: { name, namespace }, spec }) => {
    const { type, ports = [] } = spec as { type?: string; ports?: { port: number }[] };
    const web = ports.some(({ port }) => port === 80 || port === 443);
    return type === "LoadBalancer" && web && name !== "nginx" ? [`${namespace}/${name}`] : [];
  });
}
