/** The words of one game in every language, turned round: by meaning. */
import type { Meaning, Profile } from "./profile.ts";

type ByLanguage = Record<string, Partial<Record<Meaning, readonly string[]>>>;

export function byMeaning(languages: ByLanguage): Profile["words"] {
  const words: Partial<Record<Meaning, string[]>> = {};
  for (const meanings of Object.values(languages)) {
    for (const [meaning, list] of Object.entries(meanings)) {
      words[meaning as Meaning] = [...new Set([...(words[meaning as Meaning] ?? []), ...list])];
    }
  }
  return words;
}
