import { expect, test } from "vitest";
import type { KubeObject } from "./render.ts";
import { unfetched } from "./unfetched.ts";

const saying = (name: string, message: string): KubeObject => ({
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  metadata: { name },
  status: { conditions: [{ type: "ConfigurationsReady", status: "False", reason: "RevisionFailed", message }] },
});
/** Knative's own words, 1.23. */
const unknownTag = (image: string) =>
  `Revision "a-00001" failed with message: Unable to fetch image "${image}": failed to resolve image to digest: HEAD http://registry.test/v2/a/manifests/1: unexpected status code 404 Not Found (HEAD responses have no body, use GET for details).`;

test("images that are not in the registry are named in one line, each once", () => {
  const services = ["a", "b", "b"].map((name) => saying(name, unknownTag(`registry.test/${name}:1`)));
  expect(unfetched(services)).toBe(
    "not in the registry, or not to be pulled from here: registry.test/a:1, registry.test/b:1: task upload-images, or imagePullSecrets=NAME task deploy",
  );
});

test("another failure is none of that", () => {
  expect(unfetched([saying("a", 'Revision "a-00001" failed with message: Container failed with: exit 1.')])).toBe(
    undefined,
  );
});
