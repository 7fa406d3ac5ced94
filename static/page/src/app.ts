/**
 * What the viewer wants and what the player reports, put together with what the board says. Every change ends in
 * `settle`, which chooses a stream, plays it and draws the screen; there is no other way to the screen.
 */
import type { StreamDocument } from "../../../functions/contracts/api.ts";
import { choose, nextClosest, type Pin, type Shown } from "./choose.ts";
import { type Board, createFeed } from "./feed.ts";
import type { PlayerEvent } from "./player/player.ts";
import { parseSource } from "./source.ts";
import type { Stage } from "./stage.ts";
import { recall, remember } from "./store.ts";
import { type View, viewOf } from "./view.ts";

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
  /** Something stands on the stage and moves. */
  moving: boolean;
  /** The browser wants a gesture before it plays. */
  blocked: boolean;
  /** Seconds since a document's picture was on air, now. */
  age(stream: StreamDocument): number;
}

export type App = ReturnType<typeof createApp>;

const NOTICE_MS = 15_000;
/** How long a stream that would not play is left out. */
const SKIP_MS = 120_000;
/** After the first hint that nothing moves: an advertisement break is over by then. */
const GIVE_UP_MS = 35_000;
/** Streams tried in a row without one picture: then it is not the streams. */
const MAX_HOPS = 3;
const HISTORY = 30;

const goneWords = {
  offline: "went offline",
  ended: "ended the stream",
  broken: "cannot be played here",
  silent: "does not start (a content warning, perhaps)",
} as const;

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
  let notice: { text: string; until: number; ofPlayer: boolean } | undefined;
  let skip = new Map<string, number>();
  let hops = 0;
  let moving = false;
  let blocked = false;
  let giveUp: ReturnType<typeof setTimeout> | undefined;

  /** `ofPlayer`: no longer true once a picture moves. */
  const tell = (text: string, ofPlayer = false) => {
    notice = { text, until: now() + NOTICE_MS, ofPlayer };
  };
  if (options.notice) tell(options.notice);

  const feed = createFeed({
    hidden,
    announce,
    changed: () => {
      const { trouble, games } = feed.board();
      if (trouble?.kind === "game" && game && games.length > 0 && !games.includes(game)) {
        tell(`${game} is not followed here. Showing the usual game.`);
        setGame(undefined);
      } else settle();
    },
    dropped: (count) => tell(`${count} entries of the list make no sense and are left out`),
  });

  function settle(): void {
    for (const [login, until] of skip) if (until <= now()) skip.delete(login);
    if (notice && notice.until <= now()) notice = undefined;
    const { current, all = [] } = feed.board();
    const before = shown;
    let next = choose({ current, all, pin, language, skip: skipped(), shown: before?.login });
    // The board lost its leader but names no other: what plays goes on playing until there is something better.
    if (!next && before && !before.pinned && !skip.has(before.login) && !language) {
      next = { ...before, document: undefined };
    }
    const source = next && parseSource(next.url, location.href);
    if (next && !source) {
      leaveOut(next.login);
      tell(`${next.name} has an address that this page does not play`);
      next = before && !skip.has(before.login) ? before : undefined;
    }
    shown = next;
    if (next?.login !== before?.login) switched(before, next);
    if (!next) stage.show(undefined);
    else if (source) stage.show(source);
    paint();
  }

  function switched(before: Shown | undefined, next: Shown | undefined): void {
    clearTimeout(giveUp);
    moving = false;
    blocked = false;
    if (before) back = [...back.filter(({ login }) => login !== before.login), before].slice(-HISTORY);
    if (next) announce(`Now showing ${next.name}. ${countOf(next)}${next.reason}.`);
  }

  function paint(): void {
    const board = feed.board();
    const { all, listTrouble, games } = board;
    const view = viewOf({
      ...board,
      shown,
      retryInSeconds: Math.max(0, (board.retryAt - now()) / 1000),
      ageSeconds: shown?.document && feed.age(shown.document),
      notice: notice?.text,
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
      canGoOn: nextClosest(spoken(all), shown?.login, skipped()) !== undefined,
      skip: skipped(),
      moving,
      blocked,
      age: feed.age,
    });
  }

  const skipped = () => new Set(skip.keys());
  const spoken = (all: readonly StreamDocument[] = []) =>
    all.filter((stream) => !language || stream.language === language);

  function listen(event: PlayerEvent): void {
    if (!shown) return;
    if (event.kind === "playing") {
      clearTimeout(giveUp);
      hops = 0;
      moving = true;
      blocked = false;
      if (notice?.ofPlayer) notice = undefined;
    } else if (event.kind === "paused") {
      moving = false;
    } else if (event.kind === "blocked") {
      blocked = true;
      tell("your browser wants a tap before it plays", true);
      waitThenGo();
    } else if (event.kind === "quiet") {
      tell("nothing plays yet: an advertisement, or a question in the player that wants your answer", true);
      waitThenGo();
    } else if (event.kind === "unloadable") {
      tell(`${event.what} could not be loaded; trying again`, true);
    } else if (event.kind === "gone") {
      leave(event.why);
      return;
    }
    paint();
  }

  function waitThenGo(): void {
    clearTimeout(giveUp);
    const login = shown?.login;
    // A pinned stream is the viewer's own choice: the hint is enough.
    giveUp = setTimeout(() => shown?.login === login && !moving && !shown?.pinned && leave("silent"), GIVE_UP_MS);
  }

  /** To the next stream, with a word. Nobody is reported to anybody. */
  function leave(why: keyof typeof goneWords): void {
    if (!shown) return;
    moving = false;
    if (++hops > MAX_HOPS) {
      tell("no stream plays here; Twitch may be away, or something in this browser keeps it from playing", true);
      paint();
      return;
    }
    tell(`${shown.name} ${goneWords[why]}`);
    announce(`${shown.name} ${goneWords[why]}.`);
    leaveOut(shown.login);
    settle();
  }

  function leaveOut(login: string): void {
    skip.set(login, now() + SKIP_MS);
    if (pin?.login === login) setPin(undefined);
  }

  function setPin(next: Pin | undefined): void {
    pin = next;
    remember("pin", next);
  }

  function pinTo(stream: Pin): void {
    skip.delete(stream.login);
    hops = 0;
    setPin(stream);
    settle();
  }

  function setGame(next: string | undefined): void {
    game = next;
    remember("game", next);
    shown = undefined;
    back = [];
    skip = new Map();
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
      const next = nextClosest(spoken(feed.board().all), shown?.login, skipped());
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
      hops = 0;
      stage.resume();
    },
    where: () => ({ game, pin: pin?.login }),
  };
}

const pinOf = ({ login, name, url }: Shown): Pin => ({ login, name, url });
const pinOfDocument = ({ stream_name, display_name, stream_url }: StreamDocument): Pin => ({
  login: stream_name,
  name: display_name,
  url: stream_url,
});

function countOf({ document }: Shown): string {
  if (!document) return "";
  if (document.phase === "lobby")
    return document.joined === undefined ? "In the lobby. " : `${document.joined} joined. `;
  return document.alive === null ? "" : `${document.alive} alive. `;
}
