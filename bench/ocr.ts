/**
 * How well the counter is read: `npm run bench:ocr -- [--frames DIR] [--engines vote,ancestor] [--game pubg] [--real] [--clean]
 * [--changed] [--quick] [--page FILE] [--calibrate] [--json]`.
 *
 * Real frames (clean and through real H.264), real crops, transplanted digits and drawn strips, every engine, and the ancestor's way
 * on the same pictures (general engines on one in eight of those that were made). `--real` and `--frames` take only the frames
 * (two minutes), `--clean` only as they are, `--changed` only after each of many changes (scaled, graded, moved), `--quick` one in ten
 * of what is made beside them. Without any of them it takes six minutes on two CPUs, and half an hour more where the pictures are not
 * made yet: they are kept under .cache/. Reading is what is timed, one per CPU at a time as in the function.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_ENGINE } from "../functions/ocr/config.ts";
import { keyOf as cacheKeyOf, fingerprint, tidy } from "./ocr/cache.ts";
import { differences, languageRows, languageTable } from "./ocr/languages.ts";
import { parseOptions } from "./ocr/options.ts";
import { writePage } from "./ocr/page.ts";
import { planOf } from "./ocr/plan.ts";
import { openPool, type Task } from "./ocr/pool.ts";
import { confidences, summary } from "./ocr/report.ts";
import { keyOf, type Read, rows, verdict } from "./ocr/tally.ts";

/** From the best picture to the worst. */
const ORDER = ["clean", "1080p", "720p", "480p"];
const say = (text: string) => process.stdout.write(`${text}\n`);

const { frames, game, real, clean, changed, quick, engines, sparse, accept, page, calibrate, json } = orStop(() =>
  parseOptions(process.argv.slice(2)),
);
if (!frames) say("NOT RUN: real frames (no manifest.tsv beside the project, under ROTISSERIE_FRAMES or --frames)");
const plan = orStop(() => planOf({ frames, game, real, clean, changed, quick }));
if (plan.jobs.length === 0) {
  const reasons = [...plan.problems, ...new Set(plan.skipped)].map((text) => `\n${text}`).join("");
  stop(`nothing to read${game ? ` of --game ${game}` : ""}${reasons}`);
}
const started = performance.now();
const pool = openPool();
const problems = [...plan.problems];
const code = fingerprint();
const tasks = plan.jobs.map((job): Extract<Task, { do: "make" }> => {
  const donors = job.kind === "set" ? plan.donors : [];
  return { do: "make", key: cacheKeyOf(job, code, donors), job, donors };
});
const good: string[] = [];
await pool.run(tasks, ({ key, job }, answer) => {
  if (!("problem" in answer)) good.push(key);
  else if (job.kind !== "stranger") problems.push(`${nameOf(job)}: ${answer.problem}`);
  progress("pictures made for", good.length, tasks.length);
});
const reads: Read[] = [];
let finished = 0;
await pool.run(
  good.map((key): Extract<Task, { do: "read" }> => ({ do: "read", key, engines, sparse })),
  (_task, answer) => {
    if ("problem" in answer) throw new Error(answer.problem);
    reads.push(...(answer.value as Read[]));
    progress("read", ++finished, good.length);
  },
);
pool.close();
tidy(good);
const place = (read: Read) =>
  keyOf(read)
    .map((key) => `${ORDER.indexOf(key) + 1}${key}`)
    .join();
reads.sort((a, b) => place(a).localeCompare(place(b)));

const list = rows(reads, accept, DEFAULT_ENGINE);
const standard = reads.filter(({ engine }) => engine === DEFAULT_ENGINE);
say(summary(reads, accept, DEFAULT_ENGINE));
say(confidences(reads, calibrate));
if (!real) languages();
const shown = await writePage(page, standard, accept);
say(`\n${standard.length} readings by ${DEFAULT_ENGINE}; ${shown} wrong or unread, shown in ${page}`);
for (const read of standard) {
  const kind = verdict(read, accept);
  if (kind === "wrong" || kind === "invented")
    say(`${kind}: ${keyOf(read).join(" ")} ${read.sample.name} ${JSON.stringify(read.sight)}`);
}
for (const [text, count] of counted(plan.skipped)) say(`skipped: ${count} ${text}`);
for (const problem of problems) say(`CANNOT USE ${problem}`);
say(`${Math.round((performance.now() - started) / 1000)} s`);
if (problems.length > 0) process.exitCode = 1;
if (json) say(JSON.stringify({ rows: list }));

function stop(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function orStop<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error));
  }
}

/** The languages' table, held against the page that promises it. */
function languages(): void {
  const found = languageRows(standard, accept);
  say("\nDrawn strips by language (clean, and each once through a stream):");
  say(languageTable(found));
  for (const text of differences(found, readFileSync(join(import.meta.dirname, "../docs/reading.md"), "utf8"))) {
    say(`DIFFERS ${text}`);
    process.exitCode = 1;
  }
}

function nameOf(job: (typeof plan.jobs)[number]): string {
  return job.kind === "drawn" ? `drawn ${job.game} ${job.turn}` : job.kind === "crop" ? job.crop.path : job.frame.path;
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function progress(what: string, done: number, all: number): void {
  const seconds = Math.round((performance.now() - started) / 1000);
  if (done % 50 === 0 || done === all) process.stderr.write(`${what} ${done} of ${all}, ${seconds} s\n`);
}
