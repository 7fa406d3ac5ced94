/** What every engine is: one grey picture in, the words on it out. */
import type { Box, Grey } from "../picture.ts";

export interface Word {
  /** What was read, as it stands there: "58", "ALIVE", "58ALIVE", "26:13". */
  text: string;
  /** Where, in pixels of the picture. */
  box: Box;
  /** The engine's own certainty, 0..1. Not calibrated. */
  confidence: number;
}

/** `picture` is the part of the region where the counter's line can be, about LINE_HEIGHT pixels a text line. */
export type ReadWords = (picture: Grey) => Promise<Word[]>;

export interface Engine {
  name: string;
  readWords: ReadWords;
  close(): Promise<void>;
}
