/** Certainty of an engine -> share of such readings that is right, as measured by `npm run bench:ocr -- --calibrate`. */

/** Points of a rising line, [certainty, confidence]. */
const CURVES: Record<string, readonly (readonly [number, number])[]> = {
  // 6050 numbers, real, set and drawn, clean and through streams: of those under 0.38 more than eight in ten were right, on real
  // frames half; above it all but two.
  vote: [
    [0.02, 0.3],
    [0.1, 0.5],
    [0.25, 0.75],
    [0.38, 0.9],
    [0.5, 0.97],
    [0.65, 0.985],
    [0.85, 0.996],
  ],
};

export function confidenceOf(engine: string, certainty: number): number {
  const curve = CURVES[engine];
  if (!curve) return Math.min(1, Math.max(0, certainty));
  let [fromX, fromY] = [0, 0];
  for (const [x, y] of curve) {
    if (certainty <= x) return x === fromX ? y : fromY + ((y - fromY) * (certainty - fromX)) / (x - fromX);
    [fromX, fromY] = [x, y];
  }
  return fromY;
}
