/** The two rules, each shown an evening: what is on the viewer's screen at every second. */

import { BOARD, type BoardOptions } from "../functions/poller/board.ts";
import type { Observation } from "../functions/poller/board-observations.ts";
import { DIRECTOR, type DirectorOptions } from "../functions/poller/director.ts";
import { createGameBoard } from "../functions/poller/game-board.ts";
import { type Bucket, pick, refill, SCHEDULE, type ScheduleOptions } from "../functions/poller/schedule.ts";
import { ANCESTOR, RULE, type World } from "./director-params.ts";
import { type Evening, look, type Picture, random, type Session } from "./director-world.ts";

export interface Shown {
  /** Per second: who is on the screen, and how old the count beside it is (seconds). */
  session: (Session | undefined)[];
  age: (number | undefined)[];
  samples: number;
}

/** Every number of our rules. */
export interface Ours {
  board: BoardOptions;
  director: DirectorOptions;
  schedule: ScheduleOptions;
  tickSeconds: number;
  pageSeconds: number;
}
export const OURS: Ours = {
  board: BOARD,
  director: DIRECTOR,
  schedule: { ...SCHEDULE, perMinute: RULE.samplesPerMinute },
  tickSeconds: RULE.tickSeconds,
  pageSeconds: RULE.pageSeconds,
};

export function rotisserie(world: World, evening: Evening, seed: number, ours: Ours = OURS): Shown {
  const { schedule } = ours;
  const rnd = random(seed + 1_000_003);
  const board = createGameBoard(
    { id: "pubg", twitchName: "", maxAlive: 100, region: { anchor: "right", x: 0, y: 0, width: 1, height: 1 } },
    ours.director,
    ours.board,
  );
  const sessions = new Map(evening.sessions.map((session) => [session.login, session]));
  const arrivals = new Map<number, [string, Observation][]>();
  const shown: Shown = { session: [], age: [], samples: 0 };
  // Half past some hour in the past: frame times are real times, and 0 means "never" to the schedule.
  const epoch = Date.parse("2026-01-02T18:30:00Z");
  const ms = (second: number) => epoch + second * 1000;
  let bucket: Bucket | undefined;
  let onScreen: Session | undefined;
  let pictureAt: number | undefined;

  for (let t = 0; t < evening.seconds; t++) {
    for (const [login, observation] of arrivals.get(t) ?? []) {
      board.observe(login, observation, ms(t));
      board.lead(ms(t));
    }
    arrivals.delete(t);
    if (t % 30 === 0) {
      board.list(
        evening.live(t).map((session) => info(session)),
        ms(t),
      );
    }
    if (t % ours.tickSeconds === 0) {
      bucket = refill(bucket, ms(t), schedule);
      const due = pick(
        board.watched(ms(t)),
        { now: ms(t), leader: board.leadership()?.login, limit: bucket.tokens },
        schedule,
      );
      bucket = { ...bucket, tokens: bucket.tokens - due.length };
      shown.samples += due.length;
      for (const login of due) {
        board.sampled(login, ms(t));
        const session = sessions.get(login);
        if (!session) continue;
        const { at, arrives, observation } = sample(world, rnd, evening, session, t, ms);
        if (at < 0) continue;
        arrivals.set(arrives, [...(arrivals.get(arrives) ?? []), [login, observation]]);
      }
    }
    if (t % ours.pageSeconds === 0) {
      board.lead(ms(t));
      const login = board.leadership()?.login;
      onScreen = login === undefined ? undefined : sessions.get(login);
      const track = login === undefined ? undefined : board.streams.get(login)?.track;
      pictureAt = track && (track.at - epoch) / 1000;
    }
    shown.session.push(onScreen);
    shown.age.push(pictureAt === undefined ? undefined : t - pictureAt);
  }
  return shown;
}

function sample(
  world: World,
  rnd: () => number,
  evening: Evening,
  session: Session,
  t: number,
  ms: (s: number) => number,
) {
  // The newest picture is already some seconds old when it is asked for.
  const at = t - Math.round(world.lagLow / 2);
  const lag = world.lagLow + rnd() * (world.lagHigh - world.lagLow);
  const arrives = Math.max(t + 1, Math.round(at + lag));
  const gone = at >= session.to;
  const picture: Picture | { kind: "offline" } = gone
    ? { kind: "offline" }
    : look(world, rnd, evening, session, Math.max(0, at));
  // The frame's own milliseconds keep two pictures of one second apart.
  const observation: Observation = { at: ms(at) + Math.floor(rnd() * 900), ...picture };
  return { at, arrives, observation };
}

function info({ login, viewers }: Session) {
  return {
    login,
    displayName: login,
    game: "pubg",
    title: "",
    viewers,
    language: "en",
    startedAt: "2026-01-02T18:00:00Z",
  };
}

/** Every stream every 30 s, ranked after 25 s, the lowest wins; the page holds what stands below 15. */
export function ancestor(
  world: World,
  evening: Evening,
  seed: number,
  { hold = true, spreadSeconds = Number(ANCESTOR.spreadSeconds) } = {},
): Shown {
  const rnd = random(seed + 2_000_003);
  const shown: Shown = { session: [], age: [], samples: 0 };
  let coming: { session: Session; alive: number; at: number; arrives: number }[] = [];
  let all: { session: Session; alive: number; at: number }[] = [];
  let onScreen: Session | undefined;
  const pageOffset = Math.floor(rnd() * ANCESTOR.pageSeconds);
  for (let t = 0; t < evening.seconds; t++) {
    if (t % ANCESTOR.roundSeconds === 0) {
      coming = evening.live(t).map((session) => {
        const at = Math.round(t + rnd() * spreadSeconds - world.lagLow / 2);
        const lag = world.lagLow + rnd() * (world.lagHigh - world.lagLow);
        const picture = look(world, rnd, evening, session, Math.min(evening.seconds - 1, Math.max(0, at)));
        return { session, alive: picture.kind === "match" ? picture.count : ANCESTOR.unreadAs, at, arrives: at + lag };
      });
      shown.samples += coming.length;
    }
    if (t % ANCESTOR.roundSeconds === ANCESTOR.waitSeconds) {
      const arrived = coming.filter(({ arrives }) => arrives <= t).sort((a, b) => a.arrives - b.arrives);
      if (arrived.length > 0) all = arrived.sort((a, b) => a.alive - b.alive);
    }
    if (t % ANCESTOR.pageSeconds === pageOffset) {
      const current = all.find(({ session }) => session === onScreen);
      const holding = hold && current !== undefined && current.alive < ANCESTOR.holdBelow;
      if (!holding) onScreen = all[0]?.session ?? onScreen;
    }
    const entry = all.find(({ session }) => session === onScreen);
    shown.session.push(onScreen);
    shown.age.push(entry && t - entry.at);
  }
  return shown;
}
