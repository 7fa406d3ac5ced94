/**
 * When a delivery is tried again, how long it waits, and what a dead letter says (knative eventing 1.23,
 * pkg/kncloudevents/retries.go, event_dispatcher.go, pkg/broker/filter). Pure.
 */

/** A `delivery` block, durations in milliseconds. */
export interface DeliverySettings {
  retry: number;
  backoffPolicy: "linear" | "exponential" | undefined;
  backoffDelayMs: number | undefined;
  /** Per attempt. undefined: Knative sets none on the request; the channel gives up after 15 minutes. */
  timeoutMs: number | undefined;
}

/** No `delivery` on the Trigger and none on the Broker's channel means one attempt. */
export const NO_RETRIES: DeliverySettings = {
  retry: 0,
  backoffPolicy: undefined,
  backoffDelayMs: undefined,
  timeoutMs: undefined,
};

/** What a Broker without `spec.delivery` gets (ConfigMap config-br-defaults): up to 205 s of retries. */
export const BROKER_DEFAULT: DeliverySettings = {
  retry: 10,
  backoffPolicy: "exponential",
  backoffDelayMs: 200,
  timeoutMs: undefined,
};

/** What came of one attempt. `failed`: no answer at all. `malformed`: 2xx whose body is no CloudEvent. */
export type Attempt =
  | { kind: "answer"; status: number; body: Uint8Array }
  | { kind: "failed"; reason: string }
  | { kind: "timeout" }
  | { kind: "malformed"; reason: string };

/** 404: a pod becoming ready answers that. 409: Knative's own tests need it. Any other 3xx or 4xx is final. */
export function isRetried(status: number): boolean {
  return status >= 500 || status === 404 || status === 408 || status === 409 || status === 429;
}

/** ack: done. retry: wait, then again. dead: to the dead letter sink, or lost where there is none. */
export function retryDecision(attempt: Attempt, attemptNumber: number, { retry }: DeliverySettings) {
  const status = statusOf(attempt);
  if (status >= 200 && status < 300) return "ack";
  return isRetried(status) && attemptNumber < retry ? "retry" : "dead";
}

/** The status the broker acts on. 500 and 502 are what its filter answers the channel in these cases. */
export function statusOf(attempt: Attempt): number {
  if (attempt.kind === "answer") return attempt.status;
  return attempt.kind === "malformed" ? 502 : 500;
}

/** Wait before the retry that follows attempt `n`, counted from 0: a linear policy's first retry comes at once. */
export function backoffMs(n: number, { backoffPolicy, backoffDelayMs }: DeliverySettings): number {
  // Knative takes the two only together.
  if (backoffPolicy === undefined || backoffDelayMs === undefined) return 0;
  return backoffDelayMs * (backoffPolicy === "linear" ? n : 2 ** n);
}

const MAX_ERROR_DATA = 1024;

/**
 * Attributes a dead letter carries besides the original ones. None after a timeout, a 304 or an answer that was no
 * event: in Knative the channel then gets no report from the filter to read them from, so no consumer may rely on them.
 */
export function deadLetterAttributes(attempt: Attempt, destination: string): Record<string, string> {
  if (attempt.kind === "timeout" || attempt.kind === "malformed" || statusOf(attempt) === 304) return {};
  const body = attempt.kind === "answer" ? attempt.body : new TextEncoder().encode(`dispatch error: ${attempt.reason}`);
  return {
    knativeerrordest: destination,
    knativeerrorcode: String(statusOf(attempt)),
    knativeerrordata: Buffer.from(body).toString("base64").slice(0, MAX_ERROR_DATA),
  };
}

/** An ISO 8601 duration like PT0.5S or P1DT2H in milliseconds, or undefined. At most a day. */
export function parseDuration(text: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/.exec(text);
  if (!found || /[PT]$/.test(text)) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number((part ?? "0").replace(",", ".")));
  const ms = Math.round((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000);
  return ms <= 86_400_000 ? ms : undefined;
}
