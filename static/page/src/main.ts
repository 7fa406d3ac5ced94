/** Wires the page together. */
import { createApp, type Screen } from "./app.ts";
import { connectControls } from "./controls.ts";
import { parseLink, writeLink } from "./link.ts";
import { createStage } from "./stage.ts";
import { recall } from "./store.ts";
import { find } from "./ui/dom.ts";
import { createScreen } from "./ui/screen.ts";
import { createWake } from "./wake.ts";

const link = parseLink(location.search);
const keepAwake = createWake();

/** Heard by screen readers: one sentence per event, never the ticking of a count. */
let sentences: string[] = [];
const announce = (text: string) => {
  const region = find("announce");
  // The same sentence twice is spoken only if the region was empty in between; what comes together is said together.
  region.textContent = "";
  if (sentences.push(text) > 1) return;
  setTimeout(() => {
    region.textContent = sentences.join(" ");
    sentences = [];
  }, 50);
};

const stage = createStage(
  find("player"),
  (event) => app.listen(event),
  () => controls?.sync(),
);
const drawScreen = createScreen((stream) => app.pick(stream));
const app = createApp({
  stage,
  pin: link.pin ? { login: link.pin } : link.game ? undefined : recall("pin"),
  // A link names the game unless it is the installation's first.
  game: link.game ?? (link.pin ? undefined : recall("game")),
  notice: link.problem,
  hidden: () => document.visibilityState === "hidden",
  announce,
  draw: (screen: Screen) => {
    drawScreen(screen);
    keepAwake(screen.awake);
    const address = writeLink(location.pathname, app.where()) + location.hash;
    if (address !== location.pathname + location.search + location.hash) history.replaceState(null, "", address);
  },
});
const controls: ReturnType<typeof connectControls> | undefined = connectControls(app, stage, announce);
controls.sync();
app.start();
