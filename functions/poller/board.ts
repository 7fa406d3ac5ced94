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

const MAX_HISTORY = 30;
/** `gap`: after this long without a usable reading nothing of before is believed. */
const GAP_MS = 5 * 60_000;
/** A waiting contradiction is forgotten when nothing confirms it for this long. */
const PENDING_MS = 90_000;
/** `away`: how strongly each kind says that the match is not on the picture any more. */
const AWAY: Partial<Record<ObservationKind, number>> = { over: 1, lobby: 1, none: 0.7 };
const AWAY_LIMIT = 2;
/** Noisy-or of agreeing readings never claims more than this: readers err together. */
const MAX_CONFIDENCE = 0.999;

/** Folds observations (oldest first, as `merge` leaves them) into what they say together. */
export function track(observations: readonly Observation[]): Track {
  const state: Fold = { ...nothing(), match: undefined, away: 0 };
  for (const observation of observations) step(state, observation);
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

function step(state: Fold, observation: Observation): void {
  const { at, kind, count, confidence = 0 } = observation;
  if (state.count !== undefined && at - state.at > GAP_MS) {
    const { streak } = state;
    Object.assign(state, nothing(), { match: undefined, away: 0, streak });
  }
  if (state.pending && at - state.pending.at > PENDING_MS) state.pending = undefined;
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
    readMatch(state, { at, count, confidence });
    return;
  }
  const weight = AWAY[kind];
  if (weight === undefined) return;
  state.away += weight;
  if (state.match && state.away < AWAY_LIMIT) return;
  if (kind === "lobby" && count !== undefined) {
    enter(state, false, { at, count, confidence }, "lobby");
  } else if (kind === "over" || state.away >= AWAY_LIMIT) {
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

function readMatch(state: Fold, read: Read): void {
  state.away = 0;
  const { pending } = state;
  if (state.match && state.count !== undefined && fits({ at: state.at, count: state.count }, read)) {
    accept(state, read);
  } else if (state.match === undefined || (state.match === false && isFresh(state, read))) {
    enter(state, true, read, "match");
  } else if (pending !== undefined && fits(pending, read)) {
    adopt(state, pending, read);
  } else {
    state.pending = read; // contradiction: waits for a second opinion
  }
}

/** A contradiction was repeated: it is the truth, and what was accepted was a misreading, or an older match. */
function adopt(state: Fold, pending: Read, read: Read): void {
  const history = state.match ? state.history : [];
  const rose = state.count !== undefined && pending.count > state.count;
  const kept = rose ? history.filter(([at, alive]) => fits({ at, count: alive }, pending)) : history;
  enter(state, true, pending, "match");
  state.history = [...kept, ...state.history];
  accept(state, read);
}

function accept(state: Fold, read: Read): void {
  const { at, count, confidence } = read;
  if (state.history.at(-1)?.[1] !== count) state.history = [...state.history, [at, count] as [number, number]];
  state.history = state.history.slice(-MAX_HISTORY);
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
export function fits(earlier: { at: number; count: number }, later: { at: number; count: number }): boolean {
  const fall = earlier.count - later.count;
  if (fall < 0) return false;
  const seconds = Math.max(0, later.at - earlier.at) / 1000;
  const allowed = Math.max(2, 0.15 * earlier.count) + 0.02 * earlier.count * seconds;
  // 60 %: a count that lost its first or last digit always falls by more. Two players may die at any time.
  return fall <= Math.min(Math.max(2, 0.6 * earlier.count), allowed);
}

/** `fresh-match`: straight after a lobby most of its players are still there. */
function isFresh(lobby: { count: number | undefined }, read: Read): boolean {
  return read.count >= 0.4 * (lobby.count ?? 0);
}
