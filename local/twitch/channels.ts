/** The channels of an ordinary run: random names, own pictures, matches that run down in a couple of minutes. */
import { type Random, random } from "../scenes/random.ts";
import type { Background, Hud, Language, Scene, SceneGame, SceneState } from "../scenes/scene.ts";
import { type Channel, type Picture, type Step, variantsOf } from "./script.ts";

/** Twitch's own ids and titles of the categories. */
export const categories: Record<string, { id: string; name: string }> = {
  pubg: { id: "493057", name: "PUBG: BATTLEGROUNDS" },
  fortnite: { id: "33214", name: "Fortnite" },
  warzone: { id: "512710", name: "Call of Duty: Warzone" },
  apex: { id: "511224", name: "Apex Legends" },
  "pubg-mobile": { id: "493997", name: "PUBG Mobile" },
};

type Story = "match" | "lobby" | "menu" | "offline" | "midroll";

/**
 * A look: a HUD in a world. Looks are the same in every run so that the cache of encoded segments fills once; which
 * channel has which look, its name, its viewers and where its match stands are random.
 */
interface Style {
  /** PUBG unless named. */
  game?: SceneGame;
  hud: Hud;
  language: Language;
  background: Background;
  seed: number;
  story: Story;
  container?: "fmp4";
  naming?: "video" | "both";
  preroll?: number;
  more?: Partial<Scene>;
}

const styles: readonly Style[] = [
  { hud: "gen3", language: "en", background: "bright", seed: 1, story: "match", more: { killed: 2, assisted: 0 } },
  { hud: "gen3", language: "en", background: "forest", seed: 2, story: "match" },
  { hud: "gen2", language: "en", background: "dark", seed: 3, story: "match" },
  { hud: "gen3", language: "en", background: "desert", seed: 4, story: "lobby", naming: "both" },
  { hud: "gen1", language: "en", background: "desert", seed: 5, story: "match", naming: "video" },
  { hud: "gen3", language: "ko", background: "indoor", seed: 6, story: "match", container: "fmp4" },
  { hud: "gen3", language: "en", background: "water", seed: 7, story: "midroll", more: { killed: 1, webcam: true } },
  { hud: "gen2", language: "zh-Hans", background: "indoor", seed: 8, story: "match", preroll: 5 },
  { hud: "gen3", language: "en", background: "snow", seed: 9, story: "menu" },
  { hud: "gen3", language: "en", background: "busy", seed: 10, story: "offline", more: { fps: 144 } },
  { hud: "gen2", language: "en", background: "smoke", seed: 11, story: "match", container: "fmp4" },
  { hud: "gen3", language: "ru", background: "bright", seed: 12, story: "match" },
];

const otherGames: readonly Style[] = [
  { game: "fortnite", hud: "gen3", language: "en", background: "bright", seed: 21, story: "match" },
  { game: "fortnite", hud: "gen3", language: "en", background: "forest", seed: 22, story: "match", container: "fmp4" },
  { game: "warzone", hud: "gen3", language: "en", background: "dark", seed: 23, story: "match" },
  { game: "warzone", hud: "gen3", language: "en", background: "indoor", seed: 24, story: "match" },
  { game: "apex", hud: "gen3", language: "en", background: "desert", seed: 25, story: "match" },
  { game: "apex", hud: "gen3", language: "en", background: "water", seed: 26, story: "match" },
  { game: "pubg-mobile", hud: "gen3", language: "zh-Hans", background: "forest", seed: 27, story: "match" },
  { game: "pubg-mobile", hud: "gen3", language: "en", background: "desert", seed: 28, story: "match" },
];

/** `count` channels of PUBG, and two of each other game that is asked for. */
export function randomChannels(seed: number, count: number, games: readonly string[] = ["pubg"]): Channel[] {
  const dice = random(seed);
  const names = new Set<string>();
  const chosen = Array.from(
    { length: games.includes("pubg") ? count : 0 },
    (_, index) => styles[index % styles.length],
  );
  chosen.push(...otherGames.filter(({ game }) => game && games.includes(game)));
  const channels: Channel[] = [];
  for (const [index, style] of chosen.entries()) {
    if (style) channels.push(channelOf(style, dice, names, 5000 - index * dice.whole(120, 380)));
  }
  return channels;
}

function channelOf(style: Style, dice: Random, names: Set<string>, viewers: number): Channel {
  const login = newName(dice, names);
  const steps = stepsOf(style);
  const length = steps.reduce((sum, step) => sum + step.segments, 0);
  return {
    login,
    displayName: login,
    userId: String(900_000_000 + dice.whole(0, 99_999_999)),
    title: `[simulated] ${dice.pick(["squads with friends", "chicken dinner hunt", "solo ranked", "late night drops"])}`,
    game: style.game ?? "pubg",
    language: style.language.slice(0, 2),
    viewers: Math.max(1, viewers),
    labels: ["MatureGame"],
    container: style.container ?? "ts",
    naming: style.naming ?? "ivs",
    variants: variantsOf(1920, 1080),
    steps,
    // Somewhere in the match: a run starts with matches at different stages.
    offset: style.story === "match" ? dice.whole(6, Math.floor(length * 0.75)) : dice.whole(0, 5),
    preroll: style.preroll ?? 0,
  };
}

export function newName(dice: Random, names: Set<string>): string {
  for (;;) {
    let word = "";
    for (let i = 0; i < 3; i++) word += dice.pick([..."bdfghklmnprstvz"]) + dice.pick([..."aeiou"]);
    const name = `sim_${word}${dice.whole(0, 99)}`;
    if (!names.has(name)) {
      names.add(name);
      return name;
    }
  }
}

function stepsOf(style: Style): Step[] {
  const scene = (state: SceneState, extra: Partial<Scene> = {}): Picture => ({
    kind: "scene",
    scene: {
      game: style.game ?? "pubg",
      hud: style.hud,
      language: style.language,
      background: style.background,
      seed: style.seed,
      width: 1920,
      height: 1080,
      ...style.more,
      ...extra,
      state,
    },
  });
  const lobby = (count: number, segments: number): Step => ({
    phase: "lobby",
    segments,
    pictures: [scene({ kind: "joined", count })],
    truth: { kind: "joined", value: count },
  });
  const still = (phase: Step["phase"], state: SceneState, segments: number): Step => ({
    phase,
    segments,
    pictures: [scene(state)],
    truth: { kind: "none" },
  });
  const dice = random(style.seed);
  if (style.story === "lobby") return [60, 68, 77, 85, 91, 96].map((count) => lobby(count, 12));
  const lobbies = [lobby(dice.whole(55, 75), 3), lobby(dice.whole(80, 98), 3)];
  // Only PUBG counts players before the match.
  const steps: Step[] = style.game ? [still("menu", { kind: "menu" }, 4)] : lobbies;
  for (const count of ladder(dice, style.game === "apex" ? 60 : 99)) {
    const map = !style.game && count > 20 && dice.chance(0.2);
    steps.push({
      phase: "match",
      // The end of a match lasts longer: that is what viewers come for.
      segments: count <= 10 ? 4 : 3,
      pictures: [scene({ kind: map ? "map" : "alive", count })],
      truth: { kind: "alive", value: count },
    });
    if (style.story === "midroll" && count < 40 && !steps.some((step) => step.phase === "ad")) {
      steps.push(still("ad", { kind: "ad", text: "Tin kettles" }, 8));
    }
  }
  const rank = dice.chance(0.3) ? 1 : dice.whole(2, 20);
  steps.push(still("death", { kind: "death", rank, total: dice.whole(84, 99) }, 5));
  steps.push(still("menu", { kind: "menu" }, style.story === "menu" ? 40 : 6));
  if (style.story === "offline") {
    steps.push({ phase: "offline", segments: 20, pictures: [], truth: { kind: "none" } });
  }
  return steps;
}

/** Falling counts of one match, from nearly full to nearly nobody. */
function ladder(dice: Random, most: number): number[] {
  const counts: number[] = [];
  for (let count = most - dice.whole(0, 9); count > 1; ) {
    counts.push(count);
    count -= count > 40 ? dice.whole(5, 11) : count > 12 ? dice.whole(3, 6) : dice.whole(1, 2);
  }
  return counts;
}

/** The picture of a pre-roll: the same for every channel. */
export const adPicture: Picture = {
  kind: "scene",
  scene: {
    game: "pubg",
    hud: "gen3",
    language: "en",
    background: "bright",
    seed: 99,
    width: 1920,
    height: 1080,
    state: { kind: "ad", text: "Garden chairs" },
  },
};
