/** What the page weighs, and that nothing of the player stands before the first paint. By order, never by the clock. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../static/page/build.js";
import { type House, openHouse, until, usualEvening } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const KIB = 1024;

describe("weight", () => {
  it("own code, styles and markup stay under 60 KB gzip, hls.js apart", async () => {
    const files = ["index.html", ...(await readdir(join(house.root, "assets"))).map((name) => `assets/${name}`)];
    let own = 0;
    for (const file of files.filter((name) => !/assets\/hls/.test(name))) {
      own += gzipSync(await readFile(join(house.root, file))).byteLength;
    }
    expect(own).toBeGreaterThan(10 * KIB);
    expect(own).toBeLessThan(60 * KIB);
    expect(files.filter((name) => /assets\/hls/.test(name))).toHaveLength(1);
  });

  it("asset names carry a hash, and the page names no other", async () => {
    const assets = await readdir(join(house.root, "assets"));
    expect(assets.every((name) => /-[A-Z0-9]{8}\.(js|css)$/.test(name))).toBe(true);
    const html = await readFile(join(house.root, "index.html"), "utf8");
    const named = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(named).toHaveLength(3);
    expect(html).not.toMatch(/\{\{|twitch\.tv\/js|hls/);
  });

  it("icons and the picture beside shared links are there and have their sizes", async () => {
    const size = async (name: string) => {
      const { width, height } = await sharp(join(house.root, name)).metadata();
      return [width, height];
    };
    expect(await size("og.png")).toEqual([1200, 630]);
    expect(await size("icon-180.png")).toEqual([180, 180]);
    expect(await size("icon-192.png")).toEqual([192, 192]);
    expect(await size("icon-512.png")).toEqual([512, 512]);
    expect(await size("favicon.svg")).toEqual([64, 64]);
    expect((await readFile(join(house.root, "favicon.ico"))).subarray(0, 4)).toEqual(Buffer.from([0, 0, 1, 0]));
    const manifest = JSON.parse(await readFile(join(house.root, "site.webmanifest"), "utf8"));
    for (const { src } of manifest.icons) await readFile(join(house.root, src));
  });
});

describe("what a build is told", () => {
  const build = async (options: object) => {
    const root = await mkdtemp(join(tmpdir(), "rotisserie-build-"));
    await buildPage(root, options);
    const html = await readFile(join(root, "index.html"), "utf8");
    await rm(root, { recursive: true });
    return {
      picture: /og:image" content="([^"]*)"/.exec(html)?.[1],
      code: /<a href="([^"]*)"[^>]*>The code/.exec(html)?.[1],
    };
  };
  it.each([
    ["nothing", {}, { picture: "/og.png", code: expect.stringMatching(/^https:/) }],
    ["empty words", { site: "", code: "" }, { picture: "/og.png", code: expect.stringMatching(/^https:/) }],
    [
      "both addresses",
      { site: "https://watch.example/", code: "https://git.example/a?b=1&c" },
      { picture: "https://watch.example/og.png", code: "https://git.example/a?b=1&amp;c" },
    ],
  ])("%s", async (_, options, expected) => expect(await build(options)).toEqual(expected));
  it.each([
    ["no address", { site: "watch.example" }, "SITE_URL=watch.example: must be a whole address"],
    ["a script", { code: "javascript:alert(1)" }, "CODE_URL=javascript:alert(1): must be a whole address"],
  ])("%s is refused", async (_, options, words) => {
    await expect(build(options)).rejects.toThrow(words);
  });
});

describe("first paint", () => {
  it("waits for nothing of the player: the embed script is asked for after it", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.locator("#twitch-player iframe").count()).toBe(1);
    const order = await one.page.evaluate(() => {
      const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.POSITIVE_INFINITY;
      const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const blocking = resources.filter((entry) => entry.startTime < paint).map((entry) => new URL(entry.name).host);
      return { foreign: blocking.filter((host) => host !== location.host), paint };
    });
    expect(order.foreign).toEqual([]);
    expect(Number.isFinite(order.paint)).toBe(true);
    const before = house.web.seen.map(({ path }) => path);
    expect(before.some((path) => path.startsWith("/assets/hls"))).toBe(false);
    await one.close();
  });

  it("a player's script that never arrives holds up nothing", async () => {
    usualEvening(house.web);
    const one = await house.open({ embed: "hangs" });
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    await one.page.locator("#rows > li").nth(8).waitFor();
    expect(await one.page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length)).toBe(1);
    await one.page.locator("#next").click();
    await expect.poll(() => one.page.title()).toBe("11 alive - NightFerry");
    await one.close();
  });

  it("without scripts the page says what it needs", async () => {
    const one = await house.open({ javaScriptEnabled: false });
    expect(await one.page.locator("noscript p").textContent()).toContain("Allow scripts");
    await one.close();
  });
});
