/** Puts the right player on the stage, keeps the viewer's wish about sound, and passes on what the player says. */
import { firstPaint } from "./paint.ts";
import { createHlsPlayer } from "./player/hls.ts";
import type { Player, PlayerEvent, Sound } from "./player/player.ts";
import { createTwitchPlayer } from "./player/twitch.ts";
import type { Source } from "./source.ts";
import { recall, remember } from "./store.ts";

export interface Stage {
  show(source: Source | undefined): void;
  resume(): void;
  sound(): Sound;
  setSound(sound: Sound): void;
  /** The viewer wants sound, and the browser waits for a gesture before it allows any. */
  soundWaits(): boolean;
}

const START: Sound = { muted: true, volume: 0.6 };

export function createStage(mount: HTMLElement, hear: (event: PlayerEvent) => void, soundChanged: () => void): Stage {
  let source: Source | undefined;
  let wish = recall("sound") ?? START;
  let touched = false;
  const address = (one: Source | undefined) => (one?.kind === "twitch" ? one.channel : one?.url);
  const emit = (event: PlayerEvent, what: string) => {
    if (what !== address(source)) return;
    if (event.kind === "sound") {
      wish = event.sound;
      remember("sound", wish);
      soundChanged();
    } else hear(event);
  };
  const players: Partial<Record<Source["kind"], Player>> = {};
  const make = { twitch: createTwitchPlayer, hls: createHlsPlayer };
  // Browsers let a page make noise only after the viewer has touched it: until then everything plays muted.
  const allowed = () => touched || (navigator.userActivation?.hasBeenActive ?? false);
  const applied = (): Sound => ({ ...wish, muted: wish.muted || !allowed() });
  const apply = () => source && players[source.kind]?.setSound(applied());

  const touch = () => {
    if (touched) return;
    touched = true;
    apply();
    soundChanged();
  };
  for (const gesture of ["pointerup", "keydown"] as const) addEventListener(gesture, touch, { capture: true });

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
    sound: () => wish,
    setSound: (sound) => {
      wish = sound;
      remember("sound", wish);
      apply();
      soundChanged();
    },
    soundWaits: () => !wish.muted && !allowed(),
  };
}
