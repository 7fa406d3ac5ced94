/** One hour of an evening as a picture: players left in the stream on screen, against the true lowest. */
import type { Shown } from "./director-rules.ts";
import type { Evening } from "./director-world.ts";

const WIDTH = 1200;
const PANEL = 210;
const LEFT = 48;
const FROM = 3600;
const SECONDS = 3600;
const TOP_COUNT = 50;

export function drawEvening({
  evening,
  seed,
  ours,
  theirs,
}: {
  evening: Evening;
  seed: number;
  ours: Shown;
  theirs: Shown;
}): string {
  const x = (t: number) => LEFT + ((t - FROM) / SECONDS) * (WIDTH - LEFT - 12);
  const y = (alive: number, top: number) => top + PANEL - 30 - (Math.min(alive, TOP_COUNT) / TOP_COUNT) * (PANEL - 60);
  const steps = (value: (t: number) => number | undefined, top: number) => {
    let path = "";
    let last: number | undefined;
    for (let t = FROM; t < FROM + SECONDS; t++) {
      const now = value(t);
      if (now === last) continue;
      if (now !== undefined)
        path +=
          last === undefined
            ? `M${x(t).toFixed(1)} ${y(now, top).toFixed(1)}`
            : `H${x(t).toFixed(1)}V${y(now, top).toFixed(1)}`;
      else path += `H${x(t).toFixed(1)}`;
      last = now;
    }
    return `${path}H${x(FROM + SECONDS).toFixed(1)}`;
  };
  const panel = (name: string, shown: Shown, top: number, colour: string) => {
    const alive = (t: number) => {
      const session = shown.session[t];
      const on = session ? evening.on(session, t) : 0;
      return on > 0 ? on : undefined;
    };
    const switches: string[] = [];
    const gaps: string[] = [];
    for (let t = FROM; t < FROM + SECONDS; t++) {
      if (shown.session[t] !== shown.session[t - 1]) {
        switches.push(`M${x(t).toFixed(1)} ${top + PANEL - 28}v6`);
      }
      if (alive(t) === undefined) gaps.push(`M${x(t).toFixed(1)} ${top + 20}v${PANEL - 50}`);
    }
    const grid = [0, 10, 20, 30, 40, 50].map(
      (n) =>
        `<path d="M${LEFT} ${y(n, top).toFixed(1)}H${WIDTH - 12}" stroke="#ddd"/><text x="${LEFT - 6}" y="${(y(n, top) + 4).toFixed(1)}" text-anchor="end">${n}</text>`,
    );
    return [
      `<text x="${LEFT}" y="${top + 12}" font-weight="bold">${name}</text>`,
      ...grid,
      `<path d="${gaps.join("")}" stroke="#f3c9c9" stroke-width="1"/>`,
      `<path d="${steps((t) => evening.lowest(t), top)}" fill="none" stroke="#888" stroke-width="1.2"/>`,
      `<path d="${steps(alive, top)}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
      `<path d="${switches.join("")}" stroke="#333" stroke-width="1"/>`,
    ].join("\n");
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${2 * PANEL + 40}" font-family="sans-serif" font-size="12" role="img">
<title>Players left in the shown stream and true lowest, one hour</title>
<rect width="100%" height="100%" fill="#fff"/>
${panel("Rotisserie", ours, 6, "#0b6e4f")}
${panel("2017", theirs, PANEL + 6, "#b3541e")}
<text x="${LEFT}" y="${2 * PANEL + 28}">One hour of evening ${seed}. Coloured: players left in the stream on screen (50 and more at the top). Grey: the true lowest. Red: no running match on screen. Ticks: switches.</text>
</svg>
`;
}
