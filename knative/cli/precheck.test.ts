/** What is missing is said before anything is applied: one line each, with what mends it. */
import { describe, expect, test } from "vitest";
import type { Ended } from "./command.ts";
import type { Kubectl } from "./kubectl.ts";
import { precheck } from "./precheck.ts";
import type { KubeObject } from "./render.ts";
import { parseSettings } from "./settings.ts";

const discovery: Record<string, string> = {
  "/apis/serving.knative.dev/v1": '{"resources":[{"name":"services"}]}',
  "/apis/eventing.knative.dev/v1": '{"resources":[{"name":"brokers"},{"name":"triggers"}]}',
  "/apis/sources.knative.dev/v1": '{"resources":[{"name":"pingsources"},{"name":"sinkbindings"}]}',
};
const ok = (stdout = ""): Ended => ({ code: 0, stdout, stderr: "" });
const refusedAs = (reason: string): Ended => ({ code: 1, stdout: "", stderr: `Error from server (${reason})` });
const notFound = refusedAs("NotFound");

interface Cluster {
  /** Answers that differ from those of a cluster where all is well, by the beginning of the question. */
  answers?: Record<string, Ended>;
  objects?: Record<string, KubeObject[]>;
}

function cluster({ answers = {}, objects = {} }: Cluster): Kubectl {
  const attempt = async (args: string[]): Promise<Ended> => {
    const question = args.join(" ");
    const other = Object.keys(answers).find((start) => question.startsWith(start));
    if (other !== undefined) return answers[other] as Ended;
    if (question.startsWith("auth can-i")) return ok("yes");
    if (args[1] === "--raw") return ok(discovery[args[2] ?? ""]);
    return ok(question.includes("deployment") ? "1.23.0" : "");
  };
  return Object.assign(async (args: string[]) => (await attempt(args)).stdout, {
    attempt,
    objects: async (args: string[]) => objects[args[1] ?? ""] ?? [],
  });
}

const site = { docker_username: "me", IMAGE_TAG: "1", APP_HOSTNAME: "rotisserie.tv", OVERLAY: "simulated" };
const certificate = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "mine" },
  spec: { secretName: "rotisserie-tls" },
} as KubeObject;

describe("before a deploy", () => {
  test("nothing is said where all is well", async () => {
    expect(await precheck(parseSettings(site), cluster({}))).toEqual([]);
  });

  const rows: { name: string; env?: Record<string, string>; there?: Cluster; says: RegExp }[] = [
    {
      name: "no registry user",
      env: { docker_username: "" },
      says: /^docker_username is not set: docker_username=YOU/,
    },
    { name: "no tag", env: { IMAGE_TAG: "" }, says: /task set-rev images tag-images upload-images$/ },
    {
      name: "no host",
      env: { APP_HOSTNAME: "", OVERLAY: "twitch" },
      there: { answers: { "get secret": ok('{"data": {"clientID": "", "clientSecret": ""}}') } },
      says: /^APP_HOSTNAME is not set: APP_HOSTNAME=rotisserie.tv task deploy/,
    },
    { name: "no secret", env: { OVERLAY: "twitch" }, says: /^Secret twitch-auth is not in default: .* task secrets$/ },
    { name: "an address that is none", env: { LEGO_EMAIL: "me" }, says: /^lego.email="me" is not an e-mail address/ },
    {
      name: "ACME v1",
      env: { LEGO_URL: "https://acme-v01.api.letsencrypt.org/directory" },
      says: /ACME v1, .*: set it to https:\/\/acme-v02.api.letsencrypt.org\/directory$/,
    },
    {
      name: "a second Certificate for rotisserie-tls",
      there: { objects: { "certificates.cert-manager.io": [certificate] } },
      says: /^Certificate mine claims Secret rotisserie-tls too: kubectl delete certificate mine/,
    },
    {
      name: "no Eventing",
      there: { answers: { "get --raw /apis/eventing": notFound } },
      says: /^Knative Eventing is not in the cluster: install it/,
    },
    {
      name: "an old Knative",
      there: { answers: { "get deployment controller": ok("1.21.3") } },
      says: /^knative-serving is 1.21.3, and 1.22 is the oldest that works: upgrade Knative$/,
    },
    {
      name: "no Kafka Broker",
      env: { COMPONENTS: "kafka" },
      there: { answers: { "get configmap kafka-broker-config": notFound } },
      says: /^there is no Kafka Broker in the cluster: install it/,
    },
    {
      name: "no rights",
      there: { answers: { "auth can-i create triggers": ok("no") } },
      says: /^you may not create triggers.eventing.knative.dev in default: kubectl create rolebinding/,
    },
    {
      name: "no rights to give",
      there: { answers: { "auth can-i update certificates": ok("no"), "get role kube-lego": notFound } },
      says: /^you may not give Deployment kube-lego its rights in default, .*update certificates.*EDGE=none task deploy$/,
    },
    {
      name: "a namespace on its way out",
      there: { answers: { "get namespace": ok("Terminating") } },
      says: /^namespace default is being deleted: wait/,
    },
    {
      name: "a namespace that one may not make",
      there: { answers: { "get namespace": notFound, "auth can-i create namespaces": ok("no") } },
      says: /^namespace default is not there, and you may not make it: .* kubectl create namespace default$/,
    },
    {
      name: "no pull secret",
      env: { imagePullSecrets: "mine" },
      there: { answers: { "get secret mine": notFound } },
      says: /^Secret mine is not in default: kubectl create secret docker-registry mine -n default/,
    },
    {
      name: "a session that ended",
      there: { answers: { "get --raw /readyz": refusedAs("Unauthorized") } },
      says: /^the cluster of the current context does not know you: log in to it again$/,
    },
    {
      name: "no cluster",
      there: { answers: { "get --raw /readyz": notFound } },
      says: /^no cluster answers for the current context: kubectl config get-contexts/,
    },
  ];
  test("an administrator of the namespace alone is told nothing of what he may not see", async () => {
    const forbidden = refusedAs("Forbidden");
    const unseen = ["get --raw /readyz", "get deployment", "get configmap", "get namespace", "get secret"];
    const answers = Object.fromEntries(unseen.map((question) => [question, forbidden]));
    expect(await precheck(parseSettings({ ...site, OVERLAY: "twitch" }), cluster({ answers }))).toEqual([]);
  });

  test.each(rows)("$name: one line", async ({ env = {}, there = {}, says }) => {
    const said = await precheck(parseSettings({ ...site, ...env }), cluster(there));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(says);
  });
});
