/** What a second engine says about a counter that was found: its number, and the word beside it. Pure. */
import type { Profile } from "./games/profile.ts";
import type { Found, Unread } from "./hud.ts";
import { type Compared, compare, type Said } from "./spelling.ts";

/** The second engine's words. undefined: not asked, because there is none or the label is an icon. */
export interface Opinion {
  number?: Said | undefined;
  word?: Said | undefined;
}

/**
 * Another number is a strong doubt; letters or nothing a weak one, for a general engine misses much at low resolution. Less weak beside
 * an icon: there it is asked about nothing else.
 */
const OTHER_NUMBER = 0.25;
const NO_NUMBER = { words: 0.8, icons: 0.55 };
/** This sure the second engine is right: of a number that all views see, of one that some see, of digits in a word. */
const SURE = { number: 0.6, some: 0.9, word: 0.6 };
/** Another word is as good as a proof. */
const WORD_DOUBT: Record<Compared, number> = { same: 1, unclear: 1, other: 0.1 };

/**
 * What several views of one picture say together: the doubt of each counts. Views that differ leave only what the other
 * engine reads as well.
 */
export function agree(
  views: readonly (Found | Unread)[],
  opinion: Opinion,
  profile: Profile,
): (Found & { agreed: number }) | Unread {
  const found = views.filter((view) => "alive" in view);
  const numbers: string[] = opinion.number?.text.match(/\d+/g) ?? [];
  const said = opinion.number?.confidence ?? 0;
  // Two numbers where one was found ("1 1" for 11) confirm neither.
  const confirmed = found.filter(
    ({ alive }) => numbers.length === 1 && numbers[0] === String(alive) && said >= enough(alive, views),
  );
  const [first] = confirmed.length > 0 ? confirmed : found;
  if (!first) {
    const reasons = views.flatMap((view) => ("reason" in view ? [view.reason] : []));
    return { reason: reasons.find((reason) => reason !== "no-counter") ?? "no-counter" };
  }
  if (found.some(({ phase }) => phase !== first.phase)) return { reason: "unreadable" };
  const alike = found.filter(({ alive }) => alive === first.alive);
  const differ = alike.length < found.length;
  if (differ && (confirmed.length === 0 || confirmed.some(({ alive }) => alive !== first.alive))) {
    return { reason: "unreadable" };
  }
  const everywhere = alike.length === views.length;
  // The digits of an 11 touch, so a lone 1 that not everybody sees may be half of one.
  if (first.alive === 1 && !everywhere && confirmed.length === 0) return { reason: "unreadable" };
  if (hasRim(first, alike, found, profile)) return { reason: "unreadable" };
  const word = opinion.word ? compare(opinion.word, first.phase, profile) : "unclear";
  if (!isLabelSure(views, alike.length, word, said, profile)) return { reason: "unreadable" };
  // A word that both engines read is there, however faint; what remains is the doubt about the number.
  const sure = alike.map(({ certainty, number }) => (word === "same" ? (number ?? certainty) : certainty));
  // A view that saw nothing, or something else, is a doubt; half of one where the other engine reads the same: a line cut
  // elsewhere may miss what another shows.
  const seen = alike.length / views.length;
  const share = confirmed.length > 0 ? (1 + seen) / 2 : seen;
  const lost = hasLostDigit(opinion.word, first, confirmed.length === views.length);
  const doubt = !opinion.number
    ? 1
    : lost
      ? OTHER_NUMBER
      : doubtOf(numbers, everywhere && said < SURE.some, first, opinion.word, profile);
  const agreed = alike.length + (confirmed.length > 0 ? 1 : 0);
  return { ...first, agreed, certainty: Math.min(...sure) * share * doubt * WORD_DOUBT[word] };
}

/**
 * Whether the label is there: the other engine reads its word too, or views enough have seen it. An icon two; a word, which much
 * looks like, all, and if one view alone has its number the other engine must be sure of that.
 */
function isLabelSure(
  views: readonly (Found | Unread)[],
  alike: number,
  word: Compared,
  said: number,
  { labels }: Profile,
): boolean {
  const seen = views.filter(
    (view) => !("reason" in view) || ["unreadable", "out-of-range"].includes(view.reason),
  ).length;
  if (labels === "icons") return seen >= (alike > 1 ? 2 : views.length);
  return word === "same" || (seen === views.length && (alike >= Math.min(2, views.length) || said >= SURE.some));
}

/**
 * How sure the other engine must be of a number that some views see. Against most views it is heard only where those lack a
 * digit, which is easily lost; that two engines take one digit for the same other one is as easy as that most views do.
 */
function enough(alive: number, views: readonly (Found | Unread)[]): number {
  const numbers = views.flatMap((view) => ("alive" in view ? [view.alive] : []));
  const others = numbers.filter((other) => other !== alive);
  if (others.length === 0 && numbers.length === views.length) return SURE.number;
  if (others.every((other) => String(other).length < String(alive).length)) return SURE.some;
  // Of digits that touch one is lost most easily of all: an 11 that one view sees may be right against all.
  if (others.some((other) => collapsed(other) === String(alive))) return Number.POSITIVE_INFINITY;
  // Every view another number: the other engine's is the only one with two votes.
  const each = new Set(others).size === others.length && views.length > 2;
  const most = 2 * (numbers.length - others.length) > views.length;
  return most || each ? SURE.some : Number.POSITIVE_INFINITY;
}

/** The rim of an icon before a number is a 1: where a view is surer of the number without it, nobody can say. */
function hasRim({ alive }: Found, alike: readonly Found[], found: readonly Found[], profile: Profile): boolean {
  if (profile.labels === "words" || profile.labelSide !== "left") return false;
  const surest = Math.max(...alike.map(({ certainty }) => certainty));
  return found.some((other) => `1${other.alive}` === String(alive) && other.certainty > surest);
}

const collapsed = (alive: number) => String(alive).replace(/(\d)\1+/g, "$1");

/** `unsure`: the other engine is, and all views say another thing. Where it has a digit less or more, they are right. */
function doubtOf(
  numbers: readonly string[],
  unsure: boolean,
  found: Found,
  word: Said | undefined,
  profile: Profile,
): number {
  const [said] = numbers;
  const { alive } = found;
  const none = NO_NUMBER[profile.labels];
  if (said === undefined) return none;
  if (numbers.length > 1) return OTHER_NUMBER;
  if (isNeighbour(said, found, word, profile)) return NO_NUMBER.words;
  if (said === String(alive)) return 1;
  // 33 read as 3: its decoder takes equal neighbours that touch for one, so that says as little as nothing.
  const length = String(alive).length;
  return said === collapsed(alive) || (unsure && said.length !== length) ? NO_NUMBER.words : OTHER_NUMBER;
}

/**
 * The number with its neighbour: the rim of an icon, or a letter of the label (the S of "VIVOS 7" is a 5). It cannot be a digit
 * where that were more than a match can have, nor where the other engine reads the label whole and no such digit at it.
 */
function isNeighbour(
  said: string,
  { alive, phase, at, word: label }: Found,
  word: Said | undefined,
  profile: Profile,
): boolean {
  const text = String(alive);
  const left = label ? label.x < at.x : profile.labelSide === "left";
  if (said.length !== text.length + 1 || !(left ? said.endsWith(text) : said.startsWith(text))) return false;
  if (Number(said) > profile.range.to) return true;
  if (word === undefined || compare(word, phase, profile) !== "same") return false;
  const beside = word.text.match(left ? /\d+$/ : /^\d+/)?.[0] ?? "";
  // It sees the number's own digit right beside the label ("LEBEN8"): no other stands between them, unless as a stroke ("6IALIVE").
  const stroke = left ? /[Il|]\d+$/ : /^\d+[Il|]/;
  if (beside !== "" && !stroke.test(word.text) && (left ? text.startsWith(beside) : text.endsWith(beside))) return true;
  // A 1 is lost easily, and so is one of two equal digits.
  const [extra, next] = left ? [said[0], text[0]] : [said.at(-1), text.at(-1)];
  return extra !== "1" && extra !== next && !/\d/.test(word.text);
}

/**
 * A digit read at the word may be one that the number lacks; one of the number's own is only its neighbour. Where all views and
 * the other engine read the number, only a narrow one can be lacking: a 3 is the right half of an 8.
 */
function hasLostDigit(word: Said | undefined, { alive }: Found, everywhere: boolean): boolean {
  const digits: string[] = word?.text.match(everywhere ? /1/g : /\d/g) ?? [];
  return (word?.confidence ?? 0) >= SURE.word && digits.some((digit) => !String(alive).includes(digit));
}
