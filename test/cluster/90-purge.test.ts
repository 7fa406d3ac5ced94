/** Away with what deploy made, and with nothing else. */
import { describe, expect, test } from "vitest";
import { kubectl, mustTask, NAMESPACE, task } from "./kube.ts";
import { NAMES } from "./names.ts";

const foreign = [
  { apiVersion: "v1", kind: "Secret", metadata: { name: "twitch-auth" }, stringData: { clientID: "mine" } },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "rotisserie-tls" }, stringData: { "tls.crt": "mine" } },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "somebody-elses" }, data: { key: "value" } },
];

describe("task purge", () => {
  test("asks first", async () => {
    const { code, stderr } = await task("purge", { YES: "" });
    expect(code).toBe(1);
    expect(stderr).toContain("YES=1");
  });

  test("deletes what deploy made and leaves the rest", async () => {
    await kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items: foreign }) });
    await mustTask("purge");
    for (const [kind, names] of Object.entries(NAMES)) {
      const left = (await kubectl.objects(["get", kind])).map(({ metadata }) => metadata.name);
      expect(left.filter((name) => names.includes(name))).toEqual([]);
    }
    for (const { kind, metadata } of foreign) await kubectl(["get", kind, metadata.name]);
    await kubectl(["get", "namespace", NAMESPACE]);
  });

  test("finds nothing the second time", async () => {
    expect(await mustTask("purge")).toContain("nothing of rotisserie");
    await kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]);
  });
});
