/** At most `width` tasks at a time, at most `queue` waiting; beyond that the broker is told to come back later. */
import { Unavailable } from "./outcome.ts";

export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

export function createGate({ width, queue }: { width: number; queue: number }): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running < width) running++;
    else {
      if (waiting.length >= queue) throw new Unavailable(`busy: ${running} running, ${waiting.length} waiting`, 429, 1);
      // A finishing task hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
