/** Certainty of an engine -> share of such readings that is right, as measured by `npm run bench:ocr -- --calibrate`. */

/** Points of a rising line. */
export type Curve = readonly (readonly [certainty: number, confidence: number])[];

const CURVES: Record<string, Curve> = {
  // 6673 numbers, real, set and drawn, clean and through streams: all above 0.4512 were right, seven in ten of those below.
  // The line of 0.9 is drawn above the surest wrong one, a Warzone 78 with digits of 5 px.
  vote: [
    [0.02, 0.2],
    [0.1, 0.5],
    [0.25, 0.7],
    [0.46, 0.9],
    [0.49, 0.96],
    [0.52, 0.985],
    [0.65, 0.994],
    [0.85, 0.999],
  ],
};

export function confidenceOf(engine: string, certainty: number): number {
  const curve = CURVES[engine];
  return curve ? along(curve, certainty) : Math.min(1, Math.max(0, certainty));
}

/** Straight lines between the points, from 0,0; level after the last one. */
export function along(curve: Curve, certainty: number): number {
  let [fromX, fromY] = [0, 0];
  for (const [x, y] of curve) {
    if (certainty <= x) return x === fromX ? y : fromY + ((y - fromY) * (certainty - fromX)) / (x - fromX);
    [fromX, fromY] = [x, y];
  }
  return fromY;
}
