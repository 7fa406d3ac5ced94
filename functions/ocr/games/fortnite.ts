/** Fortnite, the row of icons under the map (2018-19): storm timer, person and players, skull or crosshair and kills. */
import type { Profile } from "./profile.ts";

export const fortnite: Profile = {
  game: "fortnite",
  words: { alive: ["person"], killed: ["skull"], other: ["icon", "squads"] },
  labelSide: "left",
  labels: "icons",
  range: { from: 1, to: 100 },
  digitHeight: 16,
  scales: [
    { frameHeight: 1000, lines: [0.29, 0.265, 0.31] },
    // The game within a page, or filmed: digits of 0.010 to 0.012 of the frame, at its 0.25 to 0.31.
    { frameHeight: 1320, lines: [0.251, 0.282] },
  ],
  verified: true,
};
