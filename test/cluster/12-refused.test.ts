/** What cannot work is said in one line; what was applied by then is mended by the next deploy. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKubectl, type Kubectl } from "../../knative/cli/kubectl.ts";
import { nextSteps } from "../../knative/cli/next.ts";
import { kubectl, mustTask, NAMESPACE, REGISTRY, task, within } from "./kube.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rotisserie-rights-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A new account without any rights. @returns the file that logs in with it. */
async function account(name: string, own: Kubectl): Promise<string> {
  await own(["create", "serviceaccount", name]);
  const token = (await own(["create", "token", name])).trim();
  const config = JSON.parse(await own(["config", "view", "--minify", "--flatten", "--raw", "-o", "json"])) as {
    users: object[];
    contexts: { context: { user: string } }[];
  };
  for (const { context } of config.contexts) context.user = name;
  config.users = [{ name, user: { token } }];
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function refused(env: Record<string, string>): Promise<string> {
  const { code, stderr } = await task("deploy", env);
  expect(code).toBe(1);
  expect(stderr.trim().split("\n").length, stderr).toBe(1);
  return stderr.trim();
}

describe("task deploy refuses in one line", () => {
  let limited = "";
  beforeAll(async () => {
    limited = await account("nobody", kubectl);
  });
  afterAll(async () => {
    await kubectl(["delete", "serviceaccount", "nobody", "--ignore-not-found"]);
  });

  const rows: { name: string; env: () => Record<string, string>; says: string }[] = [
    { name: "no registry user", env: () => ({ docker_username: "" }), says: "docker_username is not set: docker_us" },
    { name: "a host that is none", env: () => ({ APP_HOSTNAME: "https://x/" }), says: 'APP_HOSTNAME="https://x/"' },
    {
      name: "no such cluster",
      env: () => ({ KUBE_CONTEXT: "elsewhere" }),
      says: "no cluster answers for context else",
    },
    { name: "no secret", env: () => ({ OVERLAY: "twitch" }), says: `Secret twitch-auth is not in ${NAMESPACE}` },
    { name: "no Kafka", env: () => ({ COMPONENTS: "kafka" }), says: "there is no Kafka Broker in the cluster" },
    { name: "no rights", env: () => ({ KUBECONFIG: limited }), says: "you may not create services.serving.knative" },
  ];
  test.each(rows)("$name", async ({ env, says }) => {
    expect(await refused({ APP_HOSTNAME: "rotisserie.example", ...env() })).toContain(`rotisserie: ${says}`);
  });

  test("an image that is not there: named, and mended by the next deploy", async () => {
    const said = await refused({
      IMAGE_TAG: "never-built",
      // There is one simulator at a time: without its image there would be none.
      SIMULATOR_IMAGE: `${REGISTRY}/rotisserie-simulator:${process.env.IMAGE_TAG}`,
    });
    expect(said).toMatch(/not in the registry, or not to be pulled from here: \S+:never-built.*: task upload-images/);
    await mustTask("deploy");
    expect(await mustTask("deploy")).toMatch(/\d+ objects, 0 changed/);
  }, 300_000);
});

describe("somebody who may do everything in one namespace, and nothing elsewhere", () => {
  const namespace = `${NAMESPACE}-admin`;
  const own = createKubectl({ context: process.env.KUBE_CONTEXT, namespace });
  const env: Record<string, string> = { NAMESPACE: namespace, EDGE: "none" };
  beforeAll(async () => {
    await own(["create", "namespace", namespace]);
    await own(["create", "rolebinding", "deployer", "--clusterrole=admin", `--serviceaccount=${namespace}:deployer`]);
    env.KUBECONFIG = await account("deployer", own);
  });
  afterAll(async () => {
    await own(["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"]);
  });

  test("is told which rights he cannot give, where cert-manager does not give them to him", async () => {
    const as = `system:serviceaccount:${namespace}:deployer`;
    const { stdout } = await own.attempt(["auth", "can-i", "create", "issuers.cert-manager.io", "--as", as]);
    const { code, stderr } = await task("precheck", { ...env, EDGE: "nginx" });
    if (stdout.trim() === "yes") expect(code, stderr).toBe(0);
    else expect(stderr).toMatch(/^rotisserie: you may not give Deployment kube-lego .*EDGE=none task deploy\n$/);
  });

  test("is told that another namespace is none of his", async () => {
    const said = await refused({ ...env, NAMESPACE: "somewhere-else" });
    expect(said).toMatch(/you may not create .* in somewhere-else: kubectl create rolebinding/);
  });

  test("is told of a Deployment's image that is not there, and deploys after it", async () => {
    const image = `${REGISTRY}/rotisserie-simulator:never-built`;
    const said = await refused({ ...env, SIMULATOR_IMAGE: image });
    expect(said).toContain(`not in the registry, or not to be pulled from here: ${image}: task upload-images`);
    await mustTask("deploy", env);
    expect(await mustTask("status", env)).toMatch(/^streams +\d/m);
  }, 300_000);

  test("takes it away again, and the namespace stays", async () => {
    await mustTask("purge", env);
    // Deleted are the Services of Knative; what it made for them goes a moment later.
    await within(60, "an empty namespace", async () => {
      const left = await own.objects(["get", "ksvc,broker,trigger,deployments,services,configmaps"]);
      return left.every(({ metadata }) => metadata.name === "kube-root-ca.crt") || undefined;
    });
    await own(["get", "namespace", namespace]);
  });
});

describe("a load balancer that gives no address", () => {
  const elsewhere = `${NAMESPACE}-pending`;
  const own = createKubectl({ context: process.env.KUBE_CONTEXT, namespace: elsewhere });
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "nginx", finalizers: ["rotisserie.test/held"] },
    spec: { ports: [{ port: 80 }] },
  };
  const patch = (value: object) => own(["patch", "service", "nginx", "--type", "merge", "-p", JSON.stringify(value)]);
  afterAll(async () => {
    await patch({ metadata: { finalizers: null } }).catch(() => undefined);
    await kubectl(["delete", "namespace", elsewhere, "--ignore-not-found", "--wait=false"]);
  });

  test("is named, with who else holds 80 and 443 and a way in", async () => {
    await kubectl(["create", "namespace", elsewhere]);
    // No load balancer serves what is on its way out: so it stays pending, as on kind and k3s.
    await own(["create", "-f", "-"], { input: JSON.stringify(service) });
    await own(["delete", "service", "nginx", "--wait=false"]);
    await patch({ spec: { type: "LoadBalancer" } });
    const said = (await nextSteps({ namespace: elsewhere, hosts: ["rotisserie.example"], edge: "nginx" }, own, 4)).join(
      "\n",
    );
    expect(said).toContain("Service nginx has no address after 4 s");
    expect(said).toMatch(/Others that want these ports: .*kourier-system\/kourier/);
    expect(said).toContain(`kubectl --namespace ${elsewhere} port-forward service/nginx 8080:80 8443:443`);
  });
});
