/** Puts the right player on the stage, keeps the viewer's wish about sound, and passes on what the player says. */
import { firstPaint } from "./paint.ts";
import { createHlsPlayer } from "./player/hls.ts";
import type { Player, PlayerEvent, Sound } from "./player/player.ts";
import { createTwitchPlayer } from "./player/twitch.ts";
import type { Source } from "./source.ts";
import { recall, remember } from "./store.ts";

export interface Stage {
  show(source: Source | undefined): void;
  /** Plays on: after a gesture, or after the network is back. */
  resume(): void;
  /** A player is there: nothing may lie over it. */
  filled(): boolean;
  sound(): Sound;
  setSound(sound: Sound): void;
  /** The viewer wants sound, and the browser waits for a gesture before it allows any. */
  soundWaits(): boolean;
}

const START: Sound = { muted: true, volume: 0.6 };

export function createStage(mount: HTMLElement, hear: (event: PlayerEvent) => void, soundChanged: () => void): Stage {
  let source: Source | undefined;
  let wish = recall("sound") ?? START;
  // Browsers let a page make noise only after the viewer has touched it: until then everything plays muted.
  let allowed = navigator.userActivation?.hasBeenActive ?? false;
  const address = (one: Source | undefined) => (one?.kind === "twitch" ? one.channel : one?.url);
  const emit = (event: PlayerEvent, what: string) => {
    if (what !== address(source)) return;
    if (event.kind === "sound") {
      wish = event.sound;
      remember("sound", wish);
      soundChanged();
    } else if (event.kind === "silenced") {
      allowed = false;
      soundChanged();
    } else hear(event);
  };
  const players: Partial<Record<Source["kind"], Player>> = {};
  const make = { twitch: createTwitchPlayer, hls: createHlsPlayer };
  const applied = (): Sound => ({ ...wish, muted: wish.muted || !allowed });
  const apply = () => source && players[source.kind]?.setSound(applied());

  const active = () => navigator.userActivation?.isActive ?? true;
  const allow = (event: Event) => {
    // The button itself asks whether sound waits, in the click that follows.
    if (allowed || !active() || (event.target instanceof Element && event.target.closest("#sound"))) return;
    allowed = true;
    apply();
    soundChanged();
  };
  // Not keydown: the key for sound asks the same question first.
  for (const gesture of ["pointerup", "keyup"] as const) addEventListener(gesture, allow, { capture: true });

  let painted = false;
  const start = () => {
    if (!source || !painted) return;
    players[source.kind] ??= make[source.kind](mount, emit);
    players[source.kind]?.setSound(applied());
    players[source.kind]?.play(source.kind === "twitch" ? source.channel : source.url);
  };
  void firstPaint().then(() => {
    painted = true;
    start();
  });

  return {
    show: (next) => {
      if (address(next) === address(source) && next?.kind === source?.kind) return;
      if (source && source.kind !== next?.kind) players[source.kind]?.stop();
      source = next;
      mount.dataset.player = next?.kind ?? "none";
      start();
    },
    resume: () => source && players[source.kind]?.resume(),
    filled: () => mount.querySelector("iframe, video") !== null,
    sound: () => wish,
    setSound: (sound) => {
      allowed ||= active();
      wish = sound;
      remember("sound", wish);
      apply();
      soundChanged();
    },
    soundWaits: () => !wish.muted && !allowed,
  };
}
