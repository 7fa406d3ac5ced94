import { expect, test } from "vitest";
import { fortnite } from "./games/fortnite.ts";
import { pubg } from "./games/pubg.ts";
import { pubgMobile } from "./games/pubg-mobile.ts";
import { agree } from "./opinion.ts";

const seen = (alive: number, certainty: number) => ({
  phase: "match" as const,
  alive,
  certainty,
  at: { x: 0, width: 9 },
});

const nothing = { reason: "no-counter" as const };
const cut = { reason: "unreadable" as const };
const unreadable = { reason: "unreadable" };

test.each([
  ["all alike", [seen(5, 0.9), seen(5, 0.8)], undefined, { phase: "match", alive: 5 }, 0.8],
  ["a view that saw no number is a doubt", [seen(5, 0.8), seen(5, 0.8), cut], undefined, { alive: 5 }, 0.8 * (2 / 3)],
  ["half of one if the other engine sees it", [seen(5, 0.8), cut], "5", { alive: 5 }, 0.8 * 0.75],
  ["a view that saw no label", [seen(5, 0.8), seen(5, 0.8), nothing], "5", unreadable, 0],
  ["views that differ", [seen(5, 0.9), seen(6, 0.9)], undefined, unreadable, 0],
  ["views that differ, and nobody confirms the majority", [seen(61, 0.8), seen(6, 1), seen(6, 1)], "x", unreadable, 0],
  [
    "views that differ, and the other engine reads one of them",
    [seen(61, 0.9), seen(6, 1), seen(6, 1)],
    "61",
    { alive: 61 },
    0.9 * (2 / 3),
  ],
  ["views that differ, and the other engine reads both", [seen(61, 0.9), seen(6, 1)], "61 6", unreadable, 0],
  ["the other engine agrees", [seen(5, 0.9)], "5 A", { alive: 5 }, 0.9],
  ["the other engine reads another number", [seen(5, 0.9)], "51", { alive: 5 }, 0.9 * 0.25],
  ["the other engine takes equal digits for one", [seen(33, 0.9)], "3", { alive: 33 }, 0.9 * 0.8],
  ["the other engine lacks another digit", [seen(34, 0.9)], "3", { alive: 34 }, 0.9 * 0.25],
  ["the other engine reads two", [seen(1, 1)], "1 1", { alive: 1 }, 0.25],
  ["the other engine reads no number", [seen(5, 0.9)], "S", { alive: 5 }, 0.9 * 0.8],
  ["match or lobby", [seen(5, 0.9), { ...seen(5, 0.9), phase: "lobby" as const }], "5", unreadable, 0],
  ["nothing anywhere", [nothing], undefined, nothing, 0],
])("agree: %s", (_name, views, opinion, expected, certainty) => {
  const got = agree(views, opinion === undefined ? {} : { number: { text: opinion, confidence: 0.9 } }, pubg);
  expect(got).toMatchObject(expected);
  if ("alive" in got) expect(got.certainty).toBeCloseTo(certainty);
});

test.each([
  ["both read the word: its faintness is no doubt", "ALIVE", 0.95],
  ["the other engine reads another label", "KILLED", 0.3 * 0.1],
  ["the other engine reads nothing it knows", "|||", 0.3],
  ["a digit at the word, which the number may lack", "1ALIVE", 0.95 * 0.25],
  ["the number's own digit at the word", "5ALIVE", 0.95],
])("agree: %s", (_name, text, certainty) => {
  const view = { ...seen(5, 0.3), number: 0.95 };
  const got = agree([view], { number: { text: "5", confidence: 0.9 }, word: { text, confidence: 0.9 } }, pubg);
  expect("alive" in got && got.certainty).toBeCloseTo(certainty);
});

test.each([
  ["an unsure other number, against all views", [seen(33, 0.9), seen(33, 0.9), seen(33, 0.9)], 0.55, 0.9 * 0.25],
  [
    "an unsure number with a digit more, against all views",
    [seen(3, 0.9), seen(3, 0.9), seen(3, 0.9)],
    0.55,
    0.9 * 0.8,
  ],
  ["a sure other number, against all views", [seen(33, 0.9), seen(33, 0.9), seen(33, 0.9)], 0.95, 0.9 * 0.25],
  ["an unsure other number, against most views", [seen(33, 0.9), seen(33, 0.9), cut], 0.55, 0.9 * (2 / 3) * 0.25],
])("agree: %s", (_name, views, confidence, certainty) => {
  const got = agree(views, { number: { text: "23", confidence } }, pubg);
  expect("alive" in got && got.certainty).toBeCloseTo(certainty);
});

test.each([
  [
    "nothing beside an icon",
    fortnite,
    [seen(49, 1), seen(49, 0.8), seen(49, 1)],
    "",
    { alive: 49, certainty: 0.8 * 0.55 },
  ],
  ["a lone 1 that one view does not see, nor the other engine", pubg, [seen(1, 1), cut, seen(1, 1)], "I", unreadable],
  ["a lone 1 that all views see", pubg, [seen(1, 1), seen(1, 1), seen(1, 1)], "I", { alive: 1 }],
  [
    "a 1 before it that the surest view takes for the icon's rim",
    fortnite,
    [seen(4, 1), seen(14, 0.9), seen(14, 0.8)],
    "14",
    unreadable,
  ],
  [
    "a 1 before it that the surest view sees",
    fortnite,
    [seen(4, 0.8), seen(14, 0.9), seen(14, 0.9)],
    "14",
    { alive: 14 },
  ],
  ["one view alone with the number, and one without the icon", fortnite, [seen(2, 1), cut, nothing], "2", unreadable],
  ["one view alone with the number, all with the icon", fortnite, [seen(2, 1), cut, cut], "2", { alive: 2 }],
])("agree: %s", (_name, profile, views, text, expected) => {
  expect(agree(views, { number: { text, confidence: 0.97 } }, profile)).toMatchObject(expected);
});

test("agree: all views and the other engine read it, so a digit at the word is the edge of its last one", () => {
  const got = agree(
    [seen(18, 0.9)],
    { number: { text: "18", confidence: 0.9 }, word: { text: "3 ALIVE", confidence: 0.7 } },
    pubg,
  );
  expect("alive" in got && got.certainty).toBeCloseTo(0.9);
});

test.each([
  ["more than there can be: the rim of an icon", fortnite, undefined, 45, "145", undefined, 0.8],
  ["more than there can be, and other digits", fortnite, undefined, 45, "143", undefined, 0.25],
  ["as much as there can be", fortnite, undefined, 5, "45", undefined, 0.25],
  ["a digit more on the other side of the icon", fortnite, undefined, 45, "451", undefined, 0.25],
  ["the last letter of a word that is read whole", pubgMobile, 0, 7, "57", "VIVOS", 0.8],
  ["the word is read with a digit", pubgMobile, 0, 7, "57", "VIVOS5", 0.25],
  ["the word is another", pubgMobile, 0, 7, "57", "WIDOS", 0.25 * 0.1],
  ["the first letter of the word", pubg, 200, 7, "74", "HAYATTA", 0.8],
  ["a 1, which is lost easily", pubgMobile, 0, 7, "17", "VIVOS", 0.25],
  ["a stroke of the word, with the number's own digit right behind it", pubgMobile, 0, 8, "18", "AM LEBEN8", 0.8],
  ["a stroke between the number's own digit and the word", pubg, 200, 6, "61", "6IALIVE", 0.25],
  ["a 1 behind the word", pubgMobile, 0, 8, "18", "AM LEBEN18", 0.25],
  ["one of two equal digits, which is lost easily", pubgMobile, 0, 5, "55", "VIVOS", 0.25],
  ["a digit more on the other side of the word", pubg, 200, 7, "17", "HAYATTA", 0.25],
] as const)(
  "agree, the other engine reads a neighbour too: %s",
  (_name, profile, wordX, alive, number, word, doubt) => {
    const view = {
      ...seen(alive, 1),
      at: { x: 100, width: 20 },
      ...(wordX !== undefined && { word: { x: wordX, width: 60 } }),
    };
    const opinion = {
      number: { text: number, confidence: 0.9 },
      ...(word !== undefined && { word: { text: word, confidence: 0.9 } }),
    };
    const got = agree([view], opinion, profile);
    expect("alive" in got && got.certainty).toBeCloseTo(doubt);
  },
);

test.each([
  ["most views and the other engine, hardly sure", [33, 33, 23], "33", 0.8, unreadable],
  ["most views and the other engine, sure", [33, 33, 23], "33", 0.95, { alive: 33 }],
  ["one view and the other engine, hardly sure", [33, 33, 23], "23", 0.55, unreadable],
  ["one view and the other engine, sure", [33, 33, 23], "23", 0.9, unreadable],
  ["one view and the other engine, sure of one digit more", [3, 3, 23], "23", 0.9, { alive: 23 }],
  ["one view and the other engine, not so sure of one digit more", [3, 3, 23], "23", 0.7, unreadable],
  ["most views, but one sees the digit doubled", [1, 1, 11], "1", 0.55, unreadable],
  ["most views, but one sees the digit doubled, and the other engine is sure", [1, 1, 11], "1", 0.99, unreadable],
  ["every view another number, and the other engine sure of one", [26, 28, 268], "26", 0.95, { alive: 26 }],
  ["every view another number, and the other engine hardly sure", [26, 28, 268], "26", 0.8, unreadable],
  ["every view another number, one with the digit doubled", [1, 7, 11], "1", 0.99, unreadable],
] as const)("agree, views that differ: %s", (_name, counts, text, confidence, expected) => {
  const views = counts.map((count) => seen(count, 1));
  expect(agree(views, { number: { text, confidence } }, pubg)).toMatchObject(expected);
});
