/** Every state of the page, dark and light: axe finds nothing, the policy is never broken, and it is a sight to look at. */
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderScene } from "../../local/scenes/index.ts";
import { type Size, sizes, type Visit } from "./browser.ts";
import { evening, everybody, leader, stream } from "./documents.ts";
import { type House, openHouse, until, usualEvening } from "./house.ts";
import { tabThrough } from "./keyboard.ts";
import type { Web } from "./web.ts";

const PICTURES = "docs/pictures";
let house: House;
let axe: string;
let pictures: Record<string, string>;
beforeAll(async () => {
  house = await openHouse();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  pictures = { usual: await gamePicture(7), pinned: await gamePicture(18) };
  await mkdir(PICTURES, { recursive: true });
});
afterAll(() => house?.close());

const [first] = evening;
const progress = (text: string) => ({ "rotisserie-progress": text, "rotisserie-games": "pubg, fortnite, apex" });
const both = (web: Web, current: Parameters<Web["say"]>[1], all: Parameters<Web["say"]>[1] = current) => {
  web.say("/current", current);
  web.say("/all", all);
};

interface Wanted {
  say(web: Web): void;
  /** What happens once it plays. */
  goesOn?(web: Web): void;
  path?: string;
  embed?: "fails";
  hurry?: number;
  state: string;
}

const states: Record<string, Wanted> = {
  starting: { say: (web) => both(web, { delay: Number.POSITIVE_INFINITY }), state: "starting" },
  looking: {
    say: (web) =>
      both(web, { body: null, headers: progress("streams=40, sampled=12, read=5, matches=2") }, { body: [] }),
    state: "looking",
  },
  empty: {
    say: (web) =>
      both(web, { body: null, headers: progress("streams=40, sampled=40, read=9, matches=0") }, { body: [] }),
    // "Off air" is said after some answers without a match.
    hurry: 10,
    state: "empty",
  },
  waiting: {
    say: (web) => {
      const lobby = stream("copperjay", null, {
        display_name: "CopperJay",
        title: "Duos with my brother",
        viewers: 12_400,
        phase: "lobby",
        joined: 63,
      });
      both(web, { body: leader(lobby, "fullest lobby"), headers: everybody }, { body: [], headers: everybody });
    },
    state: "waiting",
  },
  playing: { say: usualEvening, state: "playing" },
  pinned: { say: usualEvening, path: "/?pin=copperjay", state: "pinned" },
  stale: {
    say: (web) => {
      usualEvening(web);
      web.say("/current", { body: first && leader(first), headers: { ...everybody, "rotisserie-stale": "42" } });
    },
    state: "stale",
  },
  "playing, no player": { say: usualEvening, embed: "fails", state: "playing" },
  error: { say: (web) => both(web, { status: 503, body: "away" }), state: "error" },
  "playing, then error": {
    say: usualEvening,
    goesOn: (web) => both(web, { status: 503, body: "away" }),
    state: "error",
  },
  offline: { say: (web) => both(web, { cut: true }), state: "offline" },
  "playing, then offline": { say: usualEvening, goesOn: (web) => both(web, { cut: true }), state: "offline" },
};

/** Pictures for the README: few, and small enough for a repository. */
const kept = new Set([
  "playing-laptop-dark",
  "playing-laptop-light",
  "playing-phone-dark",
  "looking-laptop-dark",
  "pinned-tv-dark",
]);

const looks = Object.keys(states).flatMap((name) =>
  (["dark", "light"] as const).flatMap((theme) =>
    (Object.keys(sizes) as Size[]).map((size) => [name, theme, size] as const),
  ),
);

describe("every state", () => {
  it.each(looks)("%s, %s, on a %s", async (name, theme, size) => {
    const wanted = states[name];
    if (!wanted) throw new Error(name);
    wanted.say(house.web);
    // Without motion every picture of a state is the same picture.
    const one = await house.open({
      theme,
      viewport: sizes[size],
      path: wanted.path ?? "/",
      reducedMotion: "reduce",
      initScript: stillClock,
      ...(wanted.hurry && { hurry: wanted.hurry }),
      ...(wanted.embed && { embed: wanted.embed }),
      frameBody: `<!doctype html><title>Stream</title><body style="margin:0"><img alt="" src="${pictures[name] ?? pictures.usual}" style="width:100vw;height:100vh;object-fit:contain;background:#000"><button style="position:absolute;left:-99px">Play</button>`,
    });
    const shows = ["waiting", "playing", "pinned", "stale"].includes(wanted.state) || wanted.goesOn !== undefined;
    // A frame that is still loading takes no focus yet.
    if (shows && !wanted.embed) await until(() => playing(one)).toBe(true);
    if (shows && name !== "waiting") await one.page.locator("#rows > li").nth(8).waitFor();
    wanted.goesOn?.(house.web);
    await until(() => one.page.locator("html").getAttribute("data-state")).toBe(wanted.state);
    if (wanted.embed) await one.page.locator("#slate-heading", { hasText: "does not load" }).waitFor();
    await one.page.waitForTimeout(400);
    expect(await problemsIn(one)).toEqual([]);
    expect(one.faults).toEqual([]);
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(sizes[size].width);
    const file = `${name}-${size}-${theme}`;
    if (kept.has(file)) {
      const shot = await one.page.screenshot();
      await sharp(shot)
        .resize({ width: Math.min(sizes[size].width, 1400) })
        .png({ palette: true, quality: 82, effort: 8 })
        .toFile(join(PICTURES, `page-${file}.png`));
    }
    if (size !== "tv") await keyboardWorks(one);
    await one.close();
  });

  it.each(["dark", "light"] as const)("the help and the part about the project, %s", async (theme) => {
    usualEvening(house.web);
    const one = await house.open({ theme, reducedMotion: "reduce" });
    await one.page.keyboard.press("?");
    await one.page.locator("#help-panel").waitFor();
    await one.page.locator("#about").scrollIntoViewIfNeeded();
    expect(await problemsIn(one)).toEqual([]);
    expect(await one.page.locator("#about").textContent()).toMatch(/not made, sponsored or endorsed by Twitch/);
    await one.close();
  });

  it("the page for an address that is not there", async () => {
    const one = await house.open({ path: "/nowhere" });
    expect(await one.page.locator("h1").textContent()).toBe("Nobody alive here");
    expect(await problemsIn(one)).toEqual([]);
    expect(one.faults).toEqual([]);
    await one.close();
  });
});

describe("very small and very large", () => {
  it.each([
    [320, 568],
    [360, 800],
    [600, 500],
    [768, 1024],
    [1024, 600],
    [2560, 1080],
    [3840, 2160],
  ])("%i x %i: nothing sticks out, nothing is cut that should be read", async (width, height) => {
    usualEvening(house.web);
    const one = await house.open({ viewport: { width, height }, reducedMotion: "reduce" });
    await one.page.locator("#rows > li").nth(8).waitFor();
    const out = await one.page.evaluate(() => {
      const wide = document.documentElement.clientWidth;
      return [...document.querySelectorAll("header *, .ticker *, .bug *, .rail *")]
        .filter((element) => {
          const box = element.getBoundingClientRect();
          return (
            box.width > 0 &&
            !element.closest(".vh, svg, .meta > *") &&
            getComputedStyle(element).visibility !== "hidden" &&
            (box.right > wide + 1 || box.left < -1)
          );
        })
        .map((element) => element.id || element.className);
    });
    expect(out).toEqual([]);
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await one.close();
  });

  it("text at twice its size still fits (WCAG 1.4.4)", async () => {
    usualEvening(house.web);
    const one = await house.open({ viewport: { width: 1366, height: 768 } });
    await one.page.locator("#rows > li").nth(8).waitFor();
    await one.page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1366);
    await one.close();
  });
});

const playing = async (one: Visit) =>
  (await one.calls()).some(([call, event]) => call === "event" && event === "playing");

/** In every state: each stop can be seen, there is a way out at the end, and the help opens and closes. */
async function keyboardWorks(one: Visit): Promise<void> {
  const { stops, bad } = await tabThrough(one.page);
  expect(bad).toEqual([]);
  expect(stops.at(-1)).toBe("BODY");
  expect(stops).toEqual(expect.arrayContaining(["skip", "brand", "theme", "help", "sound", "language"]));
  await one.page.keyboard.press("?");
  expect(await one.page.evaluate(() => document.activeElement?.id)).toBe("help-heading");
  await one.page.keyboard.press("Escape");
  expect(await one.page.evaluate(() => document.activeElement?.id)).toBe("help");
  await one.page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    scrollTo(0, 0);
  });
}

async function problemsIn(one: Visit): Promise<string[]> {
  // Chromium's own evaluation: the page's policy does not allow a script from here.
  await one.page.evaluate(axe);
  return one.page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: {
        run(
          context: object,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    // What is inside Twitch's frame is Twitch's.
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await runner.run({ exclude: ["iframe"] }, { runOnly: { type: "tag", values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}

/** A picture as a stream might show it, drawn by the project itself. */
async function gamePicture(count: number): Promise<string> {
  const scene = renderScene({
    game: "pubg",
    hud: "gen3",
    language: "en",
    state: { kind: "alive", count },
    width: 1280,
    height: 720,
    background: "desert",
    seed: 7,
  });
  const raw = { width: scene.width, height: scene.height, channels: 4 as const };
  const jpeg = await sharp(scene.data, { raw }).jpeg({ quality: 80 }).toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

/** Runs in the page: ages stand still, so that the same state is the same picture every time. */
function stillClock() {
  performance.now = () => 1000;
}
