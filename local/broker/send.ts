/** One attempt to deliver one event over HTTP, its answer read within bounds. */
import { type Agent, request } from "undici";
import type { Attempt } from "./delivery.ts";
import { BadEvent, type BrokerEvent, readMessage, writeBinary } from "./wire.ts";

export interface SendOptions {
  event: BrokerEvent;
  timeoutMs: number | undefined;
  /** Subscribers may reply; a dead letter sink's answer is not looked at. */
  wantsReply: boolean;
  namespace: string;
  dispatcher: Agent;
  signal: AbortSignal;
}

export interface Sent {
  attempt: Attempt;
  reply: BrokerEvent | undefined;
}

/** Knative's channel gives up on an event after this long, whatever the Trigger says. */
const NO_TIMEOUT_MS = 15 * 60_000;
/** Knative has no bound here; an answer is one event, so anything near this is a fault. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export async function send(url: URL, options: SendOptions): Promise<Sent> {
  const { event, timeoutMs, wantsReply, namespace, dispatcher, signal } = options;
  const { headers, body } = writeBinary(event);
  // By hand: AbortSignal.any() on a signal that lives as long as the process keeps every request's signal in memory.
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort.abort();
  }, timeoutMs ?? NO_TIMEOUT_MS);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    // Redirects are not followed: any 3xx is a failure, and a final one.
    const answer = await request(url, {
      method: "POST",
      headers: { ...headers, "kn-namespace": namespace, ...(wantsReply && { prefer: "reply" }) },
      body,
      dispatcher,
      signal: abort.signal,
    });
    const bytes = await readBounded(answer.body);
    const attempt: Attempt = { kind: "answer", status: answer.statusCode, body: bytes };
    if (!wantsReply || answer.statusCode < 200 || answer.statusCode > 299) return { attempt, reply: undefined };
    return readReply(attempt, answer.headers, bytes);
  } catch (error) {
    if (late) return { attempt: { kind: "timeout" }, reply: undefined };
    const reason = error instanceof Error ? error.message : String(error);
    return { attempt: { kind: "failed", reason }, reply: undefined };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function readReply(attempt: Attempt, headers: Parameters<typeof readMessage>[0], body: Buffer): Sent {
  try {
    const reply = readMessage(headers, body);
    if (reply || body.byteLength === 0) return { attempt, reply };
    return { attempt: { kind: "malformed", reason: "2xx with a body that is no CloudEvent" }, reply: undefined };
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
    return {
      attempt: { kind: "malformed", reason: `2xx with a broken CloudEvent: ${error.message}` },
      reply: undefined,
    };
  }
}

async function readBounded(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
