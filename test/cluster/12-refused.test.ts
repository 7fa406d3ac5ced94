/** What cannot work is said in one line; what was applied by then is mended by the next deploy. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKubectl } from "../../knative/cli/kubectl.ts";
import { nextSteps } from "../../knative/cli/next.ts";
import { kubectl, mustTask, NAMESPACE, REGISTRY, task } from "./kube.ts";

describe("task deploy refuses in one line", () => {
  let folder = "";
  const limited = () => join(folder, "kubeconfig");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rotisserie-rights-"));
    await kubectl(["create", "serviceaccount", "nobody"]);
    const token = (await kubectl(["create", "token", "nobody"])).trim();
    const config = JSON.parse(await kubectl(["config", "view", "--minify", "--flatten", "--raw", "-o", "json"])) as {
      users: object[];
      contexts: { context: { user: string } }[];
    };
    for (const { context } of config.contexts) context.user = "nobody";
    config.users = [{ name: "nobody", user: { token } }];
    await writeFile(limited(), JSON.stringify(config), { mode: 0o600 });
  });
  afterAll(async () => {
    await kubectl(["delete", "serviceaccount", "nobody", "--ignore-not-found"]);
    await rm(folder, { recursive: true });
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
    { name: "no rights", env: () => ({ KUBECONFIG: limited() }), says: "you may not create services.serving.knative" },
  ];
  test.each(rows)("$name", async ({ env, says }) => {
    const { code, stderr } = await task("deploy", { APP_HOSTNAME: "rotisserie.example", ...env() });
    expect(code).toBe(1);
    const lines = stderr.trim().split("\n");
    expect(lines.length, stderr).toBe(1);
    expect(lines[0]).toContain(`rotisserie: ${says}`);
  });

  test("an image that is not there: named, and mended by the next deploy", async () => {
    const { code, stderr } = await task("deploy", {
      IMAGE_TAG: "never-built",
      // There is one simulator at a time: without its image there would be none.
      SIMULATOR_IMAGE: `${REGISTRY}/rotisserie-simulator:${process.env.IMAGE_TAG}`,
    });
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").length, stderr).toBe(1);
    expect(stderr).toMatch(/not in the registry, or not to be pulled from here: \S+:never-built.*: task upload-images/);
    await mustTask("deploy");
    expect(await mustTask("deploy")).toMatch(/\d+ objects, 0 changed/);
  }, 300_000);
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
