/** The count's fall in one match as a stepped line: between two readings nobody knows better than the last number. */
import { setAttribute, svg } from "./dom.ts";

type History = readonly (readonly [number, number])[];

const WIDTH = 100;
const HEIGHT = 32;

export interface Path {
  line: string;
  area: string;
  /** Where the newest reading is. */
  x: number;
  y: number;
}

/** `history`: [seconds before the newest reading, alive], oldest first. undefined: too little to draw. */
export function pathOf(history: History): Path | undefined {
  const points = history.filter(([seconds, alive]) => Number.isFinite(seconds) && Number.isFinite(alive));
  const first = points[0];
  if (!first || points.length < 2) return undefined;
  const span = Math.max(...points.map(([seconds]) => seconds), 1);
  const top = Math.max(...points.map(([, alive]) => alive), 10);
  const at = ([seconds, alive]: readonly [number, number]) =>
    [round(WIDTH - (Math.max(seconds, 0) / span) * WIDTH), round(2 + (HEIGHT - 4) * (1 - alive / top))] as const;
  const [startX, startY] = at(first);
  let line = `M${startX} ${startY}`;
  let [x, y] = [startX, startY] as readonly [number, number];
  for (const point of points.slice(1)) {
    [x, y] = at(point);
    line += `H${x}V${y}`;
  }
  return { line, area: `${line}V${HEIGHT}H${startX}Z`, x, y };
}

const round = (value: number) => Math.round(value * 10) / 10;

/** In words, for those who do not see the line. */
export function fallInWords(history: History): string {
  const [first, last] = [history[0], history.at(-1)];
  if (!first || !last || first === last) return "";
  const minutes = Math.max(1, Math.round((first[0] - last[0]) / 60));
  return `from ${first[1]} to ${last[1]} in ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

export function createChart(className: string) {
  const area = svg("path", { class: "area" });
  const line = svg("path", { class: "line" });
  const dot = svg("path", { class: "dot" });
  const element = svg(
    "svg",
    { class: className, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    area,
    line,
    dot,
  );
  const draw = (history: History) => {
    const path = pathOf(history);
    element.classList.toggle("blank", !path);
    setAttribute(area, "d", path?.area ?? "");
    setAttribute(line, "d", path?.line ?? "");
    // A line of no length with round caps stays a circle, however the picture is stretched.
    setAttribute(dot, "d", path ? `M${path.x} ${path.y}h0` : "");
  };
  return { element, draw };
}
