/** What the poller counts, for `task status`, dashboards and alerts. */
import type { Metrics } from "../runtime/metrics.ts";

export type PollerMetrics = ReturnType<typeof createPollerMetrics>;

export function createPollerMetrics(metrics: Metrics) {
  const game = ["game"] as const;
  return {
    samples: metrics.counter("samples_total", "stream.found events sent.", game),
    answers: metrics.counter("answers_total", "Readings and misses taken, by what they said.", [
      "game",
      "kind",
    ] as const),
    unread: metrics.counter("unread_total", "Pictures that gave no number, by reason.", ["game", "reason"] as const),
    missed: metrics.counter("missed_total", "Streams that gave no picture, by reason.", ["game", "reason"] as const),
    refused: metrics.counter("readings_refused_total", "Answers kept off the board, by rule.", ["rule"] as const),
    readingAge: metrics.histogram(
      "reading_age_seconds",
      "From the picture on air to its reading on the board.",
      [1, 2, 4, 6, 8, 10, 15, 20, 30, 60, 90],
      game,
    ),
    switches: metrics.counter(
      "switches_total",
      "Times the leader became another stream, first choices included.",
      game,
    ),
    listUp: metrics.gauge("list_up", "1: the last list of live streams came. 0: it failed, an older one serves.", game),
    streams: metrics.gauge("streams", "Live streams followed.", game),
    matches: metrics.gauge("matches", "Running matches on /all.", game),
    leaderAlive: metrics.gauge("leader_alive", "Players left in the leader's match; -1: no match leads.", game),
    leaderAge: metrics.gauge("leader_age_seconds", "Age of the leader's reading; -1: no leader.", game),
    watched: metrics.gauge("watched", "1: someone watches, streams are sampled. 0: idle.", game),
    storeUp: metrics.gauge("store_up", "1: the store answers (always, in memory). 0: Redis is away."),
    storeErrors: metrics.counter("store_errors_total", "Store operations that failed, by operation.", [
      "operation",
    ] as const),
    storeSkipped: metrics.counter("store_skipped_total", "Corrupt or foreign values in the store, skipped."),
    deadLetters: metrics.counter("dead_letters_total", "Events no function could handle.", ["type", "code"] as const),
    requests: metrics.counter("api_requests_total", "Answers of /current and /all.", ["path", "status"] as const),
  };
}
