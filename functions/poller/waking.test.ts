import { expect, test } from "vitest";
import { findGame } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { createGameBoard } from "./game-board.ts";
import type { Cause } from "./round.ts";
import { createWaking } from "./waking.ts";

const game = findGame("pubg");
if (!game) throw new Error("no pubg");
const NOW = Date.parse("2026-01-02T20:00:00Z");

/** Each look reads what `readings` says next; a sleep lasts until `next` is called. */
function fixture(readings: (number | undefined)[], { watched = true, fails = false } = {}) {
  const board = createGameBoard(game as NonNullable<typeof game>);
  board.list(
    [
      {
        login: "a",
        displayName: "a",
        game: "pubg",
        title: "",
        viewers: 1,
        language: "en",
        startedAt: "2026-01-02T18:00:00Z",
      },
    ],
    NOW,
  );
  const rounds: Cause[] = [];
  const sleeping: (() => void)[] = [];
  const waking = createWaking({
    boards: new Map([["pubg", board]]),
    demand: { watched: () => watched },
    round: async (cause) => {
      rounds.push(cause);
      if (fails) throw new Error("no Broker");
      const count = readings.shift();
      if (count !== undefined)
        board.observe("a", { at: NOW + rounds.length, kind: "match", count, confidence: 1 }, NOW);
      board.lead(NOW);
    },
    sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    log: createLog("poller", "silent"),
  });
  const next = async () => {
    await new Promise(setImmediate);
    for (const wake of sleeping.splice(0)) wake();
    await new Promise(setImmediate);
  };
  return { waking, rounds, next };
}

test("looks at everything anew at once, then again until there is a leader", async () => {
  const { waking, rounds, next } = fixture([undefined, 7]);
  waking.wake("pubg");
  expect(rounds).toEqual([{ woken: "pubg" }]);
  await next();
  expect(rounds).toEqual([{ woken: "pubg" }, {}]);
  for (let i = 0; i < 5; i++) await next();
  expect(rounds).toHaveLength(2);
});

test.each<[name: string, options: { watched?: boolean; fails?: boolean }, looks: number]>([
  ["three looks are enough: the ticks go on", {}, 3],
  ["nobody waits any more", { watched: false }, 1],
  ["a look that fails is no end", { fails: true }, 3],
])("%s", async (_name, options, looks) => {
  const { waking, rounds, next } = fixture([], options);
  waking.wake("pubg");
  for (let i = 0; i < 6; i++) await next();
  expect(rounds).toHaveLength(looks);
});

test("a poller that stops looks no more; a waking takes the place of the one before", async () => {
  const { waking, rounds, next } = fixture([]);
  waking.wake("pubg");
  await next();
  waking.wake("pubg");
  expect(rounds.map(({ woken }) => woken)).toEqual(["pubg", undefined, "pubg"]);
  await next();
  expect(rounds).toHaveLength(4);
  waking.stop();
  await next();
  expect(rounds).toHaveLength(4);
});
