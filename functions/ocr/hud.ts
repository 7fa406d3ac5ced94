/** Judges the words of a strip: which number is the count of players, or that none is. Pure. */
import type { Reading, UnreadReason } from "../contracts/events.ts";
import type { Word } from "./engines/engine.ts";
import type { Meaning, Profile } from "./games/profile.ts";

interface Token {
  kind: "number" | "label" | "other";
  text: string;
  meaning?: Meaning;
  confidence: number;
  x: number;
  width: number;
  y: number;
  height: number;
}

export interface Judgement {
  phase: "match" | "lobby";
  alive: number;
  /** The engine's certainty of the weaker of number and label. */
  confidence: number;
}

export function judge(words: readonly Word[], profile: Profile): Judgement | { reason: UnreadReason } {
  const tokens = words.flatMap((word) => split(word, profile));
  const found: Judgement[] = [];
  let outOfRange = false;
  for (const label of tokens) {
    if (label.meaning !== "alive" && label.meaning !== "joined") continue;
    const number = boundTo(label, tokens, profile);
    if (!number) continue;
    const alive = Number(number.text);
    if (/^0\d/.test(number.text) || alive < profile.range.from || alive > profile.range.to) {
      outOfRange = true;
      continue;
    }
    const phase = label.meaning === "alive" ? "match" : "lobby";
    found.push({ phase, alive, confidence: Math.min(number.confidence, label.confidence) });
  }
  const best = found.sort((a, b) => b.confidence - a.confidence)[0];
  if (best && found.some(({ alive, phase }) => alive !== best.alive || phase !== best.phase))
    return { reason: "unreadable" };
  if (best) return best;
  if (outOfRange) return { reason: "out-of-range" };
  return {
    reason: tokens.some(({ meaning }) => meaning === "alive" || meaning === "joined") ? "unreadable" : "no-counter",
  };
}

/** The nearest number on the label's own line, on the side the profile allows, with nothing between. */
function boundTo(label: Token, tokens: readonly Token[], profile: Profile): Token | undefined {
  const candidates: { token: Token; gap: number }[] = [];
  for (const token of tokens) {
    if (token === label || Math.abs(middle(token) - middle(label)) > label.height / 2) continue;
    const [left, right] = token.x < label.x ? [token, label] : [label, token];
    const gap = right.x - (left.x + left.width);
    const side = left === token ? "right" : "left";
    if (gap > label.height * 1.2 || !profile.labelSide.includes(side)) continue;
    candidates.push({ token, gap });
  }
  const nearest = candidates.sort((a, b) => a.gap - b.gap)[0]?.token;
  return nearest?.kind === "number" ? nearest : undefined;
}

const middle = ({ y, height }: Token) => y + height / 2;

/** "58ALIVE" is two tokens; a timer "26:13" is none that counts. Widths are shared out by letters. */
function split(word: Word, profile: Profile): Token[] {
  const text = fold(word.text);
  const parts = text.match(/\d+(?:[:/.,]\d+)+|#\d+|\d+|[^\d#]+/gu) ?? [];
  let at = 0;
  return parts.map((part) => {
    const x = word.box.x + (word.box.width * at) / text.length;
    const width = (word.box.width * part.length) / text.length;
    at += part.length;
    const meaning = meaningOf(part, profile);
    const kind = /^\d{1,3}$/.test(part) ? "number" : meaning ? "label" : "other";
    const place = { x, width, y: word.box.y, height: word.box.height };
    return { kind, text: part, confidence: word.confidence, ...place, ...(meaning && { meaning }) } as const;
  });
}

function meaningOf(text: string, profile: Profile): Meaning | undefined {
  for (const [meaning, words] of Object.entries(profile.words)) {
    if (words.some((word) => fold(word) === text)) return meaning as Meaning;
  }
  return undefined;
}

/** Upper case without spaces and accents: "Còn sống" and "CON SONG" are one word. */
function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\p{M}\s]/gu, "")
    .toUpperCase()
    .normalize("NFC");
}

/** The reading an event carries. `threshold`: OCR_ACCEPT. */
export function toReading(judgement: ReturnType<typeof judge>, engine: string, threshold: number): Reading {
  if ("reason" in judgement) return { ok: false, reason: judgement.reason };
  if (judgement.confidence < threshold) return { ok: false, reason: "unsure" };
  return { ok: true, ...judgement, engine };
}
