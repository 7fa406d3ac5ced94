/** tesseract.js: the general engine everybody knows, here with English data and one line of text at a time. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import sharp from "sharp";
import { type Grey, resample } from "../picture.ts";
import type { Engine } from "./engine.ts";

/** tesseract was trained on print about this many times larger than our lines. */
const ZOOM = 2;

export async function createTesseract(): Promise<Engine> {
  // Not at the top: the bundle would load it (0.2 s) whichever engine is chosen.
  const { createWorker, OEM, PSM } = await import("tesseract.js");
  const langPath = `${dirname(createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json"))}/4.0.0_best_int`;
  const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath, gzip: true, cacheMethod: "none" });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SPARSE_TEXT, user_defined_dpi: "150" });
  return {
    name: "tesseract",
    readWords: async (line) => {
      const image = await toPng(line);
      const { data } = await worker.recognize(image, {}, { blocks: true, text: false });
      const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((paragraph) => paragraph.lines));
      return lines.flatMap(({ words }) =>
        words.map(({ text, confidence, bbox: { x0, y0, x1, y1 } }) => ({
          text,
          confidence: confidence / 100,
          box: { x: x0 / ZOOM, y: y0 / ZOOM, width: (x1 - x0) / ZOOM, height: (y1 - y0) / ZOOM },
        })),
      );
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Dark letters on light ground, as print is. */
async function toPng(line: Grey): Promise<Buffer> {
  const whole = { x: 0, y: 0, width: line.width, height: line.height };
  const { data, width, height } = resample(line, whole, line.width * ZOOM, line.height * ZOOM);
  const inverted = data.map((value) => 255 - value);
  return sharp(inverted, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
