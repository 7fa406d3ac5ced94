/**
 * `npm run bench:director [-- --json] [--seeds N] [--sensitivity] [--picture]`: evenings of 100 streams, shown by the
 * ancestor's rule and by ours with half its samples. What an evening is stands in director-params.ts.
 */
import { writeFile } from "node:fs/promises";
import { DIRECTOR, type DirectorOptions } from "../functions/poller/director.ts";
import { RULE, SEEDS, WORLD, type World } from "./director-params.ts";
import { ancestor, rotisserie } from "./director-rules.ts";
import { type Score, score } from "./director-score.ts";
import { drawEvening } from "./director-svg.ts";
import { createEvening } from "./director-world.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
const print = (line: string) => process.stdout.write(`${line}\n`);
const numberAfter = (name: string, fallback: number) => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : Number(args[at + 1]);
};
const seeds = numberAfter("--seeds", SEEDS);
type Rule = "rotisserie" | "2017" | "2017 without hold";
interface Setting {
  world?: World;
  director?: DirectorOptions;
  samplesPerMinute?: number;
}

function run(setting: Setting, count: number, rules: readonly Rule[]): Record<string, Score[]> {
  const { world = WORLD, director = DIRECTOR, samplesPerMinute = RULE.samplesPerMinute } = setting;
  const scores: Record<string, Score[]> = {};
  for (let seed = 1; seed <= count; seed++) {
    const evening = createEvening(world, seed);
    for (const rule of rules) {
      const shown =
        rule === "rotisserie"
          ? rotisserie(world, evening, seed, { director, rule: { ...RULE, samplesPerMinute } })
          : ancestor(world, evening, seed, { hold: rule === "2017" });
      scores[rule] = [...(scores[rule] ?? []), score(evening, shown)];
    }
  }
  return scores;
}

const COLUMNS = [
  "regret",
  "within2",
  "wrongSwitchesPerHour",
  "switchesPerHour",
  "ageSeconds",
  "samples",
  "noMatch",
] as const;
/** For these, more is better: the worst is the smallest. */
const MORE_IS_BETTER = new Set<string>(["within2"]);

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function summary(scores: readonly Score[], column: (typeof COLUMNS)[number]) {
  const values = scores.map((one) => one[column]);
  return { median: median(values), worst: MORE_IS_BETTER.has(column) ? Math.min(...values) : Math.max(...values) };
}

function format(column: string, value: number): string {
  if (column === "within2" || column === "noMatch") return `${(value * 100).toFixed(1)} %`;
  return value.toFixed(column === "samples" ? 0 : 2);
}

function table(scores: Record<string, Score[]>): void {
  print(`${"".padEnd(20)}${COLUMNS.map((column) => column.padStart(24)).join("")}`);
  for (const [rule, own] of Object.entries(scores)) {
    const cells = COLUMNS.map((column) => {
      const { median: middle, worst } = summary(own, column);
      return `${format(column, middle)} (${format(column, worst)})`.padStart(24);
    });
    print(`${rule.padEnd(20)}${cells.join("")}`);
  }
}

/** Ours against the ancestor's: share of regret, of wrong switches and of samples, median of the seeds. */
function ratios(scores: Record<string, Score[]>) {
  const ours = scores.rotisserie ?? [];
  const theirs = scores["2017"] ?? [];
  const ratio = (column: (typeof COLUMNS)[number]) =>
    median(ours.map((one, i) => one[column] / Math.max(1e-9, theirs[i]?.[column] ?? 0)));
  return { regret: ratio("regret"), wrong: ratio("wrongSwitchesPerHour"), samples: ratio("samples") };
}

function sensitivity(): void {
  const few = Math.min(seeds, 3);
  const base: World = { ...WORLD, hours: 2 };
  print(
    `\nEach number by half, down and up (${few} seeds of ${base.hours} h): our share of the ancestor's regret / wrong switches\n`,
  );
  const line = (name: string, down: Setting, up: Setting) => {
    const cells = [down, up].map((setting) => {
      const { regret, wrong } = ratios(run(setting, few, ["rotisserie", "2017"]));
      return `${regret.toFixed(2)} / ${wrong.toFixed(2)}`.padStart(16);
    });
    print(`${name.padEnd(26)}${cells.join("")}`);
  };
  print(`${"".padEnd(26)}${"-50 %".padStart(16)}${"+50 %".padStart(16)}`);
  for (const [name, value] of Object.entries(WORLD)) {
    if (name === "hours") continue;
    const whole = ["streams", "playersLow", "playersHigh"].includes(name);
    const by = (factor: number): World => ({ ...base, [name]: whole ? Math.round(value * factor) : value * factor });
    line(name, { world: by(0.5) }, { world: by(1.5) });
  }
  for (const [name, value] of Object.entries(DIRECTOR)) {
    line(
      `director.${name}`,
      { world: base, director: { ...DIRECTOR, [name]: value * 0.5 } },
      { world: base, director: { ...DIRECTOR, [name]: value * 1.5 } },
    );
  }
  line(
    "samplesPerMinute",
    { world: base, samplesPerMinute: RULE.samplesPerMinute * 0.5 },
    { world: base, samplesPerMinute: RULE.samplesPerMinute * 1.5 },
  );
}

const scores = run({}, seeds, ["rotisserie", "2017", "2017 without hold"]);
const share = ratios(scores);
print(`${seeds} evenings of ${WORLD.hours} h, ${WORLD.streams} streams: median (worst)\n`);
table(scores);
print(
  `\nours / 2017: regret ${share.regret.toFixed(2)} (target <= 0.50), wrong switches ${share.wrong.toFixed(2)} (<= 0.25), samples ${share.samples.toFixed(2)} (<= 0.50)`,
);
if (args.includes("--sensitivity")) sensitivity();
if (args.includes("--picture")) {
  const evening = createEvening(WORLD, 1);
  const svg = drawEvening(evening, rotisserie(WORLD, evening, 1), ancestor(WORLD, evening, 1));
  await writeFile("docs/pictures/evening.svg", svg);
  print("\ndocs/pictures/evening.svg written");
}
if (json) {
  const rows = (["rotisserie", "2017"] as const).map((rule) => ({
    rule,
    ...Object.fromEntries(COLUMNS.map((column) => [column, summary(scores[rule] ?? [], column).median])),
    worst: Object.fromEntries(COLUMNS.map((column) => [column, summary(scores[rule] ?? [], column).worst])),
  }));
  print(JSON.stringify({ seeds, hours: WORLD.hours, streams: WORLD.streams, share, rows }));
}
