/**
 * How the first Rotisserie (2017-18) read: a 720p thumbnail, a fixed 22 x 22 px crop at 1190,20, tesseract --psm 8; what was
 * no number, or none above zero, became 100.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import sharp from "sharp";
import { createWorker, OEM, PSM } from "tesseract.js";
import type { Strip } from "../../functions/ocr/lines.ts";
import { resample } from "../../functions/ocr/picture.ts";

const FRAME = { width: 1280, height: 720 };
const CROP = { x: 1190, y: 20, width: 22, height: 22 };

export async function openAncestor() {
  const langPath = `${dirname(createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json"))}/4.0.0_best_int`;
  const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath, gzip: true, cacheMethod: "none" });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SINGLE_WORD });
  return {
    read: async ({ picture, region, frame }: Strip): Promise<number> => {
      const scale = picture.height / region.height;
      const box = {
        x: ((CROP.x / FRAME.width) * frame.width - region.x) * scale,
        y: ((CROP.y / FRAME.height) * frame.height - region.y) * scale,
        width: (CROP.width / FRAME.width) * frame.width * scale,
        height: (CROP.height / FRAME.height) * frame.height * scale,
      };
      const { data, width, height } = resample(picture, box, CROP.width, CROP.height);
      const png = await sharp(data, { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer();
      const { text } = (await worker.recognize(png)).data;
      const number = Number.parseFloat(text.trim());
      return Number.isFinite(number) && number > 0 ? number : 100;
    },
    close: () => worker.terminate(),
  };
}
