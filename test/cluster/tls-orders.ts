/** Many certificates at once: waits for all of their orders, and says of those that are late or lost what happened when. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../knative/cli/render.ts";
import { edgeLog, type Site } from "./tls-stage.ts";

interface Order extends KubeObject {
  spec: { dnsNames: string[] };
  status?: { state?: string; reason?: string };
}
interface Challenge extends KubeObject {
  spec: { dnsName: string };
  status?: { state?: string; reason?: string };
}
interface Event extends KubeObject {
  involvedObject: { kind: string; name: string };
  reason: string;
  message: string;
  lastTimestamp?: string;
}

const FAILED = ["invalid", "errored", "expired"];
const LOOK_MS = 2_000;

/** Seconds until each was valid. @throws with the timeline, at the first that failed or after `seconds`. */
export async function ordersValid(site: Site, prefix: string, count: number, seconds: number): Promise<number[]> {
  const began = Date.now();
  const took = new Map<string, number>();
  for (;;) {
    const all = (await site.kubectl.objects(["get", "orders.acme.cert-manager.io"])) as Order[];
    const own = all.filter(({ metadata }) => metadata.name.startsWith(prefix));
    const since = Math.round((Date.now() - began) / 1000);
    for (const { metadata, status } of own) {
      if (status?.state === "valid" && !took.has(metadata.name)) took.set(metadata.name, since);
    }
    if (took.size >= count) return [...took.values()];
    const failed = own.filter(({ status }) => FAILED.includes(status?.state ?? ""));
    if (failed.length > 0 || since > seconds) {
      const open = own.filter(({ metadata }) => !took.has(metadata.name));
      const head = `${took.size} of ${count} orders valid after ${since} s, ${failed.length} failed`;
      throw new Error([head, ...(await timeline(site, open, began))].join("\n"));
    }
    await sleep(LOOK_MS);
  }
}

/** What became of these orders: their challenges, what cert-manager did with each, what the edge answered for them. */
async function timeline(site: Site, orders: Order[], began: number): Promise<string[]> {
  const challenges = (await site.kubectl.objects(["get", "challenges.acme.cert-manager.io"])) as Challenge[];
  const events = (await site.kubectl.objects(["get", "events"])) as Event[];
  const refused = (await edgeLog(site)).split("\n").filter((line) => line.includes('"/.well-known/acme-challenge/'));
  const at = (time = "") => `${String(Math.round((Date.parse(time) - began) / 1000)).padStart(5)} s`;
  const of = (kind: string, name: string) =>
    events
      .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name)
      .sort((one, other) => (one.lastTimestamp ?? "").localeCompare(other.lastTimestamp ?? ""))
      .map(({ lastTimestamp, reason, message }) => `  ${at(lastTimestamp)} ${reason}: ${message}`);
  return orders.flatMap(({ metadata, spec, status }) => [
    `${metadata.name}: ${status?.state ?? "new"} ${status?.reason ?? ""}`,
    ...of("Order", metadata.name),
    ...challenges
      .filter((challenge) => challenge.metadata.name.startsWith(metadata.name))
      .flatMap((challenge) => [
        ` ${challenge.spec.dnsName}: ${challenge.status?.state ?? "new"} ${challenge.status?.reason ?? ""}`,
        ...of("Challenge", challenge.metadata.name),
      ]),
    ...refused
      .map((line) => JSON.parse(line) as Record<string, string | number>)
      .filter(({ host, status }) => spec.dnsNames.includes(String(host)) && status !== 200)
      .map(({ time, host, status, seconds, upstream }) => {
        return `  ${at(String(time))} edge: ${host} ${status} after ${seconds} s, of the solvers: ${upstream}`;
      }),
  ]);
}
