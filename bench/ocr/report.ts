/** The tables of a run, as text. */
import { fitCurve } from "./calibrate.ts";
import { leaveOneSourceOut } from "./holdout.ts";
import { bins, binTable, type Read, rows, table } from "./tally.ts";

/** Games by HUD, quality and engine; then ever more together; then by source. */
export function summary(reads: readonly Read[], accept: number, standard: string): string {
  const own = reads.filter(({ engine }) => engine === standard);
  const by = (list: readonly Read[], key: (read: Read) => string[]) => table(rows(list, accept, standard, key));
  const parts = [table(rows(reads, accept, standard))];
  parts.push("\nAll HUDs of a game together, and everything of a game:");
  parts.push(by(reads, ({ sample, engine }) => [sample.game, "all", sample.degradation, engine]));
  parts.push(by(reads, ({ sample, engine }) => [sample.game, "all", "all", engine]));
  if (new Set(own.map(({ sample }) => sample.origin)).size > 1) {
    parts.push("\nBy where the pictures are from:");
    parts.push(by(own, ({ sample, engine }) => [sample.game, sample.origin, sample.degradation, engine]));
  }
  if (own.some(isReal)) {
    parts.push(
      "\nEach source with the curve and the threshold that were fitted without it (the model has met no real frame):",
    );
    parts.push(leaveOneSourceOut(own, accept));
  }
  return parts.join("\n");
}

const isReal = ({ sample: { origin } }: Read) => origin === "real" || origin === "crop";

/** Five bins for each engine, over everything and over the real pictures. */
export function confidences(reads: readonly Read[], fitted: boolean): string {
  const parts: string[] = [];
  for (const name of new Set(reads.map(({ engine }) => engine))) {
    if (name === "ancestor") continue;
    const own = reads.filter(({ engine }) => engine === name);
    parts.push(`\nConfidence of ${name}: error ${bins(own).error.toFixed(4)} over everything`, binTable(own));
    const real = own.filter(isReal);
    if (real.length > 0 && real.length < own.length) {
      parts.push(`  real pictures and what streams make of them: error ${bins(real).error.toFixed(4)}`, binTable(real));
    }
    if (fitted) parts.push(`  fitted: ${JSON.stringify(fitCurve(own))}`);
  }
  return parts.join("\n");
}
