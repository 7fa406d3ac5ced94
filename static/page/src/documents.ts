/**
 * One conditional question to the board, with every way it can go wrong as a value in words. Answers are hostile until
 * a schema says otherwise; a list with some bad entries loses those entries only.
 */
import * as v from "valibot";
import {
  CurrentDocument,
  GAMES_HEADER,
  PROGRESS_HEADER,
  STALE_HEADER,
  StreamDocument,
} from "../../../functions/contracts/api.ts";
import { type Progress, parseGames, parseProgress, parseRetryAfter, parseStale } from "./headers.ts";

export interface Facts {
  progress: Progress | undefined;
  games: string[];
  staleSeconds: number | undefined;
}
export type Trouble = {
  kind: "network" | "unavailable" | "answer" | "game";
  /** For a viewer. */
  text: string;
  retryAfterSeconds?: number | undefined;
};
export type Answer<T> =
  | { kind: "document"; value: T; etag: string | null; facts: Facts; dropped: number }
  | { kind: "unchanged"; facts: Facts }
  | { kind: "trouble"; trouble: Trouble; facts?: Facts };

/** 100 streams with 60 points each are about 120 KB. */
const MAX_BYTES = 1_000_000;
const MAX_STREAMS = 500;
const TIMEOUT_MS = 8_000;

export const parseCurrent = (raw: unknown) => {
  const result = v.safeParse(CurrentDocument, raw);
  return result.success ? { value: result.output, dropped: 0 } : undefined;
};

export const parseAll = (raw: unknown) => {
  if (!Array.isArray(raw)) return undefined;
  const value: StreamDocument[] = [];
  const seen = new Set<string>();
  for (const entry of raw.slice(0, MAX_STREAMS)) {
    const result = v.safeParse(StreamDocument, entry);
    if (result.success && !seen.has(result.output.stream_name)) {
      seen.add(result.output.stream_name);
      value.push(result.output);
    }
  }
  // All bad is no list at all; "nothing is running" would be a lie.
  if (raw.length > 0 && value.length === 0) return undefined;
  return { value, dropped: raw.length - value.length };
};

export async function ask<T>(
  url: string,
  etag: string | null,
  parse: (raw: unknown) => { value: T; dropped: number } | undefined,
  signal: AbortSignal,
): Promise<Answer<T>> {
  const trouble = (kind: Trouble["kind"], text: string, more: object = {}): Answer<T> => ({
    kind: "trouble",
    trouble: { kind, text, ...more },
  });
  let response: Response;
  let body: string | undefined;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    // no-store: the page keeps the last answer and its tag itself, so that a 304 is visible as one.
    const headers: Record<string, string> = { accept: "application/json", ...(etag && { "if-none-match": etag }) };
    response = await fetch(url, { cache: "no-store", credentials: "omit", redirect: "error", headers, signal: limit });
    if (response.status === 200) body = await readBounded(response);
    // A 304 has nothing to leave unread.
    else if (response.status !== 304) await response.body?.cancel();
  } catch (error) {
    if (signal.aborted) throw error;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return trouble("network", late ? "The board does not answer" : "No connection to the board");
  }
  const facts: Facts = {
    progress: parseProgress(response.headers.get(PROGRESS_HEADER)),
    games: parseGames(response.headers.get(GAMES_HEADER)),
    staleSeconds: parseStale(response.headers.get(STALE_HEADER)),
  };
  if (response.status === 304) return { kind: "unchanged", facts };
  if (response.status === 404)
    return { kind: "trouble", trouble: { kind: "game", text: "This game is not followed here" }, facts };
  if (response.status !== 200) {
    const retryAfterSeconds = parseRetryAfter(response.headers.get("retry-after"));
    return trouble("unavailable", `The board is away (status ${response.status})`, { retryAfterSeconds });
  }
  if (body === undefined) return trouble("answer", "The board's answer is far too large");
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return trouble("answer", "Something other than the board answers (a sign-in page of your network?)");
  }
  const parsed = parse(raw);
  if (!parsed) return trouble("answer", "The board's answer makes no sense to this page");
  return { kind: "document", ...parsed, etag: response.headers.get("etag"), facts };
}

/** The text, or undefined when it is longer than it may be: read no further than that. */
async function readBounded(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
