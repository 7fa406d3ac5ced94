import type { Profile } from "./profile.ts";
import { pubg } from "./pubg.ts";

export const profiles: readonly Profile[] = [pubg];

export function findProfile(game: string): Profile | undefined {
  return profiles.find((profile) => profile.game === game);
}
