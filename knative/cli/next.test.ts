import { describe, expect, test } from "vitest";
import type { Kubectl } from "./kubectl.ts";
import { nextSteps } from "./next.ts";
import type { KubeObject } from "./render.ts";

const service = (name: string, namespace: string, port: number): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { type: "LoadBalancer", ports: [{ port }] },
});

/** A cluster whose load balancer gives Service nginx this address, or none. */
function cluster(address: string, others: KubeObject[] = []): Kubectl {
  const nginx = service("nginx", "here", 80);
  const answer = { code: 0, stdout: address, stderr: "" };
  return Object.assign(async () => address, {
    attempt: async () => answer,
    objects: async (args: string[]) => (args.includes("services") ? [nginx, ...others] : [nginx]),
  });
}

const site = { namespace: "here", hosts: ["rotisserie.tv"], edge: "nginx" as const };

describe("after a deploy", () => {
  test("the address, and where DNS must point", async () => {
    const said = await nextSteps(site, cluster("203.0.113.7"), 0);
    expect(said).toEqual([
      "The edge is at 203.0.113.7.",
      "Point the DNS A record of rotisserie.tv to it; then: https://rotisserie.tv/",
    ]);
  });

  test("without an address, as on kind and k3s: who else wants the ports, and a way in", async () => {
    const others = [service("traefik", "kube-system", 443), service("kourier-internal", "kourier-system", 8080)];
    const said = (await nextSteps(site, cluster("", others), 0)).join("\n");
    expect(said).toContain("Service nginx has no address after 0 s");
    expect(said).toContain("Others that want these ports: kube-system/traefik");
    expect(said).not.toContain("kourier-internal");
    expect(said).toContain("kubectl --namespace here port-forward service/nginx 8080:80 8443:443");
  });

  test("without an edge of ours: the two Services", async () => {
    const said = (await nextSteps({ ...site, edge: "none" }, cluster(""), 0)).join("\n");
    expect(said).toContain("port-forward service/rotisserie-app 3000");
  });
});
