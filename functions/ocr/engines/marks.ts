/** The strip model's answer, column by column -> marks: which glyphs and labels stand where. Pure. */

/** Order of the model's classes: training/strips.py, GLYPHS and LABELS. "x" is any other letter or a cut digit. */
export const GLYPHS = ["", ..."0123456789", ":", "/", "#", "x"] as const;
export const LABELS = [
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
/** Numbers in the model's answer for one column. */
const WIDTH = GLYPHS.length + LABELS.length;
/** A column where the empty class has less than this left over is part of no glyph. */
const PRESENT = 0.35;

export interface Mark {
  name: string;
  column: number;
  confidence: number;
  /** How sure it is that something is there, whatever it is; at least the confidence. */
  presence: number;
}

interface Column {
  column: number;
  share: number;
  present: number;
}

/** Runs of columns that agree are one mark, or two; its confidence is the best column's. */
export function marks(data: Float32Array, columns: number, offset: number, names: readonly string[]): Mark[] {
  const found = runsOf(data, columns, offset, names);
  if (offset > 0) return found.map(({ index, columns }) => ({ name: names[index] as string, ...middle(columns) }));
  const share = ({ column }: Column, index: number) => data[column * WIDTH + index] as number;
  return rejoined(found, share).flatMap(({ index, columns }) => {
    const name = names[index] as string;
    return apart(columns, name).map((part) => ({ name, ...middle(part) }));
  });
}

interface Run {
  index: number;
  columns: Column[];
}

function runsOf(data: Float32Array, columns: number, offset: number, names: readonly string[]): Run[] {
  const found: Run[] = [];
  let open: Run | undefined;
  for (let column = 0; column < columns; column++) {
    const at = column * WIDTH + offset;
    let index = 1;
    for (let i = 2; i < names.length; i++) if ((data[at + i] as number) > (data[at + index] as number)) index = i;
    const present = 1 - (data[at] as number);
    if (present < PRESENT) {
      open = undefined;
      continue;
    }
    if (open?.index !== index) {
      open = { index, columns: [] };
      found.push(open);
    }
    open.columns.push({ column, share: data[at + index] as number, present });
  }
  return found;
}

/**
 * "3", "2", "3" within one digit's columns, none of them empty, is one digit that the model cannot tell: what all columns together
 * say, as sure as they are on average.
 */
function rejoined(found: readonly Run[], share: (column: Column, index: number) => number): Run[] {
  const kept: Run[] = [];
  for (const run of found) {
    const [first, second] = kept.slice(-2);
    const columns = [...(first?.columns ?? []), ...(second?.columns ?? []), ...run.columns];
    const whole = columns.every(({ column }, i) => column === (columns[0]?.column ?? 0) + i);
    if (!first || !second || first.index !== run.index || !whole || columns.length > NARROW) {
      kept.push(run);
      continue;
    }
    const mean = (index: number) => columns.reduce((sum, column) => sum + share(column, index), 0) / columns.length;
    const index = mean(first.index) >= mean(second.index) ? first.index : second.index;
    kept.splice(-2, 2, { index, columns: columns.map((column) => ({ ...column, share: mean(index) })) });
  }
  return kept;
}

/** Columns where a narrow digit is seen: up to five, and the middle ones are the surest. A wide one has one or two more. */
const NARROW = 5;
/** How much less sure the columns between two glyphs are. */
const VALLEY = 0.04;

/** The two digits of an 11 may touch: a run too long for one, or with a valley in it, is two. */
function apart(run: readonly Column[], name: string): (readonly Column[])[] {
  if (run.length < NARROW) return [run];
  const best = (part: readonly Column[]) => Math.max(...part.map(({ share }) => share));
  let at = run.length >> 1;
  for (let i = 2; i <= run.length - 3; i++) if ((run[i] as Column).share < (run[at] as Column).share) at = i;
  const [left, right] = [run.slice(0, at), run.slice(at + 1)];
  const valley = Math.min(best(left), best(right)) - (run[at] as Column).share >= VALLEY;
  return valley || (name === "1" && run.length > NARROW) ? [left, right] : [run];
}

function middle(run: readonly Column[]): Omit<Mark, "name"> {
  const weight = run.reduce((sum, { share }) => sum + share, 0);
  return {
    column: run.reduce((sum, { column, share }) => sum + column * share, 0) / weight,
    confidence: Math.max(...run.map(({ share }) => share)),
    presence: Math.max(...run.map(({ present }) => present)),
  };
}

/** Two classes within one glyph's or word's width are one read two ways: the better stays, less certain by the other. */
export function withoutDoubt(found: readonly Mark[], reach: number): Mark[] {
  const kept: Mark[] = [];
  for (const mark of [...found].sort((a, b) => b.confidence - a.confidence)) {
    const better = kept.find(({ column }) => Math.abs(mark.column - column) < reach);
    if (!better) kept.push({ ...mark });
    else if (better.name !== mark.name) better.confidence *= 1 - mark.confidence / 2;
    if (better) better.presence = Math.max(better.presence, mark.presence);
  }
  return kept.sort((a, b) => a.column - b.column);
}
