/** :3002 /healthz in words and /metrics in numbers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { daysLeft, type Standing, words } from "./report.ts";

export interface Health {
  standing: Standing;
  /** When the last look ended well, ms since 1970; undefined before the first. */
  lookedAt: number | undefined;
  /** Why the last look did not. */
  trouble: string | undefined;
}

const STATES = ["ready", "issuing", "failing", "refused", "unknown"] as const;
/** Longer without a good look and the pod is restarted: its connection may be what is broken. */
const STUCK_AFTER_MS = 180_000;

export async function serveHealth(port: number, health: () => Health, now: () => number) {
  const startedAt = now();
  const registry = new Registry();
  registry.setDefaultLabels({ service: "kube-lego" });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const looks = new Counter({
    name: "rotisserie_kube_lego_looks_total",
    help: "Looks at ConfigMap and Ingress, by outcome (same, changed, failed).",
    labelNames: ["outcome"] as const,
    registers,
  });
  new Gauge({
    name: "rotisserie_certificate_state",
    help: "1 for the state that certificate rotisserie-tls is in.",
    labelNames: ["state"] as const,
    registers,
    collect() {
      for (const state of STATES) this.set({ state }, health().standing.state === state ? 1 : 0);
    },
  });
  new Gauge({
    name: "rotisserie_certificate_days_left",
    help: "Days until the certificate ends; not there while there is none.",
    registers,
    collect() {
      this.reset();
      const left = daysLeft(health().standing.notAfter, now());
      if (left === undefined) this.remove();
      else this.set(left);
    },
  });

  const server = createServer(async (request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const text = "text/plain; charset=utf-8";
    const path = (request.url ?? "/").split("?", 1)[0];
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, text, "only GET and HEAD\n");
    if (path === "/metrics") return answer(200, registry.contentType, await registry.metrics());
    if (path !== "/healthz") return answer(404, text, "not found\n");
    const { standing, lookedAt, trouble } = health();
    const stuck = now() - (lookedAt ?? startedAt) > STUCK_AFTER_MS;
    // A certificate that cannot be had is no reason to restart this program: only not being able to look is.
    answer(
      stuck ? 503 : 200,
      text,
      `${words(standing, now())}\n${trouble === undefined ? "" : `last look failed: ${trouble}\n`}`,
    );
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    looks,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
