/** Pods over time as an SVG: one line of steps per function. */
import type { PodChange } from "../../test/cluster/kube.ts";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [720, 240, 40, 30];
const COLOURS: Record<string, string> = {
  "rotisserie-poller": "#7a7a7a",
  "rotisserie-capture": "#2b7bba",
  "rotisserie-ocr": "#d9541e",
};

export function drawPods(changes: PodChange[]): string {
  const began = changes[0]?.at ?? 0;
  const length = Math.max(1, (changes.at(-1)?.at ?? 1) - began);
  const most = Math.max(1, ...changes.map(({ count }) => count));
  const x = (at: number) => LEFT + ((at - began) / length) * (WIDTH - LEFT - 10);
  const y = (count: number) => HEIGHT - BOTTOM - (count / most) * (HEIGHT - BOTTOM - 20);
  const lines = Object.entries(COLOURS).map(([service, colour], index) => {
    let path = `M${LEFT} ${y(0)}`;
    for (const { at, count } of changes.filter((change) => change.service === service))
      path += `H${x(at).toFixed(1)}V${y(count).toFixed(1)}`;
    const label = `<text x="${LEFT + 10 + index * 150}" y="14" fill="${colour}">${service}</text>`;
    return `<path d="${path}H${WIDTH - 10}" fill="none" stroke="${colour}" stroke-width="2"/>${label}`;
  });
  const ticks = Array.from(
    { length: most + 1 },
    (_, count) => `<text x="${LEFT - 8}" y="${y(count) + 4}" text-anchor="end">${count}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${ticks.join("")}
<text x="${WIDTH - 10}" y="${HEIGHT - 8}" text-anchor="end">${Math.round(length / 1000)} s</text>
<text x="${LEFT}" y="${HEIGHT - 8}">pods, from the first to the last change</text>
${lines.join("\n")}
</svg>
`;
}
