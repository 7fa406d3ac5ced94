/** Apex Legends: "16 SQUADS LEFT", then a white box with a dark person and the number of players. */
import type { Profile } from "./profile.ts";

export const apex: Profile = {
  game: "apex",
  words: { alive: ["person"], other: ["icon", "squads", "skull"] },
  labelSide: "left",
  labels: "icons",
  range: { from: 1, to: 60 },
  digitHeight: 17,
  // The second for a window whose title is on the picture.
  scales: [{ frameHeight: 1000, lines: [0.0385, 0.056] }],
  verified: true,
};
