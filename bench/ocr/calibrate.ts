/** What is fitted on labelled readings: certainty -> share right, and the least confidence that is accepted. */
import { along, type Curve } from "../../functions/ocr/calibration.ts";
import { type Read, verdict } from "./tally.ts";

/** Bins of equal size, joined until their shares rise (pool adjacent violators), a little doubt kept. */
export function fitCurve(reads: readonly Read[]): Curve {
  const said = reads
    .flatMap((read) =>
      "alive" in read.sight ? [{ x: read.sight.certainty, right: verdict(read, 0) === "exact" ? 1 : 0 }] : [],
    )
    .sort((a, b) => a.x - b.x);
  const size = Math.max(15, Math.floor(said.length / 60));
  const pools: { from: number; to: number; right: number; count: number }[] = [];
  for (let start = 0; start < said.length; start += size) {
    const part = said.slice(start, start + size);
    const right = part.reduce((sum, one) => sum + one.right, 0);
    pools.push({ from: part[0]?.x ?? 0, to: part.at(-1)?.x ?? 1, right, count: part.length });
    while (pools.length > 1) {
      const [a, b] = [pools.at(-2), pools.at(-1)];
      if (!a || !b || a.right / a.count < b.right / b.count) break;
      pools.splice(-2, 2, { from: a.from, to: b.to, right: a.right + b.right, count: a.count + b.count });
    }
  }
  return pools.flatMap(({ from, to, right, count }): [number, number][] => {
    // One reading more, wrong by half, in each pool: a pool without errors is not perfect.
    const share = Number(((right + 0.5) / (count + 1)).toFixed(4));
    return [
      [Number(from.toFixed(4)), share],
      [Number(to.toFixed(4)), share],
    ];
  });
}

const THRESHOLDS = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97];
/** A wrong number on the page is worth so many missing samples of a stream. */
const COST_OF_WRONG = 30;

/** The least confidence with the most readings exact, less what the wrong and invented ones cost. */
export function fitThreshold(reads: readonly Read[]): number {
  const worth = (accept: number) => {
    const kinds = reads.map((read) => verdict(read, accept));
    const wrong = kinds.filter((kind) => kind === "wrong" || kind === "invented").length;
    return kinds.filter((kind) => kind === "exact").length - COST_OF_WRONG * wrong;
  };
  return THRESHOLDS.map((accept) => ({ accept, worth: worth(accept) })).reduce((a, b) => (b.worth > a.worth ? b : a))
    .accept;
}

/** The same readings with the confidence that another curve gives them. */
export function withCurve(reads: readonly Read[], curve: Curve): Read[] {
  return reads.map((read) => ({
    ...read,
    confidence: "alive" in read.sight ? along(curve, read.sight.certainty) : 0,
  }));
}
