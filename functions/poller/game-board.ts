/** Everything known of one game: its live streams, their observations and the director's choice. In memory, no I/O. */
import type { Game } from "../contracts/games.ts";
import { BOARD, type BoardOptions, type Track, track } from "./board.ts";
import { merge, type Observation } from "./board-observations.ts";
import { type Candidate, DIRECTOR, type DirectorOptions, direct, type Leadership } from "./director.ts";
import type { Watched } from "./schedule.ts";

/** What a list of live streams says of one stream. */
export interface StreamInfo {
  /** Twitch login, lower case: the subject of every event about this stream. */
  login: string;
  /** At most 100 characters. */
  displayName: string;
  /** Our own id of the game (`pubg`), not Twitch's. */
  game: string;
  /** At most 500 characters. */
  title: string;
  viewers: number;
  /** ISO 639-1, or "other". */
  language: string;
  /** RFC 3339 in UTC. */
  startedAt: string;
}

export interface Stream {
  info: StreamInfo;
  /** Last time it stood in the list, when it was last asked for and when it last answered, ms; 0: never. */
  listedAt: number;
  sampledAt: number;
  arrivedAt: number;
  observations: readonly Observation[];
  track: Track;
}

/** A board as it travels to another poller. It holds no playback hint. */
export interface BoardCopy {
  streams: { info: StreamInfo; listedAt: number; observations: readonly Observation[] }[];
  leadership: Leadership | undefined;
}

/** Names of the rules by which an observation is refused before it reaches the board. */
export type Refusal = "unknown-game" | "unknown-stream" | "future" | "too-old" | "range";

/** A reading older than this leaves /all, ms. */
export const SHOWN_MS = 90_000;
/** Streams may be missing from one list or two (pages overlap while viewers come and go), so they are followed on, ms. */
const FOLLOW_MS = 100_000;
/** Nothing this old is of any use: match, lobby and menu are all over by then, ms. */
export const FORGET_MS = 10 * 60_000;
/** Twitch's clock, the streamer's and ours never agree to the second. */
const FUTURE_MS = 10_000;

export type GameBoard = ReturnType<typeof createGameBoard>;

export function createGameBoard(game: Game, director: DirectorOptions = DIRECTOR, rules: BoardOptions = BOARD) {
  const streams = new Map<string, Stream>();
  let leadership: Leadership | undefined;
  let firstReadingAt: number | undefined;
  /** Grows with every change that a document could show. */
  let version = 0;

  const refuse = (login: string, { at, kind, count }: Observation, now: number): Refusal | undefined => {
    if (!streams.has(login)) return "unknown-stream";
    if (at > now + FUTURE_MS) return "future";
    if (at < now - FORGET_MS) return "too-old";
    if (count === undefined) return undefined;
    const least = kind === "match" ? 1 : 0;
    return Number.isInteger(count) && count >= least && count <= game.maxAlive ? undefined : "range";
  };

  /** Frame time of the newest count of any stream, ms, be it believed or not yet. */
  const newestReading = () =>
    Math.max(
      0,
      ...[...streams.values()].map(
        ({ track: { count, at, pending } }) => pending?.at ?? (count === undefined ? 0 : at),
      ),
    );

  return {
    game,
    streams: streams as ReadonlyMap<string, Stream>,
    version: () => version,
    leadership: () => leadership,

    /** Takes a fresh list of live streams. */
    list(infos: readonly StreamInfo[], now: number): void {
      for (const info of infos) {
        const known = streams.get(info.login);
        if (known && known.listedAt > now && known.listedAt <= now + FUTURE_MS) continue; // another poller's list is newer
        if (known) Object.assign(known, { info, listedAt: now });
        else
          streams.set(info.login, {
            info,
            listedAt: now,
            sampledAt: 0,
            arrivedAt: 0,
            observations: [],
            track: track([], rules),
          });
      }
      for (const [login, stream] of streams) {
        if (Math.max(stream.listedAt, stream.arrivedAt) < now - FORGET_MS) streams.delete(login);
      }
      version++;
    },

    /** Returns the rule that refuses the observation, or undefined when it was taken (or known already). */
    observe(login: string, observation: Observation, now: number): Refusal | undefined {
      const refusal = refuse(login, observation, now);
      const stream = streams.get(login);
      if (refusal || !stream) return refusal ?? "unknown-stream";
      stream.arrivedAt = Math.max(stream.arrivedAt, now);
      const recent = stream.observations.filter(({ at }) => at >= now - FORGET_MS && at <= now + FUTURE_MS);
      const merged = merge(recent.length === stream.observations.length ? stream.observations : recent, [observation]);
      if (merged === stream.observations) return undefined;
      stream.observations = merged;
      stream.track = track(merged, rules);
      if (observation.count !== undefined) firstReadingAt ??= now;
      version++;
      return undefined;
    },

    sampled(login: string, at: number): void {
      const stream = streams.get(login);
      if (stream) stream.sampledAt = at;
    },

    /** The streams worth looking at. */
    watched: (now: number): Watched[] =>
      [...streams.values()]
        .filter(({ listedAt }) => now - listedAt <= FOLLOW_MS)
        .map(({ info, track: known, sampledAt, arrivedAt }) => ({
          login: info.login,
          viewers: info.viewers,
          phase: known.phase,
          count: known.count,
          confirmed: known.confirmed,
          pending: known.pending !== undefined,
          streak: known.streak,
          last: known.last,
          until: known.until,
          sampledAt,
          answeredAt: arrivedAt,
        })),

    /** The rule `future` for what is already here: after our clock was set back, nothing may look new for ever. */
    setBack(now: number): void {
      for (const stream of streams.values()) {
        stream.listedAt = Math.min(stream.listedAt, now);
        if (stream.arrivedAt > now + FUTURE_MS) stream.arrivedAt = 0;
        if (stream.sampledAt > now + FUTURE_MS) stream.sampledAt = 0;
        if (stream.track.answeredAt <= now + FUTURE_MS) continue;
        stream.observations = stream.observations.filter(({ at }) => at <= now + FUTURE_MS);
        stream.track = track(stream.observations, rules);
        version++;
      }
      if (leadership && leadership.since > now) leadership = { ...leadership, since: now };
      if (firstReadingAt !== undefined) firstReadingAt = Math.min(firstReadingAt, now);
    },

    /** Asks the director. Returns whether the leader is another one than before. */
    lead(now: number): boolean {
      this.setBack(now);
      const candidates = [...streams.values()].map(({ info, track: known }): Candidate => {
        const { phase, count, confirmed, at } = known;
        return {
          login: info.login,
          viewers: info.viewers,
          phase,
          count,
          confirmed,
          ageMs: Math.max(0, now - at),
          doubts: known.streak,
          ending: known.last === "over",
        };
      });
      const awaiting = [...streams.values()].some(
        ({ sampledAt, arrivedAt, track: { pending } }) =>
          (sampledAt > arrivedAt && now - sampledAt <= director.freshMs) ||
          (pending !== undefined && now - pending.at <= director.freshMs),
      );
      const before = leadership;
      leadership = direct(before, candidates, { now, firstReadingAt, awaiting }, director);
      if (!leadership && newestReading() < now - director.freshMs) firstReadingAt = undefined;
      if (leadership?.login === before?.login && leadership?.reason === before?.reason) return false;
      version++;
      return leadership?.login !== before?.login;
    },

    /** Another poller's choice stands where it is the newer one. */
    follow(theirs: Leadership, now: number): void {
      if (theirs.since > now + FUTURE_MS || (leadership && leadership.since >= theirs.since)) return;
      leadership = theirs;
      version++;
    },

    copy: (): BoardCopy => ({
      streams: [...streams.values()].map(({ info, listedAt, observations }) => ({ info, listedAt, observations })),
      leadership,
    }),

    /** Adds another poller's board to this one. Returns how many observations were refused. */
    restore(copy: BoardCopy, now: number): number {
      let refused = 0;
      for (const { info, listedAt, observations } of copy.streams) {
        const at = Math.min(listedAt, now);
        this.list([info], at);
        for (const observation of observations) if (this.observe(info.login, observation, now)) refused++;
        const stream = streams.get(info.login);
        const newest = observations.at(-1);
        if (stream && newest) stream.arrivedAt = Math.min(now, newest.at);
      }
      if (copy.leadership) this.follow(copy.leadership, now);
      return refused;
    },
  };
}
