/** How good what was shown is, against what was really on. */
import { NO_MATCH, WARM_UP_SECONDS, WITHIN } from "./director-params.ts";
import type { Shown } from "./director-rules.ts";
import type { Evening, Session } from "./director-world.ts";

export interface Score {
  /** Mean players by which the shown stream is above the true lowest. No match on screen counts as 100. */
  regret: number;
  /** Switches an hour to a stream that is in no running match, or in one with more players than the one left behind. */
  wrongSwitchesPerHour: number;
  switchesPerHour: number;
  /** Share of time within 2 players of the true lowest. */
  within2: number;
  /** Mean age of the shown count. */
  ageSeconds: number;
  samples: number;
  /** Share of time without a running match on the screen, while one ran somewhere. */
  noMatch: number;
}

export function score(evening: Evening, shown: Shown, noMatchAs = NO_MATCH): Score {
  const alive = (session: Session | undefined, t: number) => {
    if (!session || t < session.from || t >= session.to) return undefined;
    const on = evening.on(session, t);
    return on > 0 ? on : undefined;
  };
  let scored = 0;
  let regret = 0;
  let within = 0;
  let noMatch = 0;
  let ages = 0;
  let aged = 0;
  let switches = 0;
  let wrong = 0;
  for (let t = WARM_UP_SECONDS; t < evening.seconds; t++) {
    const now = shown.session[t];
    const before = shown.session[t - 1];
    if (now && before && now !== before) {
      switches++;
      const here = alive(now, t);
      const there = alive(before, t);
      if (here === undefined || (there !== undefined && here > there)) wrong++;
    }
    const age = shown.age[t];
    if (age !== undefined) {
      ages += age;
      aged++;
    }
    const lowest = evening.lowest(t);
    if (lowest === undefined) continue;
    scored++;
    const here = alive(now, t);
    if (here === undefined) noMatch++;
    const above = Math.max(0, (here ?? noMatchAs) - lowest);
    regret += above;
    if (above <= WITHIN) within++;
  }
  const hours = (evening.seconds - WARM_UP_SECONDS) / 3600;
  return {
    regret: regret / Math.max(1, scored),
    wrongSwitchesPerHour: wrong / hours,
    switchesPerHour: switches / hours,
    within2: within / Math.max(1, scored),
    ageSeconds: ages / Math.max(1, aged),
    samples: shown.samples,
    noMatch: noMatch / Math.max(1, scored),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
