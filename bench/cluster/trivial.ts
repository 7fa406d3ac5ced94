/** A function that answers every event at once, installed like ours: what Knative itself takes. */
import { agentContainer, agentVolume } from "../../test/cluster/agent.ts";
import { kubectl } from "../../test/cluster/kube.ts";

export const TRIVIAL = { service: "bench-trivial", asks: "bench.trivial", answers: "bench.answer" };

const service = (tag: string) => ({
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  metadata: { name: TRIVIAL.service, labels: { "networking.knative.dev/visibility": "cluster-local" } },
  spec: {
    template: {
      metadata: { annotations: { "autoscaling.knative.dev/window": "15s" } },
      spec: {
        timeoutSeconds: 10,
        containers: [agentContainer(tag)],
        volumes: [agentVolume],
      },
    },
  },
});

const trigger = {
  apiVersion: "eventing.knative.dev/v1",
  kind: "Trigger",
  metadata: { name: TRIVIAL.service },
  spec: {
    broker: "rotisserie",
    filters: [{ exact: { type: TRIVIAL.asks } }],
    subscriber: {
      ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: TRIVIAL.service },
      uri: `/reply?type=${TRIVIAL.answers}`,
    },
  },
};

/** The Broker hands each event to every Trigger's filter, so these cost something even when nothing is sent to them. */
export async function removeTrivial(): Promise<void> {
  const own = [TRIVIAL.service, "bench-answer", "bench-read"];
  await kubectl(["delete", "triggers.eventing.knative.dev", ...own, "--ignore-not-found"]);
}

export async function installTrivial(tag: string): Promise<void> {
  for (const object of [service(tag), trigger]) {
    await kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
    await kubectl(["wait", "--for=condition=Ready", "-f", "-", "--timeout=60s"], { input: JSON.stringify(object) });
  }
}
