/** Counts of right and wrong, one row for each kind of picture and engine. */
import type { Sight } from "../../functions/ocr/reader.ts";
import type { Label } from "./picture.ts";

export interface Row {
  game: string;
  hud: string;
  degradation: string;
  engine: string;
  default: boolean;
  visible: number;
  exact: number;
  unread: number;
  wrong: number;
  negatives: number;
  invented: number;
  p50ms: number;
  p95ms: number;
}

export interface Read {
  sample: Label;
  engine: string;
  sight: Sight;
  /** Calibrated, 0 when unread. */
  confidence: number;
  ms: number;
  /** Where the picture is kept: the cache's key, and its place there. */
  picture: { key: string; place: number };
}

export type Verdict = "exact" | "unread" | "wrong" | "quiet" | "invented";

export function verdict({ sample: { want }, sight, confidence }: Read, accept: number): Verdict {
  const said = "alive" in sight && confidence >= accept ? sight : undefined;
  if (!want) return said ? "invented" : "quiet";
  if (!said) return "unread";
  return said.alive === want.alive && said.phase === want.phase ? "exact" : "wrong";
}

export function rows(
  reads: readonly Read[],
  accept: number,
  standard: string,
  by: (read: Read) => string[] = keyOf,
): Row[] {
  const groups = new Map<string, Read[]>();
  for (const read of reads) {
    const key = by(read).join("\t");
    const group = groups.get(key);
    if (group) group.push(read);
    else groups.set(key, [read]);
  }
  return [...groups].map(([key, group]) => {
    const [game = "", hud = "", degradation = "", engine = ""] = key.split("\t");
    const count = (kind: Verdict) => group.filter((read) => verdict(read, accept) === kind).length;
    const times = group.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) =>
      Math.round((times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0) * 10) / 10;
    const [exact, unread, wrong, quiet, invented] = [
      count("exact"),
      count("unread"),
      count("wrong"),
      count("quiet"),
      count("invented"),
    ];
    return {
      ...{ game, hud, degradation, engine, default: engine === standard },
      ...{ visible: exact + unread + wrong, exact, unread, wrong, negatives: quiet + invented, invented },
      ...{ p50ms: at(0.5), p95ms: at(0.95) },
    };
  });
}

export const keyOf = ({ sample, engine }: Read) => [sample.game, sample.hud, sample.degradation, engine];

const HEAD = ["hud", "degradation", "engine", "visible", "exact", "%", "unread", "wrong", "negatives", "invented"];

export function table(list: readonly Row[], first = "game"): string {
  const cells = list.map((row) => [
    ...[row.game, row.hud, row.degradation, row.engine + (row.default ? " *" : "")],
    ...[String(row.visible), String(row.exact), percent(row.exact, row.visible), String(row.unread), String(row.wrong)],
    ...[String(row.negatives), String(row.invented), String(row.p50ms), String(row.p95ms)],
  ]);
  return columns([[first, ...HEAD, "p50 ms", "p95 ms"], ...cells], 4);
}

export const percent = (part: number, whole: number) => (whole > 0 ? ((100 * part) / whole).toFixed(1) : "-");

/** Rows of text in columns: the first `left` flush left, numbers flush right. */
export function columns(lines: readonly (readonly string[])[], left: number): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((row) => (row[i] ?? "").length)));
  const pad = (cell: string, i: number) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0));
  return lines.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

const EDGES = [0, 0.5, 0.8, 0.95, 0.99, 1.0001];

/** Five bins of confidence: how many numbers, how sure they were on average, how many were right. */
export function bins(reads: readonly Read[]) {
  const said = reads.filter(({ sight }) => "alive" in sight);
  const list = EDGES.slice(0, -1).map((from, index) => {
    const to = EDGES[index + 1] ?? 2;
    const inside = said.filter(({ confidence }) => confidence >= from && confidence < to);
    const right = inside.filter((read) => verdict(read, 0) === "exact").length / Math.max(1, inside.length);
    const mean = inside.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, inside.length);
    return { from, to: Math.min(1, to), count: inside.length, mean, right };
  });
  const off = list.map(({ count, mean, right }) => count * Math.abs(mean - right));
  return { list, error: off.reduce((a, b) => a + b, 0) / Math.max(1, said.length) };
}

export function binTable(reads: readonly Read[]): string {
  const cells = bins(reads).list.map(({ from, to, count, mean, right }) => [
    ...[`  ${from.toFixed(2)}-${to.toFixed(2)}`, String(count), mean.toFixed(3), right.toFixed(3)],
  ]);
  return columns([["  confidence", "numbers", "said", "right"], ...cells], 1);
}
