import { expect, test } from "vitest";
import type { KubeObject } from "./render.ts";
import { stuck, unfetched } from "./unfetched.ts";

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

const pod = (name: string, reason: string, message: string, metadata: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  status: { containerStatuses: [{ image: `registry.test/${name}:1`, state: { waiting: { reason, message } } }] },
});
/** containerd's own words, as the kubelet of 1.34 hands them on. */
const gone = 'Back-off pulling image "x": ErrImagePull: failed to resolve reference "x": x: not found';

test.each([
  {
    name: "an image that is not there",
    pods: [pod("a", "ImagePullBackOff", gone)],
    says: /registry\.test\/a:1: task upload/,
  },
  {
    name: "a tag that is not in a registry without TLS",
    pods: [
      pod(
        "a",
        "ErrImagePull",
        'failed to do request: Head "https://r/a": http: server gave HTTP response to HTTPS client',
      ),
    ],
    says: /registry\.test\/a:1: task upload/,
  },
  { name: "a registry that may come back", pods: [pod("a", "ErrImagePull", "dial tcp: i/o timeout")], says: undefined },
  { name: "a pod of before", pods: [pod("a", "ErrImagePull", gone, { deletionTimestamp: "now" })], says: undefined },
  { name: "another failure", pods: [pod("a", "CrashLoopBackOff", "back-off 10s")], says: undefined },
])("$name, of a Deployment", ({ pods, says }) => {
  const said = unfetched([], pods);
  if (says) expect(said).toMatch(says);
  else expect(said).toBe(undefined);
});

test("a pod that does not start is named with its reason, one that starts is not", () => {
  const pods = [pod("a", "CreateContainerConfigError", 'secret "s" not found'), pod("b", "ContainerCreating", "")];
  expect(stuck(pods)).toEqual(['pod a: CreateContainerConfigError: secret "s" not found']);
});
