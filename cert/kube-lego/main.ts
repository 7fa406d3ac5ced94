/** kube-lego: keeps cert-manager's Issuer and Certificate equal to ConfigMap kube-lego and rotisserie-ingress's TLS hosts. */

import { errorFields, type Log } from "../../functions/runtime/log.ts";
import { runMain } from "../../functions/runtime/process.ts";
import type { Running } from "../../functions/runtime/serve.ts";
import { look } from "./bridge.ts";
import { type Config, parseConfig } from "./config.ts";
import { apiProblem, connect } from "./kubernetes.ts";
import { daysLeft, words } from "./report.ts";
import { type Health, serveHealth } from "./server.ts";

const LOOK_TIMEOUT_MS = 30_000;

async function start(config: Config, log: Log): Promise<Running> {
  log.info({ ...config.started, namespace: config.namespace }, "starting");
  const cluster = connect(config.namespace);
  const health: Health = {
    standing: { state: "unknown", hosts: [], notAfter: undefined, error: "" },
    lookedAt: undefined,
    trouble: undefined,
  };
  const server = await serveHealth(config.port, () => health, Date.now);
  let written = "";
  let stopped = false;
  let wake = () => {};

  const once = async () => {
    const { standing, changes } = await withTimeout(look(cluster, config.namespace));
    for (const change of changes) log.info({}, change);
    health.standing = standing;
    const said = words(standing, Date.now());
    if (said !== written) {
      log[standing.error ? "warn" : "info"]({ state: standing.state, hosts: standing.hosts }, said);
      const left = daysLeft(standing.notAfter, Date.now());
      await cluster.writeConfigMap("kube-lego-status", {
        words: said,
        state: standing.state,
        "days-left": left === undefined ? "" : String(left),
        "not-after": standing.notAfter ?? "",
        error: standing.error,
      });
      written = said;
    }
    return changes.length > 0 ? "changed" : "same";
  };

  const loop = async () => {
    while (!stopped) {
      try {
        server.looks.inc({ outcome: await once() });
        health.lookedAt = Date.now();
        health.trouble = undefined;
      } catch (error) {
        server.looks.inc({ outcome: "failed" });
        const trouble = apiProblem(error);
        if (trouble !== health.trouble) log.error({ ...errorFields(error), error: trouble }, "a look failed");
        health.trouble = trouble;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, config.lookEverySeconds * 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = loop();
  log.info({ port: server.port }, "listening");
  return {
    port: server.port,
    stop: async () => {
      stopped = true;
      wake();
      await running;
      await server.stop();
    },
  };
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the Kubernetes API does not answer")), LOOK_TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

runMain("kube-lego", () => parseConfig(process.env), start);
