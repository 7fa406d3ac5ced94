/** PUBG: BATTLEGROUNDS. HUD of 2017 (gen1), 2018-19 (gen2), the 2020s (gen3) and the observers' (label before number). */
import type { Profile } from "./profile.ts";
import words from "./pubg.words.json" with { type: "json" };
import { byMeaning } from "./words.ts";

export const pubg: Profile = {
  game: "pubg",
  words: byMeaning(words),
  labelSide: "either",
  labels: "words",
  range: { from: 1, to: 100 },
  digitHeight: 18,
  // Digits are at 0.0255-0.050 (gen3, observers) or 0.032-0.058 (gen1, gen2) of the frame: both are in the first line. The second is
  // for a window whose title is on the picture.
  scales: [{ frameHeight: 800, lines: [0.0125, 0.037] }],
  verified: true,
};
