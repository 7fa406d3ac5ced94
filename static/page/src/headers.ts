/** What the answers' headers say. Anything that is not as expected is left out: a header is never worth a broken page. */

export interface Progress {
  streams: number;
  sampled: number;
  read: number;
  matches: number;
}

/** `streams=40, sampled=12, read=5, matches=2` (RFC 8941 dictionary of integers). */
export function parseProgress(header: string | null): Progress | undefined {
  if (!header || header.length > 200) return undefined;
  const found = new Map<string, number>();
  for (const member of header.split(",")) {
    const [, key, value] = /^\s*([a-z]{1,20})=(\d{1,6})\s*$/.exec(member) ?? [];
    if (key) found.set(key, Number(value));
  }
  const streams = found.get("streams");
  if (streams === undefined) return undefined;
  const atMost = (key: string, limit: number) => Math.min(found.get(key) ?? 0, limit);
  const sampled = atMost("sampled", streams);
  return { streams, sampled, read: atMost("read", sampled), matches: atMost("matches", streams) };
}

/** `pubg, fortnite`: at most 20 of them, each a game id. */
export function parseGames(header: string | null): string[] {
  if (!header || header.length > 1000) return [];
  const ids = header.split(",").map((id) => id.trim());
  return [...new Set(ids.filter((id) => /^[a-z0-9][a-z0-9-]{0,31}$/.test(id)))].slice(0, 20);
}

/** Seconds, when the answer is older than it should be. */
export function parseStale(header: string | null): number | undefined {
  const seconds = header === null ? Number.NaN : Number.parseFloat(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 86_400) : undefined;
}

/** Retry-After in seconds, at most a minute: a page that waits longer looks broken. */
export function parseRetryAfter(header: string | null): number | undefined {
  if (!header || !/^\d{1,6}$/.test(header)) return undefined;
  return Math.min(Number(header), 60);
}
