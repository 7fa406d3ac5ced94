/**
 * Asks again and again: steadily while all is well, less and less often while it is not, not at all while nobody looks,
 * and at once when somebody looks again.
 */
import type { Answer } from "./documents.ts";

export interface Poll {
  /** Asks now. */
  now(): void;
  stop(): void;
}

export interface PollOptions<T> {
  ask(etag: string | null, signal: AbortSignal): Promise<Answer<T>>;
  /** Called with every answer; gives the milliseconds until the next question. */
  take(answer: Answer<T>, failures: number): number;
  hidden(): boolean;
}

export function startPoll<T>({ ask, take, hidden }: PollOptions<T>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let etag: string | null = null;
  let failures = 0;

  const round = async () => {
    clearTimeout(timer);
    if (hidden()) return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await ask(etag, mine.signal);
      if (mine.signal.aborted) return;
      failures = answer.kind === "trouble" ? failures + 1 : 0;
      if (answer.kind === "document") etag = answer.etag;
      const pause = take(answer, failures);
      // +-10 %: pages opened by the same news do not ask in step.
      timer = setTimeout(() => void round(), pause * (0.9 + Math.random() * 0.2));
    } catch (error) {
      // Aborted: another round has taken over, or the poll has stopped.
      if (mine.signal.aborted) return;
      // A mistake of this page must not end the evening either.
      timer = setTimeout(() => void round(), backoffMs(++failures));
      throw error;
    }
  };
  const onVisibility = () => (hidden() ? pause() : void round());
  const onOnline = () => void round();
  const pause = () => {
    clearTimeout(timer);
    running?.abort();
  };
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", onOnline);
  void round();
  return {
    now: () => void round(),
    stop: () => {
      pause();
      document.removeEventListener("visibilitychange", onVisibility);
      removeEventListener("online", onOnline);
    },
  };
}

/** Milliseconds to wait after so many failures in a row: 2, 4, 8, 16, then 30 s. */
export const backoffMs = (failures: number) => Math.min(30_000, 1000 * 2 ** Math.min(failures, 5));
