/**
 * Our own models (training/), one for games whose counters have words, a deeper one for icons and a deep second for either: each looks at a
 * strip 48 px high and says for every second column which glyph and which label or icon has its centre there. Small (0.25 to 0.35
 * million weights), and the words of every language are known as pictures.
 */
import { fileURLToPath } from "node:url";
import type { Profile } from "../games/profile.ts";
import type { Grey } from "../picture.ts";
import type { Engine, ReadWords, Word } from "./engine.ts";
import { GLYPHS, LABELS, type Mark, marks, withoutDoubt } from "./marks.ts";
import { loadModel, type Model } from "./onnx.ts";

const STEP = 2;
/**
 * Glyphs further apart than this many columns (centre to centre) are two numbers. A wide digit with its gap has 8; spaced out
 * it has 10, where only digits that are clear belong together: a scene's specks do not.
 */
const MAX_PITCH = { faint: 9, clear: 11 };

/** Nothing else has its centre within so many columns: half a narrow digit, half a short word. */
const GLYPH_REACH = 2;
const LABEL_REACH = 12;

export async function createStrip() {
  const [words, icons, second] = await Promise.all([load("words"), load("icons"), load("second")]);
  const readBy =
    (models: Record<Profile["labels"], Model>): ReadWords =>
    async (picture, labels) => {
      const { data, dims } = await models[labels].run(normalise(picture), [1, 1, picture.height, picture.width]);
      const columns = dims[1] ?? 0;
      return toWords(
        withoutDoubt(marks(data, columns, 0, GLYPHS), GLYPH_REACH),
        withoutDoubt(marks(data, columns, GLYPHS.length, LABELS), LABEL_REACH),
        picture.height,
      );
    };
  return {
    name: "strip",
    readWords: readBy({ words, icons }),
    // The third is the first of the other games: it has seen theirs too, if less often.
    readAnew: [readBy({ words: second, icons: second }), readBy({ words: icons, icons: words })],
    close: async () => {
      await Promise.all([words, icons, second].map((model) => model.release()));
    },
  } satisfies Engine;
}

const load = (name: string) => loadModel(fileURLToPath(new URL(`./models/${name}.onnx`, modelsBase())));

/** This file lies in functions/ocr/engines, but is bundled into functions/ocr/main.js: the models lie beside the latter. */
function modelsBase(): URL {
  return new URL(import.meta.url.includes("/engines/") ? "../" : "./", import.meta.url);
}

function normalise({ data }: Grey): Float32Array {
  const input = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) input[i] = (data[i] as number) / 255;
  return input;
}

function toWords(glyphs: Mark[], labels: Mark[], height: number): Word[] {
  const words: Word[] = [];
  let group: Mark[] = [];
  const finish = () => {
    const { inner, doubt } = trimmed(group);
    const [first, last] = [inner[0], inner.at(-1)];
    if (first && last) {
      const least = (marks: readonly Mark[]) => Math.min(...marks.map(({ confidence }) => confidence)) * (1 - doubt);
      words.push({
        text: inner.map(({ name }) => name).join(""),
        ...span(first.column, last.column, height),
        confidence: least(inner),
        digits: least(inner.filter(({ name }) => name !== "x")),
      });
    }
    group = [];
  };
  for (const mark of glyphs) {
    const before = group.at(-1);
    const clear = before && Math.min(before.confidence, mark.confidence) >= CLEAR;
    if (before && mark.column - before.column > (clear ? MAX_PITCH.clear : MAX_PITCH.faint)) finish();
    group.push(mark);
  }
  finish();
  for (const { name, column, confidence } of labels)
    words.push({ text: name, ...span(column, column, height), confidence });
  return words;
}

/** A mark this faint at a number's end may be the scenery; one that is surely there is a glyph, if unread. */
const FAINT = { confidence: 0.5, presence: 0.7 };
/** Glyphs this clear are no scenery. */
const CLEAR = 0.8;

/** A number without the faint mark at either end; how likely that mark was a glyph after all is the doubt. */
export function trimmed(group: readonly Mark[]): { inner: readonly Mark[]; doubt: number } {
  const faint = (mark?: Mark) => mark && mark.confidence < FAINT.confidence && mark.presence < FAINT.presence;
  const start = faint(group[0]) ? 1 : 0;
  const end = group.length - (faint(group.at(-1)) ? 1 : 0);
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
