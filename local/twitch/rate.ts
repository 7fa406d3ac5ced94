/** Helix's token bucket: so many points a minute for each client, told in three headers. */
export interface RateLimit {
  take(clientId: string, now: number): { ok: boolean; headers: Record<string, string> };
}

export function createRateLimit(points: number): RateLimit {
  const buckets = new Map<string, { level: number; at: number }>();
  return {
    take: (clientId, now) => {
      const bucket = buckets.get(clientId) ?? { level: points, at: now };
      const level = Math.min(points, bucket.level + ((now - bucket.at) / 60_000) * points);
      const ok = level >= 1;
      const left = ok ? level - 1 : level;
      buckets.set(clientId, { level: left, at: now });
      const seconds = ((points - left) / points) * 60;
      return {
        ok,
        headers: {
          "ratelimit-limit": String(points),
          "ratelimit-remaining": String(Math.floor(left)),
          "ratelimit-reset": String(Math.ceil(now / 1000 + seconds)),
        },
      };
    },
  };
}
