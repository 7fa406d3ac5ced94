/** An hour in three minutes: nobody, a viewer, a burst, nobody again. Draws pods against readings. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agent, listen, PATIENT } from "../../test/cluster/agent.ts";
import { IDLE_AFTER_S, root, watchPods } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { drawPods } from "./picture.ts";
import { watching } from "./pods.ts";
import { burst, CAPTURE, FRAMES, OCR, READ } from "./rates.ts";
import { asleep } from "./starts.ts";
import { removeTrivial } from "./trivial.ts";

const VIEWER_MS = 45_000;

export async function load({ say }: BenchOptions) {
  await removeTrivial();
  await listen("bench-read", READ, "204", PATIENT);
  await Promise.all([asleep(OCR), asleep(CAPTURE)]);
  const watch = watchPods();
  const began = Date.now();
  const readings: number[] = [];
  await sleep(5_000);
  await agent.forget();
  await watching(VIEWER_MS);
  readings.push(...(await agent.events(READ)).map(({ at }) => at));
  const perSecond = await burst();
  readings.push(...(await agent.events(READ)).map(({ at }) => at));
  const left = Date.now();
  await Promise.all([asleep(OCR), asleep(CAPTURE)]);
  const secondsToZero = Math.round((Date.now() - left) / 1000);
  watch.stop();
  const folder = join(root, "docs/pictures");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pods.svg"), drawPods({ began, ended: Date.now(), changes: watch.changes, readings }));
  say(`a burst of ${FRAMES} onto what one viewer needs: ${perSecond.toFixed(1)} frames/s`);
  say(`zero pods ${secondsToZero} s after the last frame (the viewer left before; idle limit ${IDLE_AFTER_S} s)`);
  return { burstPerSecond: Number(perSecond.toFixed(1)), secondsToZero };
}
