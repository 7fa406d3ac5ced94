/**
 * How well the counter is read: `npm run bench:ocr -- [--frames DIR] [--engines strip,pp-ocr,...] [--game pubg] [--real]
 * [--full] [--page FILE] [--calibrate] [--json]`.
 *
 * Real frames (clean and through real H.264), transplanted digits and drawn strips, every engine, and the ancestor's way on
 * the same pictures. `--real` and `--frames` leave transplants, drawn strips and other games' frames out, `--full` degrades those at every quality.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { confidenceOf } from "../functions/ocr/calibration.ts";
import { DEFAULT_ACCEPT, DEFAULT_ENGINE, ENGINES } from "../functions/ocr/config.ts";
import { openEngine, warm } from "../functions/ocr/engines/index.ts";
import { findProfile } from "../functions/ocr/games/index.ts";
import { look } from "../functions/ocr/reader.ts";
import { openAncestor } from "./ocr/ancestor.ts";
import { fitCurve } from "./ocr/calibrate.ts";
import { framesDirectory } from "./ocr/manifest.ts";
import { writePage } from "./ocr/page.ts";
import { samples } from "./ocr/samples.ts";
import { bins, keyOf, type Read, rows, table, verdict } from "./ocr/tally.ts";

const { values: options } = parseArgs({
  options: {
    frames: { type: "string" },
    engines: { type: "string", default: `${DEFAULT_ENGINE},ancestor` },
    game: { type: "string" },
    real: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    each: { type: "string", default: "40" },
    others: { type: "string", default: "260" },
    accept: { type: "string", default: String(DEFAULT_ACCEPT) },
    page: { type: "string", default: join(tmpdir(), "rotisserie-ocr.html") },
    calibrate: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const accept = Number(options.accept);
const frames = framesDirectory(options.frames);
if (!frames) say("NOT RUN: real frames (no manifest.tsv beside the project or under --frames)");

const named = options.engines === "all" ? [...ENGINES, "ancestor"] : options.engines.split(",");
const engines = await Promise.all(ENGINES.filter((name) => named.includes(name)).map(openEngine));
for (const engine of engines) await warm(engine);
const ancestor = named.includes("ancestor") ? await openAncestor() : undefined;

const reads: Read[] = [];
const started = performance.now();
const drawn = options.real || options.frames ? 0 : Number(options.each);
const plan = {
  ...{ frames, game: options.game, each: drawn, others: drawn ? Number(options.others) : 0, full: options.full },
  ...{ transplants: !options.real && !options.frames, strangers: !options.real && !options.frames },
};
for await (const sample of samples(plan)) {
  const profile = findProfile(sample.game);
  if (!profile) continue;
  for (const engine of engines) {
    const from = performance.now();
    const sight = await look(sample.strip, profile, engine);
    const confidence = "alive" in sight ? confidenceOf(engine.name, sight.certainty) : 0;
    reads.push({ sample, engine: engine.name, sight, confidence, ms: performance.now() - from });
  }
  if (ancestor && sample.game === "pubg") {
    const from = performance.now();
    const alive = await ancestor.read(sample.strip);
    // It knew no lobby: the number is what counts.
    const phase = sample.want?.phase ?? "match";
    reads.push({
      sample,
      engine: "ancestor",
      sight: { phase, alive, certainty: 1, at: { x: 0, width: 0 } },
      confidence: 1,
      ms: performance.now() - from,
    });
  }
  if (reads.length % 500 < engines.length)
    process.stderr.write(`${reads.length} readings, ${Math.round((performance.now() - started) / 1000)} s\n`);
}

const list = rows(reads, accept, DEFAULT_ENGINE);
const standard = reads.filter(({ engine }) => engine === DEFAULT_ENGINE);
say(table(list));
say("\nEverything of one quality together:");
say(
  table(rows(reads, accept, DEFAULT_ENGINE, ({ sample, engine }) => [sample.game, "all", sample.degradation, engine])),
);
say(
  "\nBy source (the strip model and its profiles have seen no real frame, so every source is one that was left out):",
);
say(
  table(
    rows(
      standard.filter(({ sample }) => sample.source !== "drawn"),
      accept,
      DEFAULT_ENGINE,
      ({ sample, engine }) => [sample.source, sample.game, "all", engine],
    ),
    "source",
  ),
);
for (const name of new Set(reads.map(({ engine }) => engine)).values()) {
  if (name === "ancestor") continue;
  const { list: five, error } = bins(reads.filter(({ engine }) => engine === name));
  say(`\nCalibration of ${name}: error ${error.toFixed(4)}`);
  for (const { from, to, count, mean, right } of five) {
    say(
      `  ${from.toFixed(2)}-${to.toFixed(2)}  ${String(count).padStart(5)} readings  said ${mean.toFixed(3)}  right ${right.toFixed(3)}`,
    );
  }
}
if (options.calibrate) {
  for (const { name } of engines)
    say(`${name}: ${JSON.stringify(fitCurve(reads.filter(({ engine }) => engine === name)))}`);
}
const shown = await writePage(options.page, standard, accept);
say(`\n${standard.length} readings by ${DEFAULT_ENGINE}; ${shown} wrong or unread, shown in ${options.page}`);
for (const read of standard) {
  const kind = verdict(read, accept);
  if (kind === "wrong" || kind === "invented")
    say(`${kind}: ${keyOf(read).join(" ")} ${read.sample.name} ${JSON.stringify(read.sight)}`);
}
if (options.json) say(JSON.stringify({ rows: list, calibration: bins(standard) }));
await Promise.all([...engines.map((engine) => engine.close()), ancestor?.close()]);
