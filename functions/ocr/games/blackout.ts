/** Call of Duty: Blackout. No real frame was at hand, so this is a guess after its successor, and off by default. */
import type { Profile } from "./profile.ts";

export const blackout: Profile = {
  game: "blackout",
  words: { alive: ["person"], teams: ["squads"], other: ["icon", "skull"] },
  labelSide: "left",
  labels: "icons",
  range: { from: 1, to: 100 },
  digitHeight: 16,
  scales: [{ frameHeight: 1000, lines: [0.03, 0.06] }],
  verified: false,
};
