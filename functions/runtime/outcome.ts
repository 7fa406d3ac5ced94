/**
 * The error decides the retry. Knative retries 404, 408, 409, 429, every 5xx and no answer at all; every other 4xx is
 * final and goes to the dead letter sink (knative eventing, pkg/kncloudevents/retries.go). This file is the only place
 * where errors become status codes.
 */
import { ValiError } from "valibot";

/** The event can never be handled: it goes to the dead letters with this reason. */
export class Rejected extends Error {
  override readonly name = "Rejected";
  constructor(
    readonly status: 400 | 413 | 415 | 422,
    reason: string,
  ) {
    super(reason);
  }
}

/** Not now: the broker tries again. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  constructor(
    reason: string,
    /** 429: too much at once. 503: something we need is away. */
    readonly status: 429 | 503 = 503,
    readonly retryAfterSeconds?: number,
  ) {
    super(reason);
  }
}

export interface Outcome {
  status: number;
  /** Said to the sender and to the log: names what was wrong, never a secret. */
  reason: string;
  final: boolean;
  retryAfterSeconds?: number;
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Rejected) return { status: error.status, reason: error.message, final: true };
  if (error instanceof ValiError) return { status: 422, reason: describeIssue(error), final: true };
  if (error instanceof Unavailable) {
    const { status, message, retryAfterSeconds } = error;
    return { status, reason: message, final: false, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  // Anything unexpected is a defect or a passing fault; only a retry can tell which. Its text may hold anything, so it
  // stays in the log.
  return { status: 500, reason: "internal error", final: false };
}

/** `data.alive: Invalid type: Expected number but received "12"`, without the value where it may be long. */
function describeIssue(error: ValiError<never> | ValiError<import("valibot").GenericSchema>): string {
  const issue = error.issues[0];
  const path = issue.path?.map((item: { key?: unknown }) => String(item.key)).join(".") || "event";
  return `${path}: ${issue.message.slice(0, 200)}`;
}
