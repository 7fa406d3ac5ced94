/** Before the first test: the project's own images in the registry, and an empty namespace. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt } from "../../knative/cli/command.ts";
import { setRevision } from "../../knative/cli/revision.ts";
import { CANARY, kubectl, mustTask, NAMESPACE, root } from "./kube.ts";

export default async function setup(): Promise<void> {
  const { code } = await attempt("kubectl", ["version", "--request-timeout", "8s"]).catch(() => ({ code: 127 }));
  if (code !== 0) throw new Error("no cluster answers: set KUBECONFIG, or run test/cluster/run, and install kubectl");
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (process.env.IMAGE_TAG === undefined) {
    process.env.IMAGE_TAG = await setRevision(root);
    const stray = join(root, "functions/poller/.env.cluster-test");
    await writeFile(stray, `clientSecret=${CANARY}\n`);
    try {
      for (const verb of ["images", "tag-images", "upload-images"]) {
        const began = Date.now();
        await mustTask(verb, { clientSecret: CANARY, token: CANARY });
        say(`task ${verb}: ${Math.round((Date.now() - began) / 1000)} s`);
      }
    } finally {
      await rm(stray);
    }
  }
  // What an earlier run left behind.
  await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=180s"]);
}
