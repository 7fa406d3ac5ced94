/** `task status`: the few figures that say whether it works, from the functions' own metrics. */
import { setTimeout as sleep } from "node:timers/promises";
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
  const look = async () => ({
    at: Date.now(),
    poller: (await metricsOf("rotisserie-poller", 3000, namespace, kubectl)).join("\n"),
    capture: (await metricsOf("rotisserie-capture", 3003, namespace, kubectl)).join("\n"),
  });
  const first = await look();
  if (first.poller) {
    await sleep(LOOK_MS);
    for (const line of figures(first, await look())) say(line);
  }
  const days = await kubectl.attempt(["get", "certificate", "rotisserie-tls", "-o", "jsonpath={.status.notAfter}"]);
  const left = (Date.parse(days.stdout) - Date.now()) / 86_400_000;
  say(row("certificate, days left", Number.isFinite(left) ? left.toFixed(1) : "there is none"));
}

/** Between two looks at the counters. */
const LOOK_MS = 10_000;

export interface Look {
  at: number;
  /** Text of the pods' /metrics. */
  poller: string;
  capture: string;
}

const row = (what: string, value: string | number) => `${what.padEnd(26)}${value}`;

/** What happened between two looks, per minute. Pure. */
export function figures(first: Look, second: Look): string[] {
  const perMinute = (which: "poller" | "capture", metric: string) => {
    // A pod that came or went between the looks takes its counters with it: never less than nothing.
    const more = Math.max(0, sumOf(second[which], metric) - sumOf(first[which], metric));
    return (more * 60_000) / (second.at - first.at);
  };
  const answers = perMinute("poller", "rotisserie_answers_total");
  const unread = perMinute("poller", "rotisserie_unread_total");
  return [
    row("streams", sumOf(second.poller, "rotisserie_streams")),
    row("watched", sumOf(second.poller, "rotisserie_watched") > 0 ? "yes" : "no, so nothing is sampled"),
    row("samples/min", perMinute("poller", "rotisserie_samples_total").toFixed(0)),
    row("MB/min", (perMinute("capture", "rotisserie_capture_segment_bytes_total") / 1e6).toFixed(1)),
    row("unread", answers > 0 ? `${((100 * unread) / answers).toFixed(0)} %` : "-"),
    row("dead letters", sumOf(second.poller, "rotisserie_dead_letters_total")),
  ];
}
