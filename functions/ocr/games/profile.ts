/** How one game shows its counter. Data only: a new game or HUD generation is a new entry and a fixture. */

/** What a number in the strip means. `alive` and `joined` are counts of players; the others are the traps beside them. */
export type Meaning = "alive" | "joined" | "killed" | "assisted" | "teams" | "time" | "rank";

export interface Profile {
  /** Same id as in functions/contracts/games.ts. */
  game: string;
  /** Label words or icon names by meaning, in every language of the game. Compared without case, spaces and accents. */
  words: Partial<Record<Meaning, readonly string[]>>;
  /** Where a label stands as seen from its number. */
  labelSide: readonly ("right" | "left")[];
  /** Inclusive range of a believable count. */
  range: { from: number; to: number };
  /** Text line of the counter, in frame heights: the part of the region handed to the engine. */
  lines: { from: number; to: number };
  /** Seen on real frames. An unverified profile is off unless the settings name it. */
  verified: boolean;
}
