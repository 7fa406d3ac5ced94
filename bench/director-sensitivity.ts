/** Every number of the simulated world and of our rules by half, down and up: our share of the ancestor's regret and wrong switches. */
import { ANCESTOR, NO_MATCH, WORLD, type World } from "./director-params.ts";
import { ancestor, OURS, type Ours, rotisserie } from "./director-rules.ts";
import { type Score, score } from "./director-score.ts";
import { createEvening } from "./director-world.ts";

export interface Setting {
  world?: World;
  ours?: Ours;
  spreadSeconds?: number;
  noMatch?: number;
}
export interface SensitivityRow {
  group: "world" | "rule" | "2017" | "score";
  name: string;
  down: Share;
  up: Share;
}
export interface Share {
  regret: number;
  wrong: number;
}

/** All evenings together: a single one has too few wrong switches for a share of its own. */
function pooled(ours: readonly Score[], theirs: readonly Score[]): Share {
  const sum = (scores: readonly Score[], column: "regret" | "wrongSwitchesPerHour") =>
    scores.reduce((total, one) => total + one[column], 0);
  const share = (column: "regret" | "wrongSwitchesPerHour") => sum(ours, column) / Math.max(1e-9, sum(theirs, column));
  return { regret: share("regret"), wrong: share("wrongSwitchesPerHour") };
}

export function sensitivity(seeds: readonly number[], report: (row: SensitivityRow) => void): void {
  // The evenings and the ancestor's scores of the unchanged world serve every row that changes only our rules.
  const base = new Map(seeds.map((seed) => [seed, createEvening(WORLD, seed)]));
  const theirs = new Map([...base].map(([seed, evening]) => [seed, score(evening, ancestor(WORLD, evening, seed))]));
  const run = ({ world, ours = OURS, spreadSeconds, noMatch = NO_MATCH }: Setting): Share => {
    const scores = seeds.map((seed) => {
      const evening = (world ? undefined : base.get(seed)) ?? createEvening(world ?? WORLD, seed);
      const known = world || spreadSeconds || noMatch !== NO_MATCH ? undefined : theirs.get(seed);
      return {
        our: score(evening, rotisserie(world ?? WORLD, evening, seed, ours), noMatch),
        their:
          known ??
          score(evening, ancestor(world ?? WORLD, evening, seed, spreadSeconds ? { spreadSeconds } : {}), noMatch),
      };
    });
    return pooled(
      scores.map(({ our }) => our),
      scores.map(({ their }) => their),
    );
  };
  for (const { group, name, by } of settings()) report({ group, name, down: run(by(0.5)), up: run(by(1.5)) });
}

type Varied = Pick<SensitivityRow, "group" | "name"> & { by: (factor: number) => Setting };

function settings(): Varied[] {
  const world = Object.entries(WORLD)
    .filter(([name]) => name !== "hours")
    .map(([name, value]: [string, number]): Varied => {
      const whole = ["streams", "playersLow", "playersHigh"].includes(name);
      return {
        group: "world",
        name,
        by: (factor) => ({ world: { ...WORLD, [name]: whole ? Math.round(value * factor) : value * factor } }),
      };
    });
  const rule = (["director", "board", "schedule"] as const).flatMap((part) =>
    Object.keys(OURS[part]).map(
      (name): Varied => ({
        group: "rule",
        name: `${part}.${name}`,
        by: (factor) => ({ ours: { ...OURS, [part]: scaled(OURS[part], name, factor) } }),
      }),
    ),
  );
  const clock = (["tickSeconds", "pageSeconds"] as const).map(
    (name): Varied => ({
      group: "rule",
      name,
      by: (factor) => ({ ours: { ...OURS, [name]: Math.max(1, Math.round(OURS[name] * factor)) } }),
    }),
  );
  return [
    ...world,
    ...rule,
    ...clock,
    { group: "2017", name: "spreadSeconds", by: (factor) => ({ spreadSeconds: ANCESTOR.spreadSeconds * factor }) },
    { group: "score", name: "NO_MATCH", by: (factor) => ({ noMatch: NO_MATCH * factor }) },
  ];
}

/** One number of an object of rules, or every time of one of its tables, by a factor. */
function scaled<T extends object>(rules: T, name: string, factor: number): T {
  const scale = (value: unknown): unknown => {
    if (typeof value === "number") return value * factor;
    // [players alive, seconds] and [first wait, longest wait]: the times grow, the steps stay.
    if (name === "matchSeconds")
      return (value as [number, number][]).map(([upTo, seconds]) => [upTo, seconds * factor]);
    return Object.fromEntries(
      Object.entries(value as Record<string, [number, number]>).map(([kind, waits]) => [
        kind,
        waits.map((wait) => wait * factor),
      ]),
    );
  };
  return { ...rules, [name]: scale(rules[name as keyof T]) };
}
