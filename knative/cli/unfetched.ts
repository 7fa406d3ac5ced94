/** Images that cannot be fetched, and pods that do not start: said by name, not as "not available". */
import { conditionsOf, type Kubectl } from "./kubectl.ts";
import type { KubeObject } from "./render.ts";

const UNFETCHED = /Unable to fetch image "([^"]+)"/;
/** What will be said the next time, too. The last: of a tag that a registry without TLS does not have, by containerd 1.6. */
const FOR_GOOD =
  /not found|unknown|denied|unauthorized|forbidden|authentication|authorization|server gave HTTP response to HTTPS client/i;

interface Waiting {
  pod: string;
  image: string;
  reason: string;
  message: string;
}

/** Containers that wait for something other than their turn. */
function waiting(pods: KubeObject[]): Waiting[] {
  return pods.flatMap((pod) => {
    // One on its way out belongs to what was there before.
    if ("deletionTimestamp" in pod.metadata) return [];
    const { containerStatuses = [] } = (pod.status ?? {}) as {
      containerStatuses?: { image: string; state?: { waiting?: { reason?: string; message?: string } } }[];
    };
    return containerStatuses.flatMap(({ image, state }) => {
      const { reason = "", message = "" } = state?.waiting ?? {};
      return /^(|ContainerCreating|PodInitializing)$/.test(reason)
        ? []
        : [{ pod: pod.metadata.name, image, reason, message }];
    });
  });
}

/**
 * One line about all images that cannot be fetched, or undefined. Pure.
 * @param services Knative asks a registry once for each revision, and its Service says what came of it.
 * @param pods Those of Deployments, for which the kubelet asks.
 */
export function unfetched(services: KubeObject[], pods: KubeObject[] = []): string | undefined {
  const images = [
    ...services.flatMap((service) =>
      conditionsOf(service).flatMap(({ message }) => UNFETCHED.exec(message ?? "")?.[1] ?? []),
    ),
    ...waiting(pods).flatMap(({ reason, message, image }) =>
      /ImagePull/.test(reason) && FOR_GOOD.test(message) ? [image] : [],
    ),
  ];
  if (images.length === 0) return undefined;
  const names = [...new Set(images)].join(", ");
  return `not in the registry, or not to be pulled from here: ${names}: task upload-images, or imagePullSecrets=NAME task deploy`;
}

/** Why pods do not start, a line each. Pure. */
export function stuck(pods: KubeObject[]): string[] {
  return waiting(pods).map(
    ({ pod, reason, message }) => `pod ${pod}: ${reason}${message && `: ${message.slice(0, 300)}`}`,
  );
}

/** The pods of these Deployments. */
export async function podsOf(objects: KubeObject[], kubectl: Kubectl): Promise<KubeObject[]> {
  const names = objects.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name);
  if (names.length === 0) return [];
  return kubectl.objects(["get", "pods", "--selector", `app in (${names.join(", ")})`]);
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
