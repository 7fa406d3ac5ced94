/** One hour of an evening as a picture: players left in the stream on screen, against the true lowest. Light and dark. */
import type { Shown } from "./director-rules.ts";
import type { Evening } from "./director-world.ts";

const WIDTH = 1200;
const HEIGHT = 560;
const LEFT = 64;
const RIGHT = WIDTH - 36;
/** The hour that is drawn: the second of the evening. */
const FROM = 3600;
const SECONDS = 3600;
/** Counts above this stand at the top edge. */
const TOP_COUNT = 30;
const PLOT = 170;
const PANELS = { ours: 64, theirs: 310 };

const STYLE = `
  svg { --ground: #ffffff; --text: #1f2328; --faint: #59636e; --grid: #e4e8ec; --lowest: #8c959f; --gap: #ffd9d6; --ours: #0b6e4f; --theirs: #b3541e }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --grid: #262c36; --lowest: #7d8590; --gap: #5a1e22; --ours: #3fb98c; --theirs: #f0883e }
  }
  text { fill: var(--faint) } .name { fill: var(--text); font-weight: 600; font-size: 17px } .end { text-anchor: end } .mid { text-anchor: middle }
  .grid { stroke: var(--grid) } .gap { fill: var(--gap) } path { fill: none; stroke-linejoin: round }
  .lowest { stroke: var(--lowest); stroke-width: 1.5 } .ours { stroke: var(--ours); stroke-width: 2.2 } .theirs { stroke: var(--theirs); stroke-width: 2.2 } .switch { stroke: var(--text); stroke-width: 1.3 }`;

const x = (t: number) => LEFT + ((t - FROM) / SECONDS) * (RIGHT - LEFT);
const y = (alive: number, top: number) => top + PLOT - (Math.min(alive, TOP_COUNT) / TOP_COUNT) * PLOT;
const seconds = Array.from({ length: SECONDS }, (_, i) => FROM + i);

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
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="14" role="img">
<title>Players left in the stream on screen and the true lowest, one hour of a simulated evening</title>
<style>${STYLE}
</style>
<rect width="100%" height="100%" rx="10" style="fill: var(--ground)"/>
${panel("Rotisserie", "ours", ours, evening)}
${panel("2017", "theirs", theirs, evening)}
${legend(seed)}
</svg>
`;
}

function panel(name: string, kind: "ours" | "theirs", shown: Shown, evening: Evening): string {
  const top = PANELS[kind];
  const alive = (t: number) => {
    const session = shown.session[t];
    const on = session && t < session.to ? evening.on(session, t) : 0;
    return on > 0 ? on : undefined;
  };
  const switches = seconds.filter((t) => shown.session[t] !== shown.session[t - 1]);
  const without = seconds.filter((t) => alive(t) === undefined);
  const counts = [0, 10, 20, 30].map(
    (n) =>
      `<path class="grid" d="M${LEFT} ${y(n, top)}H${RIGHT}"/><text class="end" x="${LEFT - 10}" y="${y(n, top) + 5}">${n}${n === TOP_COUNT ? "+" : ""}</text>`,
  );
  const minutes = [0, 10, 20, 30, 40, 50, 60].map(
    (n) => `<text class="mid" x="${x(FROM + n * 60)}" y="${top + PLOT + 30}">${n} min</text>`,
  );
  return [
    `<text class="name" x="${LEFT}" y="${top - 18}">${name}</text>`,
    `<text class="end" x="${RIGHT}" y="${top - 18}">${switches.length} switches, ${Math.round(without.length / 60)} min without a match on screen</text>`,
    ...spells(without).map(
      ([from, to]) =>
        `<rect class="gap" x="${x(from).toFixed(1)}" y="${top}" width="${(x(to) - x(from)).toFixed(1)}" height="${PLOT}"/>`,
    ),
    ...counts,
    ...minutes,
    `<path class="lowest" d="${steps((t) => evening.lowest(t), top)}"/>`,
    `<path class="${kind}" d="${steps(alive, top)}"/>`,
    `<path class="switch" d="${switches.map((t) => `M${x(t).toFixed(1)} ${top + PLOT + 4}v8`).join("")}"/>`,
  ].join("\n");
}

/** Neighbouring seconds as [from, to). */
function spells(times: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const t of times) {
    const last = found.at(-1);
    if (last && last[1] === t) last[1] = t + 1;
    else found.push([t, t + 1]);
  }
  return found;
}

function steps(value: (t: number) => number | undefined, top: number): string {
  let path = "";
  let last: number | undefined;
  for (const t of seconds) {
    const now = value(t);
    if (now === last) continue;
    const across = `${x(t).toFixed(1)}`;
    const down = now === undefined ? "" : y(now, top).toFixed(1);
    if (last === undefined) path += `M${across} ${down}`;
    else path += now === undefined ? `H${across}` : `H${across}V${down}`;
    last = now;
  }
  return last === undefined ? path : `${path}H${x(FROM + SECONDS).toFixed(1)}`;
}

function legend(seed: number): string {
  const row = HEIGHT - 22;
  const line = (at: number, kind: string) => `<path class="${kind}" d="M${at} ${row - 5}h26"/>`;
  return [
    `${line(LEFT, "ours")}${line(LEFT + 32, "theirs")}<text x="${LEFT + 66}" y="${row}">players left in the stream on screen</text>`,
    `${line(392, "lowest")}<text x="426" y="${row}">the true lowest</text>`,
    `<rect class="gap" x="560" y="${row - 13}" width="22" height="15"/><text x="590" y="${row}">no running match on screen</text>`,
    `<path class="switch" d="M800 ${row - 11}v10"/><text x="810" y="${row}">a switch</text>`,
    `<text class="end" x="${RIGHT}" y="${row}">simulated evening ${seed}, second hour</text>`,
  ].join("\n");
}
