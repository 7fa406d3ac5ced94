/**
 * Knative's own Broker for the table of rules, through kubectl. Its pods must reach this machine (`host`), and this
 * machine the Broker's ingress by its cluster address: true where the cluster's network is the machine's own.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Installation } from "./harness.ts";

const run = promisify(execFile);

export interface KnativeOptions {
  /** With PATH to kubectl and KUBECONFIG. */
  env: Record<string, string | undefined>;
  /** A namespace that exists only for this. */
  namespace: string;
  /** Address of this machine as pods see it. */
  host: string;
}

export function knativeInstallation({ env, namespace, host }: KnativeOptions): Installation {
  const kubectl = async (args: string[], input?: string) => {
    const started = run("kubectl", args, { env, maxBuffer: 16 * 1024 * 1024 });
    started.child.stdin?.end(input);
    return (await started).stdout;
  };
  const ready = (kind: string, timeout: string) =>
    kubectl(["wait", "--for=condition=Ready", kind, "--all", "-n", namespace, `--timeout=${timeout}`]);
  return {
    listen: { host: "0.0.0.0", reachableAs: host },
    install: async (objects) => {
      await kubectl(["create", "namespace", namespace]);
      const apply = (kind: string) => {
        const items = objects.filter((one) => (one as { kind?: unknown }).kind === kind);
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
        return kubectl(["apply", "-n", namespace, "-f", "-"], list);
      };
      // Triggers of a Broker that is not ready are looked at again only after a while.
      await apply("Broker");
      await ready("brokers.eventing.knative.dev", "60s");
      await apply("Trigger");
      await ready("triggers.eventing.knative.dev", "180s");
      // Ready means subscribed; the dispatcher and the filter read the change a moment later.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const address = await kubectl([
        "get",
        "service",
        "broker-ingress",
        "-n",
        "knative-eventing",
        "-o",
        "jsonpath={.spec.clusterIP}",
      ]);
      return (broker) => `http://${address}/${namespace}/${broker}`;
    },
    remove: async () => {
      await kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"]);
    },
    quietMs: 4000,
  };
}

/** The node's own address, which its pods can always reach. */
export async function nodeAddress(env: Record<string, string | undefined>): Promise<string> {
  const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return (await run("kubectl", ["get", "nodes", "-o", path], { env })).stdout.trim();
}
