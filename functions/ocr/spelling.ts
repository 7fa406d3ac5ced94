/** Whether a word that the second engine read is the label that the first one saw. Pure. */
import type { Meaning, Profile } from "./games/profile.ts";
import type { Found } from "./hud.ts";
import { fold } from "./tokens.ts";

/** What the second engine reads at one place. */
export interface Said {
  text: string;
  confidence: number;
}

export type Compared = "same" | "other" | "unclear";

/** Letters that the second engine knows; of another script it makes nonsense, which says nothing. */
const KNOWN = /^[A-Z]{3,}$|^\p{Script=Han}{2,}$/u;
/**
 * This sure the second engine is right: of another label, of a word that is none, of one that is nearly the label. Of a script it does
 * not know it makes small letters among capitals; labels are capitals, so of words in capitals it is right earlier.
 */
const SURE = {
  label: 0.3,
  capitals: { word: 0.4, near: 0.6 },
  han: { word: 0.6, near: 0.8 },
  small: { word: 0.7, near: 0.8 },
};

/** Whether the second engine's word means what the first engine says: the same, another word, or nothing clear. */
export function compare({ text, confidence }: Said, phase: Found["phase"], profile: Profile): Compared {
  const said = plain(text);
  if (!KNOWN.test(said)) return "unclear";
  const wanted: Meaning = phase === "match" ? "alive" : "joined";
  const words = (profile.words[wanted] ?? []).map(plain);
  // The box around a word is a guess: its end may be missing.
  if (words.some((word) => word === said || (said.length >= 5 && word.startsWith(said)))) return "same";
  // Or an edge of the number is in it: "SJOINED".
  const without = said.length > 5 ? [said.slice(1), said.slice(0, -1)] : [];
  if (words.some((word) => without.includes(word))) return "same";
  const others = Object.entries(profile.words).flatMap(([meaning, list]) => (meaning === wanted ? [] : list));
  if (others.some((word) => plain(word) === said)) return confidence >= SURE.label ? "other" : "unclear";
  const isNearly = (test: (word: string, said: string) => boolean) =>
    words.some((word) => [said, ...without].some((part) => test(word, part)));
  if (isNearly(lacksNarrow)) return "unclear";
  const near = isNearly((word, part) => distance(word, part) === 1);
  const sure = /\p{Script=Han}/u.test(text) ? SURE.han : /\p{Ll}/u.test(text) ? SURE.small : SURE.capitals;
  return confidence >= (near ? sure.near : sure.word) ? "other" : "unclear";
}

/** "JONED": a narrow letter is lost easily. */
const lacksNarrow = (word: string, said: string) =>
  said.length >= 4 && [...word].some((letter, i) => letter === "I" && word.slice(0, i) + word.slice(i + 1) === said);

/** Letters that a small picture does not tell apart are one: "JCINEO" is JOINED, but OLIVE is not ALIVE. */
const plain = (text: string) =>
  fold(text)
    .replace(/[^\p{L}]/gu, "")
    .replace(/[ĐDQCG]/g, "O")
    .replace(/[İL]/g, "I")
    .replaceAll("F", "E")
    .replaceAll("Y", "V");

/** How many letters must be changed, added or left out to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
