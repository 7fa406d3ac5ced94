/** Pods over time against load, as an SVG: readings a second above, pods of each function below. Pure. */
import type { PodChange } from "../../test/cluster/kube.ts";

const [WIDTH, LEFT, RIGHT] = [720, 44, 12];
const LOAD = { top: 34, height: 90 };
const PODS = { top: 164, height: 96 };
const FUNCTIONS: Record<string, string> = {
  "rotisserie-capture": "#2b7bba",
  "rotisserie-ocr": "#d9541e",
};

export interface Seen {
  /** ms since 1970, as all here. */
  began: number;
  ended: number;
  changes: PodChange[];
  /** When each reading came. */
  readings: number[];
}

export function drawPods({ began, ended, changes, readings }: Seen): string {
  const x = (at: number) => (LEFT + ((at - began) / (ended - began)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const perSecond = new Map<number, number>();
  for (const at of readings) {
    const second = Math.floor((at - began) / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const mostRead = Math.max(1, ...perSecond.values());
  const mostPods = Math.max(1, ...changes.map(({ count }) => count));
  const step = (WIDTH - LEFT - RIGHT) / ((ended - began) / 1000);
  const bars = [...perSecond].map(([second, count]) => {
    const height = (count / mostRead) * LOAD.height;
    const y = LOAD.top + LOAD.height - height;
    return `<rect x="${x(began + second * 1000)}" y="${y.toFixed(1)}" width="${step.toFixed(1)}" height="${height.toFixed(1)}"/>`;
  });
  const yPods = (count: number) => (PODS.top + PODS.height - (count / mostPods) * PODS.height).toFixed(1);
  const grid = Array.from(
    { length: mostPods + 1 },
    (_, count) =>
      `<path d="M${LEFT} ${yPods(count)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${Number(yPods(count)) + 4}" text-anchor="end">${count}</text>`,
  );
  const lines = Object.entries(FUNCTIONS).map(([service, colour], index) => {
    const own = changes.filter((change) => change.service === service);
    const path = own.map(({ at, count }) => `H${x(at)}V${yPods(count)}`).join("");
    const dash = index === 0 ? ' stroke-dasharray="6 3"' : "";
    return `<path d="M${LEFT} ${yPods(0)}${path}H${WIDTH - RIGHT}" fill="none" stroke="${colour}" stroke-width="2.5"${dash}/>
<text x="${LEFT + 50 + index * 170}" y="${PODS.top - 14}" fill="${colour}">${service}${index === 0 ? " (dashed)" : ""}</text>`;
  });
  const bottom = PODS.top + PODS.height + 20;
  const times = Array.from({ length: Math.floor((ended - began) / 30_000) + 1 }, (_, index) => {
    const at = began + index * 30_000;
    return `<text x="${x(at)}" y="${bottom}" text-anchor="middle">${index * 30} s</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 12}" font-family="sans-serif" font-size="12" role="img">
<title>Pods of capture and ocr over time, against readings a second</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="18" font-weight="bold">readings a second</text>
<text x="${LEFT - 8}" y="${LOAD.top + 10}" text-anchor="end">${mostRead}</text>
<path d="M${LEFT} ${LOAD.top + LOAD.height}H${WIDTH - RIGHT}" stroke="#ddd"/>
<g fill="#7a7a7a">${bars.join("")}</g>
<text x="${LEFT}" y="${PODS.top - 14}" font-weight="bold">pods</text>
${grid.join("")}
${lines.join("\n")}
${times.join("")}
</svg>
`;
}
