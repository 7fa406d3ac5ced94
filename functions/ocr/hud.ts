/** Judges the words of one line: which number is the count of players, or that none is. Pure. */
import type { UnreadReason } from "../contracts/events.ts";
import type { Word } from "./engines/engine.ts";
import type { LabelSide, Profile } from "./games/profile.ts";
import { centre, type Token, tokensOf } from "./tokens.ts";

/** A count that was found, not yet accepted. */
export interface Found {
  phase: "match" | "lobby";
  alive: number;
  /** The engine's certainty of the weakest letter, number and label together. Not calibrated. */
  certainty: number;
  /** The number's columns, in pixels of the line. */
  at: { x: number; width: number };
  /** The engine's certainty of the number without its label. */
  number?: number;
  /** Columns of the word beside it; none where the label is an icon. */
  word?: { x: number; width: number };
}

export interface Unread {
  reason: UnreadReason;
}

/** A digit and its gap, in pixels of the line. */
const EDGE = 12;

/** `width`: of the picture. A number that near its left or right edge may have lost a digit there, so it is not one. */
export function judge(words: readonly Word[], width: number, profile: Profile): Found | Unread {
  const tokens = tokensOf(words, profile);
  const named = tokens.filter(({ meaning }) => meaning === "alive" || meaning === "joined");
  const surest = Math.max(0, ...named.map(({ certainty }) => certainty));
  const labels = named.filter(({ certainty }) => certainty > surest * GHOST);
  const clear = surest >= CLEAR;
  // Two icons alike over two numbers, squads and players: one is misread, and if its number is faint that of the other would count.
  if (profile.labelSide === "above" && labels.length > 1) return { reason: "unreadable" };
  const counters = labels
    .flatMap((label) => {
      const number = numberOf(label, tokens, profile.labelSide);
      return number ? [{ label, number, certainty: Math.min(number.certainty, label.certainty) }] : [];
    })
    .sort((a, b) => b.certainty - a.certainty);
  const [best, second] = counters;
  if (!best) return { reason: clear ? "unreadable" : tokens.some(isRank) ? "match-over" : "no-counter" };
  // Two counters on one line: one of them is a misread label, and nobody can say which.
  if (second && second.certainty > best.certainty / 2) return { reason: "unreadable" };
  const { label, number, certainty } = best;
  if (number.x < EDGE || number.x + number.width > width - EDGE) return { reason: "unreadable" };
  const alive = Number(number.text);
  const believable = String(alive) === number.text && alive >= profile.range.from && alive <= profile.range.to;
  if (!believable) return { reason: "out-of-range" };
  const at = { x: number.x, width: number.width };
  const phase = label.meaning === "alive" ? "match" : "lobby";
  return {
    ...{ phase, alive, certainty, at, number: number.certainty },
    ...(profile.labels === "words" && { word: wordOf(label, number) }),
  };
}

/** Of a label only the middle is known: its word ends where the number begins, and as far on the other side. */
function wordOf(label: Token, number: Token): { x: number; width: number } {
  const right = centre(label) > centre(number);
  const half = right ? centre(label) - number.x - number.width : number.x - centre(label);
  return { x: centre(label) - half, width: 2 * half };
}

/** A label this certain is there, whether or not its number can be read. */
const CLEAR = 0.6;

/** A label fainter than this share of the surest one is what the scene makes of nothing: a strip has one counter. */
const GHOST = 0.5;

/** A label this certain is seen whole. */
const SURE = 0.9;

/** A letter fainter than this beside the digits may be the scene behind them. */
const FAINT = 0.6;

/**
 * The line without faint letters at its digits ("78x", "7x8"): what a busy scene puts between strokes. Only for a number
 * that every view and another engine agree on; it is as sure as its digits, less what the letters are.
 */
export function withoutFaintLetters(words: readonly Word[]): Word[] {
  return words.flatMap((word) => {
    if (word.confidence >= FAINT || !/^[\dx]*x[\dx]*$/.test(word.text)) return [word];
    const text = word.text.replaceAll("x", "");
    const confidence = word.digits === undefined ? word.confidence : word.digits * (1 - word.confidence);
    return text === "" ? [] : [{ ...word, text, confidence }];
  });
}

/** How far a number's middle may be from its label's, in line heights: a long German word is 1.5 away. */
const REACH = 2.6;

/** A number this far from every label, in line heights, does not tell on which side of theirs numbers stand: a compass. */
const FOREIGN = 2;

function numberOf(label: Token, line: readonly Token[], side: LabelSide): Token | undefined {
  if (side === "above") {
    const under = line.filter(
      (token) => token.kind !== "label" && Math.abs(centre(token) - centre(label)) < label.height / 4,
    );
    return under.length === 1 && under[0]?.kind === "number" ? under[0] : undefined;
  }
  const row = line.filter(
    (token) =>
      Math.abs(token.y + token.height / 2 - label.y - label.height / 2) < label.height / 2 && !isLetterOf(label, token),
  );
  const at = row.indexOf(label);
  const near = (token: Token | undefined) => {
    const away = token?.kind === "number" ? Math.abs(centre(token) - centre(label)) : 0;
    // Digits on both sides of the label's middle are letters of its word: the I of JOINTS is a 1.
    return token && away > token.width / 2 && away < REACH * label.height ? token : undefined;
  };
  const [before, after] = [near(row[at - 1]), near(row[at + 1])];
  if (side === "left") return after;
  if (side === "right") return before;
  const labels = row.filter(({ kind }) => kind === "label");
  const isOwn = (token: Token) => labels.some((one) => Math.abs(centre(token) - centre(one)) < FOREIGN * label.height);
  const telling = row.filter((token) => counts(token) && isOwn(token));
  const [first, last] = [telling[0], telling.at(-1)];
  if (before && !after && first?.kind === "label" && isNearer(before, row[at - 2], label)) return undefined;
  if (!before || !after) return before ?? after;
  // Numbers on both sides: a strip is of one kind, so its two ends say which (number ... label, or label ... number).
  if (first && first.kind !== "label" && last?.kind === "label") return before;
  if (first?.kind === "label" && last && last.kind !== "label") return after;
  return undefined;
}

/** Letters seen in the middle of a label that is surely there are its own. */
function isLetterOf(label: Token, token: Token): boolean {
  return (
    label.certainty >= SURE && /^X+$/.test(token.text) && Math.abs(centre(token) - centre(label)) < label.height / 2
  );
}

/** Observers' "TEAMS 7 ALIVE" whose count is not read: the 7 stands with the label before it. */
function isNearer(number: Token, previous: Token | undefined, label: Token): boolean {
  if (previous?.kind !== "label") return false;
  return number.x - centre(previous) < centre(label) - (number.x + number.width);
}

/** A timer stands where a number would: "26:13 TIME 100 JOINED" begins with one. */
const counts = ({ kind, text }: Token) => kind !== "other" || /^\d{1,2}:\d{2}$/.test(text);
const isRank = ({ text }: Token) => text.startsWith("#");
