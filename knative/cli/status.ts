/** `task status`: the few figures that say whether it works, from the functions' own metrics. */
import type { Kubectl } from "./kubectl.ts";

/** Sum of a metric over its labels, in Prometheus' text. */
export function sumOf(metrics: string, name: string, label = ""): number {
  let sum = 0;
  for (const line of metrics.split("\n")) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    if (label && !line.includes(label)) continue;
    sum += Number(line.slice(line.lastIndexOf(" ") + 1)) || 0;
  }
  return sum;
}

/** A function's /metrics, through the API server: nothing needs to be exposed for it. */
export async function metricsOf(service: string, port: number, namespace: string, kubectl: Kubectl): Promise<string[]> {
  const selector = `serving.knative.dev/service=${service}`;
  const pods = await kubectl.objects(["get", "pods", "-l", selector, "--field-selector", "status.phase=Running"]);
  return Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy/metrics`;
      return (await kubectl.attempt(["get", "--raw", path])).stdout;
    }),
  );
}

export async function status(namespace: string, kubectl: Kubectl, say: (line: string) => void): Promise<void> {
  say(await kubectl(["get", "ksvc,broker,trigger,pingsource", "-o", "wide"]).catch((error: Error) => error.message));
  const poller = (await metricsOf("rotisserie-poller", 3000, namespace, kubectl)).join("\n");
  if (poller) {
    for (const [what, metric] of FIGURES) say(`${what.padEnd(28)}${sumOf(poller, metric)}`);
  }
  const days = await kubectl.attempt(["get", "certificate", "rotisserie-tls", "-o", "jsonpath={.status.notAfter}"]);
  const left = (Date.parse(days.stdout) - Date.now()) / 86_400_000;
  say(`certificate, days left      ${Number.isFinite(left) ? left.toFixed(1) : "there is none"}`);
}

const FIGURES: [string, string][] = [
  ["streams", "rotisserie_streams"],
  ["events taken", "rotisserie_events_total"],
  ["dead letters", "rotisserie_dead_letters_total"],
];
