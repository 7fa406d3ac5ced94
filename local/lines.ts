/** The live lines of `npm start`: one per event, short enough for a terminal. Pure. */
import { safeParse } from "valibot";
import { countRead, frameMissed, Reading } from "../functions/contracts/events.ts";
import type { Log, LogLevel } from "../functions/runtime/log.ts";
import type { Delivery } from "./broker/broker.ts";

/** `19:30:54 count.read      sim_fox              → poller   204    3 ms  23 alive, 94 %` */
export function describeDelivery(fact: Delivery, body: Uint8Array, at = new Date()): string {
  const columns = [
    at.toTimeString().slice(0, 8),
    shortType(fact.type).padEnd(15),
    (fact.subject ?? "").padEnd(20),
    "→",
    fact.subscriber.replace(/^rotisserie-/, "").padEnd(8),
    String(fact.status ?? "---"),
    `${Math.round(fact.ms)} ms`.padStart(8),
    fact.outcome === "dead-lettered" || fact.outcome === "lost" ? ` ${fact.outcome}:` : "",
    fact.detail ?? meaning(fact.type, body),
  ];
  return columns.join(" ").trimEnd();
}

/** What the event says, in words a spectator understands. Never a title or a URL: those are other people's text. */
function meaning(type: string, body: Uint8Array): string {
  if (type !== countRead.type && type !== frameMissed.type) return "";
  const data = parseJson(body);
  if (type === frameMissed.type) {
    const { reason } = (data ?? {}) as { reason?: unknown };
    return ` no picture: ${String(reason).slice(0, 40)}`;
  }
  const reading = safeParse(Reading, data);
  if (!reading.success) return "";
  if (!reading.output.ok) return ` unread: ${reading.output.reason}`;
  const { phase, alive, confidence } = reading.output;
  return ` ${alive} ${phase === "match" ? "alive" : "in the lobby"}, ${Math.round(confidence * 100)} %`;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** `tv.rotisserie.frame.captured.v1` -> `frame.captured` */
function shortType(type: string): string {
  const [, short] = /(\w+\.\w+)\.v\d+$/.exec(type) ?? [];
  return short ?? (type.endsWith(".ping") ? "tick" : type);
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

/** A log for the terminal: the same words as a function's lines. */
export function wordLog(from: string, level: LogLevel, print: (line: string) => void): Log {
  const at = (rank: keyof Log) => (fields: object, msg: string) => {
    const words = describeLog(from, { ...fields, level: rank, msg }, level);
    if (words) print(words);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
