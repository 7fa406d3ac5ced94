/** What every engine is: one grey picture in, the words on it out. */
import type { Profile } from "../games/profile.ts";
import type { Box, Grey } from "../picture.ts";

export interface Word {
  /** What was read, as it stands there: "58", "ALIVE", "58ALIVE", "26:13"; an icon is its name: "person". */
  text: string;
  /** Where, in pixels of the picture. */
  box: Box;
  /** The engine's own certainty of its least certain letter, 0..1. Not calibrated. */
  confidence: number;
  /** The same of its digits alone, where letters may be among them. */
  digits?: number;
}

/**
 * `line`: LINE_HEIGHT pixels high, the counter's digits about 18 px high anywhere in it. `labels`: what stands beside the counters of the
 * game; an engine may know the two kinds by different models.
 */
export type ReadWords = (line: Grey, labels: Profile["labels"]) => Promise<Word[]>;

export interface Engine {
  name: string;
  readWords: ReadWords;
  /** The same by models that were trained apart from the first, in the order in which they are asked where it is not sure. */
  readAnew?: readonly ReadWords[];
  /** A second opinion on one number or word of a line, from another engine: what that one reads there. */
  readAgain?: (line: Grey, box: Box) => Promise<{ text: string; confidence: number }>;
  close(): Promise<void>;
}

/** Height of the lines that engines get, in pixels. */
export const LINE_HEIGHT = 48;
