/** The live lines of `npm start`: one per event, short enough for a terminal. Pure. */
import type { LogLevel } from "../functions/runtime/log.ts";
import type { Delivery } from "./broker/broker.ts";

/** `found     sim_fox → capture  200  84 ms  frame.captured` */
export function describeDelivery(fact: Delivery, at = new Date()): string {
  const time = at.toTimeString().slice(0, 8);
  const what = shortType(fact.type).padEnd(15);
  const who = (fact.subject ?? "").padEnd(20);
  const to = fact.subscriber.replace(/^rotisserie-/, "").padEnd(8);
  return [time, what, who, "→", to, fact.status ?? "---", `${Math.round(fact.ms)} ms`, fact.detail ?? ""]
    .join(" ")
    .trimEnd();
}

/** `tv.rotisserie.frame.captured.v1` -> `frame.captured` */
function shortType(type: string): string {
  return type.replace(/^.*?(\w+\.\w+)\.v\d+$/, "$1").replace(/^dev\.knative\.sources\.ping$/, "tick");
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/** A function's log line as words, or nothing if it is below the level asked for. */
export function describeLog(from: string, line: Record<string, unknown>, level: LogLevel): string | undefined {
  const rank = RANK[line.level as keyof typeof RANK] ?? RANK.info;
  if (rank < RANK[level]) return undefined;
  const { level: _l, time: _t, name: _n, msg, stack: _s, ...rest } = line;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  return `${String(line.level).padEnd(5)} ${from}: ${msg} ${details}`.trimEnd();
}
