/** Before the first test: the project's own images in the registry, and an empty namespace. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt } from "../../knative/cli/command.ts";
import { pushImages } from "./images.ts";
import { CANARY, kubectl, NAMESPACE, root } from "./kube.ts";

export default async function setup(): Promise<void> {
  const { code } = await attempt("kubectl", ["version", "--request-timeout", "8s"]).catch(() => ({ code: 127 }));
  if (code !== 0) throw new Error("no cluster answers: set KUBECONFIG, or run test/cluster/run, and install kubectl");
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (process.env.IMAGE_TAG === undefined) {
    const stray = join(root, "functions/poller/.env.cluster-test");
    await writeFile(stray, `clientSecret=${CANARY}\n`);
    try {
      process.env.IMAGE_TAG = await pushImages(say, { clientSecret: CANARY, token: CANARY });
    } finally {
      await rm(stray);
    }
  }
  // What an earlier run left behind.
  await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=180s"]);
}
