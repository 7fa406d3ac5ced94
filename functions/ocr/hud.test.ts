import { expect, test } from "vitest";
import type { Word } from "./engines/engine.ts";
import { apex } from "./games/apex.ts";
import type { Profile } from "./games/profile.ts";
import { pubg } from "./games/pubg.ts";
import { pubgMobile } from "./games/pubg-mobile.ts";
import { warzone } from "./games/warzone.ts";
import { judge, withoutFaintLetters } from "./hud.ts";

const WIDTH = 480;
/** A word with its middle at `x`, as the strip engine gives them. */
const at = (text: string, x: number, confidence = 0.99): Word => ({
  text,
  confidence,
  box: { x: x - 4 * text.length, y: 0, width: 8 * text.length, height: 48 },
});
const match = (alive: number, certainty = 0.99) => ({ phase: "match", alive, certainty });
const lobby = (alive: number, certainty = 0.99) => ({ phase: "lobby", alive, certainty });

/** Of 99 players, after whatever stands left of it. */
const OBSERVERS = [
  ...[at("teams", 187), at("39", 228), at("alive", 288), at("99", 326)],
  ...[at("time", 384), at("17:59", 430)],
];

const table: [string, Profile, Word[], object][] = [
  ["the count", pubg, [at("58", 400), at("alive", 440)], match(58)],
  ["one word as a general engine reads it", pubg, [at("58ALIVE", 420)], match(58)],
  ["a lobby", pubg, [at("96", 390), at("joined", 440)], lobby(96)],
  ["a lobby in Chinese", pubg, [at("18加入", 420)], lobby(18)],
  ["Vietnamese with and without accents", pubg, [at("7", 380), at("Còn sống", 430)], match(7)],
  [
    "kills and assists beside it",
    pubg,
    [at("1", 190), at("killed", 230), at("2", 290), at("assisted", 340), at("39", 400), at("alive", 440)],
    match(39),
  ],
  ["kills alone", pubg, [at("1", 390), at("killed", 440)], { reason: "no-counter" }],
  [
    "a number on both sides of the label's middle is a letter of it",
    pubg,
    [{ text: "1", confidence: 0.9, box: { x: 399, y: 0, width: 59, height: 48 } }, at("joined", 427)],
    { reason: "unreadable" },
  ],
  ["a timer is no count", pubg, [at("26:13", 390), at("alive", 440)], { reason: "unreadable" }],
  ["a timer left of a lobby", pubg, [at("26:13", 280), at("time", 330), at("18", 390), at("joined", 440)], lobby(18)],
  [
    "a timer left of a full lobby, whose number is wide",
    pubg,
    [at("26:13", 285), at("time", 333), at("100", 376), at("joined", 426)],
    lobby(100),
  ],
  [
    "a faint label in the scenery",
    pubg,
    [at("6", 90), at("alive", 130, 0.4), at("58", 400), at("alive", 440)],
    match(58),
  ],
  [
    "a faint label in the scenery, and a count that is cut",
    pubg,
    [at("6", 90), at("alive", 130, 0.4), at("x8", 400), at("alive", 440)],
    { reason: "unreadable" },
  ],
  [
    "observers: label before number",
    pubg,
    [at("teams", 180), at("7", 225), at("alive", 280), at("19", 330), at("time", 380), at("19:16", 440)],
    match(19),
  ],
  ["observers with a compass left of all", pubg, [at("315", 53), ...OBSERVERS], match(99)],
  [
    "a number beside the first label, which may be its own",
    pubg,
    [at("15", 120), ...OBSERVERS],
    { reason: "unreadable" },
  ],
  [
    "numbers on both sides and no order",
    pubg,
    [at("58", 400), at("alive", 440), at("3", 470)],
    { reason: "unreadable" },
  ],
  ["the place after death", pubg, [at("#42/84", 400)], { reason: "match-over" }],
  ["a place beside a label", pubg, [at("#42/84", 400), at("alive", 440)], { reason: "unreadable" }],
  ["letters of the label, seen beside it", pubg, [at("3", 395), at("xx", 427, 0.6), at("alive", 428)], match(3)],
  [
    "letters where the label is not sure",
    pubg,
    [at("3", 395), at("xx", 427), at("alive", 428, 0.8)],
    { reason: "unreadable" },
  ],
  ["a digit that is cut", pubg, [at("x8", 400), at("alive", 440)], { reason: "unreadable" }],
  ["a number at the picture's edge", pubg, [at("8", 3), at("alive", 40)], { reason: "unreadable" }],
  ["room for a lost digit beside it", pubg, [at("8", 14), at("alive", 50)], { reason: "unreadable" }],
  ["a digit's room and more", pubg, [at("8", 18), at("alive", 55)], match(8)],
  ["observers' count is cut off", pubg, [at("teams", 300), at("7", 340), at("alive", 400)], { reason: "unreadable" }],
  [
    "observers' count is no number",
    pubg,
    [at("teams", 300), at("7", 340), at("alive", 400), at("x", 440)],
    { reason: "unreadable" },
  ],
  ["letters for digits", pubg, [at("6I", 400), at("alive", 440)], { reason: "unreadable" }],
  ["frames a second", pubg, [at("97", 390), at("FPS", 420)], { reason: "no-counter" }],
  ["a bare number", pubg, [at("58", 400)], { reason: "no-counter" }],
  ["a label alone", pubg, [at("alive", 440)], { reason: "unreadable" }],
  ["a number too far away", pubg, [at("58", 200), at("alive", 440)], { reason: "unreadable" }],
  ["nobody alive", pubg, [at("0", 400), at("alive", 440)], { reason: "out-of-range" }],
  ["more than a match holds", pubg, [at("101", 400), at("alive", 440)], { reason: "out-of-range" }],
  ["a leading zero", pubg, [at("07", 400), at("alive", 440)], { reason: "out-of-range" }],
  ["two counters", pubg, [at("58", 100), at("alive", 140), at("31", 390), at("joined", 440)], { reason: "unreadable" }],
  [
    "a faint second label in the scenery",
    pubg,
    [at("8", 100, 0.2), at("alive", 140, 0.3), at("31", 390), at("alive", 440)],
    match(31),
  ],
  ["no words", pubg, [], { reason: "no-counter" }],
  [
    "mobile: only what follows the label",
    pubgMobile,
    [at("5", 20), at("剩余", 60), at("20", 110), at("队伍", 160), at("6", 200)],
    match(20),
  ],
  ["mobile: number before the label", pubgMobile, [at("20", 20), at("剩余", 60)], { reason: "unreadable" }],
  [
    "icons above",
    warzone,
    [at("squads", 300), at("13", 300), at("person", 350), at("51", 350), at("icon", 400), at("51", 400)],
    match(51),
  ],
  [
    "icons above: two persons, one with a faint number",
    warzone,
    [at("person", 387, 0.78), at("3", 387), at("person", 430), at("10", 430, 0.38)],
    { reason: "unreadable" },
  ],
  ["icons above: nothing under the person", warzone, [at("person", 350), at("51", 400)], { reason: "unreadable" }],
  ["a person and its number", apex, [at("16", 120), at("xxxxxx", 200), at("person", 300), at("44", 330)], match(44)],
];

test.each(table)("judge: %s", (_name, profile, words, expected) => {
  expect(judge(words, WIDTH, profile)).toMatchObject(expected);
});

test("judge: where the word beside the number is, so that it can be read again", () => {
  expect(judge([at("58", 400), at("alive", 450)], WIDTH, pubg)).toMatchObject({ word: { x: 408, width: 84 } });
  expect(judge([at("alive", 350), at("19", 400)], WIDTH, pubg)).toMatchObject({ word: { x: 308, width: 84 } });
  expect(judge([at("person", 300), at("44", 330)], WIDTH, apex)).not.toHaveProperty("word");
});

test("judge: the weaker of number and label is the certainty", () => {
  expect(judge([at("58", 400, 0.8), at("alive", 440, 0.9)], WIDTH, pubg)).toMatchObject({ certainty: 0.8 });
});

test.each([
  ["a faint letter behind the digits", [at("78x", 400, 0.55), at("alive", 440)], match(78, 0.55)],
  ["a faint letter between them", [at("7x8", 400, 0.5), at("alive", 440)], match(78, 0.5)],
  ["a faint letter of its own", [at("78", 400), at("x", 420, 0.56), at("alive", 440)], match(78)],
  ["a letter that is surely there stays", [at("7x8", 400, 0.9), at("alive", 440)], { reason: "unreadable" }],
  [
    "as sure as its digits, less what the letter is",
    [{ ...at("78x", 400, 0.3), digits: 0.9 }, at("alive", 440)],
    match(78, 0.9 * (1 - 0.3)),
  ],
  ["nothing but faint letters is no number", [at("xx", 400, 0.3), at("alive", 440)], { reason: "unreadable" }],
])("without faint letters: %s", (_name, words, expected) => {
  expect(judge(withoutFaintLetters(words), WIDTH, pubg)).toMatchObject(expected);
});
