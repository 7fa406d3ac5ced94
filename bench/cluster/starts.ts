/** From an event to its answer behind the Broker: from zero pods, and with a pod that is there. */
import { setTimeout as sleep } from "node:timers/promises";
import { agent, listen } from "../../test/cluster/agent.ts";
import { frame, plain } from "../../test/cluster/frames.ts";
import { kubectl, pods, within } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { OCR, READ } from "./rates.ts";
import { installTrivial, TRIVIAL } from "./trivial.ts";

const WARM_RUNS = 5;
const LOOK_MS = 700;

const middle = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const spread = (numbers: number[]) => ({ p50: middle(numbers), max: Math.max(...numbers) });

let number = 0;

interface Trip {
  /** By the agent's clock, which is the node's. */
  began: number;
  ms: number;
}

async function trip(kind: "ocr" | "trivial"): Promise<Trip> {
  const id = `bench-${++number}`;
  await agent.forget();
  await agent.send([kind === "ocr" ? frame(id, "bench") : plain(id, TRIVIAL.asks, "bench")]);
  // Looking costs CPU that the answer needs; the agent's clock tells when it came.
  const seen = await within(60, `the answer to ${id}`, async () => {
    await sleep(LOOK_MS);
    return (await agent.events(kind === "ocr" ? READ : TRIVIAL.answers))[0];
  });
  const { at: began } = await agent.sent();
  return { began, ms: seen.at - began };
}

export async function asleep(service: string): Promise<void> {
  await within(150, `${service} at zero pods`, async () => {
    const listed = await kubectl.objects(["get", "pods", "-l", `serving.knative.dev/service=${service}`]);
    return listed.length === 0 ? true : undefined;
  });
}

interface Loaded {
  time: string;
  importedMs: number;
  loadedMs: number;
}

/** Where a cold start's time goes, from the function's own log: of the pod that was there first. */
async function parts({ began, ms }: Trip) {
  const logs = await Promise.all((await pods(OCR)).map((pod) => kubectl(["logs", pod, "-c", "ocr"])));
  const loaded = logs
    .flatMap((log) => log.split("\n").filter((line) => line.includes('"engine loaded"')))
    .map((line) => JSON.parse(line) as Loaded)
    .sort((one, other) => one.time.localeCompare(other.time));
  const said = loaded[0] ?? { time: "", importedMs: Number.NaN, loadedMs: Number.NaN };
  const started = Date.parse(said.time) - said.loadedMs;
  return {
    "pod start": started - began,
    "process start": said.importedMs,
    "engine load": said.loadedMs - said.importedMs,
    "ready, delivery, reading": began + ms - Date.parse(said.time),
  };
}

export async function coldAndWarm({ runs, tag, say }: BenchOptions) {
  await installTrivial(tag);
  await listen("bench-read", READ);
  await listen("bench-answer", TRIVIAL.answers);
  const cold = { ocr: [] as number[], trivial: [] as number[] };
  const warm = { ocr: [] as number[], trivial: [] as number[] };
  const split: Awaited<ReturnType<typeof parts>>[] = [];
  for (let run = 0; run < runs; run++) {
    // Both first, so that the two starts follow each other on a machine in the same mood.
    await Promise.all([asleep(OCR), asleep(TRIVIAL.service)]);
    for (const kind of ["trivial", "ocr"] as const) {
      const first = await trip(kind);
      cold[kind].push(first.ms);
      if (kind === "ocr") split.push(await parts(first));
      for (let again = 0; again < WARM_RUNS; again++) warm[kind].push((await trip(kind)).ms);
    }
    say(
      `  cold ${run + 1}: trivial ${cold.trivial.at(-1)} ms, ocr ${cold.ocr.at(-1)} ms ${JSON.stringify(split.at(-1))}`,
    );
  }
  const result = {
    cold: { ocr: spread(cold.ocr), trivial: spread(cold.trivial) },
    warm: { ocr: spread(warm.ocr), trivial: spread(warm.trivial) },
    parts: Object.fromEntries(
      Object.keys(split[0] ?? {}).map((name) => [name, middle(split.map((part) => part[name as keyof typeof part]))]),
    ),
  };
  say("event -> answer behind the Broker, ms      p50     max");
  for (const heat of ["cold", "warm"] as const) {
    for (const kind of ["ocr", "trivial"] as const) {
      const { p50, max } = result[heat][kind];
      const name = `${heat}, ${kind === "ocr" ? "a reading" : "the trivial function"}`;
      say(`  ${name.padEnd(34)}${String(p50).padStart(9)}${String(max).padStart(8)}`);
    }
  }
  say(`a cold reading, parts at p50: ${JSON.stringify(result.parts)}`);
  return result;
}
