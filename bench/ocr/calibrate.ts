/** Fits certainty -> share right: bins of equal size, made to rise (pool adjacent violators), a little doubt kept. */
import { type Read, verdict } from "./tally.ts";

export function fitCurve(reads: readonly Read[]): [number, number][] {
  const said = reads
    .flatMap((read) =>
      "alive" in read.sight ? [{ x: read.sight.certainty, right: verdict(read, 0) === "exact" ? 1 : 0 }] : [],
    )
    .sort((a, b) => a.x - b.x);
  const size = Math.max(15, Math.floor(said.length / 60));
  const pools: { x: number; right: number; count: number }[] = [];
  for (let from = 0; from < said.length; from += size) {
    const part = said.slice(from, from + size);
    // One reading more, wrong by half, in each bin: a bin without errors is not perfect.
    const right = part.reduce((sum, one) => sum + one.right, 0);
    pools.push({ x: part.reduce((sum, { x }) => sum + x, 0) / part.length, right, count: part.length });
    while (pools.length > 1) {
      const [a, b] = [pools.at(-2), pools.at(-1)];
      if (!a || !b || a.right / a.count <= b.right / b.count) break;
      const count = a.count + b.count;
      pools.splice(-2, 2, { x: (a.x * a.count + b.x * b.count) / count, right: a.right + b.right, count });
    }
  }
  return pools.map(({ x, right, count }) => [Number(x.toFixed(4)), Number(((right + 0.5) / (count + 1)).toFixed(4))]);
}
