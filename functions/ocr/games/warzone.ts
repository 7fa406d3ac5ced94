/** Call of Duty: Warzone, HUD of 2025: icons over numbers, squads left of players, sometimes a third field. */
import type { Profile } from "./profile.ts";

export const warzone: Profile = {
  game: "warzone",
  words: { alive: ["person"], teams: ["squads"], other: ["icon", "skull"] },
  labelSide: "above",
  labels: "icons",
  range: { from: 1, to: 152 },
  digitHeight: 12,
  // The first where the HUD stands, the others for a picture that is moved: icon and digits fill nearly a whole line.
  scales: [{ frameHeight: 1100, lines: [0.028, 0.015, 0.041] }],
  verified: true,
};
