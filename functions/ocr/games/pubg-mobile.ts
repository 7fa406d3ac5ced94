/** PUBG Mobile and its Chinese edition, spectator and player HUD: 剩余 NN top left, 队伍 or 淘汰 right of it. */
import type { Profile } from "./profile.ts";
import { pubg } from "./pubg.ts";

export const pubgMobile: Profile = {
  game: "pubg-mobile",
  // Its lobby shows no count of players, so a word that looks like "joined" is a misread one of a menu.
  words: { ...pubg.words, joined: [], other: pubg.words.joined ?? [] },
  labelSide: "left",
  labels: "words",
  range: { from: 1, to: 100 },
  digitHeight: 17,
  // 0.012-0.034 on a full frame; 0.096-0.122 where a broadcast puts bars around the game.
  scales: [{ frameHeight: 800, lines: [0, 0.08, 0.04] }],
  verified: true,
};
