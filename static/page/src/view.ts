/** What the page says in each of its states. Pure: the model in, words out; ui/ only puts them on the screen. */
import type { Shown } from "./choose.ts";
import type { Board } from "./feed.ts";
import type { Progress } from "./headers.ts";
import { ago, count, duration, type Zone, zoneOf } from "./words.ts";

export type State = "starting" | "looking" | "empty" | "waiting" | "playing" | "pinned" | "stale" | "offline" | "error";

export interface Model extends Pick<Board, "answered" | "all" | "progress" | "offAir" | "staleSeconds" | "trouble"> {
  shown: Shown | undefined;
  /** The player that could not be loaded. */
  missing: string | undefined;
  /** Seconds until the next try, while there is trouble. */
  retryInSeconds: number;
  /** Seconds since the shown count was on air. */
  ageSeconds: number | undefined;
  /** A word to the viewer that is true for a while: why another stream came, what the player waits for. */
  notice: string | undefined;
  language: string;
}

export interface View {
  state: State;
  /** The word in the coloured tag. */
  tag: string;
  count: number | undefined;
  countLabel: string;
  zone: Zone;
  /** The quiet banner: "7 alive - name - why". */
  banner: string;
  /** How old the count is: "4 s ago". */
  ageText: string;
  tabTitle: string;
  /** On the stage while no player is: what is happening instead. */
  slate: { heading: string; text: string; done: number | undefined };
}

/** A count older than this is no longer what the picture shows (the board drops a leader at the same age). */
const STALE_SECONDS = 30;

const tags: Record<State, string> = {
  starting: "Tuning in",
  looking: "Looking",
  empty: "Off air",
  waiting: "Waiting",
  playing: "Live",
  pinned: "Pinned",
  stale: "Delayed",
  offline: "Offline",
  error: "Trouble",
};

export function stateOf(model: Model): State {
  const { shown, trouble } = model;
  if (trouble && trouble.kind !== "game") return trouble.kind === "network" ? "offline" : "error";
  if (trouble) return "error";
  if (!model.answered) return "starting";
  if (!shown) return model.offAir ? "empty" : "looking";
  if (model.staleSeconds !== undefined) return "stale";
  if (shown.document?.phase === "match" && (model.ageSeconds ?? 0) > STALE_SECONDS) return "stale";
  if (shown.pinned) return "pinned";
  if (!shown.document) return "looking";
  return shown.document.phase === "lobby" ? "waiting" : "playing";
}

export function viewOf(model: Model): View {
  const { shown } = model;
  const state = stateOf(model);
  const document = shown?.document;
  const lobby = document?.phase === "lobby";
  const number = lobby ? document.joined : (document?.alive ?? undefined);
  const counted = number === undefined ? undefined : `${number} ${lobby ? "joined" : "alive"}`;
  // In trouble the trouble is the news; name and number stand beside it anyway.
  const quiet = state !== "offline" && state !== "error";
  const parts = shown && quiet ? [counted ?? "no count now", shown.name, why(model, state)] : [why(model, state)];
  return {
    state,
    tag: tags[state],
    count: number,
    countLabel: lobby ? "joined" : "alive",
    zone: lobby ? "none" : zoneOf(number),
    banner: parts.join(" - "),
    ageText: model.ageSeconds === undefined || number === undefined ? "" : ago(model.ageSeconds),
    tabTitle: tabTitle(state, shown, counted),
    slate: slateOf(model, state),
  };
}

/** What a screen reader says of a switch. */
export function nowShowing({ name, document, reason }: Shown): string {
  const lobby = document?.phase === "lobby";
  const number = lobby ? document.joined : document?.alive;
  const counted =
    typeof number === "number" ? `${number} ${lobby ? "joined" : "alive"}. ` : lobby ? "In the lobby. " : "";
  return `Now showing ${name}. ${counted}${reason}.`;
}

function why(model: Model, state: State): string {
  const { shown, trouble, staleSeconds, ageSeconds } = model;
  if (trouble && (state === "offline" || state === "error")) {
    const again =
      model.retryInSeconds >= 1 ? `trying again in ${Math.ceil(model.retryInSeconds)} s` : "trying again now";
    return `${trouble.text}; ${shown ? "this stream keeps playing, " : ""}${again}`;
  }
  if (model.notice) return model.notice;
  if (state === "stale") {
    return staleSeconds !== undefined
      ? `the board is ${duration(staleSeconds)} behind`
      : `the count was last read ${ago(ageSeconds ?? 0)}`;
  }
  if (state === "pinned") return shown?.document ? "pinned by you" : "pinned by you, between matches";
  if (state === "looking" && shown) return "this match is over; looking for the next one";
  if (state === "waiting") return shown?.reason ? `waiting for a match: ${shown.reason}` : "waiting for a match";
  if (shown) return shown.reason;
  return slateOf(model, state).heading;
}

function tabTitle(state: State, shown: Shown | undefined, counted: string | undefined): string {
  if (!shown) return state === "offline" || state === "error" ? "Trouble - Rotisserie" : "Rotisserie";
  if (state === "waiting") return `Waiting - ${shown.name}`;
  return counted ? `${counted} - ${shown.name}` : `${shown.name} - Rotisserie`;
}

function slateOf(model: Model, state: State): View["slate"] {
  const { progress, trouble, language, shown, missing } = model;
  if (missing && shown) {
    return {
      heading: `${missing} does not load`,
      text: "An ad blocker or this network may keep it away. The counts go on, and the player is tried again.",
      done: undefined,
    };
  }
  if (state === "offline" || state === "error") {
    return { heading: "Stand by", text: trouble?.text ?? "", done: undefined };
  }
  if (state === "empty") {
    const found = progress?.streams
      ? `${looked(progress)} looked at, none of them in a match.`
      : "Nobody is streaming this game right now.";
    return {
      heading: "No match on air",
      text: `${found} The first one to start shows up here by itself.`,
      done: undefined,
    };
  }
  if (state === "looking" && model.all?.length && language) {
    return {
      heading: "Nothing in this language",
      text: "Other languages have running matches: see the list.",
      done: undefined,
    };
  }
  if (state === "looking" && progress) {
    return {
      heading: "Looking for the closest finish",
      text: `${looked(progress)} looked at, ${count(progress.matches, "match", "matches")} found`,
      done: progress.streams ? progress.sampled / progress.streams : undefined,
    };
  }
  if (shown) return { heading: "Tuning in", text: `${shown.name} is next.`, done: undefined };
  return { heading: "Tuning in", text: "Asking the board who is closest to the end.", done: undefined };
}

const looked = ({ sampled, streams }: Progress) =>
  sampled < streams ? `${sampled} of ${count(streams, "live stream")}` : count(streams, "live stream");
