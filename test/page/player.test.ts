import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Visit } from "./browser.ts";
import { evening, everybody, leader, stream } from "./documents.ts";
import { encodeStream } from "./hls.ts";
import { type House, openHouse, until, usualEvening } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const text = (one: Visit, id: string) => one.page.locator(`#${id}`).textContent();
const named = async (one: Visit, name: string) => (await one.calls()).filter(([call]) => call === name);
const onAir = (login: string, rest = evening) => {
  house.web.say("/current", { body: leader(stream(login, 4)), headers: everybody });
  house.web.say("/all", { body: [stream(login, 4), ...rest], headers: everybody });
};

describe("Twitch's embed", () => {
  it("is made once, with this host as parent, muted, and hears of other channels only when it is ready", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => named(one, "new")).toHaveLength(1);
    expect((await named(one, "new"))[0]?.[1]).toEqual({
      channel: "mossy_kestrel",
      width: "100%",
      height: "100%",
      parent: ["localhost"],
      autoplay: true,
      muted: true,
    });
    // The director changes its mind while the player is still starting.
    onAir("nightferry");
    await until(() => named(one, "setChannel")).toEqual([["setChannel", "nightferry", "ready"]]);
    expect((await named(one, "setChannel")).every(([, , when]) => when === "ready")).toBe(true);
    expect(one.faults).toEqual([]);
    await one.close();
  });

  it.each([
    ["a phone", 320, 640],
    ["a phone in portrait", 390, 844],
    ["a phone in landscape", 844, 390],
    ["a small window", 600, 500],
    ["a laptop", 1366, 768],
    ["a television", 1920, 1080],
    ["a 4K wall", 3840, 2160],
  ])("is at least 400x300, in sight and not covered on %s", async (_, width, height) => {
    usualEvening(house.web);
    const one = await house.open({ viewport: { width, height } });
    const frame = one.page.locator("#twitch-player iframe");
    await frame.waitFor();
    const inside = await (await frame.elementHandle())?.contentFrame();
    await until(
      async () => inside?.evaluate(() => Math.min(innerWidth / 400, innerHeight / 300)) ?? 0,
    ).toBeGreaterThanOrEqual(0.995);
    const covered = await one.page.evaluate(() => {
      const box = document.querySelector("#twitch-player iframe")?.getBoundingClientRect();
      if (!box) return ["no frame"];
      const places = [0.02, 0.25, 0.5, 0.75, 0.98];
      const points = places.flatMap((x) =>
        places.map((y) => [box.left + box.width * x, box.top + box.height * y] as const),
      );
      return points
        .filter(([x, y]) => document.elementFromPoint(x, y)?.tagName !== "IFRAME")
        .map(([x, y]) => `${x},${y}: ${document.elementFromPoint(x, y)?.outerHTML.slice(0, 60)}`);
    });
    expect(covered).toEqual([]);
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await one.close();
  });

  it("stays in sight on a phone while the list is scrolled", async () => {
    usualEvening(house.web);
    const one = await house.open({ viewport: { width: 390, height: 844 } });
    const frame = one.page.locator("#twitch-player iframe");
    await frame.waitFor();
    await one.page.locator("#rows > li").last().scrollIntoViewIfNeeded();
    expect(await one.page.evaluate(() => scrollY)).toBeGreaterThan(100);
    const box = await frame.boundingBox();
    expect(box?.y).toBe(0);
    expect(box?.height).toBeGreaterThan(210);
    await one.close();
  });

  it("one tap unmutes; volume and mute survive a switch and a reload", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toContain("MossyKestrel");
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "mossy_kestrel"]);
    await one.page.locator("#sound").click();
    await until(async () => (await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);
    await one.page.locator("#volume").fill("35");
    await until(async () => (await named(one, "setVolume")).at(-1)).toEqual(["setVolume", 0.35]);
    onAir("nightferry");
    await until(() => named(one, "setChannel")).toHaveLength(1);
    expect((await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);

    await one.page.reload();
    // No gesture yet on the new page: the browser would refuse sound, so it waits, and says what it waits for.
    await until(() => one.look("document.getElementById('sound-label').textContent")).toBe("Tap for sound");
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "nightferry"]);
    expect(await one.look("navigator.userActivation.hasBeenActive")).toBe(false);
    await until(async () => (await named(one, "setMuted")).at(-1)).toEqual(["setMuted", true]);
    await one.page.locator("h1").click();
    await until(async () => (await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);
    expect((await named(one, "setVolume")).at(-1)).toEqual(["setVolume", 0.35]);
    await one.close();
  });

  it.each([
    ["the button", (one: Visit) => one.page.locator("#sound").click()],
    ["a finger on the button", (one: Visit) => one.page.locator("#sound").tap()],
    ["its key", (one: Visit) => one.page.keyboard.press("m")],
    ["another key", (one: Visit) => one.page.keyboard.press("Tab")],
  ])("sound that waits for a gesture comes with %s, and does not go again", async (_, gesture) => {
    usualEvening(house.web);
    const one = await house.open({
      hasTouch: true,
      initScript: () => {
        if (window === window.top) localStorage.setItem("rotisserie.sound", '{"muted":false,"volume":0.5}');
      },
    });
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "mossy_kestrel"]);
    expect((await named(one, "setMuted")).at(-1)).toEqual(["setMuted", true]);
    expect(await one.look("document.getElementById('sound').ariaPressed")).toBe("false");
    await gesture(one);
    await until(async () => (await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);
    await until(() => text(one, "sound-label")).toBe("Mute");
    expect((await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);
    await one.close();
  });

  it("sound that the browser refuses: it plays on without, and a tap brings it back", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "mossy_kestrel"]);
    await one.page.locator("#sound").click();
    onAir("loud_owl");
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "loud_owl"]);
    expect((await named(one, "setMuted")).at(-1)).toEqual(["setMuted", true]);
    expect(await text(one, "sound-label")).toBe("Tap for sound");
    expect(await one.page.locator("#play").isVisible()).toBe(false);
    await one.page.locator("#sound").click();
    await until(async () => (await named(one, "setMuted")).at(-1)).toEqual(["setMuted", false]);
    await one.close();
  });

  it("remembers the volume that the viewer set inside Twitch's player", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "mossy_kestrel"]);
    await one.page.evaluate(() => {
      const player = (globalThis as unknown as { twitchPlayer: { muted: boolean; volume: number } }).twitchPlayer;
      player.muted = false;
      player.volume = 0.8;
    });
    await until(() => one.page.evaluate(() => localStorage.getItem("rotisserie.sound"))).toBe(
      '{"muted":false,"volume":0.8}',
    );
    await one.close();
  });

  it("blocked by the browser: a word, a Play button, and it plays", async () => {
    onAir("shy_owl");
    const one = await house.open();
    await until(() => text(one, "banner")).toContain("your browser wants a tap before it plays");
    await one.page.locator("#play").click();
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "shy_owl"]);
    await until(() => one.page.locator("#play").isVisible()).toBe(false);
    await one.close();
  });

  it.each([
    ["offline", "gone_wren", "gone_wren went offline"],
    ["ended", "ends_wren", "ends_wren ended the stream"],
  ])("%s: a word, and the next stream", async (_, login, words) => {
    onAir(login);
    const one = await house.open();
    await until(() => text(one, "banner")).toContain(words);
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    await until(() => text(one, "announce")).toBe(
      `${words}. Now showing MossyKestrel. 7 alive. the next closest that plays.`,
    );
    // The board still names the lost one; it is not gone back to.
    await one.page.waitForTimeout(3_000);
    expect(await one.page.title()).toBe("7 alive - MossyKestrel");
    await one.close();
  });

  it("a pinned stream that goes offline is unpinned, with a word", async () => {
    usualEvening(house.web);
    const one = await house.open({ path: "/?pin=gone_wren" });
    await until(() => text(one, "banner")).toContain("gone_wren went offline");
    expect(await one.page.locator("#pin").getAttribute("aria-pressed")).toBe("false");
    await until(() => one.page.title()).toContain("MossyKestrel");
    await one.close();
  });

  it("a content warning: first a hint to look into the player, then the next stream", async () => {
    onAir("gate_heron");
    const one = await house.open();
    await until(() => text(one, "banner")).toContain("nothing plays yet");
    expect(await one.page.title()).toContain("gate_heron");
    await until(() => one.page.title(), 45_000).toContain("MossyKestrel");
    await one.close();
  });

  it("stops hopping when nothing at all plays", async () => {
    const dead = ["gone_a", "gone_b", "gone_c", "gone_d", "gone_e", "gone_f"].map((login, index) =>
      stream(login, 5 + index),
    );
    house.web.say("/current", { body: leader(stream("gone_a", 5)), headers: everybody });
    house.web.say("/all", { body: dead, headers: everybody });
    const one = await house.open();
    await until(() => text(one, "banner")).toContain("no stream plays here");
    expect((await named(one, "setChannel")).length).toBeLessThanOrEqual(3);
    await one.close();
  });

  it("a script that cannot be loaded is said in words and tried again, the list works meanwhile", async () => {
    usualEvening(house.web);
    const one = await house.open({ embed: "fails" });
    await until(() => text(one, "banner")).toContain("Twitch's player could not be loaded; trying again");
    expect(await text(one, "slate-heading")).toBe("Twitch's player does not load");
    await until(() => one.page.locator("#rows > li").count()).toBe(evening.length);
    expect(one.faults).toEqual([]);
    await one.close();
  });

  it("a script that never arrives is said in words, asked for again, and plays when it comes", async () => {
    usualEvening(house.web);
    const one = await house.open({ embed: "hangs" });
    await until(() => text(one, "slate-text")).toBe("MossyKestrel is next.");
    await until(() => text(one, "slate-heading")).toBe("Twitch's player does not load");
    await one.embed("stand-in");
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "mossy_kestrel"]);
    expect(await one.page.locator("#slate").isVisible()).toBe(false);
    await one.close();
  });
});

describe("simulated streams", () => {
  it("play through hls.js, which is loaded only then, and follow a switch to another one and to Twitch", async () => {
    const media = await encodeStream();
    house.web.serveMedia(media.read);
    const one = (login: string, alive: number) => stream(login, alive, { stream_url: `/simulator/hls/${login}.m3u8` });
    house.web.say("/current", { body: leader(one("simulated_a", 9)), headers: everybody });
    house.web.say("/all", { body: [one("simulated_a", 9), one("simulated_b", 12)], headers: everybody });
    const seen = await house.open();
    const picture = () => seen.page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
    await until(picture).toBeGreaterThan(0.5);
    expect(await seen.page.evaluate(() => document.querySelector("video")?.muted)).toBe(true);
    expect(await seen.calls()).toEqual([]);
    expect(house.web.seen.some(({ path }) => path.startsWith("/assets/hls"))).toBe(true);

    await seen.page.keyboard.press("m");
    await until(() => seen.page.evaluate(() => document.querySelector("video")?.muted)).toBe(false);

    house.web.say("/current", { body: leader(one("simulated_b", 5)), headers: everybody });
    await until(async () => house.web.asked("/simulator/hls/simulated_b.m3u8")).toBeGreaterThan(0);
    await until(picture).toBeGreaterThan(0.5);
    expect(await seen.page.evaluate(() => document.querySelector("video")?.muted)).toBe(false);

    // Turned down in the video's own controls.
    await seen.page.evaluate(() => {
      const video = document.querySelector("video");
      if (video) video.volume = 0.2;
    });
    await until(() => seen.page.locator("#volume").inputValue()).toBe("20");

    // Gone from the simulator: 404, a word, the next one.
    house.web.say("/current", { body: leader(one("missing_c", 4)), headers: everybody });
    await until(() => text(seen, "banner")).toContain("missing_c went offline");
    await until(() => seen.page.title()).toContain("simulated_a");

    usualEvening(house.web);
    await until(() => seen.page.locator("#twitch-player iframe").count()).toBe(1);
    expect(await seen.page.locator("video").count()).toBe(0);
    expect(seen.faults).toEqual([]);
    await seen.close();
    await media.close();
  });
});

describe("a network that is gone for longer", () => {
  it("loses no simulated stream: it plays on when the network is back", async () => {
    const media = await encodeStream();
    house.web.serveMedia(media.read);
    const sim = stream("simulated_a", 9, { stream_url: "/simulator/hls/simulated_a.m3u8" });
    const other = stream("simulated_b", 12, { stream_url: "/simulator/hls/simulated_b.m3u8" });
    house.web.say("/current", { body: leader(sim), headers: everybody });
    house.web.say("/all", { body: [sim, other], headers: everybody });
    const one = await house.open();
    const picture = () => one.page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
    await until(picture).toBeGreaterThan(0.5);
    await one.page.context().setOffline(true);
    await one.page.waitForTimeout(32_000);
    expect(await one.page.title()).toBe("9 alive - simulated_a");
    await one.page.context().setOffline(false);
    await until(() => one.page.locator("html").getAttribute("data-state")).not.toBe("offline");
    const stood = await picture();
    await until(async () => Math.abs((await picture()) - stood)).toBeGreaterThan(1);
    expect(await one.page.title()).toBe("9 alive - simulated_a");
    await one.close();
    await media.close();
  });
});

describe("the screen", () => {
  it("stays awake while a stream plays and through a switch, and sleeps when it is paused or over", async () => {
    usualEvening(house.web);
    // Nothing to go to when the one on air ends.
    house.web.say("/all", { body: [], headers: everybody });
    const one = await house.open({ initScript: wakeRecorder });
    const wakes = () => one.look("globalThis.wakes");
    await until(wakes).toEqual(["asked"]);
    house.web.say("/current", { body: leader(stream("nightferry", 4)), headers: everybody });
    await until(() => named(one, "event")).toContainEqual(["event", "playing", "nightferry"]);
    expect(await wakes()).toEqual(["asked"]);

    await one.look("twitchPlayer.pause()");
    await until(wakes).toEqual(["asked", "released"]);
    await one.look("twitchPlayer.play()");
    await until(wakes).toEqual(["asked", "released", "asked"]);

    house.web.say("/current", { body: leader(stream("gone_wren", 4)), headers: everybody });
    await until(wakes).toEqual(["asked", "released", "asked", "released"]);
    await one.close();
  });
});

/** Runs in the page: Chromium without a screen refuses a wake lock, so asking and letting go are written down. */
function wakeRecorder() {
  const wakes: string[] = [];
  Object.assign(globalThis, { wakes });
  const lock = {
    released: false,
    release: async () => {
      lock.released = true;
      wakes.push("released");
    },
  };
  Object.defineProperty(navigator, "wakeLock", {
    value: {
      request: async () => {
        wakes.push("asked");
        lock.released = false;
        return lock;
      },
    },
  });
}
