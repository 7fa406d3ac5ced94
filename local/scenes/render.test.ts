import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { renderFrames, renderScene } from "./render.ts";
import { BACKGROUNDS, type Box, LANGUAGES, type Picture, SCENE_GAMES, type Scene } from "./scene.ts";

const scene = (changes: Partial<Scene> = {}): Scene => ({
  game: "pubg",
  hud: "gen3",
  language: "en",
  state: { kind: "alive", count: 58 },
  width: 1280,
  height: 720,
  background: "dark",
  seed: 4,
  ...changes,
});

const digest = ({ data }: Picture) => createHash("sha256").update(data).digest("hex");

function digits(picture: Picture): Box {
  if (!picture.digits) throw new Error("no digits");
  return picture.digits;
}

/** Distance from the frame's right edge to the digits' right edge, in frame heights. */
const fromRight = (picture: Picture) => (picture.width - digits(picture).x - digits(picture).w) / picture.height;

/** Brightest and darkest pixel of a box. */
function contrast(picture: Picture, box: Box): number {
  let low = 255;
  let high = 0;
  for (let y = box.y; y < box.y + box.h; y++) {
    for (let x = box.x; x < box.x + box.w; x++) {
      const at = (y * picture.width + x) * 4;
      const light = ((picture.data[at] ?? 0) + (picture.data[at + 1] ?? 0) + (picture.data[at + 2] ?? 0)) / 3;
      low = Math.min(low, light);
      high = Math.max(high, light);
    }
  }
  return high - low;
}

describe("a scene", () => {
  test("is the same picture for the same seed and another for another", () => {
    expect(digest(renderScene(scene()))).toBe(digest(renderScene(scene())));
    expect(digest(renderScene(scene()))).not.toBe(digest(renderScene(scene({ seed: 5 }))));
  });

  // Measured on real frames: top and bottom of the digits by frame height, and their distance from the right edge.
  test.each([
    ["gen1", scene({ hud: "gen1" }), [0.035, 0.06], [0.087, 0.092]],
    ["gen2", scene({ hud: "gen2" }), [0.032, 0.059], [0.094, 0.098]],
    [
      "gen2 joined in Chinese",
      scene({ hud: "gen2", language: "zh-Hans", state: { kind: "joined", count: 18 } }),
      [0.033, 0.059],
      [0.096, 0.1],
    ],
    ["gen3", scene(), [0.025, 0.051], [0.0925, 0.0945]],
    ["gen3 joined", scene({ state: { kind: "joined", count: 70 } }), [0.025, 0.051], [0.102, 0.109]],
    [
      "gen3 joined in traditional Chinese",
      scene({ language: "zh-Hant", state: { kind: "joined", count: 70 } }),
      [0.025, 0.051],
      [0.114, 0.12],
    ],
    [
      "observer at 16:10",
      scene({ hud: "observer", state: { kind: "alive", count: 19 } }),
      [0.025, 0.051],
      [0.17, 0.19],
    ],
  ] as const)("has the counter of %s where the real one is", (_name, given, [top, bottom], [near, far]) => {
    const picture = renderScene({ ...given, width: given.hud === "observer" ? 1728 : 1920, height: 1080 });
    const box = digits(picture);
    expect(box.y / picture.height).toBeGreaterThan(top);
    expect((box.y + box.h) / picture.height).toBeLessThan(bottom);
    expect(fromRight(picture)).toBeGreaterThan(near);
    expect(fromRight(picture)).toBeLessThan(far);
    expect(contrast(picture, box)).toBeGreaterThan(120);
  });

  test.each([
    [1920, 1080],
    [2560, 1440],
    [3440, 1440],
    [1728, 1080],
  ])("scales with the frame's height and hangs on its right edge: %i x %i", (width, height) => {
    const picture = renderScene(scene({ width, height }));
    expect(picture.data).toHaveLength(width * height * 4);
    expect(fromRight(picture)).toBeCloseTo(fromRight(renderScene(scene())), 2);
  });

  test.each(LANGUAGES.map((language) => [language]))("has a counter and its own word in %s", (language) => {
    const picture = renderScene(scene({ language }));
    const { x, y, w, h } = digits(picture);
    // The label stands between the digits and the strip's end.
    const label = { x: x + w + 8, y, w: Math.round(picture.width - 0.035 * picture.height) - x - w - 8, h };
    expect(contrast(picture, label)).toBeGreaterThan(60);
    if (language !== "en") expect(digest(picture)).not.toBe(digest(renderScene(scene())));
  });

  test.each(BACKGROUNDS.map((background) => [background]))("over a %s world", (background) => {
    expect(renderScene(scene({ background })).digits).toBeDefined();
  });

  test.each(SCENE_GAMES.map((game) => [game]))("of %s has a counter", (game) => {
    const picture = renderScene(scene({ game }));
    expect(contrast(picture, digits(picture))).toBeGreaterThan(100);
  });

  test.each<[Scene["state"]]>([
    [{ kind: "death", rank: 42, total: 84 }],
    [{ kind: "menu" }],
    [{ kind: "none" }],
    [{ kind: "ad", text: "Tin kettles" }],
  ])("without a counter: %o", (state) => {
    expect(renderScene(scene({ state })).digits).toBeUndefined();
  });

  test("moves in a loop under a HUD that stays", () => {
    const frames = [...renderFrames(scene({ background: "busy" }), 5)];
    expect(new Set(frames.map(digest)).size).toBe(5);
    expect(new Set(frames.map((frame) => JSON.stringify(frame.digits))).size).toBe(1);
    const [first] = frames;
    expect(first && digest(first)).toBe(digest(renderScene(scene({ background: "busy" }), 1)));
  });
});
