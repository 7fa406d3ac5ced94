/** Counters of other battle-royale games, in their real places, drawn with our own shapes. */
import type { SKRSContext2D } from "@napi-rs/canvas";
import { faces, isWide, labelFace } from "./fonts.ts";
import { labels } from "./labels.ts";
import { random, seedOf } from "./random.ts";
import type { Box, Scene, SceneGame } from "./scene.ts";
import { type Lettering, measure, write } from "./text.ts";

type Painter = (context: SKRSContext2D, scene: Scene, count: number, unit: number) => Box;

/** The box of the players' digits, or nothing where the state shows none. */
export function drawOtherGame(context: SKRSContext2D, scene: Scene): Box | undefined {
  const { state } = scene;
  if (scene.game === "pubg" || !("count" in state)) return undefined;
  return painters[scene.game](context, scene, state.count, scene.height / 1080);
}

const painters: Record<Exclude<SceneGame, "pubg">, Painter> = {
  /** 2018: a row below the minimap, each number right of its icon on a dark disc: storm and timer, person and players, kills. */
  fortnite: (context, scene, count, unit) => {
    const dice = random(seedOf(`fortnite:${scene.seed}`));
    const right = scene.width;
    context.fillStyle = "rgba(40,70,60,0.8)";
    context.fillRect(right - 330 * unit, 30 * unit, 270 * unit, 270 * unit);
    const style = lettering(17.5 * unit, "#fff");
    const baseline = 347 * unit;
    const timer = `${dice.whole(0, 3)}:${String(dice.whole(0, 59)).padStart(2, "0")}`;
    for (const middle of [342, 172, 98]) disc(context, right - middle * unit, 338 * unit, 16 * unit);
    write(context, timer, style, { x: right - 320 * unit, baseline, anchor: "left" });
    person(context, right - 179 * unit, 348 * unit, unit);
    cross(context, right - 98 * unit, 338 * unit, 8 * unit);
    const box = write(context, String(count), style, { x: right - 150 * unit, baseline, anchor: "left" });
    write(context, String(scene.killed ?? dice.whole(0, 9)), style, { x: right - 76 * unit, baseline, anchor: "left" });
    return box;
  },
  /** Icons over numbers at the top right: squads, then players. No box behind them: a soft shadow keeps them apart from sand. */
  warzone: (context, scene, count, unit) => {
    const dice = random(seedOf(`warzone:${scene.seed}`));
    const right = scene.width - 32 * unit;
    const style = lettering(12 * unit, "#f2f2f2");
    const baseline = 70 * unit;
    context.save();
    Object.assign(context, {
      shadowColor: "rgba(0,0,0,0.6)",
      shadowBlur: unit,
      shadowOffsetX: unit,
      shadowOffsetY: unit,
    });
    person(context, right - 14 * unit, 50 * unit, unit);
    const box = write(context, String(count), style, { x: right, baseline, anchor: "right" });
    squad(context, right - 66 * unit, 50 * unit, unit);
    const squads = String(Math.max(1, Math.ceil(count / dice.between(2.6, 4))));
    write(context, squads, style, { x: right - 50 * unit, baseline, anchor: "right" });
    context.restore();
    write(context, `${dice.whole(60, 180)} FPS`, lettering(12 * unit, "#e9df3a"), {
      x: right,
      baseline: 22 * unit,
      anchor: "right",
    });
    return box;
  },
  /** "N SQUADS LEFT", then players dark on a white box. */
  apex: (context, scene, count, unit) => {
    const dice = random(seedOf(`apex:${scene.seed}`));
    const baseline = 76 * unit;
    const right = scene.width - 134 * unit;
    context.fillStyle = "rgba(245,245,245,0.92)";
    context.fillRect(right - 58 * unit, 50 * unit, 64 * unit, 34 * unit);
    person(context, right - 50 * unit, 78 * unit, unit, "#222");
    const box = write(context, String(count), lettering(18 * unit, "#1c1c1c"), { x: right, baseline, anchor: "right" });
    const squads = `${Math.max(1, Math.ceil(count / dice.between(2, 3)))} SQUADS LEFT`;
    context.fillStyle = "rgba(20,20,24,0.6)";
    context.fillRect(right - 260 * unit, 50 * unit, 196 * unit, 34 * unit);
    write(context, squads, lettering(18 * unit, "#fff"), { x: right - 74 * unit, baseline, anchor: "right" });
    return box;
  },
  /** The word for "left", then the number, top left; teams beside it. */
  "pubg-mobile": (context, scene, count, unit) => {
    const dice = random(seedOf(`mobile:${scene.seed}`));
    const { alive, teams } = labels[scene.language];
    const face = labelFace(scene.language);
    const reference = isWide(scene.language) ? alive : scene.language === "th" ? "ร" : "H";
    const word: Lettering = { face, capHeight: (scene.language === "th" ? 15 : 18) * unit, color: "#ddd", reference };
    const number = lettering(22 * unit, "#fff");
    let x = 20 * unit;
    const field = (label: string, value: string): Box => {
      const [words, digits] = [measure(context, label, word), measure(context, value, number)];
      const labelWidth = words.right - words.left;
      context.fillStyle = "rgba(20,24,30,0.55)";
      context.fillRect(x, 4 * unit, labelWidth + digits.right - digits.left + 30 * unit, 40 * unit);
      write(context, label, word, { x: x + 10 * unit, baseline: 34 * unit, anchor: "left" });
      const at = { x: x + labelWidth + 18 * unit, baseline: 35 * unit, anchor: "left" } as const;
      const drawn = write(context, value, number, at);
      x = drawn.x + drawn.w + 34 * unit;
      return drawn;
    };
    // What the Chinese edition writes there; the other languages' words are those of PUBG.
    const left = scene.language === "zh-Hans" ? "剩余" : scene.language === "zh-Hant" ? "剩餘" : alive;
    const box = field(left, String(count));
    field(teams, String(dice.whole(1, 25)));
    return box;
  },
};

function lettering(capHeight: number, color: string): Lettering {
  return { face: faces.plain(), capHeight, color };
}

function person(context: SKRSContext2D, x: number, baseline: number, unit: number, color = "#fff"): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x + 7 * unit, baseline - 17 * unit, 5 * unit, 0, 2 * Math.PI);
  context.fill();
  context.fillRect(x, baseline - 11 * unit, 14 * unit, 11 * unit);
}

function disc(context: SKRSContext2D, x: number, y: number, radius: number): void {
  context.fillStyle = "rgba(20,24,40,0.75)";
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Cross hairs: kills. */
function cross(context: SKRSContext2D, x: number, y: number, reach: number): void {
  context.fillStyle = "#fff";
  context.fillRect(x - reach, y - reach / 6, 2 * reach, reach / 3);
  context.fillRect(x - reach / 6, y - reach, reach / 3, 2 * reach);
}

/** Three heads: a squad. */
function squad(context: SKRSContext2D, x: number, baseline: number, unit: number): void {
  for (const [shift, size] of [
    [-7, 0.75],
    [9, 0.75],
    [0, 1],
  ] as const) {
    person(context, x + shift * unit, baseline, unit * size);
  }
}
