/**
 * Our own model (training/): looks at a strip 48 px high and says for every second column which glyph and which label or
 * icon has its centre there. Small (0.4 million weights), and it knows the words of every language as pictures.
 */
import { fileURLToPath } from "node:url";
import type { Grey } from "../picture.ts";
import type { Engine, Word } from "./engine.ts";
import { loadModel } from "./onnx.ts";

/** Order of the model's classes: training/strips.py, GLYPHS and LABELS. "x" is any other letter or a cut digit. */
const GLYPHS = ["", ..."0123456789", ":", "/", "#", "x"] as const;
const LABELS = [
  "",
  "alive",
  "joined",
  "killed",
  "assisted",
  "teams",
  "time",
  "person",
  "squads",
  "skull",
  "icon",
] as const;
const STEP = 2;
/** A column where the empty class has less than this left over is part of no glyph. */
const PRESENT = 0.35;
/** Glyphs further apart than this many columns (centre to centre) are two numbers. A wide digit with its gap has 8. */
const MAX_PITCH = 9;

/** Nothing else has its centre within so many columns: half a narrow digit, half a short word. */
const GLYPH_REACH = 2;
const LABEL_REACH = 12;

export interface Mark {
  name: string;
  column: number;
  confidence: number;
}

export async function createStrip(): Promise<Engine> {
  const model = await loadModel(fileURLToPath(new URL("./models/strip.onnx", modelsBase())));
  return {
    name: "strip",
    readWords: async (picture) => {
      const { data, dims } = await model.run(normalise(picture), [1, 1, picture.height, picture.width]);
      const columns = dims[1] ?? 0;
      return toWords(
        withoutDoubt(marks(data, columns, 0, GLYPHS), GLYPH_REACH),
        withoutDoubt(marks(data, columns, GLYPHS.length, LABELS), LABEL_REACH),
        picture.height,
      );
    },
    close: () => model.release(),
  };
}

/** This file lies in functions/ocr/engines, but is bundled into functions/ocr/main.js: the models lie beside the latter. */
function modelsBase(): URL {
  return new URL(import.meta.url.includes("/engines/") ? "../" : "./", import.meta.url);
}

function normalise({ data }: Grey): Float32Array {
  const input = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) input[i] = (data[i] as number) / 255;
  return input;
}

/** Runs of columns that agree are one mark; its confidence is the best column's. */
export function marks(data: Float32Array, columns: number, offset: number, names: readonly string[]): Mark[] {
  const width = GLYPHS.length + LABELS.length;
  const found: Mark[] = [];
  let run: { index: number; weight: number; sum: number; best: number; last: number } | undefined;
  const finish = () => {
    if (run) found.push({ name: names[run.index] as string, column: run.sum / run.weight, confidence: run.best });
    run = undefined;
  };
  for (let column = 0; column < columns; column++) {
    const at = column * width + offset;
    let index = 1;
    for (let i = 2; i < names.length; i++) if ((data[at + i] as number) > (data[at + index] as number)) index = i;
    const share = data[at + index] as number;
    if (1 - (data[at] as number) < PRESENT) {
      finish();
      continue;
    }
    if (run && run.index !== index) finish();
    run ??= { index, weight: 0, sum: 0, best: 0, last: column };
    run.weight += share;
    run.sum += share * column;
    run.best = Math.max(run.best, share);
  }
  finish();
  return found;
}

/** Two classes within one glyph's or word's width are one read two ways: the better stays, less certain by the other. */
export function withoutDoubt(found: readonly Mark[], reach: number): Mark[] {
  const kept: Mark[] = [];
  for (const mark of [...found].sort((a, b) => b.confidence - a.confidence)) {
    const better = kept.find(({ column }) => Math.abs(mark.column - column) < reach);
    if (!better) kept.push({ ...mark });
    else if (better.name !== mark.name) better.confidence *= 1 - mark.confidence / 2;
  }
  return kept.sort((a, b) => a.column - b.column);
}

function toWords(glyphs: Mark[], labels: Mark[], height: number): Word[] {
  const words: Word[] = [];
  let group: Mark[] = [];
  const finish = () => {
    const { inner, doubt } = trimmed(group);
    const [first, last] = [inner[0], inner.at(-1)];
    if (first && last) {
      const confidence = Math.min(...inner.map((mark) => mark.confidence)) * (1 - doubt);
      words.push({
        text: inner.map(({ name }) => name).join(""),
        ...span(first.column, last.column, height),
        confidence,
      });
    }
    group = [];
  };
  for (const mark of glyphs) {
    const before = group.at(-1);
    if (before && mark.column - before.column > MAX_PITCH) finish();
    group.push(mark);
  }
  finish();
  for (const { name, column, confidence } of labels)
    words.push({ text: name, ...span(column, column, height), confidence });
  return words;
}

/** A glyph this faint at a number's end may be the scenery; glyphs this clear are none. */
const FAINT = 0.5;
const CLEAR = 0.8;

/** A number without the faint mark at either end; how likely that mark was a glyph after all is the doubt. */
export function trimmed(group: readonly Mark[]): { inner: readonly Mark[]; doubt: number } {
  const start = (group[0]?.confidence ?? 1) < FAINT ? 1 : 0;
  const end = group.length - ((group.at(-1)?.confidence ?? 1) < FAINT ? 1 : 0);
  const inner = group.slice(start, end);
  if (inner.length === group.length || inner.length === 0 || inner.some(({ confidence }) => confidence < CLEAR)) {
    return { inner: group, doubt: 0 };
  }
  const outer = [...group.slice(0, start), ...group.slice(end)];
  return { inner, doubt: Math.max(...outer.map(({ confidence }) => confidence)) };
}

/** Only centres are known: half a digit is added on either side. */
function span(first: number, last: number, height: number) {
  return { box: { x: (first - 2) * STEP, y: 0, width: (last - first + 5) * STEP, height } };
}
