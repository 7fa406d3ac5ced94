/** Every source read with what was fitted without it. The model needs no refit: it has seen no source at all. */
import { fitCurve, fitThreshold, withCurve } from "./calibrate.ts";
import { bins, columns, percent, type Read, verdict } from "./tally.ts";

/** Fewer numbers make no curve. */
const LEAST = 100;

const HEAD = [
  ...["source left out", "games", "accept", "visible", "exact", "%", "unread", "wrong", "negatives", "invented"],
  "exact as shipped",
];

/** Real pictures and drawn ones. Numbers set into frames are of two sources at once, so they are neither fitted nor counted. */
export function leaveOneSourceOut(reads: readonly Read[], accept: number): string {
  const real = reads.filter(
    ({ sample: { origin } }) => origin === "real" || origin === "crop" || origin === "stranger",
  );
  const drawn = reads.filter(({ sample: { origin } }) => origin === "drawn");
  const lines: string[][] = [];
  const held: Read[] = [];
  for (const source of [...new Set(real.map(({ sample }) => sample.source))].sort()) {
    const others = [...real.filter(({ sample }) => sample.source !== source), ...drawn];
    if (others.filter(({ sight }) => "alive" in sight).length < LEAST) continue;
    const curve = fitCurve(others);
    const threshold = fitThreshold(withCurve(others, curve));
    const own = real.filter(({ sample }) => sample.source === source);
    const read = withCurve(own, curve);
    held.push(...read);
    const games = [
      ...new Set(own.filter(({ sample }) => sample.origin !== "stranger").map(({ sample }) => sample.game)),
    ];
    const shipped = own.filter((one) => verdict(one, accept) === "exact").length;
    lines.push([source, games.join(", "), threshold.toFixed(2), ...counts(read, threshold), String(shipped)]);
  }
  if (lines.length === 0) return `fewer than ${LEAST} numbers without the source: nothing to fit on`;
  const { error } = bins(held);
  return `${columns([HEAD, ...lines], 2)}\nconfidence error over all of them: ${error.toFixed(4)}`;
}

function counts(reads: readonly Read[], accept: number): string[] {
  const kinds = reads.map((read) => verdict(read, accept));
  const [exact = 0, unread = 0, wrong = 0, quiet = 0, invented = 0] = (
    ["exact", "unread", "wrong", "quiet", "invented"] as const
  ).map((kind) => kinds.filter((one) => one === kind).length);
  const visible = exact + unread + wrong;
  return [
    ...[visible, exact].map(String),
    percent(exact, visible),
    ...[unread, wrong, quiet + invented, invented].map(String),
  ];
}
