/** How one game shows its counter. Data only: a new game or HUD generation is a new entry and a fixture. */

/** What a number in the strip means. `alive` and `joined` are counts of players; the others are the traps beside them. */
export type Meaning = "alive" | "joined" | "killed" | "assisted" | "teams" | "time" | "other";

/** Where the label or icon stands, seen from its number. "either": the HUD decides, a strip is of one kind throughout. */
export type LabelSide = "left" | "right" | "either" | "above";

export interface Profile {
  /** Same id as in functions/contracts/games.ts. */
  game: string;
  /** Label words, or names of icons, by meaning. Compared without case, spaces and accents. */
  words: Partial<Record<Meaning, readonly string[]>>;
  labelSide: LabelSide;
  /** Words can be read again by a general engine, icons cannot. */
  labels: "words" | "icons";
  /** Inclusive range of a believable count. */
  range: { from: number; to: number };
  /** Height of a digit at the scale of reading, in pixels. */
  digitHeight: number;
  /** How large the HUD can be, likeliest first: a player may shrink it, a stream may show the game within a page. */
  scales: readonly Scale[];
  /** Seen on real frames. An unverified profile is off unless the settings name it. */
  verified: boolean;
}

export interface Scale {
  /** Height of the whole frame, in pixels, at the scale of reading: the counter's line must fit into LINE_HEIGHT. */
  frameHeight: number;
  /**
   * Tops of the lines to read (each LINE_HEIGHT at `frameHeight`), in frame heights, likeliest first. The counter's
   * digits must lie inside one of them with 3 px to spare.
   */
  lines: readonly number[];
}
