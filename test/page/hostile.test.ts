/** Broken, late, huge and foreign answers, markup in names: the page plays on, says so in words, and runs nothing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Visit } from "./browser.ts";
import { evening, everybody, leader, stream } from "./documents.ts";
import { type House, openHouse, until, usualEvening } from "./house.ts";
import type { Scripted } from "./web.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const banner = (one: Visit) => one.page.locator("#banner").textContent();
const [first] = evening;
const good = first ? leader(first) : null;

describe("a bad answer from /current while a stream plays", () => {
  it.each([
    ["cut JSON", { body: '{"stream_name": "mossy' }, "Something other than the board answers"],
    [
      "a sign-in page of the network",
      { body: "<!doctype html><h1>Welcome to the hotel</h1>", headers: { "content-type": "text/html" } },
      "a sign-in page of your network?",
    ],
    ["nothing at all", { body: "" }, "Something other than the board answers"],
    ["another document", { body: { hello: "world" } }, "makes no sense"],
    ["a list where one stream belongs", { body: [good] }, "makes no sense"],
    ["a count nobody can have", { body: { ...good, alive: 5000 } }, "makes no sense"],
    ["a negative count", { body: { ...good, alive: -1 } }, "makes no sense"],
    ["a name that is none", { body: { ...good, stream_name: "../../all" } }, "makes no sense"],
    ["an impossible time", { body: { ...good, updated: "2026-13-45T99:99:99Z" } }, "makes no sense"],
    ["5 MB", { body: JSON.stringify({ ...good, extra: "x".repeat(5_000_000) }) }, "far too large"],
    ["a body without an end, as fast as it can be read", { endless: "flood" }, "far too large"],
    ["a body without an end, drop by drop", { endless: "drip" }, "The board does not answer"],
    ["arrays in arrays, half a million deep", { body: "[".repeat(500_000) }, "Something other than the board answers"],
    ["a connection that breaks", { cut: true }, "No connection to the board"],
    ["a server error", { status: 500, body: "<b>stack</b>" }, "The board is away (status 500)"],
    [
      "a redirect to somewhere else",
      { status: 302, headers: { location: "https://example.com/" }, body: "" },
      "No connection to the board",
    ],
    ["no answer in time", { delay: Number.POSITIVE_INFINITY }, "The board does not answer"],
  ] satisfies [string, Scripted, string][])("%s", async (_, answer, words) => {
    usualEvening(house.web);
    const one = await house.open();
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    house.web.say("/current", answer);
    await until(() => banner(one)).toContain(words);
    expect(await banner(one)).toContain("this stream keeps playing");
    expect(await one.page.locator("#twitch-player iframe").count()).toBe(1);
    expect(await one.page.title()).toBe("7 alive - MossyKestrel");
    expect(one.faults.filter((fault) => !fault.includes("net::ERR"))).toEqual([]);
    usualEvening(house.web);
    // It may be back by itself, and the button gone.
    await one.page.locator("#retry").dispatchEvent("click");
    await until(() => one.page.locator("html").getAttribute("data-state")).toBe("playing");
    await one.close();
  });
});

describe("a bad list", () => {
  it("keeps the entries that make sense and counts the others", async () => {
    const bad = [null, 7, "x", { stream_name: "half" }, { ...first, stream_name: "NOT A LOGIN" }, first];
    house.web.say("/current", { body: good, headers: everybody });
    house.web.say("/all", { body: [...evening, ...bad], headers: everybody });
    const one = await house.open();
    await until(() => one.page.locator("#rows > li").count()).toBe(evening.length);
    await until(() => banner(one)).toContain("6 entries of the list make no sense and are left out");
    await one.close();
  });

  it("all of it bad: says so, plays on, and shows it again when it is good again", async () => {
    usualEvening(house.web);
    house.web.say("/all", { body: [{ nonsense: true }] });
    const one = await house.open();
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    await until(() => one.page.locator("#board-empty").textContent()).toContain(
      "makes no sense to this page. The list comes back by itself",
    );
    usualEvening(house.web);
    await until(() => one.page.locator("#rows > li").count()).toBe(evening.length);
    await one.close();
  });

  it("a thousand streams with the longest names: the first five hundred, and nothing sticks out", async () => {
    const long = { display_name: "W".repeat(100), title: "M".repeat(500), viewers: 9_999_999, history: [] };
    const many = Array.from({ length: 1000 }, (_, index) => stream(`s${index}`, 1 + (index % 99), long));
    house.web.say("/current", { body: leader(stream("s0", 1, long)), headers: everybody });
    house.web.say("/all", { body: many, headers: everybody });
    const one = await house.open({ viewport: { width: 320, height: 640 } });
    await until(() => one.page.locator("#rows > li").count()).toBe(500);
    await until(() => one.page.title()).toBe(`1 alive - ${long.display_name}`);
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await one.page.locator("#rows .row").nth(499).scrollIntoViewIfNeeded();
    await one.page.locator("#rows .row").nth(499).click();
    await until(() => one.page.locator("#pin").getAttribute("aria-pressed")).toBe("true");
    await one.close();
  });
});

describe("markup and traps", () => {
  it("in names, titles, reasons and headers are shown as text", async () => {
    const evil = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
    const trap = stream("trap", 2, {
      display_name: evil,
      title: `"><svg onload=globalThis.hacked=1>${evil}`,
      language: "<b>x</b>",
    });
    house.web.say("/current", {
      body: leader(trap, evil),
      headers: { ...everybody, "rotisserie-games": "pubg, <script>, fortnite" },
    });
    house.web.say("/all", { body: [trap], headers: everybody });
    const one = await house.open();
    await until(() => one.page.locator("#name").textContent()).toBe(evil);
    await until(() => one.page.locator("#rows .row-name").textContent()).toBe(evil);
    expect(await banner(one)).toContain(evil);
    expect(await one.page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
    expect(await one.page.locator("#game option").count()).toBe(2);
    expect(
      await one.page.evaluate(() => document.querySelectorAll("img, body script, [onerror], [onload]").length),
    ).toBe(0);
    expect(one.faults).toEqual([]);
    await one.close();
  });

  it.each([
    ["a script", "javascript:alert(1)"],
    ["another host", "https://evil.example/live.m3u8"],
    ["a host that looks like Twitch", "https://player.twitch.tv.evil.example/?channel=trap"],
    ["a sign-in in the address", "https://user:pass@player.twitch.tv/?channel=trap"],
    ["a channel that is none", "https://player.twitch.tv/?channel=a/../b"],
    ["a data address", "data:text/html,<script>alert(1)</script>"],
    ["no address", ""],
    ["half an address", "//"],
  ])("%s as a stream's address is not opened; the next stream plays", async (_, url) => {
    house.web.say("/current", { body: leader(stream("trap", 2, { stream_url: url })), headers: everybody });
    house.web.say("/all", { body: evening, headers: everybody });
    const one = await house.open();
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    expect(await banner(one)).toContain("trap has an address that this page does not play");
    expect(one.page.frames().filter((frame) => frame.url().includes("evil"))).toEqual([]);
    expect(one.faults).toEqual([]);
    await one.close();
  });

  it("what was stored by somebody else is not believed", async () => {
    usualEvening(house.web);
    const one = await house.open({
      initScript: () => {
        if (window !== window.top) return;
        for (const [key, value] of Object.entries({
          pin: '{"login":"../../x"}',
          sound: '{"muted":"yes","volume":99}',
          game: '"<script>"',
          language: "{",
          theatre: '"maybe"',
        })) {
          localStorage.setItem(`rotisserie.${key}`, value);
        }
      },
    });
    await until(() => one.page.title()).toBe("7 alive - MossyKestrel");
    expect(await one.page.locator("html").getAttribute("data-state")).toBe("playing");
    expect(one.faults).toEqual([]);
    await one.close();
  });
});
