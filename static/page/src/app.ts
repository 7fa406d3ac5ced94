/**
 * What the viewer wants and what the player reports, put together with what the board says. Every change ends in
 * `settle`, which chooses a stream, plays it and draws the screen; there is no other way to the screen.
 */
import type { StreamDocument } from "../../../functions/contracts/api.ts";
import { choose, nextClosest, type Pin, pinOf, pinOfDocument, type Shown } from "./choose.ts";
import { type Board, createFeed } from "./feed.ts";
import { createNotice } from "./notice.ts";
import { createPlayback } from "./playback.ts";
import type { PlayerEvent } from "./player/player.ts";
import { parseSource } from "./source.ts";
import type { Stage } from "./stage.ts";
import { recall, remember } from "./store.ts";
import { nowShowing, type View, viewOf } from "./view.ts";

export interface Screen extends View, Pick<Board, "listTrouble" | "games"> {
  shown: Shown | undefined;
  /** Running matches in the chosen language; undefined while the list is not known. */
  all: readonly StreamDocument[] | undefined;
  /** In every language. */
  everywhere: readonly StreamDocument[] | undefined;
  game: string | undefined;
  language: string;
  pin: Pin | undefined;
  canGoBack: boolean;
  canGoOn: boolean;
  skip: ReadonlySet<string>;
  /** A player stands on the stage: nothing may lie over it. */
  filled: boolean;
  /** The screen must not go to sleep now. */
  awake: boolean;
  /** The browser wants a gesture before it plays. */
  blocked: boolean;
  /** Seconds since a document's picture was on air, now. */
  age(stream: StreamDocument): number;
}

export type App = ReturnType<typeof createApp>;

const HISTORY = 30;

export function createApp(options: {
  stage: Stage;
  pin: Pin | undefined;
  game: string | undefined;
  notice: string | undefined;
  hidden(): boolean;
  draw(screen: Screen): void;
  /** Said aloud, once: a switch, a trouble, its end. */
  announce(text: string): void;
}) {
  const { stage, draw, announce, hidden } = options;
  const now = () => performance.now();
  let { pin, game } = options;
  let language = recall("language") ?? "";
  let shown: Shown | undefined;
  let back: Shown[] = [];
  const notice = createNotice(now);
  if (options.notice) notice.tell(options.notice);
  const { tell } = notice;

  const playback = createPlayback({
    now,
    cut: () => !navigator.onLine || feed.board().trouble?.kind === "network",
    tell: (text) => {
      notice.tell(text, true);
      announce(`${text}.`);
    },
    moves: notice.moves,
    leave: (words) => {
      if (!shown) return;
      tell(`${shown.name} ${words}`);
      announce(`${shown.name} ${words}.`);
      leaveOut(shown.login);
      settle();
    },
  });

  const feed = createFeed({
    hidden,
    announce,
    changed: () => {
      const { trouble, games } = feed.board();
      if (trouble?.kind === "game" && game && games.length > 0 && !games.includes(game)) {
        tell(`${game} is not followed here. Showing the usual game.`);
        setGame(undefined);
        return;
      }
      if (!trouble && playback.stalled()) stage.resume();
      settle();
    },
    dropped: (count) => tell(`${count} entries of the list make no sense and are left out`),
  });

  function settle(): void {
    const skip = playback.skipped();
    const { current, all = [] } = feed.board();
    const before = shown;
    let next = choose({ current, all, pin, language, skip, shown: before?.login });
    // The board lost its leader but names no other: what plays goes on playing until there is something better.
    if (!next && before && !before.pinned && !skip.has(before.login) && !language) {
      next = { ...before, document: undefined };
    }
    const source = next && parseSource(next.url, location.href);
    if (next && !source) {
      leaveOut(next.login);
      tell(`${next.name} has an address that this page does not play`);
      next = before && !playback.skipped().has(before.login) ? before : undefined;
    }
    shown = next;
    if (next?.login !== before?.login) switched(before, next);
    if (!next) stage.show(undefined);
    else if (source) stage.show(source);
    paint();
  }

  function switched(before: Shown | undefined, next: Shown | undefined): void {
    playback.begin();
    if (before) back = [...back.filter(({ login }) => login !== before.login), before].slice(-HISTORY);
    if (next) announce(nowShowing(next));
  }

  function paint(): void {
    const board = feed.board();
    const { all, listTrouble, games } = board;
    const skip = playback.skipped();
    const view = viewOf({
      ...board,
      shown,
      missing: playback.missing(),
      retryInSeconds: Math.max(0, (board.retryAt - now()) / 1000),
      ageSeconds: shown?.document && feed.age(shown.document),
      notice: notice.text(),
      language,
    });
    draw({
      ...view,
      shown,
      all: all && spoken(all),
      everywhere: all,
      listTrouble,
      games,
      game,
      language,
      pin,
      canGoBack: back.length > 0,
      canGoOn: nextClosest(spoken(all), shown?.login, skip) !== undefined,
      skip,
      filled: stage.filled(),
      awake: shown !== undefined && playback.awake(),
      blocked: playback.blocked(),
      age: feed.age,
    });
  }

  const spoken = (all: readonly StreamDocument[] = []) =>
    all.filter((stream) => !language || stream.language === language);

  function listen(event: PlayerEvent): void {
    if (!shown) return;
    playback.hear(event, shown.pinned);
    paint();
  }

  function leaveOut(login: string): void {
    playback.leaveOut(login);
    if (pin?.login === login) setPin(undefined);
  }

  function setPin(next: Pin | undefined): void {
    pin = next;
    remember("pin", next);
  }

  function pinTo(stream: Pin): void {
    playback.forgive(stream.login);
    setPin(stream);
    settle();
  }

  function setGame(next: string | undefined): void {
    game = next;
    remember("game", next);
    shown = undefined;
    back = [];
    playback.forgive();
    setPin(undefined);
    feed.follow(game);
    settle();
  }

  return {
    start: () => {
      feed.follow(game);
      settle();
      // Ages grow, notices fade and countdowns run without any answer.
      setInterval(() => !hidden() && settle(), 1000);
    },
    listen,
    togglePin: () => {
      announce(pin ? "Unpinned. Following the fewest alive." : shown ? `Pinned ${shown.name}.` : "Nothing to pin yet.");
      if (pin) setPin(undefined);
      else if (shown) setPin(pinOf(shown));
      settle();
    },
    pick: (stream: StreamDocument) => pinTo(pinOfDocument(stream)),
    next: () => {
      const next = nextClosest(spoken(feed.board().all), shown?.login, playback.skipped());
      if (next) pinTo(pinOfDocument(next));
    },
    previous: () => {
      const target = back.pop();
      const left = shown?.login;
      if (!target) return;
      pinTo(pinOf(target));
      // Going back is no step forward: the stream just left is not what "previous" means next.
      back = back.filter(({ login }) => login !== left);
      paint();
    },
    setGame: (id: string) => setGame(id === feed.board().games[0] ? undefined : id),
    setLanguage: (code: string) => {
      language = code;
      remember("language", code || undefined);
      settle();
    },
    retry: () => feed.retry(),
    resume: () => {
      playback.forgive();
      stage.resume();
    },
    where: () => ({ game, pin: pin?.login }),
  };
}
