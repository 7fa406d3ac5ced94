/** The strip model reads; PP-OCR's recogniser, trained on other data by other people, is asked about the number it found. */
import type { Engine } from "./engine.ts";
import { createRecogniser } from "./paddle.ts";
import { createStrip } from "./strip.ts";

/** Rows and columns around the digits that the second engine also sees, in pixels of the line: it needs some ground. */
const MARGIN = { x: 10, y: 5 };

export async function createVote(): Promise<Engine> {
  const [strip, recogniser] = await Promise.all([createStrip(), createRecogniser()]);
  return {
    name: "vote",
    readWords: strip.readWords,
    readNumber: async (line, { x, y, width, height }) => {
      const around = { x: x - MARGIN.x, y: y - MARGIN.y, width: width + 2 * MARGIN.x, height: height + 2 * MARGIN.y };
      return (await recogniser.read(line, around)).text;
    },
    close: async () => {
      await Promise.all([strip.close(), recogniser.release()]);
    },
  };
}
