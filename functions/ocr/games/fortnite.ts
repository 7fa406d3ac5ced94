/** Fortnite, the row of icons under the map (2018-19): storm timer, person and players, skull or crosshair and kills. */
import type { Profile } from "./profile.ts";

export const fortnite: Profile = {
  game: "fortnite",
  words: { alive: ["person"], killed: ["skull"], other: ["icon", "squads"] },
  labelSide: "left",
  labels: "icons",
  range: { from: 1, to: 100 },
  frameHeight: 1000,
  digitHeight: 16,
  lines: [0.29, 0.265, 0.31],
  verified: true,
};
