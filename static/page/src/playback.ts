/**
 * Whether the stream on the stage plays here: what the player reports, how long the page is patient, and which streams are
 * left out because they would not. Nobody is reported to anybody.
 */
import type { PlayerEvent } from "./player/player.ts";

/** How long a stream that would not play is left out. */
const SKIP_MS = 120_000;
/** After the first hint that nothing moves: an advertisement break is over by then. */
const GIVE_UP_MS = 35_000;
/** Streams tried in a row without one picture: then it is not the streams. */
const MAX_HOPS = 3;

const goneWords = {
  offline: "went offline",
  ended: "ended the stream",
  broken: "cannot be played here",
  silent: "does not start (a content warning, perhaps)",
} as const;

export function createPlayback(options: {
  now(): number;
  /** The network is away: then it is not the stream, and no other would play either. */
  cut(): boolean;
  /** A word to the viewer that holds until a picture moves. */
  tell(text: string): void;
  moves(): void;
  /** The stream is left, in words: "went offline". */
  leave(words: string): void;
}) {
  const { now, cut, tell, moves, leave } = options;
  let skip = new Map<string, number>();
  let hops = 0;
  let motion: "starting" | "moving" | "paused" | "still" = "starting";
  let blocked = false;
  /** It failed while the network was away. */
  let stalled = false;
  let missing: string | undefined;
  let giveUp: ReturnType<typeof setTimeout> | undefined;

  const gone = (why: keyof typeof goneWords) => {
    if (cut() && (why === "broken" || why === "silent")) {
      motion = "still";
      stalled = true;
      return;
    }
    if (++hops > MAX_HOPS) {
      motion = "still";
      tell("no stream plays here; Twitch may be away, or something in this browser keeps it from playing");
    } else leave(goneWords[why]);
  };

  return {
    /** Another stream is on its way to the stage. */
    begin: () => {
      clearTimeout(giveUp);
      motion = "starting";
      blocked = false;
      stalled = false;
    },
    hear: (event: PlayerEvent, pinned: boolean) => {
      const patiently = () => {
        clearTimeout(giveUp);
        giveUp = setTimeout(() => {
          if (motion === "moving") return;
          motion = "still";
          // A pinned stream is the viewer's own choice: the hint is enough.
          if (!pinned) gone("silent");
        }, GIVE_UP_MS);
      };
      if (event.kind === "playing") {
        clearTimeout(giveUp);
        hops = 0;
        motion = "moving";
        blocked = false;
        stalled = false;
        moves();
      } else if (event.kind === "made") {
        missing = undefined;
      } else if (event.kind === "paused") {
        motion = "paused";
      } else if (event.kind === "blocked") {
        blocked = true;
        tell("your browser wants a tap before it plays");
        patiently();
      } else if (event.kind === "quiet") {
        tell("nothing plays yet: an advertisement, or a question in the player that wants your answer");
        patiently();
      } else if (event.kind === "unloadable") {
        if (missing === undefined) tell(`${event.what} could not be loaded; trying again`);
        missing = event.what;
      } else if (event.kind === "gone") gone(event.why);
    },
    leaveOut: (login: string) => skip.set(login, now() + SKIP_MS),
    /** The viewer asks for it: it is tried again, as if nothing had been. */
    forgive: (login?: string) => {
      if (login === undefined) skip = new Map();
      else skip.delete(login);
      hops = 0;
    },
    skipped: (): ReadonlySet<string> => {
      for (const [login, until] of skip) if (until <= now()) skip.delete(login);
      return new Set(skip.keys());
    },
    /** The browser wants a gesture before it plays. */
    blocked: () => blocked,
    stalled: () => stalled,
    /** What could not be loaded, while there is no player. */
    missing: () => missing,
    /** The screen stays awake while a picture moves or is about to: an advertisement must not put a phone to sleep. */
    awake: () => (motion === "moving" || motion === "starting") && missing === undefined && !blocked,
  };
}
