/**
 * Which stream viewers are shown. Pure. A switch costs a viewer an ad, so the director changes its mind only with a reason,
 * and says it in words.
 */
import type { Phase } from "./board.ts";

export interface Candidate {
  login: string;
  viewers: number;
  phase: Phase;
  /** Alive in a match, joined in a lobby. */
  count: number | undefined;
  confirmed: boolean;
  /** Of the picture behind `count`, ms. */
  ageMs: number;
  /** Answers since that gave no count: the counter may be gone for good. */
  doubts: number;
  /** The last answer was a death or win screen. */
  ending: boolean;
}

export interface Leadership {
  login: string;
  phase: "match" | "lobby";
  /** When this stream was chosen, ms. */
  since: number;
  /** For viewers. */
  reason: string;
}

export interface DirectorOptions {
  /** Inside the last `holdAt` players the leader stays until its match ends. */
  holdAt: number;
  /** Otherwise another stream must have at least this many fewer players, ... */
  marginPlayers: number;
  /** ... and this share fewer, ... */
  marginShare: number;
  /** ... and the leader must have been shown this long, ms. */
  dwellMs: number;
  /** An older reading makes no leader, ms. */
  freshMs: number;
  /** A stream whose last count is older than this, or followed by answers without one, is chosen only if nothing else is, ms. */
  surelyMs: number;
  /** The fewer are left, the sooner a match is over: a switch goes to a count that is at most this old, ms, ... */
  surelyLeastMs: number;
  /** ... and this much older for every player left, `surelyMs` at most. */
  surelyPerPlayerMs: number;
  /**
   * Without a leader: how long to gather readings before the first choice, ms. Nobody wants an ad and then another. Long enough for a
   * second look (schedule, leastMs) at counts that fell further than one believes at once.
   */
  settleMs: number;
}

export const DIRECTOR: DirectorOptions = {
  holdAt: 10,
  marginPlayers: 3,
  marginShare: 0.25,
  dwellMs: 30_000,
  freshMs: 30_000,
  surelyMs: 12_000,
  surelyLeastMs: 5_000,
  surelyPerPlayerMs: 1_500,
  settleMs: 4_500,
};

export interface Scene {
  now: number;
  /** While there is no leader: when the first reading came, ms, and whether answers or second opinions are still awaited. */
  firstReadingAt: number | undefined;
  awaiting: boolean;
}

/** The new leader, the same one with its reason brought up to date, or undefined: still looking. */
export function direct(
  previous: Leadership | undefined,
  candidates: readonly Candidate[],
  scene: Scene,
  options: DirectorOptions = DIRECTOR,
): Leadership | undefined {
  const fresh = candidates.filter(({ count, ageMs }) => count !== undefined && ageMs <= options.freshMs) as Fresh[];
  const running = fresh.filter(({ phase }) => phase === "match");
  const leader = previous && fresh.find(({ login }) => login === previous.login);
  if (previous && leader?.phase === "match" && !leader.ending)
    return keepOrSwitch(previous, leader, running, scene, options);

  const best = fewest(running, options, previous !== undefined);
  if (best) {
    if (!previous && isSettling(best, scene, options)) return undefined;
    if (previous && best.login === previous.login) {
      const since = previous.phase === "match" ? previous.since : scene.now;
      return { login: best.login, phase: "match", since, reason: "fewest players left" };
    }
    return { login: best.login, phase: "match", since: scene.now, reason: reasonToLeave(previous, candidates) };
  }
  if (previous?.phase === "match" && leader?.phase === "ad") {
    return { ...previous, reason: "in an ad break, but no other match is running" };
  }
  const lobbies = fresh.filter(({ phase }) => phase === "lobby");
  const lobby = lobbies.find(({ login }) => login === previous?.login) ?? mostViewed(lobbies);
  if (!lobby || (!previous && isSettling(lobby, scene, options))) return undefined;
  const since = previous?.login === lobby.login && previous.phase === "lobby" ? previous.since : scene.now;
  return { login: lobby.login, phase: "lobby", since, reason: "waiting: no match is running" };
}

type Fresh = Candidate & { count: number };

function keepOrSwitch(
  previous: Leadership,
  leader: Fresh,
  running: readonly Fresh[],
  { now }: Scene,
  options: DirectorOptions,
): Leadership {
  const stay = (reason: string): Leadership => ({ login: leader.login, phase: "match", since: previous.since, reason });
  const better = fewest(
    running.filter((other) => other.login !== leader.login && drawback(other, options, true) === 0),
    options,
    true,
  );
  if (leader.confirmed && leader.count <= options.holdAt) return stay(`holding: last ${options.holdAt}`);
  if (!better || better.count >= leader.count) return stay("fewest players left");
  const gain = leader.count - better.count;
  if (gain < Math.max(options.marginPlayers, options.marginShare * leader.count)) {
    return stay(`staying: only ${gain} fewer elsewhere`);
  }
  if (leader.confirmed && now - previous.since < options.dwellMs) return stay("staying: only just switched");
  return {
    login: better.login,
    phase: "match",
    since: now,
    reason: `fewest players left: ${better.count}, was ${leader.count}`,
  };
}

/** Fewest alive, ties by viewers; those with a drawback only if nothing else runs. */
function fewest(running: readonly Fresh[], options: DirectorOptions, isSwitch: boolean): Fresh | undefined {
  const rank = (one: Fresh) => drawback(one, options, isSwitch);
  return [...running].sort(
    (a, b) => rank(a) - rank(b) || a.count - b.count || b.viewers - a.viewers || (a.login < b.login ? -1 : 1),
  )[0];
}

/**
 * 0: none. Larger: worse. A stream that may have ended since its last count, a count read once (it may be a misreading), a count of 1
 * (over in a moment).
 */
function drawback(
  { confirmed, count, doubts, ageMs, ending }: Fresh,
  options: DirectorOptions,
  isSwitch: boolean,
): number {
  const { surelyMs, surelyLeastMs, surelyPerPlayerMs } = options;
  const surely = isSwitch ? Math.min(surelyMs, surelyLeastMs + count * surelyPerPlayerMs) : surelyMs;
  return (ending ? 8 : 0) + (confirmed ? 0 : 4) + (doubts > 0 || ageMs > surely ? 2 : 0) + (count <= 1 ? 1 : 0);
}

function mostViewed(lobbies: readonly Fresh[]): Fresh | undefined {
  return [...lobbies].sort((a, b) => b.viewers - a.viewers || (a.login < b.login ? -1 : 1))[0];
}

function isSettling(
  best: Fresh,
  { now, firstReadingAt, awaiting }: Scene,
  { holdAt, settleMs }: DirectorOptions,
): boolean {
  if (!awaiting || (best.phase === "match" && best.count <= holdAt && best.confirmed)) return false;
  return now - (firstReadingAt ?? now) < settleMs;
}

function reasonToLeave(previous: Leadership | undefined, candidates: readonly Candidate[]): string {
  const left = previous && candidates.find(({ login }) => login === previous.login);
  if (!previous || previous.phase === "lobby") return "fewest players left";
  if (!left || left.phase === "offline") return "fewest players left: the stream before went offline";
  if (left.phase === "ad") return "fewest players left: the stream before is in an ad break";
  if (left.phase === "match") return "fewest players left: the stream before cannot be read";
  return "fewest players left: the match before is over";
}
