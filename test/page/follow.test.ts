import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Visit } from "./browser.ts";
import { evening, everybody, leader, stream } from "./documents.ts";
import { type House, openHouse, until, usualEvening } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const state = (one: Visit) => one.page.locator("html").getAttribute("data-state");
const text = (one: Visit, id: string) => one.page.locator(`#${id}`).textContent();
const named = (name: string) => evening.find((one) => one.stream_name === name) ?? stream(name, 3);
const onAir = (name: string, alive: number) =>
  house.web.say("/current", { body: leader({ ...named(name), alive }), headers: everybody });

describe("following", () => {
  it("goes from starting over looking with progress to the first stream, then follows two switches", async () => {
    let answer = () => {};
    const after = new Promise<void>((resolve) => {
      answer = resolve;
    });
    house.web.say("/current", {
      body: null,
      after,
      headers: { "rotisserie-progress": "streams=40, sampled=12, read=5, matches=2" },
    });
    house.web.say("/all", { body: [], after });
    const one = await house.open();
    expect(await state(one)).toBe("starting");
    answer();
    await until(() => state(one)).toBe("looking");
    expect(await text(one, "slate-text")).toBe("12 of 40 live streams looked at, 2 matches found");
    expect(await one.page.locator("#slate-progress").evaluate((bar: HTMLProgressElement) => bar.value)).toBeCloseTo(
      0.3,
    );

    usualEvening(house.web);
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    expect(await state(one)).toBe("playing");
    expect(await text(one, "banner")).toBe("7 alive - MossyKestrel - fewest players left");
    await until(() => text(one, "announce")).toContain("Now showing MossyKestrel. 7 alive.");
    await until(() => one.page.locator("#rows > li").count()).toBe(evening.length);

    onAir("nightferry", 5);
    await until(() => one.page.title()).toBe("5 alive - NightFerry");
    onAir("copperjay", 4);
    await until(() => one.page.title()).toBe("4 alive - CopperJay");
    await until(() => text(one, "announce")).toContain("Now showing CopperJay.");

    const calls = await one.calls();
    expect(calls.filter(([name]) => name === "setChannel").map(([, channel, when]) => [channel, when])).toEqual([
      ["nightferry", "ready"],
      ["copperjay", "ready"],
    ]);
    expect(one.faults).toEqual([]);
    await one.close();
  });

  it("updates the count of the stream it shows without touching the player", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    onAir("mossy_kestrel", 6);
    await until(() => one.page.title()).toBe("6 alive - MossyKestrel");
    expect((await one.calls()).filter(([name]) => name === "setChannel" || name === "new")).toHaveLength(1);
    await one.close();
  });

  it("asks conditionally, and a 304 changes nothing", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toContain("MossyKestrel");
    await until(
      async () => house.web.seen.filter((seen) => seen.path === "/current" && seen.status === 304).length,
    ).toBeGreaterThan(1);
    expect(await state(one)).toBe("playing");
    await one.close();
  });

  it("a lobby on air is called waiting and has no count of the living", async () => {
    const lobby = stream("copperjay", null, { display_name: "CopperJay", phase: "lobby", joined: 63 });
    house.web.say("/current", { body: leader(lobby, "fullest lobby"), headers: everybody });
    house.web.say("/all", { body: [], headers: everybody });
    const one = await house.open();
    await until(() => state(one)).toBe("waiting");
    expect(await one.page.title()).toBe("Waiting - CopperJay");
    expect(await text(one, "count-said")).toBe("63 joined");
    await one.close();
  });

  it("all streams looked at and no match yet: still looking, and off air only when it stays so", async () => {
    const nothing = { body: null, headers: { "rotisserie-progress": "streams=40, sampled=40, read=9, matches=0" } };
    house.web.say("/current", nothing);
    house.web.say("/all", { body: [] });
    const one = await house.open();
    await until(() => state(one)).toBe("looking");
    expect(await text(one, "slate-text")).toBe("40 live streams looked at, 0 matches found");
    await one.page.waitForTimeout(4_000);
    expect(await state(one)).toBe("looking");
    await until(() => state(one)).toBe("empty");
    expect(await text(one, "slate-heading")).toBe("No match on air");
    // One more stream comes on and is not looked at yet: no flicker.
    const more = { "rotisserie-progress": "streams=41, sampled=40, read=9, matches=0" };
    house.web.say("/current", { ...nothing, headers: more });
    await until(() => text(one, "slate-text")).toContain("40 of 41 live streams looked at, none of them in a match");
    expect(await state(one)).toBe("empty");
    await one.close();
  });

  it("says that the board is behind, and stops saying so", async () => {
    usualEvening(house.web);
    const [first] = evening;
    house.web.say("/current", { body: first && leader(first), headers: { ...everybody, "rotisserie-stale": "42" } });
    const one = await house.open();
    await until(() => state(one)).toBe("stale");
    expect(await text(one, "banner")).toContain("42 s behind");
    usualEvening(house.web);
    await until(() => state(one)).toBe("playing");
    await one.close();
  });
});

describe("a network that comes and goes", () => {
  it("keeps playing, says so, asks less often, and is back at once", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toContain("MossyKestrel");
    await one.page.context().setOffline(true);
    await until(() => state(one)).toBe("offline");
    expect(await text(one, "banner")).toMatch(/No connection to the board; this stream keeps playing, trying again/);
    expect(await one.page.locator("#twitch-player iframe").count()).toBe(1);
    expect((await one.calls()).filter(([name]) => name === "pause")).toEqual([]);
    onAir("nightferry", 5);
    await one.page.context().setOffline(false);
    await until(() => one.page.title()).toBe("5 alive - NightFerry");
    expect(await state(one)).toBe("playing");
    await one.close();
  });

  it("a failing board is asked with growing pauses, and its Retry-After is kept", async () => {
    house.web.say("/current", { status: 503, body: "away" });
    house.web.say("/all", { status: 503, body: "away", headers: { "retry-after": "30" } });
    const one = await house.open();
    await until(() => state(one)).toBe("error");
    expect(await text(one, "banner")).toMatch(/The board is away \(status 503\); trying again/);
    const first = house.web.asked("/current");
    await one.page.waitForTimeout(7_000);
    // 2 s, 4 s, 8 s: two more in seven seconds; a steady page would have asked three or four times.
    expect(house.web.asked("/current") - first).toBeLessThanOrEqual(2);
    usualEvening(house.web);
    await one.page.locator("#retry").dispatchEvent("click");
    await until(() => state(one)).toBe("playing");
    await one.close();
  });
});

describe("a page nobody looks at", () => {
  it("asks nothing while hidden, and at once when seen again", async () => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toContain("MossyKestrel");
    const hide = (hidden: boolean) =>
      one.page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { value: value ? "hidden" : "visible", configurable: true });
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await hide(true);
    await one.page.waitForTimeout(300);
    const before = house.web.seen.length;
    await one.page.waitForTimeout(6_000);
    expect(house.web.seen.length).toBe(before);
    onAir("nightferry", 5);
    const shown = Date.now();
    await hide(false);
    await until(() => one.page.title()).toBe("5 alive - NightFerry");
    expect(house.web.seen.slice(before).some((seen) => seen.path === "/current" && seen.at >= shown)).toBe(true);
    await one.close();
  });
});
