/** Which stream the page shows. Pure: documents and the viewer's wishes in, a stream and a reason out. */
import type { CurrentDocument, StreamDocument } from "../../../functions/contracts/api.ts";
import { twitchAddress } from "./source.ts";

export interface Pin {
  login: string;
  name?: string | undefined;
  /** Where it plays, when that is known from an earlier answer. */
  url?: string | undefined;
}

export interface Shown {
  login: string;
  name: string;
  url: string;
  /** What the board knows of it now; a pinned stream between two matches is not on the board. */
  document?: StreamDocument | undefined;
  reason: string;
  pinned: boolean;
}

export const pinOf = ({ login, name, url }: Shown): Pin => ({ login, name, url });
export const pinOfDocument = ({ stream_name, display_name, stream_url }: StreamDocument): Pin => ({
  login: stream_name,
  name: display_name,
  url: stream_url,
});

export interface Wishes {
  current: CurrentDocument | undefined;
  all: readonly StreamDocument[];
  pin: Pin | undefined;
  /** "" for every language. */
  language: string;
  /** Streams that would not play here: left out for a while. */
  skip: ReadonlySet<string>;
  /** Login of what is shown now. */
  shown: string | undefined;
}

/** A switch costs the viewer an ad: another stream must be this much closer to the end. */
const MARGIN = 3;
/** Inside the last ten a match is watched to its end. */
const LAST = 10;

const alive = (stream: StreamDocument) => stream.alive ?? Number.POSITIVE_INFINITY;
export const byAlive = (a: StreamDocument, b: StreamDocument) => alive(a) - alive(b) || b.viewers - a.viewers;

export function choose(wishes: Wishes): Shown | undefined {
  return pinned(wishes) ?? followed(wishes);
}

function pinned({ pin, current, all }: Wishes): Shown | undefined {
  if (!pin) return undefined;
  const document = freshest(pin.login, current, all);
  const twitch = [...all, ...(current ? [current] : [])].some((stream) =>
    stream.stream_url.startsWith("https://player.twitch.tv/"),
  );
  const url = document?.stream_url ?? pin.url ?? (twitch ? twitchAddress(pin.login) : undefined);
  if (!url) return undefined;
  const name = document?.display_name || pin.name || pin.login;
  return { login: pin.login, name, url, document, reason: "pinned by you", pinned: true };
}

function followed({ current, all, language, skip, shown }: Wishes): Shown | undefined {
  const fits = (stream: StreamDocument) =>
    !skip.has(stream.stream_name) && (language === "" || stream.language === language);
  if (current && fits(current)) return show(freshest(current.stream_name, current, all) ?? current, current.reason);
  const running = all.filter((stream) => stream.phase === "match" && fits(stream)).sort(byAlive);
  const lowest = running[0];
  if (!lowest) return undefined;
  const held = running.find((stream) => stream.stream_name === shown);
  if (held && (alive(held) <= LAST || alive(held) <= alive(lowest) + MARGIN)) return show(held, reasonFor(language));
  return show(lowest, reasonFor(language));
}

const reasonFor = (language: string) => (language ? "fewest left in your language" : "the next closest that plays");

const show = (document: StreamDocument, reason: string): Shown => ({
  login: document.stream_name,
  name: document.display_name || document.stream_name,
  url: document.stream_url,
  document,
  reason,
  pinned: false,
});

/** The newer of what /current and /all say of a stream. */
function freshest(login: string, current: CurrentDocument | undefined, all: readonly StreamDocument[]) {
  const listed = all.find((stream) => stream.stream_name === login);
  if (current?.stream_name !== login) return listed;
  return listed && Date.parse(listed.updated) > Date.parse(current.updated) ? listed : current;
}

/** The running match that comes after the shown one, fewest first, round and round. */
export function nextClosest(all: readonly StreamDocument[], shown: string | undefined, skip: ReadonlySet<string>) {
  const running = all
    .filter((stream) => stream.phase === "match" && (!skip.has(stream.stream_name) || stream.stream_name === shown))
    .sort(byAlive);
  const next = running[(running.findIndex((stream) => stream.stream_name === shown) + 1) % running.length];
  return next?.stream_name === shown ? undefined : next;
}
