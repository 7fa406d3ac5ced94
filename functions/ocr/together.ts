/** What two models, trained apart, say of one picture. Pure. */
import type { Found, Unread } from "./hud.ts";

/** This sure the first model needs no second. */
const SURE = 0.75;

/** How much a number counts that the other model does not see. */
const ALONE = 0.7;

/** Whether the first model saw a counter and is not sure of its number. A picture without one is not searched twice. */
export function needsSecond(first: Found | Unread): boolean {
  return "alive" in first ? first.certainty < SURE : first.reason === "unreadable" || first.reason === "out-of-range";
}

/** Two that read the same number are as sure as both on average; two numbers are none. */
export function together(first: Found | Unread, second: Found | Unread): Found | Unread {
  if ("alive" in first && "alive" in second) {
    if (first.alive !== second.alive || first.phase !== second.phase) return { reason: "unreadable" };
    return { ...first, certainty: (first.certainty + second.certainty) / 2 };
  }
  if ("alive" in first) return { ...first, certainty: first.certainty * ALONE };
  return "alive" in second ? { ...second, certainty: second.certainty * ALONE } : first;
}
