/**
 * Twitch's interactive embed. Its rules (dev.twitch.tv/docs/embed): `parent` names this host; at least 400x300, visible
 * and not covered, or it refuses to start by itself; it starts muted; setChannel works only after READY.
 */
import { type Emit, type Player, QUIET_MS, type Sound } from "./player.ts";

/** The part of the embed script that is used here; names are Twitch's. */
interface TwitchPlayer {
  addEventListener(event: string, listener: () => void): void;
  setChannel(channel: string): void;
  getChannel(): string | undefined;
  play(): void;
  pause(): void;
  setMuted(muted: boolean): void;
  getMuted(): boolean;
  setVolume(volume: number): void;
  getVolume(): number;
}
interface TwitchApi {
  Player: new (id: string, options: object) => TwitchPlayer;
}
declare global {
  var Twitch: TwitchApi | undefined;
}

const SCRIPT = "https://player.twitch.tv/js/embed/v1.js";
const RETRY_MS = 10_000;
/** A script that has not come after this long is asked for again. */
const LOAD_MS = 15_000;
/** A value just set travels to the frame and back; what is read earlier is the old one. */
const SETTLE_MS = 2_000;
const SMALLEST = { width: 400, height: 300 };

export function createTwitchPlayer(mount: HTMLElement, emit: Emit): Player {
  const frame = document.createElement("div");
  frame.id = "twitch-player";
  let player: TwitchPlayer | undefined;
  let ready = false;
  let wanted: string | undefined;
  let tuned: string | undefined;
  let sound: Sound = { muted: true, volume: 0.5 };
  let soundSetAt = 0;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  // A phone in portrait is narrower than 400 px: the frame is laid out at 400x300 and drawn smaller.
  const fit = new ResizeObserver(([entry]) => {
    if (!entry) return;
    const { width, height } = entry.contentRect;
    const zoom = Math.min(1, width / SMALLEST.width, height / SMALLEST.height);
    if (zoom > 0) frame.style.setProperty("zoom", String(zoom));
  });

  const say: (event: Parameters<Emit>[0]) => void = (event) => {
    if (wanted) emit(event, wanted);
  };
  const waitForPicture = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => say({ kind: "quiet" }), QUIET_MS);
  };
  const applySound = () => {
    if (!player || !ready) return;
    soundSetAt = Date.now();
    player.setMuted(sound.muted);
    player.setVolume(sound.volume);
  };
  const tune = () => {
    if (!player || !ready || !wanted || wanted === tuned) return;
    tuned = wanted;
    waitForPicture();
    player.setChannel(wanted);
  };
  // The frame may still speak of the channel before.
  const ofWanted = () => {
    const channel = player?.getChannel();
    return !channel || channel.toLowerCase() === wanted;
  };
  const gone = (why: "offline" | "ended") => () => {
    if (!ofWanted()) return;
    clearTimeout(quiet);
    say({ kind: "gone", why });
  };

  const build = () => {
    if (!globalThis.Twitch || !wanted) return;
    tuned = wanted;
    waitForPicture();
    player = new globalThis.Twitch.Player(frame.id, {
      channel: wanted,
      width: "100%",
      height: "100%",
      parent: [location.hostname],
      autoplay: true,
      muted: true,
    });
    say({ kind: "made" });
    const on = (event: string, listener: () => void) => player?.addEventListener(event, listener);
    on("ready", () => {
      ready = true;
      applySound();
      tune();
    });
    on("playing", () => {
      if (!ofWanted()) return;
      clearTimeout(quiet);
      say({ kind: "playing" });
    });
    on("pause", () => {
      clearTimeout(quiet);
      say({ kind: "paused" });
    });
    on("playbackBlocked", () => {
      if (sound.muted) return say({ kind: "blocked" });
      // Sound may be what the browser minds: without it, once more.
      sound = { ...sound, muted: true };
      applySound();
      player?.play();
      say({ kind: "silenced" });
    });
    on("offline", gone("offline"));
    on("ended", gone("ended"));
  };

  let tries = 0;
  const load = () => {
    clearTimeout(retry);
    if (globalThis.Twitch) return build();
    const script = document.createElement("script");
    // A browser joins a second request to one that hangs, unless the address is another.
    script.src = tries++ ? `${SCRIPT}?again=${tries}` : SCRIPT;
    script.async = true;
    const failed = () => {
      clearTimeout(retry);
      script.remove();
      say({ kind: "unloadable", what: "Twitch's player" });
      retry = setTimeout(load, RETRY_MS);
    };
    retry = setTimeout(failed, LOAD_MS);
    script.onerror = failed;
    script.onload = () => {
      if (!globalThis.Twitch) return failed();
      clearTimeout(retry);
      if (!player) build();
    };
    document.head.append(script);
  };

  let watch: ReturnType<typeof setInterval> | undefined;
  const readSound = () => {
    if (!player || !ready || Date.now() - soundSetAt < SETTLE_MS) return;
    const muted = player.getMuted();
    const volume = player.getVolume();
    if (typeof muted !== "boolean" || !(volume >= 0 && volume <= 1)) return;
    if (muted === sound.muted && Math.abs(volume - sound.volume) < 0.01) return;
    sound = { muted, volume };
    say({ kind: "sound", sound });
  };

  return {
    play: (channel) => {
      const first = wanted === undefined && !player;
      wanted = channel;
      if (!frame.isConnected) {
        mount.append(frame);
        fit.observe(mount);
        watch = setInterval(readSound, 1_000);
      }
      if (first) load();
      else tune();
    },
    resume: () => player?.play(),
    setSound: (wish) => {
      sound = wish;
      applySound();
    },
    stop: () => {
      clearTimeout(quiet);
      clearTimeout(retry);
      clearInterval(watch);
      fit.disconnect();
      frame.replaceChildren();
      frame.remove();
      player = undefined;
      ready = false;
      wanted = undefined;
      tuned = undefined;
    },
  };
}
