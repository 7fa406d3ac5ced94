/** What the board says of one game, kept up to date: the leader, the list, and how well either is known. */
import type { CurrentDocument, StreamDocument } from "../../../functions/contracts/api.ts";
import { type Answer, ask, type Facts, parseAll, parseCurrent, type Trouble } from "./documents.ts";
import type { Progress } from "./headers.ts";
import { backoffMs, type Poll, startPoll } from "./poll.ts";

export interface Board {
  /** Whether /current has ever answered with a document (null is one). */
  answered: boolean;
  current: CurrentDocument | undefined;
  /** undefined: not known yet. */
  all: readonly StreamDocument[] | undefined;
  progress: Progress | undefined;
  /** Looked long enough without a match that "nothing is on" is true. */
  offAir: boolean;
  staleSeconds: number | undefined;
  /** Why /current is not known right now, and why the list is not. */
  trouble: Trouble | undefined;
  listTrouble: Trouble | undefined;
  /** On the page's clock (performance.now), in milliseconds. */
  retryAt: number;
  /** Kept from one game to the next. */
  games: readonly string[];
}

export interface Feed {
  board(): Board;
  /** Forgets one game and asks for another; undefined is the installation's first. */
  follow(game: string | undefined): void;
  /** Asks now. */
  retry(): void;
  /** Seconds since a document's picture was on air, by this page's clock alone. */
  age(document: StreamDocument): number;
}

const CURRENT_MS = 2_000;
/** While nothing is known yet the viewer watches the search itself. */
const LOOKING_MS = 1_000;
const ALL_MS = 5_000;
/**
 * Answers in a row without a match before the page says that none is running, one a second. Every stream looked at is not enough:
 * the first reading of a stream may still wait for its second. And some streams are looked at every few minutes only.
 */
const OFF_AIR_LOOKED = 12;
const OFF_AIR_ANYWAY = 60;

export function createFeed(options: {
  hidden(): boolean;
  /** Something is known now that was not, or no longer is. */
  changed(): void;
  /** Entries of the list that made no sense. */
  dropped(count: number): void;
  announce(text: string): void;
}): Feed {
  const { hidden, changed, dropped, announce } = options;
  const now = () => performance.now();
  const receivedAt = new WeakMap<StreamDocument, number>();
  let polls: { current: Poll; all: Poll } | undefined;
  let board = nothing([]);
  let fruitless = 0;

  const learn = (facts: Facts | undefined) => {
    if (!facts) return;
    board.progress = facts.progress;
    board.staleSeconds = facts.staleSeconds;
    if (facts.games.length > 0) board.games = facts.games;
  };

  function takeCurrent(answer: Answer<CurrentDocument>, failures: number): number {
    const was = board.trouble;
    learn(answer.facts);
    board.trouble = answer.kind === "trouble" ? answer.trouble : undefined;
    if (answer.kind !== "trouble") board.answered = true;
    if (answer.kind === "document") {
      const switched = answer.value?.stream_name !== board.current?.stream_name;
      board.current = answer.value;
      if (answer.value) receivedAt.set(answer.value, now());
      // The list still shows the order before the switch.
      if (switched) polls?.all.now();
    }
    if (answer.kind !== "trouble") {
      fruitless = board.current || board.all?.length ? 0 : fruitless + 1;
      const looked = board.progress !== undefined && board.progress.sampled >= board.progress.streams;
      board.offAir = fruitless > 0 && (board.offAir || fruitless >= (looked ? OFF_AIR_LOOKED : OFF_AIR_ANYWAY));
    }
    const pause = board.trouble ? retryMs(board.trouble, failures) : board.current ? CURRENT_MS : LOOKING_MS;
    board.retryAt = now() + pause;
    if (board.trouble && !was) announce(board.trouble.text);
    if (!board.trouble && was) announce("The board answers again.");
    changed();
    return pause;
  }

  function takeAll(answer: Answer<StreamDocument[]>, failures: number): number {
    board.listTrouble = answer.kind === "trouble" ? answer.trouble : undefined;
    if (answer.kind === "document") {
      board.all = answer.value;
      for (const stream of answer.value) receivedAt.set(stream, now());
      if (answer.dropped > 0) dropped(answer.dropped);
    }
    changed();
    return board.listTrouble ? Math.max(ALL_MS, retryMs(board.listTrouble, failures)) : ALL_MS;
  }

  return {
    board: () => board,
    follow: (game) => {
      polls?.current.stop();
      polls?.all.stop();
      board = nothing(board.games);
      fruitless = 0;
      const path = game ? `/${game}` : "";
      polls = {
        current: startPoll({
          ask: (etag, signal) => ask(`/current${path}`, etag, parseCurrent, signal),
          take: takeCurrent,
          hidden,
        }),
        all: startPoll({ ask: (etag, signal) => ask(`/all${path}`, etag, parseAll, signal), take: takeAll, hidden }),
      };
    },
    retry: () => {
      polls?.current.now();
      polls?.all.now();
    },
    age: (document) => document.age + (now() - (receivedAt.get(document) ?? now())) / 1000,
  };
}

const retryMs = (trouble: Trouble, failures: number) =>
  trouble.retryAfterSeconds ? trouble.retryAfterSeconds * 1000 : backoffMs(failures);

function nothing(games: readonly string[]): Board {
  return {
    answered: false,
    current: undefined,
    all: undefined,
    progress: undefined,
    offAir: false,
    staleSeconds: undefined,
    trouble: undefined,
    listTrouble: undefined,
    retryAt: 0,
    games,
  };
}
