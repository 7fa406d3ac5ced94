import { apex } from "./apex.ts";
import { blackout } from "./blackout.ts";
import { fortnite } from "./fortnite.ts";
import type { Profile } from "./profile.ts";
import { pubg } from "./pubg.ts";
import { pubgMobile } from "./pubg-mobile.ts";
import { warzone } from "./warzone.ts";

export const profiles: readonly Profile[] = [pubg, pubgMobile, fortnite, warzone, apex, blackout];

export function findProfile(game: string): Profile | undefined {
  return profiles.find((profile) => profile.game === game);
}
