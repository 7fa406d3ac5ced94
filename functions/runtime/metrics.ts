/** Prometheus metrics, one registry per process, the same names in every function. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    events: new Counter({
      name: "rotisserie_events_total",
      help: "Events taken at POST /, by type and outcome (handled, expired, rejected, unavailable, failed, dead-letter).",
      labelNames: ["type", "outcome"] as const,
      registers,
    }),
    eventSeconds: new Histogram({
      name: "rotisserie_event_seconds",
      help: "Time from the request's arrival to its answer.",
      labelNames: ["type"] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    inFlight: new Gauge({ name: "rotisserie_events_in_flight", help: "Events being handled now.", registers }),
    counter: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter({ name: `rotisserie_${name}`, help, labelNames, registers }),
    gauge: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge({ name: `rotisserie_${name}`, help, labelNames, registers }),
    histogram: <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
      new Histogram({ name: `rotisserie_${name}`, help, buckets, labelNames, registers }),
  };
}
