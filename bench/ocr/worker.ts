/** A process of the bench: makes the pictures of a job, or reads them with every engine. One per CPU, as in the function. */

import { confidenceOf } from "../../functions/ocr/calibration.ts";
import type { EngineName } from "../../functions/ocr/config.ts";
import { openEngine, warm } from "../../functions/ocr/engines/index.ts";
import { findProfile } from "../../functions/ocr/games/index.ts";
import { look } from "../../functions/ocr/reader.ts";
import { openAncestor } from "./ancestor.ts";
import { load, store } from "./cache.ts";
import type { Frame } from "./manifest.ts";
import type { Sample } from "./picture.ts";
import type { Answer, Task } from "./pool.ts";
import { makeSamples } from "./samples.ts";
import type { Read } from "./tally.ts";

/** The general engines take most of the time and are there to compare with: one in so many of the made pictures is enough. */
const SPARSE = 8;

type Way = (sample: Sample) => Promise<Pick<Read, "sight" | "confidence"> | undefined>;
const ways = new Map<string, Promise<Way>>();

async function make(task: Extract<Task, { do: "make" }>): Promise<void> {
  if (!load(task.key)) store(task.key, await makeSamples(task.job, task.donors as Frame[]));
}

async function read({ key, engines, sparse }: Extract<Task, { do: "read" }>): Promise<Read[]> {
  const reads: Read[] = [];
  for (const [place, sample] of (load(key) ?? []).entries()) {
    const { strip, ...label } = sample;
    const made = label.origin === "set" || label.origin === "drawn";
    for (const engine of engines.filter((name) => !made || place % SPARSE === 0 || !sparse.includes(name))) {
      const way = await wayOf(engine);
      const from = performance.now();
      const said = await way(sample);
      if (said) reads.push({ sample: label, engine, ...said, ms: performance.now() - from, picture: { key, place } });
    }
  }
  return reads;
}

function wayOf(name: string): Promise<Way> {
  const known = ways.get(name) ?? (name === "ancestor" ? ancestorWay() : engineWay(name as EngineName));
  ways.set(name, known);
  return known;
}

async function engineWay(name: EngineName): Promise<Way> {
  const engine = await openEngine(name);
  await warm(engine);
  return async ({ game, strip }) => {
    const profile = findProfile(game);
    if (!profile) return undefined;
    const sight = await look(strip, profile, engine);
    return { sight, confidence: "alive" in sight ? confidenceOf(engine.name, sight.certainty) : 0 };
  };
}

/** It knew one game and no lobby: the number is what counts. */
async function ancestorWay(): Promise<Way> {
  const ancestor = await openAncestor();
  return async ({ game, strip, want }) => {
    if (game !== "pubg") return undefined;
    const alive = await ancestor.read(strip);
    return { sight: { phase: want?.phase ?? "match", alive, certainty: 1, at: { x: 0, width: 0 } }, confidence: 1 };
  };
}

process.on("message", (task: Task) => {
  const work: Promise<unknown> = task.do === "make" ? make(task) : read(task);
  work.then(
    (value) => process.send?.({ value } satisfies Answer),
    (problem: unknown) => process.send?.({ problem: problem instanceof Error ? problem.message : String(problem) }),
  );
});
// The bench was stopped: an engine's threads must not keep this process.
process.on("disconnect", () => process.exit());
