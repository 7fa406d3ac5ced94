import { describe, expect, test } from "vitest";
import { cropOf, findGame, games } from "../../contracts/games.ts";
import { linesOf } from "../lines.ts";
import { fold } from "../tokens.ts";
import { profiles } from "./index.ts";

test("every game has one profile", () => {
  expect(profiles.map(({ game }) => game).sort()).toEqual(games.map(({ id }) => id).sort());
});

describe.each(profiles.map((profile) => [profile.game, profile] as const))("%s", (id, profile) => {
  const game = findGame(id);

  test("believes as many players as a match can have", () => {
    expect(profile.range).toEqual({ from: 1, to: game?.maxAlive });
  });

  test.each([
    ["16:9", 1920, 1080],
    ["21:9", 2560, 1080],
    ["16:10", 1280, 800],
  ])("every line it names is on the crop that capture sends, %s", (_name, width, height) => {
    if (!game) return expect.unreachable();
    const { left: x, top: y, ...crop } = cropOf(game, width, height);
    const picture = { data: new Uint8Array(crop.width * crop.height).fill(99), width: crop.width, height: crop.height };
    const strip = { picture, region: { x, y, width: crop.width, height: crop.height }, frame: { width, height } };
    expect(linesOf(strip, profile)).toHaveLength(profile.scales.flatMap(({ lines }) => lines).length);
  });

  test("no word means two things", () => {
    const words = Object.entries(profile.words).flatMap(([meaning, list]) => list.map((word) => [fold(word), meaning]));
    const meanings = new Map<string | undefined, Set<string | undefined>>();
    for (const [word, meaning] of words) meanings.set(word, (meanings.get(word) ?? new Set()).add(meaning));
    expect([...meanings].filter(([, all]) => all.size > 1)).toEqual([]);
  });

  test("it has a word or an icon for alive", () => {
    expect(profile.words.alive?.length).toBeGreaterThan(0);
  });
});
