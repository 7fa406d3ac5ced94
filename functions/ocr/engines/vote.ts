/** The strip model reads; PP-OCR's recogniser, trained on other data by other people, is asked about the number and the word it found. */
import type { Engine } from "./engine.ts";
import { createRecogniser } from "./paddle.ts";
import { createStrip } from "./strip.ts";

/** Rows that the second engine also sees above and below, in pixels of the line: it needs some ground. */
const MARGIN = 5;

export async function createVote(): Promise<Engine> {
  const [strip, recogniser] = await Promise.all([createStrip(), createRecogniser()]);
  return {
    name: "vote",
    readWords: strip.readWords,
    readAnew: strip.readAnew,
    readAgain: (line, { x, y, width, height }) =>
      recogniser.read(line, { x, width, y: y - MARGIN, height: height + 2 * MARGIN }),
    close: async () => {
      await Promise.all([strip.close(), recogniser.release()]);
    },
  };
}
