/** One small interface, two players: Twitch's own embed, and hls.js for simulated streams. */

export interface Sound {
  muted: boolean;
  /** 0 to 1. */
  volume: number;
}

export type PlayerEvent =
  /** The player stands on the stage. */
  | { kind: "made" }
  /** The picture moves. */
  | { kind: "playing" }
  /** Paused by the viewer, in the player itself. */
  | { kind: "paused" }
  /** The browser wants a gesture before anything plays. */
  | { kind: "blocked" }
  /** Ready for some seconds and nothing plays: an advertisement, or a question that Twitch asks inside its player. */
  | { kind: "quiet" }
  /** This stream will not play here any more. */
  | { kind: "gone"; why: "offline" | "ended" | "broken" }
  /** The player itself could not be loaded; it tries again by itself. */
  | { kind: "unloadable"; what: string }
  /** The viewer turned the sound up, down, on or off inside the player. */
  | { kind: "sound"; sound: Sound }
  /** The browser refuses sound without a gesture; it plays on without. */
  | { kind: "silenced" };

/** `emit` is told of every event, with the address it belongs to. */
export interface Player {
  /** Plays this channel or playlist instead of whatever plays now. */
  play(what: string): void;
  /** After a gesture of the viewer, when the browser had blocked playing, or when the network is back. */
  resume(): void;
  setSound(sound: Sound): void;
  /** Leaves the stage to another player. */
  stop(): void;
}

export type Emit = (event: PlayerEvent, what: string) => void;

/** Seconds without a moving picture after which the viewer is told, and those after which another stream is tried. */
export const QUIET_MS = 10_000;
