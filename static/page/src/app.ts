/**
 * The page's memory and its reactions: what the board said, what the viewer wants, what the player reports. Every change
 * ends in `settle`, which chooses a stream, plays it and draws the screen; there is no other way to the screen.
 */
import type { CurrentDocument, StreamDocument } from "../../../functions/contracts/api.ts";
import { choose, nextClosest, type Pin, type Shown } from "./choose.ts";
import { type Answer, ask, type Facts, parseAll, parseCurrent, type Trouble } from "./documents.ts";
import type { Progress } from "./headers.ts";
import type { PlayerEvent } from "./player/player.ts";
import { backoffMs, type Poll, startPoll } from "./poll.ts";
import { parseSource } from "./source.ts";
import type { Stage } from "./stage.ts";
import { recall, remember } from "./store.ts";
import { type Model, type View, viewOf } from "./view.ts";

export interface Screen extends View {
  shown: Shown | undefined;
  /** Running matches in the chosen language; undefined while the list is not known. */
  all: readonly StreamDocument[] | undefined;
  /** In every language. */
  everywhere: readonly StreamDocument[] | undefined;
  listTrouble: Trouble | undefined;
  games: readonly string[];
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

const CURRENT_MS = 2_000;
/** While nothing is known yet the viewer watches the search itself. */
const LOOKING_MS = 1_000;
const ALL_MS = 5_000;
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
  let games: string[] = [];
  let current: CurrentDocument | undefined;
  let all: StreamDocument[] | undefined;
  let answered = false;
  const receivedAt = new WeakMap<StreamDocument, number>();
  let progress: Progress | undefined;
  let staleSeconds: number | undefined;
  let trouble: Trouble | undefined;
  let listTrouble: Trouble | undefined;
  let retryAt = 0;
  let shown: Shown | undefined;
  let back: Shown[] = [];
  let notice = options.notice ? { text: options.notice, until: now() + NOTICE_MS } : undefined;
  let skip = new Map<string, number>();
  let hops = 0;
  let moving = false;
  let blocked = false;
  let giveUp: ReturnType<typeof setTimeout> | undefined;
  let polls: Poll[] = [];

  const age = (document: StreamDocument) => document.age + (now() - (receivedAt.get(document) ?? now())) / 1000;
  const skipped = () => new Set(skip.keys());
  const tell = (text: string) => {
    notice = { text, until: now() + NOTICE_MS };
  };

  function settle(): void {
    for (const [login, until] of skip) if (until <= now()) skip.delete(login);
    if (notice && notice.until <= now()) notice = undefined;
    const before = shown;
    let next = choose({ current, all: all ?? [], pin, language, skip: skipped(), shown: shown?.login });
    // The board lost its leader but names no other: what plays goes on playing until there is something better.
    if (!next && before && !before.pinned && !skip.has(before.login) && !language)
      next = { ...before, document: undefined };
    const source = next && parseSource(next.url, location.href);
    if (next && !source) {
      skip.set(next.login, now() + SKIP_MS);
      tell(`${next.name} has an address that this page does not play`);
      if (pin?.login === next.login) setPin(undefined);
      next = before && !skip.has(before.login) ? before : undefined;
    }
    shown = next;
    if (next?.login !== before?.login) {
      clearTimeout(giveUp);
      moving = false;
      blocked = false;
      if (before) back = [...back.filter(({ login }) => login !== before.login), before].slice(-HISTORY);
      if (next) announce(`Now showing ${next.name}. ${countOf(next)}${next.reason}.`);
    }
    if (!next) stage.show(undefined);
    else if (source) stage.show(source);
    paint();
  }

  function paint(): void {
    const document = shown?.document;
    const model: Model = {
      answered,
      shown,
      all,
      progress,
      staleSeconds,
      trouble,
      retryInSeconds: Math.max(0, (retryAt - now()) / 1000),
      ageSeconds: document && age(document),
      notice: notice?.text,
      language,
    };
    const canGoOn = nextClosest(inLanguage(), shown?.login, skipped()) !== undefined;
    const canGoBack = back.length > 0;
    const lists = {
      all: all && inLanguage(),
      everywhere: all,
      listTrouble,
      games,
      game,
      language,
      pin,
      skip: skipped(),
    };
    draw({ ...viewOf(model), ...lists, shown, canGoBack, canGoOn, moving, blocked, age });
  }

  const inLanguage = () => (all ?? []).filter((stream) => !language || stream.language === language);

  function learn(facts: Facts | undefined): void {
    if (!facts) return;
    progress = facts.progress;
    staleSeconds = facts.staleSeconds;
    if (facts.games.length > 0) games = facts.games;
  }

  function takeCurrent(answer: Answer<CurrentDocument>, failures: number): number {
    const was = trouble;
    let pause = shown ? CURRENT_MS : LOOKING_MS;
    learn(answer.facts);
    if (answer.kind === "trouble") {
      trouble = answer.trouble;
      pause = trouble.retryAfterSeconds ? trouble.retryAfterSeconds * 1000 : backoffMs(failures);
      if (trouble.kind === "game" && game && games.length > 0 && !games.includes(game)) return wrongGame();
    } else {
      trouble = undefined;
      answered = true;
      if (answer.kind === "document") {
        const switched = answer.value?.stream_name !== current?.stream_name;
        current = answer.value;
        if (current) received(current);
        if (switched) polls[1]?.now();
      }
    }
    retryAt = now() + pause;
    if (trouble && !was) announce(trouble.text);
    if (!trouble && was) announce("The board answers again.");
    settle();
    return pause;
  }

  function takeAll(answer: Answer<StreamDocument[]>, failures: number): number {
    listTrouble = answer.kind === "trouble" ? answer.trouble : undefined;
    if (answer.kind === "document") {
      all = answer.value;
      received(...all);
      if (answer.dropped > 0) tell(`${answer.dropped} entries of the list make no sense and are left out`);
    }
    settle();
    return answer.kind === "trouble" ? Math.max(ALL_MS, backoffMs(failures)) : ALL_MS;
  }

  function received(...documents: StreamDocument[]): void {
    for (const document of documents) receivedAt.set(document, now());
  }

  function wrongGame(): number {
    tell(`${game} is not followed here. Showing the usual game.`);
    setGame(undefined);
    return CURRENT_MS;
  }

  function listen(event: PlayerEvent): void {
    if (!shown) return;
    if (event.kind === "playing") {
      clearTimeout(giveUp);
      hops = 0;
      moving = true;
      blocked = false;
    } else if (event.kind === "paused") {
      moving = false;
    } else if (event.kind === "blocked") {
      blocked = true;
      tell("your browser wants a tap before it plays");
      waitThenGo();
    } else if (event.kind === "quiet") {
      tell("nothing plays yet: an advertisement, or a question in the player that wants your answer");
      waitThenGo();
    } else if (event.kind === "gone") {
      leave(event.why);
      return;
    } else if (event.kind === "unloadable") {
      tell(`${event.what} could not be loaded; trying again`);
    }
    paint();
  }

  function waitThenGo(): void {
    clearTimeout(giveUp);
    const login = shown?.login;
    giveUp = setTimeout(() => shown?.login === login && !moving && !shown?.pinned && leave("silent"), GIVE_UP_MS);
  }

  /** To the next stream, with a word. Nobody is reported to anybody. */
  function leave(why: keyof typeof goneWords): void {
    const gone = shown;
    if (!gone) return;
    moving = false;
    if (++hops > MAX_HOPS) {
      tell("no stream plays here; Twitch may be away, or something in this browser keeps it from playing");
      paint();
      return;
    }
    tell(`${gone.name} ${goneWords[why]}`);
    announce(`${gone.name} ${goneWords[why]}.`);
    skip.set(gone.login, now() + SKIP_MS);
    if (pin?.login === gone.login) setPin(undefined);
    settle();
  }

  function setPin(next: Pin | undefined): void {
    pin = next;
    remember("pin", next);
  }

  function setGame(next: string | undefined): void {
    game = next;
    remember("game", next);
    current = undefined;
    all = undefined;
    answered = false;
    progress = undefined;
    trouble = undefined;
    shown = undefined;
    back = [];
    skip = new Map();
    setPin(undefined);
    start();
    settle();
  }

  function start(): void {
    for (const poll of polls) poll.stop();
    const suffix = game ? `/${game}` : "";
    polls = [
      startPoll({
        ask: (tag, signal) => ask(`/current${suffix}`, tag, parseCurrent, signal),
        take: takeCurrent,
        hidden,
      }),
      startPoll({ ask: (tag, signal) => ask(`/all${suffix}`, tag, parseAll, signal), take: takeAll, hidden }),
    ];
  }

  const pinTo = (stream: Pin) => {
    skip.delete(stream.login);
    hops = 0;
    setPin(stream);
    settle();
  };
  const pinOf = ({ login, name, url }: Shown): Pin => ({ login, name, url });

  return {
    start: () => {
      start();
      setInterval(() => {
        if (!hidden()) settle();
      }, 1000);
      settle();
    },
    listen,
    paint,
    togglePin: () => {
      if (pin) {
        setPin(undefined);
        announce("Unpinned. Following the fewest alive.");
      } else if (shown) {
        setPin(pinOf(shown));
        announce(`Pinned ${shown.name}.`);
      }
      settle();
    },
    pick: (stream: StreamDocument) =>
      pinTo({ login: stream.stream_name, name: stream.display_name, url: stream.stream_url }),
    next: () => {
      const next = nextClosest(inLanguage(), shown?.login, skipped());
      if (next) pinTo({ login: next.stream_name, name: next.display_name, url: next.stream_url });
    },
    previous: () => {
      const target = back.pop();
      if (!target) return;
      const left = shown;
      pinTo(pinOf(target));
      // Going back is no step forward: the stream just left is not what "previous" means next.
      back = back.filter(({ login }) => login !== left?.login);
      paint();
    },
    setGame: (id: string) => setGame(id === games[0] ? undefined : id),
    setLanguage: (code: string) => {
      language = code;
      remember("language", code || undefined);
      settle();
    },
    retry: () => {
      for (const poll of polls) poll.now();
    },
    resume: () => {
      hops = 0;
      stage.resume();
    },
    where: () => ({ game, pin: pin?.login }),
  };
}

function countOf({ document }: Shown): string {
  if (!document) return "";
  if (document.phase === "lobby")
    return document.joined === undefined ? "In the lobby. " : `${document.joined} joined. `;
  return document.alive === null ? "" : `${document.alive} alive. `;
}
