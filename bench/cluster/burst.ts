/** Many pictures at once, and when each second's readings reached the poller. */
import { setTimeout as sleep } from "node:timers/promises";
import { agent, type Count } from "../../test/cluster/agent.ts";
import { frame } from "../../test/cluster/frames.ts";
import { kubectl, pods } from "../../test/cluster/kube.ts";

/** Pictures at once, as in the cluster test. */
export const FRAMES = 300;
/** Each look costs as much CPU as several readings, and the figure comes from the agent's clock anyway. */
const LOOK_MS = 2_000;

let number = 0;

/**
 * The agent looks at the poller's own counter, in the pod itself: a Trigger of our own would have the Broker hand every event to
 * one filter more, which costs what 5 % of the readings cost.
 */
export async function followReadings(): Promise<void> {
  const [poller = ""] = await pods("rotisserie-poller");
  const ip = await kubectl(["get", "pod", poller, "-o", "jsonpath={.status.podIP}"]);
  await agent.follow(`http://${ip}:3000/metrics`, "rotisserie_answers_total");
}

/** Frames a second from the first that is sent to the last reading on the board. Nobody may be watching. */
export async function burst(frames = FRAMES): Promise<number> {
  const before = (await agent.counts()).at(-1)?.sum ?? 0;
  const subject = `burst_${++number}_`;
  await agent.send(
    Array.from({ length: frames }, (_, index) => frame(`${subject}${index}`, `${subject}${index}`)),
    50,
  );
  for (let looks = 0; looks < 60; looks++) {
    await sleep(LOOK_MS);
    const last = (await agent.counts()).find(({ sum }) => sum >= before + frames);
    if (last) return (frames * 1000) / (last.at - (await agent.sent()).at);
  }
  throw new Error(`${frames} readings: not within ${(60 * LOOK_MS) / 1000} s`);
}

/** Readings between two looks, when the second was taken. */
export const arrivals = (counts: Count[]): number[] =>
  counts.flatMap(({ at, sum }, index) =>
    new Array<number>(index === 0 ? 0 : sum - (counts[index - 1]?.sum ?? sum)).fill(at),
  );
