/** Whether anyone is watching. Without viewers nothing is sampled, and capture and ocr scale to zero. */
import type { IncomingHttpHeaders } from "node:http";

export interface Demand {
  /** A viewer asked for this game now. Returns true when that ends a time without viewers. */
  viewer(game: string): boolean;
  watched(game: string): boolean;
  /** Another poller's viewer. */
  learn(game: string, at: number): void;
}

export function createDemand({
  idleAfterMs,
  alwaysOn,
  now,
}: {
  idleAfterMs: number;
  alwaysOn: boolean;
  now: () => number;
}): Demand {
  const last = new Map<string, number>();
  const watched = (game: string) => {
    const at = last.get(game);
    return alwaysOn || (at !== undefined && Math.abs(now() - at) < idleAfterMs);
  };
  return {
    watched,
    viewer: (game) => {
      const woke = !watched(game);
      last.set(game, now());
      return woke;
    },
    learn: (game, at) => {
      // A clock ahead of ours would keep us awake for longer than anyone watches.
      if (at > (last.get(game) ?? 0)) last.set(game, Math.min(at, now()));
    },
  };
}

/** Programs that ask without anyone looking, in the user agent in lower case. Cubot makes phones. */
const NO_VIEWER =
  /(?<!cu)bot(?:\b|_)|crawl|spider|slurp|probe|prometheus|googlehc|health-?check|uptime|pingdom|monitor|preview|facebookexternalhit|whatsapp|blackbox/;

/** Only a GET by something that may be a person counts: no HEAD, probe, bot or prefetch. */
export function isViewer(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== "GET") return false;
  if (headers["k-network-probe"] !== undefined || headers["k-kubelet-probe"] !== undefined) return false;
  const purpose = headers["sec-purpose"] ?? headers.purpose ?? headers["x-purpose"];
  if (typeof purpose === "string" && /prefetch|preview|prerender/.test(purpose)) return false;
  return !NO_VIEWER.test((headers["user-agent"] ?? "").toLowerCase());
}
