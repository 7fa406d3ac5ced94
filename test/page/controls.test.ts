import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Visit } from "./browser.ts";
import { evening, everybody, leader, stream } from "./documents.ts";
import { type House, openHouse, until, usualEvening } from "./house.ts";
import { tabThrough } from "./keyboard.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const state = (one: Visit) => one.page.locator("html").getAttribute("data-state");
const watching = async (options: Parameters<House["open"]>[0] = {}) => {
  usualEvening(house.web);
  const one = await house.open(options);
  await until(() => one.page.title()).toContain(" alive - ");
  await until(() => one.page.locator("#rows > li").count()).toBe(evening.length);
  return one;
};
const title = (one: Visit) => one.page.title();

describe("pin", () => {
  it("holds while the director switches, survives a reload, and lets go", async () => {
    const one = await watching();
    await one.page.locator("#pin").click();
    await until(() => state(one)).toBe("pinned");
    expect(await one.page.locator("#pin").getAttribute("aria-pressed")).toBe("true");
    expect(new URL(one.page.url()).search).toBe("?pin=mossy_kestrel");
    house.web.say("/current", {
      body: leader(stream("nightferry", 3, { display_name: "NightFerry" })),
      headers: everybody,
    });
    await one.page.waitForTimeout(3_000);
    expect(await title(one)).toBe("7 alive - MossyKestrel");
    expect((await one.calls()).filter(([name]) => name === "setChannel")).toEqual([]);

    await one.page.goto(house.web.url);
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    expect(await state(one)).toBe("pinned");

    await one.page.locator("#pin").click();
    await until(() => title(one)).toBe("3 alive - NightFerry");
    expect(new URL(one.page.url()).search).toBe("");
    await one.close();
  });

  it("stays with a streamer between two matches", async () => {
    const one = await watching();
    await one.page.locator("#pin").click();
    house.web.say("/all", { body: evening.slice(1), headers: everybody });
    house.web.say("/current", { body: leader(stream("nightferry", 3)), headers: everybody });
    await until(() => one.page.locator("#banner").textContent()).toBe(
      "no count now - MossyKestrel - pinned by you, between matches",
    );
    expect(await one.page.locator("#count-said").textContent()).toBe("no count");
    await one.close();
  });
});

describe("next and previous", () => {
  it("next goes up the list, fewest first; previous goes back the way it came", async () => {
    const one = await watching();
    await one.page.locator("#next").click();
    await until(() => title(one)).toBe("11 alive - NightFerry");
    await one.page.locator("#next").click();
    await until(() => title(one)).toBe("18 alive - CopperJay");
    await one.page.locator("#previous").click();
    await until(() => title(one)).toBe("11 alive - NightFerry");
    await one.page.locator("#previous").click();
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    expect(await one.page.locator("#previous").isDisabled()).toBe(true);
    // A choice of the viewer is a pin: the director does not take it away.
    expect(await state(one)).toBe("pinned");
    await one.close();
  });

  it("a tap on a row of the list shows that stream", async () => {
    const one = await watching({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await one.page.locator("#rows .row").nth(4).tap();
    await until(() => title(one)).toBe("39 alive - Tessellate");
    expect(await one.page.locator("#rows .row").nth(4).getAttribute("aria-current")).toBe("true");
    await one.close();
  });
});

describe("links", () => {
  it("carry a pin", async () => {
    const one = await watching({ path: "/?pin=@CopperJay" });
    await until(() => title(one)).toBe("18 alive - CopperJay");
    expect(await state(one)).toBe("pinned");
    await one.close();
  });

  it("carry a game, whose board is then asked", async () => {
    house.web.say("/current/fortnite", {
      body: leader(stream("harborlight", 2, { game: "fortnite" })),
      headers: everybody,
    });
    house.web.say("/all/fortnite", { body: [stream("harborlight", 2, { game: "fortnite" })], headers: everybody });
    const one = await house.open({ path: "/?game=fortnite" });
    await until(() => title(one)).toBe("2 alive - harborlight");
    expect(await one.page.locator("#game").inputValue()).toBe("fortnite");
    await one.page.locator("#game").selectOption("pubg");
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    expect(new URL(one.page.url()).search).toBe("");
    await one.close();
  });

  it("a shared pin means the game that the link names, not the one remembered here", async () => {
    const one = await watching();
    await one.page.evaluate(() => localStorage.setItem("rotisserie.game", '"fortnite"'));
    const before = house.web.asked("/current/fortnite");
    await one.page.goto(`${house.web.url}/?pin=copperjay`);
    await until(() => title(one)).toBe("18 alive - CopperJay");
    expect(house.web.asked("/current/fortnite")).toBe(before);
    await one.close();
  });

  it("back from another page leads to the same stream, still pinned", async () => {
    const one = await watching();
    await one.page.locator("#next").click();
    await until(() => title(one)).toBe("11 alive - NightFerry");
    await one.page.goto(`${house.web.url}/nowhere`);
    await one.page.goBack();
    await until(() => title(one)).toBe("11 alive - NightFerry");
    expect(await state(one)).toBe("pinned");
    expect(new URL(one.page.url()).search).toBe("?pin=nightferry");
    await one.close();
  });

  it.each([
    ["a game that cannot exist", "/?game=%3Cscript%3Ealert(1)%3C/script%3E", "names a game that cannot exist"],
    ["a channel that cannot exist", "/?pin=..%2F..%2Fcurrent", "names a channel that cannot exist"],
    ["a game not followed here", "/?game=tetris", "tetris is not followed here"],
    ["a very long query", `/?pin=${"x".repeat(5000)}`, "names a channel that cannot exist"],
    ["something else entirely", "/?%E0%A4%A=%&&&=;pin", ""],
  ])("with %s are refused in words, and the page plays", async (_, path, words) => {
    usualEvening(house.web);
    house.web.say("/current/tetris", { status: 404, body: { error: "unknown game" }, headers: everybody });
    house.web.say("/all/tetris", { status: 404, body: { error: "unknown game" }, headers: everybody });
    const one = await house.open({ path });
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    expect(await one.page.locator("#banner").textContent()).toContain(words);
    expect(one.faults).toEqual([]);
    await one.close();
  });
});

describe("looks", () => {
  it("light and theatre survive a reload without a flash of dark", async () => {
    const one = await watching();
    await one.page.locator("#theme").click();
    await one.page.locator("#theatre").click();
    await one.page.reload({ waitUntil: "commit" });
    await one.page.locator("body").waitFor();
    expect(await one.page.locator("html").getAttribute("data-theme")).toBe("light");
    await until(() => one.page.locator(".rail").isVisible()).toBe(false);
    await one.page.keyboard.press("Escape");
    await until(() => one.page.locator(".rail").isVisible()).toBe(true);
    await one.close();
  });

  it("the language filter narrows the list and the choice, and survives a reload", async () => {
    const one = await watching();
    await one.page.locator("#language").selectOption("ko");
    await until(() => title(one)).toBe("24 alive - 루멘");
    expect(await one.page.locator("#rows > li").count()).toBe(1);
    expect(await one.page.locator("#banner").textContent()).toContain("fewest left in your language");
    await one.page.reload();
    await until(() => title(one)).toBe("24 alive - 루멘");
    await one.page.locator("#language").selectOption("");
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    await one.close();
  });

  it("the count moves without moving anything else", async () => {
    const one = await watching();
    await one.page.evaluate(() => {
      const shifts: string[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push(JSON.stringify(entry));
      }).observe({ type: "layout-shift", buffered: true });
    });
    const crowd = (counts: number[]) =>
      evening.map((each, index) => ({ ...each, alive: counts[index] ?? each.alive, viewers: each.viewers * 7 }));
    const [first] = evening;
    house.web.say("/all", {
      body: crowd([5, 11, 4, 90, 17, 8]).sort((a, b) => (a.alive ?? 0) - (b.alive ?? 0)),
      headers: everybody,
    });
    house.web.say("/current", { body: first && leader({ ...first, alive: 100, viewers: 987 }), headers: everybody });
    await until(() => title(one)).toBe("100 alive - MossyKestrel");
    house.web.say("/current", {
      body: leader(stream("copperjay", 4, { display_name: "CopperJay" })),
      headers: everybody,
    });
    await until(() => title(one)).toBe("4 alive - CopperJay");
    await one.page.waitForTimeout(5_500);
    expect(await one.page.locator("#rows .row-name").first().textContent()).toBe("CopperJay");
    expect(await one.page.evaluate(() => (globalThis as { shifts?: string[] }).shifts)).toEqual([]);
    await one.close();
  });
});

describe("the keyboard alone", () => {
  it("does everything", async () => {
    const one = await watching();
    const press = (key: string) => one.page.keyboard.press(key);
    const html = (name: string) => one.page.locator("html").getAttribute(name);
    await press("n");
    await until(() => title(one)).toBe("11 alive - NightFerry");
    await press("ArrowRight");
    await until(() => title(one)).toBe("18 alive - CopperJay");
    await press("b");
    await until(() => title(one)).toBe("11 alive - NightFerry");
    await press("p");
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    await press("m");
    expect(await one.page.locator("#sound").getAttribute("aria-pressed")).toBe("true");
    await press("+");
    expect(await one.page.locator("#volume").inputValue()).toBe("70");
    await press("d");
    expect(await html("data-theme")).toBe("light");
    await press("t");
    expect(await html("class")).toContain("theatre");
    await press("t");
    await press("l");
    expect(await one.page.locator(".rail").isVisible()).toBe(false);
    await press("l");
    await press("?");
    expect(await one.page.locator("#help-panel").isVisible()).toBe(true);
    expect(await one.page.evaluate(() => document.activeElement?.id)).toBe("help-heading");
    await press("Escape");
    expect(await one.page.evaluate(() => document.activeElement?.id)).toBe("help");
    await press("g");
    expect(await one.page.evaluate(() => document.activeElement?.id)).toBe("game");
    // In a menu, letters belong to the menu.
    await press("n");
    expect(await title(one)).toBe("7 alive - MossyKestrel");
    await one.close();
  });

  it("single keys can be switched off (WCAG 2.1.4), and stay off", async () => {
    const one = await watching();
    await one.page.keyboard.press("?");
    await one.page.locator("#keys-on").uncheck();
    await one.page.locator("h1").click();
    await one.page.keyboard.press("n");
    await one.page.reload();
    await until(() => title(one)).toBe("7 alive - MossyKestrel");
    await one.page.keyboard.press("n");
    await one.page.waitForTimeout(300);
    expect(await title(one)).toBe("7 alive - MossyKestrel");
    await one.close();
  });

  it("Tab goes through the page in reading order, every stop is seen, and a row keeps its focus when the order changes", async () => {
    const one = await watching();
    // A frame that is still loading takes no focus yet.
    await until(async () => (await one.calls()).map(([, event]) => event)).toContain("playing");
    const { stops, bad } = await tabThrough(one.page);
    expect(bad).toEqual([]);
    expect(stops.slice(0, 8)).toEqual(["skip", "brand", "game", "list", "theatre", "full", "theme", "help"]);
    const order = ["IFRAME", "name", "pin", "next", "sound", "volume", "language", "row"].map((id) =>
      stops.indexOf(id),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(stops.filter((stop) => stop === "row")).toHaveLength(evening.length);

    const third = one.page.locator("#rows .row", { hasText: "CopperJay" });
    await third.focus();
    house.web.say("/all", {
      body: evening.map((each) => (each.stream_name === "copperjay" ? { ...each, alive: 1 } : each)),
      headers: everybody,
    });
    await until(() => one.page.locator("#rows .row-name").first().textContent()).toBe("CopperJay");
    expect(await one.page.evaluate(() => document.activeElement?.textContent)).toContain("CopperJay");
    await one.close();
  });
});
