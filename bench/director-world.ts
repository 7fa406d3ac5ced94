/** An evening of streams, second by second, from a seed. */
import { CONFUSED, SURVIVORS, type World } from "./director-params.ts";

export type Random = () => number;

/** mulberry32: small, seeded, good enough for evenings. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is on the picture: players alive (> 0), or one of these. */
export const LOBBY = -1;
export const OVER = -2;
export const MENU = -3;
export const AD = -4;

export interface Session {
  login: string;
  slot: number;
  from: number;
  to: number;
  viewers: number;
  readable: boolean;
}

export interface Evening {
  seconds: number;
  sessions: Session[];
  /** Who is live at a second. */
  live(second: number): Session[];
  on(session: Session, second: number): number;
  /** Whether something lies over the counter of a running match. */
  hidden(session: Session, second: number): boolean;
  /** Fewest players in a running match on a picture that can be read; undefined: none runs. */
  lowest(second: number): number | undefined;
}

export function createEvening(world: World, seed: number): Evening {
  const rnd = random(seed);
  const seconds = Math.round(world.hours * 3600);
  const sessions: Session[] = [];
  const pictures: Slot[] = [];
  for (let slot = 0; slot < world.streams; slot++) {
    const picture = { on: new Int16Array(seconds).fill(MENU), hidden: new Uint8Array(seconds) };
    pictures.push(picture);
    // The first session has been on for a while already.
    let from = -Math.floor(rnd() * world.liveMinutes * 60);
    for (let n = 0; from < seconds; n++) {
      const to = from + Math.max(600, Math.round(-Math.log(1 - rnd()) * world.liveMinutes * 60));
      // Few are watched by many: viewers fall like 1/rank.
      const viewers = Math.round(20_000 / (1 + slot + 3 * rnd()));
      const session = { login: `s${slot}_${n}`, slot, from, to, viewers, readable: rnd() >= world.unreadableShare };
      sessions.push(session);
      play(world, rnd, picture, from, Math.min(to, seconds));
      from = to;
    }
  }
  const bySecond = (session: Session, second: number) => pictures[session.slot]?.on[second] ?? MENU;
  const hidden = (session: Session, second: number) => pictures[session.slot]?.hidden[second] === 1;
  const slots: Session[][] = Array.from({ length: world.streams }, () => []);
  for (const session of sessions) slots[session.slot]?.push(session);
  const live = (second: number) =>
    slots.flatMap((own) => own.find(({ from, to }) => from <= second && second < to) ?? []);
  const lowest = new Int16Array(seconds).fill(0);
  for (const session of sessions) {
    if (!session.readable) continue;
    for (let t = Math.max(0, session.from); t < Math.min(seconds, session.to); t++) {
      const alive = bySecond(session, t);
      if (alive > 0 && (lowest[t] === 0 || alive < (lowest[t] ?? 0))) lowest[t] = alive;
    }
  }
  return { seconds, sessions, live, on: bySecond, hidden, lowest: (second) => lowest[second] || undefined };
}

interface Slot {
  on: Int16Array;
  hidden: Uint8Array;
}

/** Fills one stream's evening: lobby, match, death or win, menu, and again; ads over it all. */
function play(world: World, rnd: Random, picture: Slot, from: number, to: number): void {
  const paint = (start: number, length: number, what: number) => {
    const end = Math.min(to, Math.round(start + length));
    for (let t = Math.max(0, Math.round(start)); t < end; t++) picture.on[t] = what;
    return start + length;
  };
  const around = (mean: number) => mean * (0.5 + rnd());
  let t = from - Math.floor(rnd() * world.matchMinutes * 60);
  while (t < to) {
    t = paint(t, around(world.lobbySeconds), LOBBY);
    t = match(world, rnd, picture, t, to);
    t = paint(t, around(world.overSeconds), OVER);
    t = paint(t, around(world.menuSeconds), MENU);
    if (rnd() < world.pauseShare) t = paint(t, around(world.pauseSeconds), MENU);
  }
  const breaks = Math.round(((to - from) / 3600) * world.adsPerHour);
  for (let i = 0; i < breaks; i++) paint(from + rnd() * (to - from), world.adSeconds, AD);
}

/** Paints a match until the streamer is out of it; returns when that is. */
function match(world: World, rnd: Random, picture: Slot, start: number, to: number): number {
  const players = Math.round(world.playersLow + rnd() * (world.playersHigh - world.playersLow));
  const normal = rnd() + rnd() + rnd() + rnd() - 2; // Irwin-Hall: deviation 0.577
  const minutes = world.matchMinutes + (normal / 0.577) * world.matchMinutesDeviation;
  const length = Math.max(10, minutes) * 60;
  const placement = Math.max(1, Math.ceil(players * rnd() ** world.skill));
  const deaths = deathTimes(world, rnd, players, length);
  // Dead players at the streamer's own death: everyone placed behind, and the streamer. A winner stays to the end.
  let end = start + (placement === 1 ? length : (deaths[players - placement] ?? length));
  if (placement > 1 && rnd() < world.spectateShare) end += world.spectateSeconds * (0.5 + rnd());
  const last = start + (deaths.at(-1) ?? length);
  end = Math.min(end, last);
  let dead = 0;
  let hiddenUntil = 0;
  for (let t = Math.round(start); t < Math.min(to, Math.round(end)); t++) {
    while (dead < deaths.length && start + (deaths[dead] ?? 0) <= t) dead++;
    if (t >= hiddenUntil && rnd() < world.hiddenPerMinute / 60) hiddenUntil = t + world.hiddenSeconds * (0.5 + rnd());
    if (t < 0) continue;
    picture.on[t] = Math.max(1, players - dead);
    picture.hidden[t] = t < hiddenUntil ? 1 : 0;
  }
  return end;
}

/** Seconds into the match at which each player but the winner dies. */
function deathTimes({ fallPower, together }: World, rnd: Random, players: number, length: number): number[] {
  const times: number[] = [];
  while (times.length < players - 1) {
    const time = whenLeft(1 - rnd() * 0.99) ** fallPower * length;
    times.push(time);
    if (rnd() < together && times.length < players - 1) times.push(Math.min(length, time + rnd() * 10));
  }
  return times.sort((a, b) => a - b);
}

/** The share of the match gone when this share of players is left. */
function whenLeft(left: number): number {
  for (let i = 1; i < SURVIVORS.length; i++) {
    const [from, high] = SURVIVORS[i - 1] ?? [0, 1];
    const [upTo, low] = SURVIVORS[i] ?? [1, 0];
    if (left >= low && high > low) return from + ((high - left) / (high - low)) * (upTo - from);
  }
  return 1;
}

export type Picture =
  | { kind: "match" | "lobby"; count: number; confidence: number }
  | { kind: "over" | "none" | "unread" | "ad" };

/** What the reader says of the picture that is on at a second. */
export function look(world: World, rnd: Random, evening: Evening, session: Session, second: number): Picture {
  const on = evening.on(session, second);
  const sure = () => 0.85 + 0.14 * rnd();
  if (on === AD) return { kind: "ad" };
  if (!session.readable) return { kind: "none" };
  if (on === LOBBY) {
    const joined = Math.round(world.joinedLow + rnd() * (100 - world.joinedLow));
    if (rnd() < world.lobbyAsMatch)
      return { kind: "match", count: misread(world, rnd, joined), confidence: 0.5 + 0.45 * rnd() };
    return rnd() < world.unread ? { kind: "unread" } : { kind: "lobby", count: joined, confidence: sure() };
  }
  if (on <= 0) {
    if (rnd() < world.phantom)
      return { kind: "match", count: 1 + Math.floor(rnd() * 99), confidence: 0.5 + 0.45 * rnd() };
    return { kind: on === OVER && rnd() < world.overRead ? "over" : "none" };
  }
  if (evening.hidden(session, second)) return { kind: "none" };
  if (rnd() < world.unread) return { kind: "unread" };
  if (rnd() < world.wrong) return { kind: "match", count: misread(world, rnd, on), confidence: 0.5 + 0.45 * rnd() };
  return { kind: "match", count: on, confidence: sure() };
}

function misread({ lostDigit, otherDigit }: World, rnd: Random, count: number): number {
  const digits = String(count);
  const kind = rnd();
  if (digits.length > 1 && kind < lostDigit) {
    return Math.max(1, Number(rnd() < 0.5 ? digits.slice(1) : digits.slice(0, -1)));
  }
  if (kind < lostDigit + otherDigit) {
    const at = Math.floor(rnd() * digits.length);
    return Math.max(1, Number(digits.slice(0, at) + CONFUSED[digits[at] ?? "0"] + digits.slice(at + 1)));
  }
  return 1 + Math.floor(rnd() * 99);
}
