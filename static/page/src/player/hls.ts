/** Simulated streams: a live HLS playlist of this host, played by hls.js, which is fetched when it is first needed. */
import type HlsType from "hls.js/light";
import { type Emit, type Player, QUIET_MS, type Sound } from "./player.ts";

const RETRY_MS = 10_000;
const SETTINGS = {
  // A worker would need a policy for blob: scripts; one simulated stream does not need a worker.
  enableWorker: false,
  liveSyncDurationCount: 2,
  maxBufferLength: 20,
  backBufferLength: 10,
  // Cues would be kept in a track with a data: address, which the page's policy rightly refuses; nobody reads them.
  enableDateRangeMetadataCues: false,
  enableID3MetadataCues: false,
  enableEmsgMetadataCues: false,
};
/** Faults in a row that are repaired in place before the stream counts as broken. */
const REPAIRS = 3;

export function createHlsPlayer(mount: HTMLElement, emit: Emit): Player {
  const video = document.createElement("video");
  video.playsInline = true;
  video.autoplay = true;
  video.muted = true;
  // The browser's own controls: whoever wants the moving picture to stop can stop it (WCAG 2.2.2).
  video.controls = true;
  video.disableRemotePlayback = true;
  let sound: Sound = { muted: true, volume: 1 };
  let wanted: string | undefined;
  let hls: HlsType | undefined;
  let repairs = 0;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const say: (event: Parameters<Emit>[0]) => void = (event) => {
    if (wanted) emit(event, wanted);
  };
  const applySound = (wish: Sound) => {
    sound = wish;
    video.volume = wish.volume;
    video.muted = wish.muted;
  };
  const start = async () => {
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (!video.muted) {
        applySound({ ...sound, muted: true });
        say({ kind: "silenced" });
        void start();
      } else say({ kind: "blocked" });
    }
  };
  video.addEventListener("playing", () => {
    clearTimeout(quiet);
    repairs = 0;
    say({ kind: "playing" });
  });
  video.addEventListener("pause", () => say({ kind: "paused" }));
  video.addEventListener("volumechange", () => {
    const { muted, volume } = video;
    if (muted === sound.muted && Math.abs(volume - sound.volume) < 0.01) return;
    sound = { muted, volume };
    say({ kind: "sound", sound });
  });
  video.addEventListener("ended", () => say({ kind: "gone", why: "ended" }));

  const attach = async (url: string) => {
    hls?.destroy();
    hls = undefined;
    clearTimeout(retry);
    clearTimeout(quiet);
    quiet = setTimeout(() => say({ kind: "quiet" }), QUIET_MS);
    let Hls: typeof HlsType;
    try {
      Hls = (await import("hls.js/light")).default;
    } catch {
      say({ kind: "unloadable", what: "The video player" });
      retry = setTimeout(() => wanted && void attach(wanted), RETRY_MS);
      return;
    }
    // Another stream was asked for while the player was on its way.
    if (wanted !== url) return;
    if (!video.isConnected) mount.append(video);
    say({ kind: "made" });
    if (!Hls.isSupported()) {
      // iPhones play HLS themselves and have no Media Source.
      video.src = url;
      return void start();
    }
    const mine = new Hls(SETTINGS);
    hls = mine;
    mine.on(Hls.Events.MANIFEST_PARSED, () => void start());
    mine.on(Hls.Events.ERROR, (_, data) => {
      if (!data.fatal || hls !== mine) return;
      const status = data.response?.code ?? 0;
      if (status === 404 || status === 410) say({ kind: "gone", why: "offline" });
      else if (++repairs > REPAIRS) say({ kind: "gone", why: "broken" });
      else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) mine.recoverMediaError();
      else retry = setTimeout(() => wanted === url && void attach(url), 1000 * 2 ** repairs);
    });
    mine.loadSource(url);
    mine.attachMedia(video);
  };

  return {
    play: (url) => {
      if (url === wanted) return;
      wanted = url;
      repairs = 0;
      video.setAttribute("aria-label", "Simulated stream");
      void attach(url);
    },
    resume: () => {
      if (repairs <= REPAIRS || !wanted) return void start();
      repairs = 0;
      void attach(wanted);
    },
    setSound: applySound,
    stop: () => {
      clearTimeout(quiet);
      clearTimeout(retry);
      hls?.destroy();
      hls = undefined;
      wanted = undefined;
      video.removeAttribute("src");
      video.load();
      video.remove();
    },
  };
}
