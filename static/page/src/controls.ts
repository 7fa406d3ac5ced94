/** Everything a viewer can do, by mouse, touch and keyboard, in one table: a key and a button do the same thing. */
import type { App } from "./app.ts";
import type { Stage } from "./stage.ts";
import { recall, remember } from "./store.ts";
import { find, setAttribute, setText } from "./ui/dom.ts";

const VOLUME_STEP = 0.1;

export function connectControls(app: App, stage: Stage, announce: (text: string) => void): { sync(): void } {
  const root = document.documentElement;
  let keysOn = recall("keys") ?? true;

  const setTheme = (theme: "dark" | "light") => {
    setAttribute(root, "data-theme", theme);
    remember("theme", theme);
    setAttribute(find("theme"), "aria-pressed", String(theme === "light"));
    const colour = getComputedStyle(root).getPropertyValue("--ground").trim();
    document.querySelector("meta[name=theme-color]")?.setAttribute("content", colour);
  };
  const setTheatre = (on: boolean) => {
    root.classList.toggle("theatre", on);
    remember("theatre", on);
    setAttribute(find("theatre"), "aria-pressed", String(on));
  };
  const setList = (open: boolean) => {
    root.classList.toggle("no-list", !open);
    setAttribute(find("list"), "aria-expanded", String(open));
  };
  const setHelp = (open: boolean) => {
    find("help-panel").hidden = !open;
    setAttribute(find("help"), "aria-expanded", String(open));
    if (open) {
      setList(true);
      find("help-heading").focus();
    } else if (find("help-panel").contains(document.activeElement)) find("help").focus();
  };
  const setVolume = (volume: number) => {
    const bounded = Math.min(1, Math.max(0, volume));
    stage.setSound({ volume: bounded, muted: bounded === 0 });
  };
  const louder = (by: number) => setVolume((stage.sound().muted ? 0 : stage.sound().volume) + by);

  const actions = {
    pin: () => app.togglePin(),
    previous: () => app.previous(),
    next: () => app.next(),
    play: () => app.resume(),
    retry: () => app.retry(),
    sound: () => {
      const { muted, volume } = stage.sound();
      const silent = muted || stage.soundWaits();
      stage.setSound({ muted: !silent, volume: silent && volume === 0 ? 0.5 : volume });
    },
    theme: () => setTheme(root.dataset.theme === "light" ? "dark" : "light"),
    theatre: () => setTheatre(!root.classList.contains("theatre")),
    list: () => setList(root.classList.contains("no-list")),
    help: () => setHelp(find("help-panel").hidden === true),
    full: () => {
      const done = document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
      done.catch(() => announce("This browser does not allow full screen."));
    },
  };
  type Action = keyof typeof actions;
  for (const id of Object.keys(actions) as Action[]) find(id).addEventListener("click", actions[id]);
  find("help-close").addEventListener("click", () => setHelp(false));

  const keys: Record<string, () => void> = {
    p: actions.pin,
    ArrowLeft: actions.previous,
    b: actions.previous,
    ArrowRight: actions.next,
    n: actions.next,
    m: actions.sound,
    "+": () => louder(VOLUME_STEP),
    "=": () => louder(VOLUME_STEP),
    "-": () => louder(-VOLUME_STEP),
    d: actions.theme,
    t: actions.theatre,
    l: actions.list,
    f: actions.full,
    g: () => find("game").focus(),
    "?": actions.help,
    Escape: () => {
      if (!find("help-panel").hidden) setHelp(false);
      else if (root.classList.contains("theatre")) setTheatre(false);
    },
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    // Where keys mean something of their own, they keep it.
    const target = event.target;
    if (target instanceof Element && target.closest("input, select, textarea, video")) return;
    if (!keysOn && event.key !== "Escape") return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  const volume = find<HTMLInputElement>("volume");
  volume.addEventListener("input", () => setVolume(Number(volume.value) / 100));
  const game = find<HTMLSelectElement>("game");
  game.addEventListener("change", () => app.setGame(game.value));
  const language = find<HTMLSelectElement>("language");
  language.addEventListener("change", () => app.setLanguage(language.value));
  const keysBox = find<HTMLInputElement>("keys-on");
  keysBox.checked = keysOn;
  keysBox.addEventListener("change", () => {
    keysOn = keysBox.checked;
    remember("keys", keysOn);
  });

  setTheme(root.dataset.theme === "light" ? "light" : "dark");
  setTheatre(recall("theatre") ?? false);
  setList(true);

  return {
    sync: () => {
      const sound = stage.sound();
      const off = sound.muted || stage.soundWaits();
      setAttribute(find("sound"), "aria-pressed", String(!off));
      setAttribute(find("sound-icon"), "href", off ? "#i-muted" : "#i-sound");
      setText(find("sound-label"), stage.soundWaits() ? "Tap for sound" : sound.muted ? "Sound on" : "Mute");
      const shown = String(Math.round((sound.muted ? 0 : sound.volume) * 100));
      if (volume.value !== shown) volume.value = shown;
    },
  };
}
