/** `task logs`: the functions' logs as they come, those of pods that start later included. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "./kubectl.ts";

const FUNCTIONS = ["poller", "capture", "ocr"];
/** capture and ocr come from zero pods within two seconds. */
const LOOK_MS = 2_000;
/** Lines of a pod that was there before. */
const TAIL = "20";

/** Goes on until it is interrupted. */
export async function followLogs(kubectl: Kubectl, say: (line: string) => void): Promise<never> {
  const followed = new Set<string>();
  say(`following ${FUNCTIONS.join(", ")}; capture and ocr have pods while somebody watches`);
  for (;;) {
    for (const name of FUNCTIONS) {
      const selector = `serving.knative.dev/service=rotisserie-${name}`;
      const running = ["get", "pods", "--selector", selector, "--field-selector", "status.phase=Running", "-o", "name"];
      for (const pod of (await kubectl(running)).trim().split("\n").filter(Boolean)) {
        if (followed.has(pod)) continue;
        followed.add(pod);
        const follow = ["logs", "--follow", "--prefix", "--tail", TAIL, pod, "--container", name];
        void kubectl.attempt(follow, { show: true }).catch((error: Error) => say(error.message));
      }
    }
    await sleep(LOOK_MS);
  }
}
