/** What models that were trained apart say of one picture. Pure. */
import type { Found, Unread } from "./hud.ts";

/** This sure they need no other: one of what it sees, or two of what both see. */
const SURE = 0.75;

/** How much a number counts for every other model that does not see it: what one of three sees is not accepted, however sure it is. */
const ALONE = 0.65;

/** Of those asked so far, in their order. */
export type Sights = [Found | Unread, ...(Found | Unread)[]];

/** Whether those asked so far saw a counter and are not sure of its number. A picture without one is not searched again. */
export function needsAnother(sights: Readonly<Sights>): boolean {
  const [first] = sights;
  if (sights.length === 1 && "reason" in first) return first.reason === "unreadable" || first.reason === "out-of-range";
  const said = together(sights);
  return "alive" in said && said.certainty < SURE;
}

/** Who read the same number are as sure as the two surest on average; two numbers are none. */
export function together(sights: Readonly<Sights>): Found | Unread {
  const found = sights.filter((sight) => "alive" in sight).sort((a, b) => b.certainty - a.certainty);
  const [surest, next] = found;
  if (!surest) return sights[0];
  if (found.some(({ alive, phase }) => alive !== surest.alive || phase !== surest.phase))
    return { reason: "unreadable" };
  const certainty = next ? (surest.certainty + next.certainty) / 2 : surest.certainty * ALONE ** (sights.length - 1);
  return { ...surest, certainty };
}
