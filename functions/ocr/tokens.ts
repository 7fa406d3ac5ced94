/** What an engine's words are made of: numbers, labels by meaning, and the rest. Pure. */
import type { Word } from "./engines/engine.ts";
import type { Meaning, Profile } from "./games/profile.ts";

export interface Token {
  kind: "number" | "label" | "other";
  text: string;
  meaning?: Meaning;
  certainty: number;
  x: number;
  width: number;
  y: number;
  height: number;
}

/** The words of a line as tokens, from left to right. */
export function tokensOf(words: readonly Word[], profile: Profile): Token[] {
  return words.flatMap((word) => split(word, profile)).sort((a, b) => centre(a) - centre(b));
}

export const centre = ({ x, width }: Token) => x + width / 2;

/** "58ALIVE" is two tokens; a timer "26:13" or a place "#42/84" is no number. Widths are shared out by letters. */
function split(word: Word, profile: Profile): Token[] {
  const text = fold(word.text);
  const parts = text.match(/#?\d+(?:[:/.,]\d*)+|#\d*|\d+|[^\d#]+/gu) ?? [];
  // Letters stuck to digits make a name or a misread glyph, unless they are a label.
  const mixed = parts.length > 1 && parts.some((part) => !/^\d+$/.test(part) && !meaningOf(part, profile));
  let at = 0;
  return parts.map((part) => {
    const x = word.box.x + (word.box.width * at) / text.length;
    const width = (word.box.width * part.length) / text.length;
    at += part.length;
    const meaning = meaningOf(part, profile);
    const kind = /^\d{1,3}$/.test(part) && !mixed ? "number" : meaning ? "label" : "other";
    const place = { x, width, y: word.box.y, height: word.box.height };
    return { kind, text: part, certainty: word.confidence, ...place, ...(meaning && { meaning }) } as const;
  });
}

/** Folded words of a profile: folding a hundred words for every token would cost more than the model. */
const folded = new WeakMap<Profile, Map<string, Meaning>>();

function meaningOf(text: string, profile: Profile): Meaning | undefined {
  const known = folded.get(profile) ?? new Map<string, Meaning>();
  if (!folded.has(profile)) {
    for (const [meaning, words] of Object.entries(profile.words)) {
      for (const word of words) if (!known.has(fold(word))) known.set(fold(word), meaning as Meaning);
    }
    folded.set(profile, known);
  }
  return known.get(text);
}

/** Upper case without spaces and accents: "Còn sống" and "CON SONG" are one word. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\p{M}\s]/gu, "")
    .toUpperCase()
    .normalize("NFC");
}
