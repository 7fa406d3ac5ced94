/** docs/operate.md, command by command: what it says to type does what it says, in namespaces of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt } from "../../knative/cli/command.ts";
import { createKubectl } from "../../knative/cli/kubectl.ts";
import { commandsOf, missing } from "./commands.ts";
import { NAMESPACE, REGISTRY, root, settings } from "./kube.ts";

const document = readFileSync(join(root, "docs/operate.md"), "utf8");
const SITE = `${NAMESPACE}-site`;
const kubectlIn = (namespace: string) => createKubectl({ context: process.env.KUBE_CONTEXT, namespace });

/** What a reader puts in for himself. */
function filledIn(text: string): string {
  return text
    .replaceAll(/\bYOU\b/g, REGISTRY)
    .replaceAll("=...", "=made-up")
    .replaceAll(/NAMESPACE=(\w+)/g, `NAMESPACE=${NAMESPACE}-$1`);
}

async function type(text: string): Promise<{ code: number; said: string }> {
  // The tag is the one that `task set-rev` writes down, the overlay is the document's.
  const all: Record<string, string | undefined> = { ...process.env, ...settings, NAMESPACE: SITE };
  const { IMAGE_TAG: _, OVERLAY: __, ...env } = all;
  const { code, stdout, stderr } = await attempt("sh", ["-ec", filledIn(text)], { env, cwd: root });
  return { code, said: stdout + stderr };
}

beforeAll(async () => {
  // A namespace that was there before: purge leaves it.
  await kubectlIn(SITE)(["create", "namespace", SITE]);
});
afterAll(async () => {
  for (const name of [SITE, `${NAMESPACE}-staging`, `${NAMESPACE}-production`]) {
    await kubectlIn(name)(["delete", "namespace", name, "--ignore-not-found", "--wait=false"]);
  }
});

describe.each(["From an empty cluster to a site", "Everyday tasks", "Staging and production in one cluster"])(
  "%s",
  (heading) => {
    test.each(commandsOf(document, heading))(
      "$text",
      async ({ text, expected }) => {
        const { code, said } = await type(text);
        expect(code, said.slice(-2000)).toBe(0);
        expect(missing(expected, said), said.slice(-2000)).toEqual([]);
      },
      300_000,
    );
  },
);

test("a namespace that was there before keeps its own labels, and stays", async () => {
  const [found] = await kubectlIn(SITE).objects(["get", "namespace", SITE]);
  // Knative notes there that a SinkBinding is inside.
  const own = Object.keys(found?.metadata.labels ?? {}).filter((name) => !name.includes("knative.dev/"));
  expect(own).toEqual(["kubernetes.io/metadata.name"]);
});
