/** The test's hands inside the cluster: see agent.js. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kubectl, NAMESPACE, REGISTRY, root, within } from "./kube.ts";

/** An event as the agent saw it: its attributes, when, how large, and its data where that is JSON. */
export interface Seen {
  at: number;
  id: string;
  type: string;
  subject?: string;
  bytes: number;
  data?: unknown;
  [attribute: string]: unknown;
}

export interface Answer {
  status: number;
  ms: number;
  headers: Record<string, string>;
  body: string;
}

export interface Load {
  running: boolean;
  asked: number;
  statuses: Record<string, number>;
  /** Answers `null`: a board that forgot. */
  empty: number;
  slowestMs: number;
  /** How often each "name alive updated" was answered. */
  answers: Record<string, number>;
  failures: { at: number; status: number; body: string }[];
}

/** When a counter was first seen to stand there. */
export interface Count {
  at: number;
  sum: number;
}

export interface Sending {
  headers: Record<string, string>;
  /** base64 */
  body?: string;
}

const path = (rest: string) => `/api/v1/namespaces/${NAMESPACE}/pods/test-agent:8080/proxy${rest}`;
const read = async (rest: string) => kubectl(["get", "--raw", path(rest)]);
const post = async (rest: string, body: unknown) =>
  kubectl(["create", "--raw", path(rest), "--filename", "-"], { input: JSON.stringify(body) });

export const BROKER = `http://broker-ingress.knative-eventing.svc.cluster.local/${NAMESPACE}/rotisserie`;

export const agent = {
  events: async (type?: string): Promise<Seen[]> => {
    const seen = JSON.parse(await read("/events")) as Seen[];
    return type === undefined ? seen : seen.filter((event) => event.type === type);
  },
  forget: () => read("/forget"),
  /** How often each status was answered. */
  send: async (events: Sending[], width?: number): Promise<Record<string, number>> =>
    JSON.parse(await post("/send", { sink: BROKER, events, width })) as Record<string, number>,
  /** When the last sending began, by the agent's clock. */
  sent: async (): Promise<{ at: number }> => JSON.parse(await read("/sent")) as { at: number },
  /** Looks at a counter of a function's /metrics from now on; answers where it stands. Only one is followed at a time. */
  follow: async (url: string, metric: string): Promise<Count[]> =>
    JSON.parse(await read(`/follow?url=${encodeURIComponent(url)}&metric=${encodeURIComponent(metric)}`)) as Count[],
  counts: async (): Promise<Count[]> => JSON.parse(await read("/counts")) as Count[],
  get: async (url: string, host?: string): Promise<Answer> =>
    JSON.parse(await read(`/get?url=${encodeURIComponent(url)}${host ? `&host=${host}` : ""}`)) as Answer,
  startLoad: async (load: { url: string; rate: number; seconds: number }) => post("/load", load),
  load: async (): Promise<Load> => JSON.parse(await read("/load")) as Load,
};

const labels = { app: "test-agent" };

/** The small program in the poller's image: whatever answers events in the tests and the benchmark is this. */
export const agentContainer = (tag: string) => ({
  name: "agent",
  image: `${REGISTRY}/rotisserie-app:${tag}`,
  command: ["node", "/agent/agent.js"],
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    runAsUser: 10001,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
  volumeMounts: [{ name: "agent", mountPath: "/agent" }],
});
export const agentVolume = { name: "agent", configMap: { name: "test-agent" } };

/** Everything that passes the Broker is shown to the agent, too. */
function objects(tag: string): object[] {
  const container = {
    ...agentContainer(tag),
    ports: [{ containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  };
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "test-agent" },
      data: {
        "agent.js": readFileSync(join(root, "test/cluster/agent.js"), "utf8"),
        "package.json": '{"type": "module"}',
      },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "test-agent", labels },
      spec: {
        containers: [container],
        volumes: [agentVolume],
        terminationGracePeriodSeconds: 1,
        enableServiceLinks: false,
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "test-agent" },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

export async function startAgent(tag: string): Promise<void> {
  await kubectl(["delete", "pod", "test-agent", "--ignore-not-found"]);
  await kubectl(["apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects(tag) }),
  });
  await within(60, "the agent answers", async () => read("/healthz").then(() => true));
}

/** The agent only counts: what it misses on a busy machine must not look as if the product had lost it. */
export const PATIENT = { retry: 10, backoffPolicy: "exponential", backoffDelay: "PT0.2S", timeout: "PT20S" };

/** A Trigger to the agent, ready. `answer`: how the agent receives each event. */
export async function listen(
  name: string,
  type: string,
  answer = "204",
  delivery: object = { retry: 0 },
): Promise<void> {
  const trigger = {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name },
    spec: {
      broker: "rotisserie",
      filters: [{ exact: { type } }],
      subscriber: { uri: `http://test-agent.${NAMESPACE}.svc.cluster.local/events?answer=${answer}` },
      delivery,
    },
  };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(trigger) });
  await kubectl(["wait", "--for=condition=Ready", `trigger/${name}`, "--timeout=60s"]);
  // Ready means subscribed; the dispatcher and the filter read the change a moment later.
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
