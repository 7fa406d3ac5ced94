/**
 * What one stream's observations say together. Pure: the same observations give the same state, in whatever order and
 * however often they came. The model and its rules by name: docs/decisions/0030.
 */

import type { Observation, ObservationKind } from "./board-observations.ts";

export type Phase = "unknown" | "match" | "lobby" | "over" | "none" | "ad" | "offline";

/** What the board believes of one stream. */
export interface Track {
  phase: Phase;
  /** Match: players alive. Lobby: players joined. */
  count: number | undefined;
  /** Frame time of the newest reading that agrees with `count`, ms. */
  at: number;
  confidence: number;
  /** Two readings in a row fitted each other. */
  confirmed: boolean;
  /** A count that contradicts the accepted one and waits for a second that fits it. */
  pending: { at: number; count: number; confidence: number } | undefined;
  /** The fall of the count in this match, oldest first: [frame time ms, alive], changes only. */
  history: [number, number][];
  /** Time of the newest observation of any kind, ms. 0: none yet. */
  answeredAt: number;
  /** Newest observations in a row without a usable count. */
  streak: number;
  /** The newest observation's kind. */
  last: ObservationKind | undefined;
  /** When a known ad break ends, ms. */
  until: number | undefined;
}

export interface BoardOptions {
  /** `plausible`: inside one match a count may fall by this share (or 2 players) at once, ... */
  fall: number;
  /** ... by this share of it a second more, ... */
  fallPerSecond: number;
  /** ... and by this share at most: a count that lost its first or last digit always falls by more. */
  fallMost: number;
  /** `fresh-match`: straight after a lobby at least this share of its players are still there. */
  freshShare: number;
  /** `away`: how strongly a picture without a counter says that the match is gone. A death screen or a lobby weighs 1. */
  awayNone: number;
  /** `away`: the match is over when this much has come together without a count in between. */
  awayLimit: number;
  /** A waiting contradiction is forgotten when nothing confirms it for this long, ms. */
  pendingMs: number;
  /** `gap`: after this long without a usable reading nothing of before is believed, ms. */
  gapMs: number;
}

export const BOARD: BoardOptions = {
  fall: 0.15,
  fallPerSecond: 0.02,
  fallMost: 0.6,
  freshShare: 0.4,
  awayNone: 0.7,
  awayLimit: 2,
  pendingMs: 90_000,
  gapMs: 5 * 60_000,
};

const MAX_HISTORY = 30;
/** Noisy-or of agreeing readings never claims more than this: readers err together. */
const MAX_CONFIDENCE = 0.999;

/** Folds observations (oldest first, as `merge` leaves them) into what they say together. */
export function track(observations: readonly Observation[], options: BoardOptions = BOARD): Track {
  const state: Fold = { ...nothing(), match: undefined, away: 0 };
  for (const observation of observations) step(state, observation, options);
  const { match: _match, away: _away, ...result } = state;
  return result;
}

function nothing(): Track {
  return {
    phase: "unknown",
    count: undefined,
    at: 0,
    confidence: 0,
    confirmed: false,
    pending: undefined,
    history: [],
    answeredAt: 0,
    streak: 0,
    last: undefined,
    until: undefined,
  };
}

/** `match`: whether `count` belongs to a running match. `phase` may hide it behind an ad. */
interface Fold extends Track {
  match: boolean | undefined;
  away: number;
}

function step(state: Fold, observation: Observation, options: BoardOptions): void {
  const { at, kind, count, confidence = 0 } = observation;
  if (state.count !== undefined && at - state.at > options.gapMs) {
    const { streak } = state;
    Object.assign(state, nothing(), { match: undefined, away: 0, streak });
  }
  if (state.pending && at - state.pending.at > options.pendingMs) state.pending = undefined;
  state.answeredAt = at;
  state.last = kind;
  state.until = observation.until;
  state.streak = count === undefined ? state.streak + 1 : 0;

  if (kind === "ad" || kind === "offline") {
    state.phase = kind;
    return;
  }
  // What was beneath an ad comes back with the first answer after it.
  if (state.phase === "ad" || state.phase === "offline") state.phase = beneath(state);
  if (kind === "match" && count !== undefined) {
    readMatch(state, { at, count, confidence }, options);
    return;
  }
  if (kind !== "over" && kind !== "lobby" && kind !== "none") return;
  state.away += kind === "none" ? options.awayNone : 1;
  if (state.match && state.away < options.awayLimit) return;
  if (kind === "lobby" && count !== undefined) {
    enter(state, false, { at, count, confidence }, "lobby");
  } else if (kind === "over" || state.away >= options.awayLimit) {
    const { answeredAt, streak, last, until, away } = state;
    Object.assign(state, nothing(), {
      phase: kind === "over" ? "over" : "none",
      answeredAt,
      streak,
      last,
      until,
      away,
    });
    state.at = at;
    state.match = undefined;
  }
}

function beneath(state: Fold): Phase {
  if (state.match === undefined) return "unknown";
  return state.match ? "match" : "lobby";
}

interface Read {
  at: number;
  count: number;
  confidence: number;
}

function readMatch(state: Fold, read: Read, options: BoardOptions): void {
  state.away = 0;
  const { pending } = state;
  if (state.match && state.count !== undefined && fits({ at: state.at, count: state.count }, read, options)) {
    accept(state, read);
  } else if (state.match === undefined || (state.match === false && isFresh(state, read, options))) {
    enter(state, true, read, "match");
  } else if (pending !== undefined && fits(pending, read, options)) {
    adopt(state, pending, read, options);
  } else {
    state.pending = read; // contradiction: waits for a second opinion
  }
}

/** A contradiction was repeated: it is the truth, and what was accepted was a misreading, or an older match. */
function adopt(state: Fold, pending: Read, read: Read, options: BoardOptions): void {
  const history = state.match ? state.history : [];
  const rose = state.count !== undefined && pending.count > state.count;
  const kept = rose ? history.filter(([at, alive]) => fits({ at, count: alive }, pending, options)) : history;
  enter(state, true, pending, "match");
  state.history = [...kept, ...state.history];
  accept(state, read);
}

function accept(state: Fold, read: Read): void {
  const { at, count, confidence } = read;
  if (state.history.at(-1)?.[1] !== count) state.history.push([at, count]);
  state.history.splice(0, state.history.length - MAX_HISTORY);
  state.confidence = Math.min(MAX_CONFIDENCE, 1 - (1 - confidence) * (1 - state.confidence * 0.8));
  state.confirmed = true;
  state.count = count;
  state.at = at;
  state.pending = undefined;
  state.phase = "match";
}

function enter(state: Fold, match: boolean, { at, count, confidence }: Read, phase: Phase): void {
  const again = !match && state.match === false;
  state.match = match;
  state.phase = phase;
  state.count = count;
  state.at = at;
  state.confidence = confidence;
  state.confirmed = again;
  state.pending = undefined;
  state.away = 0;
  state.history = match ? [[at, count]] : [];
}

/** `plausible`: could `earlier` have become `later`? */
export function fits(
  earlier: { at: number; count: number },
  later: { at: number; count: number },
  { fall, fallPerSecond, fallMost }: BoardOptions = BOARD,
): boolean {
  const fallen = earlier.count - later.count;
  if (fallen < 0) return false;
  const seconds = Math.max(0, later.at - earlier.at) / 1000;
  const allowed = Math.max(2, fall * earlier.count) + fallPerSecond * earlier.count * seconds;
  // Two players may die at any time.
  return fallen <= Math.min(Math.max(2, fallMost * earlier.count), allowed);
}

/** `fresh-match`: straight after a lobby most of its players are still there. */
function isFresh(lobby: { count: number | undefined }, read: Read, { freshShare }: BoardOptions): boolean {
  return read.count >= freshShare * (lobby.count ?? 0);
}
