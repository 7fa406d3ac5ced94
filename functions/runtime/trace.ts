/** W3C trace context: one trace id from the tick to the reading, so that one search finds a whole round. */
import { randomBytes } from "node:crypto";

export function newTrace(): string {
  return `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
}

/** The same trace, a new span: what an event caused by `traceparent` carries. */
export function childTrace(traceparent: string): string {
  return `${traceparent.slice(0, 36)}${randomBytes(8).toString("hex")}${traceparent.slice(52)}`;
}
