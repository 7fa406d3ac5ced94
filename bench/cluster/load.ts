/** An hour in minutes: nobody, a burst onto nothing, a viewer, a burst onto what he needs, nobody again. Draws pods against readings. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agent } from "../../test/cluster/agent.ts";
import { IDLE_AFTER_S, root, watchPods } from "../../test/cluster/kube.ts";
import type { BenchOptions } from "../cluster.ts";
import { arrivals, burst, FRAMES, followReadings } from "./burst.ts";
import { drawPods } from "./picture.ts";
import { watching } from "./pods.ts";
import { CAPTURE, OCR } from "./rates.ts";
import { asleep } from "./starts.ts";
import { removeTrivial } from "./trivial.ts";

const VIEWER_MS = 45_000;

export async function load({ bare: measure, say }: BenchOptions) {
  await removeTrivial();
  const bare = await measure();
  const share = (rate: number, of = bare.warm) => `${((100 * rate) / of).toFixed(0)} % of the bare cores`;
  await Promise.all([asleep(OCR), asleep(CAPTURE)]);
  await followReadings();
  const watch = watchPods();
  const began = Date.now();
  await sleep(5_000);
  const fromZero = await burst();
  await watching(VIEWER_MS);
  // Until the last of his streams is read: the burst is counted by the same counter.
  await sleep(IDLE_AFTER_S * 1000 + 3_000);
  const perSecond = await burst();
  const left = Date.now();
  await Promise.all([asleep(OCR), asleep(CAPTURE)]);
  const secondsToZero = Math.round((Date.now() - left) / 1000);
  watch.stop();
  const readings = arrivals(await agent.counts());
  const folder = join(root, "docs/pictures");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pods.svg"), drawPods({ began, ended: Date.now(), changes: watch.changes, readings }));
  say(
    `a burst of ${FRAMES} onto zero pods, their start included: ${fromZero.toFixed(1)} frames/s, ${share(fromZero)}, ${share(fromZero, bare.fromNothing)} with theirs`,
  );
  say(`a burst of ${FRAMES} onto what one viewer needs: ${perSecond.toFixed(1)} frames/s, ${share(perSecond)}`);
  say(`zero pods ${secondsToZero} s after the last frame (the viewer left before; idle limit ${IDLE_AFTER_S} s)`);
  return {
    bareFromNothing: Number(bare.fromNothing.toFixed(1)),
    fromZeroPerSecond: Number(fromZero.toFixed(1)),
    burstPerSecond: Number(perSecond.toFixed(1)),
    secondsToZero,
  };
}
