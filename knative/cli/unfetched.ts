/** Images that Knative could not fetch. It asks once for each revision: seen at once, and asked for again at the next deploy. */
import { conditionsOf, type Kubectl } from "./kubectl.ts";
import type { KubeObject } from "./render.ts";

const UNFETCHED = /Unable to fetch image "([^"]+)"/;

/** One line about all of them, or undefined. Pure. */
export function unfetched(services: KubeObject[]): string | undefined {
  const images = services.flatMap((service) =>
    conditionsOf(service).flatMap(({ message }) => UNFETCHED.exec(message ?? "")?.[1] ?? []),
  );
  if (images.length === 0) return undefined;
  const names = [...new Set(images)].join(", ");
  return `not in the registry, or not to be pulled from here: ${names}: task upload-images, or imagePullSecrets=NAME task deploy`;
}

/** Knative makes a revision anew that was deleted, and then asks the registry again. */
export async function askAgain(kubectl: Kubectl): Promise<void> {
  const revisions = await kubectl.objects(["get", "revisions.serving.knative.dev", "--selector", OURS]);
  const failed = revisions.filter((revision) =>
    conditionsOf(revision).some(({ status, message }) => status === "False" && UNFETCHED.test(message ?? "")),
  );
  if (failed.length === 0) return;
  await kubectl(["delete", "revisions.serving.knative.dev", ...failed.map(({ metadata }) => metadata.name)]);
}

const OURS = "serving.knative.dev/service in (rotisserie-poller, rotisserie-capture, rotisserie-ocr)";
