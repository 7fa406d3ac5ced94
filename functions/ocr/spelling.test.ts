import { expect, test } from "vitest";
import { pubg } from "./games/pubg.ts";
import { pubgMobile } from "./games/pubg-mobile.ts";
import { compare } from "./spelling.ts";

test.each([
  ["the label", "ALIVE", 0.5, "match", "same"],
  ["the label of a lobby", "JOINED", 0.9, "lobby", "same"],
  ["a lobby's label where a match was read", "JOINED", 0.9, "match", "other"],
  ["in Chinese", "加入", 0.9, "lobby", "same"],
  ["kills in Chinese", "击杀", 0.9, "match", "other"],
  ["accents are not seen", "CON SONG", 0.9, "match", "same"],
  ["a stroke through a letter is not seen", "DA VAO", 0.9, "lobby", "same"],
  ["a letter was lost", "JONED", 0.9, "lobby", "unclear"],
  ["a narrow letter was lost, and the number's edge is in it", "LJONED", 0.9, "lobby", "unclear"],
  ["a wide letter was lost", "OINED", 0.9, "lobby", "other"],
  ["letters that look alike", "JOINEO", 0.99, "lobby", "same"],
  ["round letters look alike", "JCINED", 0.6, "lobby", "same"],
  ["an edge of the number before it", "ZALIVE", 0.97, "match", "same"],
  ["an edge of the number behind it", "ALIVEZ", 0.97, "match", "same"],
  ["another label with one letter more", "SKILLED", 0.9, "match", "other"],
  ["nearly the label, in capitals", "JOINER", 0.68, "lobby", "other"],
  ["nearly the label in Chinese", "生荐", 0.68, "match", "unclear"],
  ["small letters, as of a script it does not know", "saao", 0.55, "match", "unclear"],
  ["small letters among capitals, not quite sure", "BKMBbIX", 0.65, "match", "unclear"],
  ["another word, in capitals", "ONLINES", 0.57, "match", "other"],
  ["two letters another", "DOWNED", 0.64, "lobby", "other"],
  ["the end of a long word is missing", "BEIGETRE", 0.9, "lobby", "same"],
  ["one letter more", "OLIVE", 0.95, "match", "other"],
  ["one letter less", "LIVE", 0.95, "match", "other"],
  ["nearly the label, not surely", "LIVE", 0.55, "match", "unclear"],
  ["two letters more", "ACTIVE", 0.8, "match", "other"],
  ["a word of a menu", "REWARDS", 0.8, "match", "other"],
  ["hardly read", "REWARDS", 0.35, "match", "unclear"],
  ["another script, read as nonsense", "XИBЫX", 0.9, "match", "unclear"],
  ["too short to say anything", "ba", 0.99, "match", "unclear"],
] as const)("compare: %s", (_name, text, confidence, phase, expected) => {
  expect(compare({ text, confidence }, phase, pubg)).toBe(expected);
});

test("compare: a word like joined is no label in PUBG Mobile", () => {
  expect(compare({ text: "剩余", confidence: 0.9 }, "match", pubgMobile)).toBe("same");
  expect(compare({ text: "加入", confidence: 0.9 }, "match", pubgMobile)).toBe("other");
});
