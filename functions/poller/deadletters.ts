/** Events that no function could handle: counted, and the last of them kept for `GET /dead-letters`. */

import { withoutQueries } from "../runtime/log.ts";
import type { RawEvent } from "../runtime/wire.ts";

export interface DeadLetter {
  time: string;
  type: string;
  subject: string | undefined;
  id: string;
  /** What the receiver answered: an HTTP status, or -1 where none came. */
  code: string;
  /** The receiver's own words, shortened. Never the event's data or its playback hint. */
  reason: string;
  /** Which receiver. */
  destination: string;
}

const KEPT = 200;

export function createDeadLetters({ now, onLetter }: { now: () => number; onLetter: (letter: DeadLetter) => void }) {
  const letters: DeadLetter[] = [];
  return {
    take(raw: RawEvent): void {
      const { knativeerrordest, knativeerrorcode, knativeerrordata } = raw.attributes;
      const letter: DeadLetter = {
        time: new Date(now()).toISOString(),
        type: raw.type.slice(0, 100),
        subject: raw.subject?.slice(0, 100),
        id: raw.id.slice(0, 256),
        code: String(knativeerrorcode ?? "unknown").slice(0, 10),
        reason: withoutQueries(decode(knativeerrordata)).slice(0, 300),
        destination: withoutQueries(String(knativeerrordest ?? "")).slice(0, 200),
      };
      letters.unshift(letter);
      letters.length = Math.min(letters.length, KEPT);
      onLetter(letter);
    },
    /** Newest first. */
    list: (): readonly DeadLetter[] => letters,
  };
}

/** Knative sends the receiver's answer in base64. */
function decode(data: unknown): string {
  const text = typeof data === "string" ? data : "";
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text) || text.length % 4 !== 0) return text;
  const decoded = Buffer.from(text, "base64").toString("utf8");
  // What turns out to be no text stays as it came.
  return /(?![\t\n\r])\p{Cc}|\ufffd/u.test(decoded) ? text : decoded.trim();
}
