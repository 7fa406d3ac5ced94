/**
 * The set of observations that a board keeps of one stream. Pure. Adding is commutative, associative and idempotent, so order,
 * duplicates and the merging of two boards cannot matter: docs/decisions/0030.
 */

/** One fact about a stream at one moment. `at` is the frame's time (or the attempt's, without a frame), ms. */
export interface Observation {
  at: number;
  kind: ObservationKind;
  /** Players alive (match) or joined (lobby). */
  count?: number;
  /** 0 to 1, with a count only. */
  confidence?: number;
  /** ad: when the playlist says the break ends, ms. */
  until?: number;
}
export const OBSERVATION_KINDS = [
  "match",
  "lobby",
  "over",
  "none",
  "unread",
  "ad",
  "offline",
  "missed",
  "barred",
] as const;
export type ObservationKind = (typeof OBSERVATION_KINDS)[number];

export const MAX_OBSERVATIONS = 64;

/** A larger observation wins where two claim the same moment: a total order, so every board picks the same. */
function prefer(a: Observation, b: Observation): Observation {
  const key = (o: Observation) => [
    OBSERVATION_KINDS.length - OBSERVATION_KINDS.indexOf(o.kind),
    o.confidence ?? 0,
    o.count ?? 0,
    o.until ?? 0,
  ];
  const [left, right] = [key(a), key(b)];
  const differing = left.findIndex((value, i) => value !== right[i]);
  if (differing === -1) return a;
  return (left[differing] ?? 0) > (right[differing] ?? 0) ? a : b;
}

/** The union of two sets of observations, oldest first, trimmed to the newest. Returns `into` itself when nothing changed. */
export function merge(into: readonly Observation[], added: readonly Observation[]): readonly Observation[] {
  // Nearly every reading is newer than all before it.
  const [only, ...more] = added;
  if (only && more.length === 0 && only.at > (into.at(-1)?.at ?? Number.NEGATIVE_INFINITY))
    return [...into, only].slice(-MAX_OBSERVATIONS);
  const byTime = new Map(into.map((observation) => [observation.at, observation]));
  let changed = false;
  for (const observation of added) {
    const known = byTime.get(observation.at);
    const winner = known ? prefer(known, observation) : observation;
    if (winner === known) continue;
    byTime.set(observation.at, winner);
    changed = true;
  }
  if (!changed) return into;
  const merged = [...byTime.values()].sort((a, b) => a.at - b.at).slice(-MAX_OBSERVATIONS);
  return merged.length === into.length && merged.every((observation, i) => observation === into[i]) ? into : merged;
}
