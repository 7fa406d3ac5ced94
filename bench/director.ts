/**
 * `npm run bench:director [-- --json] [--seeds N | --seeds A-B | --development] [--sensitivity] [--picture]`: evenings of 100 streams,
 * shown by the ancestor's rule and by ours with half its samples. What an evening is stands in director-params.ts.
 *
 * Without a flag the evenings are the held-out ones: our rules were chosen while looking at the development seeds only.
 */
import { writeFile } from "node:fs/promises";
import { DEVELOPMENT_SEEDS, HELD_OUT_SEEDS, WORLD } from "./director-params.ts";
import { ancestor, rotisserie } from "./director-rules.ts";
import { median, type Score, score } from "./director-score.ts";
import { type SensitivityRow, sensitivity } from "./director-sensitivity.ts";
import { drawEvening } from "./director-svg.ts";
import { createEvening } from "./director-world.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
// With --json, stdout is one object and nothing else.
const print = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
const seeds = chooseSeeds(args);
const RULES = ["rotisserie", "2017", "2017 without hold"] as const;
const MEASURES = ["regret", "wrongSwitchesPerHour", "switchesPerHour", "within2", "ageSeconds", "samples"] as const;
const COLUMNS = [...MEASURES, "noMatch"] as const;
type Column = (typeof COLUMNS)[number];

function chooseSeeds(flags: readonly string[]): number[] {
  const at = flags.indexOf("--seeds");
  const range = flags.includes("--development") ? DEVELOPMENT_SEEDS : HELD_OUT_SEEDS;
  const given = at < 0 ? `${range.from}-${range.to}` : (flags[at + 1] ?? "");
  const [, first = "", last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(given) ?? [];
  const from = last === undefined ? range.from : Number(first);
  const count = last === undefined ? Number(first) : Number(last) - from + 1;
  if (!(count >= 1)) {
    process.stderr.write(`--seeds "${given}": a number of evenings, or seeds like 1-20\n`);
    process.exit(2);
  }
  return Array.from({ length: count }, (_, i) => from + i);
}

function run(): Record<(typeof RULES)[number], Score[]> {
  const scores: Record<(typeof RULES)[number], Score[]> = { rotisserie: [], "2017": [], "2017 without hold": [] };
  for (const seed of seeds) {
    const evening = createEvening(WORLD, seed);
    scores.rotisserie.push(score(evening, rotisserie(WORLD, evening, seed)));
    scores["2017"].push(score(evening, ancestor(WORLD, evening, seed)));
    scores["2017 without hold"].push(score(evening, ancestor(WORLD, evening, seed, { hold: false })));
  }
  return scores;
}

/** Median and worst of the seeds. within2 is the only column where more is better. */
function summary(scores: readonly Score[], column: Column) {
  const values = scores.map((one) => one[column]);
  return { median: median(values), worst: column === "within2" ? Math.min(...values) : Math.max(...values) };
}

function format(column: Column, value: number): string {
  if (column === "within2" || column === "noMatch") return `${(value * 100).toFixed(1)} %`;
  return value.toFixed(column === "samples" ? 0 : 1);
}

function table(scores: ReturnType<typeof run>): void {
  print(["", ...RULES].map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(20))).join(""));
  for (const column of COLUMNS) {
    const cells = RULES.map((rule) => {
      const { median: middle, worst } = summary(scores[rule], column);
      return `${format(column, middle)} (${format(column, worst)})`.padStart(20);
    });
    print(`${column.padEnd(22)}${cells.join("")}`);
  }
}

function reportSensitivity(): SensitivityRow[] {
  const rows: SensitivityRow[] = [];
  const cell = ({ regret, wrong }: SensitivityRow["up"]) =>
    `${regret.toFixed(2)} / ${wrong.toFixed(2)}${regret > 0.5 || wrong > 0.25 ? " *" : "  "}`.padStart(18);
  print(
    "\nOne number at a time: our share of the ancestor's regret / wrong switches,\nall evenings together (* over the target)\n",
  );
  print(`${"".padEnd(30)}${"-50 %  ".padStart(18)}${"+50 %  ".padStart(18)}`);
  sensitivity(seeds, (row) => {
    rows.push(row);
    print(`${`${row.group} ${row.name}`.padEnd(30)}${cell(row.down)}${cell(row.up)}`);
  });
  return rows;
}

const scores = run();
/** Ours as a share of the ancestor's, evening by evening; the median. */
const share = (column: Column) =>
  median(scores.rotisserie.map((one, i) => one[column] / Math.max(1e-9, scores["2017"][i]?.[column] ?? 0)));
const [regret, wrong, samples] = [share("regret"), share("wrongSwitchesPerHour"), share("samples")];
print(
  `seeds ${seeds[0]}-${seeds.at(-1)}: ${seeds.length} evenings of ${WORLD.hours} h, ${WORLD.streams} streams: median (worst)\n`,
);
table(scores);
const target = (name: string, value: number, most: number) => `${name} ${value.toFixed(3)} (target <= ${most})`;
print(
  `\nours / 2017: ${target("regret", regret, 0.5)}, ${target("wrong switches", wrong, 0.25)}, ${target("samples", samples, 0.5)}`,
);
const rows = args.includes("--sensitivity") ? reportSensitivity() : undefined;
if (args.includes("--picture")) {
  const seed = seeds[0] ?? 1;
  const evening = createEvening(WORLD, seed);
  const picture = drawEvening({
    evening,
    seed,
    ours: rotisserie(WORLD, evening, seed),
    theirs: ancestor(WORLD, evening, seed),
  });
  await writeFile("docs/pictures/evening.svg", picture);
  print("\ndocs/pictures/evening.svg written");
}
if (json) {
  const documentRows = (of: "median" | "worst") =>
    (["rotisserie", "2017"] as const).map((rule) => ({
      rule,
      ...Object.fromEntries(MEASURES.map((measure) => [measure, summary(scores[rule], measure)[of]])),
    }));
  const { hours, streams } = WORLD;
  const shares = { regret, wrong, samples };
  const document = { seeds, hours, streams, shares, rows: documentRows("median"), worst: documentRows("worst") };
  process.stdout.write(`${JSON.stringify(rows ? { ...document, sensitivity: rows } : document)}\n`);
}
