/** What cannot be seen is not taken for absent. */
import { expect, test } from "vitest";
import type { Ended } from "./command.ts";
import type { Kubectl } from "./kubectl.ts";
import { purge } from "./purge.ts";

/** A cluster with one Broker of ours; other answers by the kind that is asked for. Writes down what is deleted. */
function cluster(answers: Record<string, Ended>) {
  const deleted: string[] = [];
  const attempt = async ([verb = "", kind = ""]: string[]): Promise<Ended> => {
    const items = kind.startsWith("brokers") ? [{ metadata: { name: "rotisserie" } }] : [];
    return (verb === "get" && answers[kind]) || { code: 0, stdout: JSON.stringify({ items }), stderr: "" };
  };
  const run = async (args: string[]) => {
    if (args[0] === "delete") deleted.push(args[1] ?? "");
    return "";
  };
  return { deleted, kubectl: Object.assign(run, { attempt, objects: async () => [] }) as Kubectl };
}
const refusal = (stderr: string): Ended => ({ code: 1, stdout: "", stderr });

test("a kind that the cluster does not have is passed over", async () => {
  const absent = refusal(`error: the server doesn't have a resource type "certificates"`);
  const { deleted, kubectl } = cluster({ "certificates.cert-manager.io": absent });
  await purge(kubectl, "here", () => {});
  expect(deleted).toEqual(["brokers.eventing.knative.dev"]);
});

test("a kind that one may not list: nothing is deleted, and it is said", async () => {
  const forbidden = refusal("Error from server (Forbidden): roles is forbidden");
  const { deleted, kubectl } = cluster({ "roles.rbac.authorization.k8s.io": forbidden });
  await expect(purge(kubectl, "here", () => {})).rejects.toThrow(
    /^nothing is deleted, roles\S* cannot be listed: .*forbidden/,
  );
  expect(deleted).toEqual([]);
});
