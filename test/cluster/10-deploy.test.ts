/** From an empty namespace to the first right leader, with the project's own images and the documented names. */
import { beforeAll, describe, expect, test } from "vitest";
import { combinations, renderCombination } from "../../knative/cli/check.ts";
import { type KubeObject, OWNED, objectsOf } from "../../knative/cli/render.ts";
import { agent, startAgent } from "./agent.ts";
import { kubectl, mustTask, NAMESPACE, object, REGISTRY, root, task } from "./kube.ts";
import { DEPLOYMENTS, FUNCTIONS, NAMES, PORTS } from "./names.ts";
import { firstLeader } from "./truth.ts";

const tag = () => process.env.IMAGE_TAG ?? "";
const ours = Object.entries(OWNED)
  .map(([label, value]) => `${label}=${value}`)
  .join(",");

describe("a deploy into nothing", () => {
  test("says in one line what is missing, and applies nothing", async () => {
    const { code, stderr } = await task("deploy", { OVERLAY: "twitch", APP_HOSTNAME: "rotisserie.example" });
    expect(code).toBe(1);
    expect(stderr).toContain(`Secret twitch-auth is not in ${NAMESPACE}`);
    const { stdout } = await kubectl.attempt(["get", "namespace", NAMESPACE, "--ignore-not-found"]);
    expect(stdout).toBe("");
  });

  test("ends with everything ready", async () => {
    const began = Date.now();
    const said = await mustTask("deploy");
    expect(said).toMatch(/\d+ objects, \d+ changed/);
    const seconds = Math.round((Date.now() - began) / 1000);
    process.stdout.write(`deployed into nothing in ${seconds} s\n`);
    expect(seconds).toBeLessThanOrEqual(120);
    // A namespace that deploy made takes nothing that Pod Security does not call restricted.
    const { metadata } = await object("namespace", NAMESPACE);
    expect(metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    await startAgent(tag());
  }, 300_000);

  test("shows a running match with the number that is on the picture", async () => {
    const { leader, ms } = await firstLeader(90);
    process.stdout.write(`first right leader after ${ms} ms: ${leader.stream_name}, ${leader.alive} alive\n`);
  });

  test("changes nothing the second time", async () => {
    expect(await mustTask("deploy")).toMatch(/\d+ objects, 0 changed/);
  });

  test("is exactly what task render prints", async () => {
    const how = ["--server-side", "--force-conflicts", "--field-manager", "rotisserie", "--filename", "-"];
    const { code, stdout, stderr } = await kubectl.attempt(["diff", ...how], { input: await mustTask("render") });
    expect(stdout + stderr).toBe("");
    expect(code).toBe(0);
  });
});

describe("names", () => {
  test.each(Object.entries(NAMES))("%s are the listed ones", async (kind, names) => {
    const found = await kubectl.objects(["get", kind, "--selector", ours]);
    // Knative makes a Kubernetes Service for each of its own, and hands our labels on to it.
    const made = found.filter(({ metadata }) => !("ownerReferences" in metadata));
    expect(made.map(({ metadata }) => metadata.name).sort()).toEqual(names);
  });

  test.each(Object.entries(PORTS))("Service %s has the documented ports", async (name, ports) => {
    const { spec } = await object<{ spec: { ports: { port: number; name: string }[] } }>("service", name);
    expect(spec.ports.map(({ port, name: called }) => ({ port, name: called }))).toEqual(ports);
  });

  test.each(Object.entries(FUNCTIONS))(
    "%s runs its image by digest, cluster-local, on its port",
    async (name, runs) => {
      const service = await object<{ status: { latestReadyRevisionName: string } }>("ksvc", name);
      expect(service.metadata.labels?.["networking.knative.dev/visibility"]).toBe("cluster-local");
      const { status, spec } = await object<{
        status: { containerStatuses: { imageDigest: string }[] };
        spec: { containers: { ports: { containerPort: number }[] }[] };
      }>("revision", service.status.latestReadyRevisionName);
      expect(status.containerStatuses[0]?.imageDigest).toMatch(
        new RegExp(`^${REGISTRY}/${runs.image}@sha256:[0-9a-f]{64}$`),
      );
      expect(spec.containers[0]?.ports[0]?.containerPort).toBe(runs.port);
    },
  );

  test.each(Object.entries(DEPLOYMENTS))(
    "%s runs its image in pods with its name as the label app",
    async (name, runs) => {
      const pods = await kubectl.objects(["get", "pods", "--selector", `app=${name}`]);
      const images = pods.map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image);
      expect(images).toEqual([`${REGISTRY}/${runs.image}:${tag()}`]);
    },
  );
});

describe("from outside", () => {
  let addresses: string[] = [];
  beforeAll(async () => {
    const path = "jsonpath={.spec.clusterIP} {.status.loadBalancer.ingress[*].ip}";
    const found = await kubectl(["get", "service", "kourier", "--namespace", "kourier-system", "-o", path]);
    addresses = found.trim().split(/ +/);
  });

  test.each(Object.keys(FUNCTIONS))("Kourier's outside gateway does not know %s", async (name) => {
    for (const address of addresses) {
      for (const host of [`${name}.${NAMESPACE}.svc.cluster.local`, `${name}.${NAMESPACE}`, name]) {
        expect((await agent.get(`http://${address}/current`, host)).status).toBe(404);
      }
    }
  });
});

describe("every combination", () => {
  test("is taken by the API server in a dry run", async () => {
    // What many combinations have in common is asked about once.
    const different = new Map<string, KubeObject>();
    const all = combinations();
    const jobs = all.values();
    const worker = async () => {
      for (const one of jobs) {
        const own = { NAMESPACE, docker_username: REGISTRY, IMAGE_TAG: tag() };
        for (const object of objectsOf(await renderCombination(one, own, root))) {
          // A Broker's class cannot be changed, not even in a dry run.
          if (object.kind === "Broker" && one.components.includes("kafka")) object.metadata.name += "-kafka";
          different.set(JSON.stringify(object), object);
        }
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...different.values()] });
    const how = ["--server-side", "--dry-run=server", "--force-conflicts", "--field-manager", "test"];
    await kubectl(["apply", ...how, "--filename", "-"], { input });
    process.stdout.write(`${all.length} combinations, ${different.size} different objects taken in a dry run\n`);
  });
});
