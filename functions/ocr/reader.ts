/** Region picture -> reading: lines of the counter's height are cut out, read by the engine, judged. */
import type { Reading } from "../contracts/events.ts";
import { confidenceOf } from "./calibration.ts";
import { type Engine, LINE_HEIGHT, type ReadWords, type Word } from "./engines/engine.ts";
import type { Profile } from "./games/profile.ts";
import { type Found, judge, type Unread, withoutFaintLetters } from "./hud.ts";
import { cutLine, isTooSmall, linesOf, type Strip } from "./lines.ts";
import { agree, type Opinion } from "./opinion.ts";
import { digitRows, type Grey } from "./picture.ts";
import { areSure, isSettled } from "./settled.ts";
import { needsAnother, type Sights, together } from "./together.ts";

/** What was found, before it is accepted or not. */
export type Sight = Found | Unread;

/**
 * How a found line is looked at again: moved up by so many pixels of the line and that much larger. A digit that is only
 * there in one view is a trick of the encoder, unless the other engine sees it too.
 */
const SECOND_LOOKS = [
  { up: 3, zoom: 1.07 },
  { up: -2, zoom: 0.95 },
];

export async function look(strip: Strip, profile: Profile, engine: Engine): Promise<Sight> {
  if (isTooSmall(strip)) return { reason: "unreadable" };
  const lookWith = (read: ReadWords) => lookOnce(read, strip, profile, engine);
  const sights: Sights = [await lookWith(engine.readWords)];
  for (const read of engine.readAnew ?? []) {
    if (!needsAnother(sights)) break;
    sights.push(await lookWith(read));
  }
  return together(sights);
}

async function lookOnce(read: ReadWords, strip: Strip, profile: Profile, engine: Engine): Promise<Sight> {
  // Numbers that a view was sure of where all views together said nothing.
  const sureBefore = new Set<number>();
  let best: Sight = { reason: "no-counter" };
  for (const line of linesOf(strip, profile)) {
    const view = async (up: number, zoom: number) => {
      const picture = cutLine(strip.picture, line, up, zoom);
      return picture && viewOf(picture, await read(picture, profile.labels), profile);
    };
    const first = await view(0, 1);
    if (!first || ("reason" in first.sight && first.sight.reason === "no-counter")) continue;
    const views = [first];
    const sights = () => views.map((one) => one.sight);
    let opinion: Opinion | undefined;
    for (const { up, zoom } of SECOND_LOOKS) {
      if (areSure(sights(), profile)) opinion ??= await secondOpinion(engine, views, profile);
      if (opinion && isSettled(sights(), opinion, profile)) break;
      views.push((await view(up, zoom)) ?? EMPTY);
    }
    const sight = agree(sights(), opinion ?? (await secondOpinion(engine, views, profile)), profile);
    if ("alive" in sight) return contradicts(sight, sureBefore) ? { reason: "unreadable" } : sight;
    best = sight;
    for (const one of sights()) if ("alive" in one && one.certainty >= SURE) sureBefore.add(one.alive);
    if (views.every((one) => one.behind === one.sight)) continue;
    // A number behind faint letters counts only if every view shows the same one and the other engine reads it too.
    const behind = views.map((one) => ({ ...one, sight: one.behind }));
    const through = agree(
      behind.map((one) => one.sight),
      await secondOpinion(engine, behind, profile),
      profile,
    );
    if ("alive" in through && through.agreed === views.length + 1) return through;
  }
  return best;
}

/** A view this sure of a number is not overruled by a line that was cut elsewhere. */
const SURE = 0.9;

function contradicts({ alive }: Found, sureBefore: ReadonlySet<number>): boolean {
  return [...sureBefore].some((number) => number !== alive);
}

/** A line as it was cut, what it shows, and what it would show without faint letters. */
interface View {
  picture: Grey | undefined;
  sight: Sight;
  behind: Sight;
}

const NOTHING: Sight = { reason: "no-counter" };
const EMPTY: View = { picture: undefined, sight: NOTHING, behind: NOTHING };

function viewOf(picture: Grey, words: readonly Word[], profile: Profile): View {
  const sight = judge(words, picture.width, profile);
  const clear = withoutFaintLetters(words);
  const same = clear.every((word, i) => word === words[i]) && clear.length === words.length;
  return { picture, sight, behind: same ? sight : judge(clear, picture.width, profile) };
}

/** Columns around a number and around a word that the second engine also sees, in pixels of the line. */
const MARGIN = { number: 10, word: 4 };

/** A view this much fainter than the surest one may have found something else. */
const FAINTER = 0.5;

/** What another engine reads where the first view that is about as sure as the surest has the number and its word. */
async function secondOpinion(engine: Engine, views: readonly View[], profile: Profile): Promise<Opinion> {
  const { digitHeight, labelSide } = profile;
  // An icon above the digits has more contrast than they have.
  const least = labelSide === "above" ? LINE_HEIGHT / 2 : 0;
  const certainty = ({ sight }: View) => ("alive" in sight ? sight.certainty : 0);
  const surest = Math.max(...views.map(certainty));
  const { picture, sight } = views.find((view) => certainty(view) > FAINTER * surest) ?? EMPTY;
  if (!picture || !("alive" in sight)) return {};
  const y = digitRows(picture, sight.at.x, sight.at.width, digitHeight, least);
  const read = async ({ x, width }: { x: number; width: number }, margin: number) =>
    await engine.readAgain?.(picture, { x: x - margin, width: width + 2 * margin, y, height: digitHeight });
  return { number: await read(sight.at, MARGIN.number), word: sight.word && (await read(sight.word, MARGIN.word)) };
}

/** `accept`: least calibrated confidence that is passed on. */
export function toReading(sight: Sight, engine: string, accept: number): Reading {
  if ("reason" in sight) return { ok: false, reason: sight.reason };
  const confidence = confidenceOf(engine, sight.certainty);
  if (confidence < accept) return { ok: false, reason: "unsure" };
  return { ok: true, phase: sight.phase, alive: sight.alive, confidence, engine };
}
