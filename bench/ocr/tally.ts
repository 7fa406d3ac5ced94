/** Counts of right and wrong, one row for each kind of picture and engine. */
import type { Sight } from "../../functions/ocr/reader.ts";
import type { Sample } from "./picture.ts";

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
  sample: Sample;
  engine: string;
  sight: Sight;
  /** Calibrated, 0 when unread. */
  confidence: number;
  ms: number;
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
    groups.set(key, [...(groups.get(key) ?? []), read]);
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

export function table(list: readonly Row[], first = "game"): string {
  const head = [
    first,
    "hud",
    "degradation",
    "engine",
    "visible",
    "exact",
    "%",
    "unread",
    "wrong",
    "negatives",
    "invented",
    "p50 ms",
    "p95 ms",
  ];
  const cells = list.map((row) => [
    ...[
      row.game,
      row.hud,
      row.degradation,
      row.engine + (row.default ? " *" : ""),
      String(row.visible),
      String(row.exact),
    ],
    ...[row.visible ? ((100 * row.exact) / row.visible).toFixed(1) : "-", String(row.unread), String(row.wrong)],
    ...[String(row.negatives), String(row.invented), String(row.p50ms), String(row.p95ms)],
  ]);
  const widths = head.map((text, i) => Math.max(text.length, ...cells.map((row) => (row[i] ?? "").length)));
  return [head, ...cells]
    .map((row) =>
      row.map((cell, i) => (i < 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    )
    .join("\n");
}

/** Five bins of confidence: how many readings, how sure they were on average, how many were right. */
export function bins(reads: readonly Read[]) {
  const edges = [0, 0.5, 0.8, 0.95, 0.99, 1.0001];
  const said = reads.filter(({ sight }) => "alive" in sight);
  const list = edges.slice(0, -1).map((from, index) => {
    const inside = said.filter(({ confidence }) => confidence >= from && confidence < (edges[index + 1] ?? 2));
    const right = inside.filter((read) => verdict(read, 0) === "exact").length;
    const mean = inside.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, inside.length);
    return {
      from,
      to: Math.min(1, edges[index + 1] ?? 1),
      count: inside.length,
      mean,
      right: right / Math.max(1, inside.length),
    };
  });
  const error = list.reduce(
    (sum, { count, mean, right }) => sum + (count / Math.max(1, said.length)) * Math.abs(mean - right),
    0,
  );
  return { list, error };
}
