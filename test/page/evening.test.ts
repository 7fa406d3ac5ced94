/** An evening, hurried: the page is left open, the board never stands still, and nothing piles up. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everybody, fall, leader, stream } from "./documents.ts";
import { type House, openHouse } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const MATCHES = 40;
/** Questions for /current; ROTISSERIE_POLLS=7200 is four hours. */
const POLLS = Number(process.env.ROTISSERIE_POLLS ?? 100);
const HURRY = 20;

/** The board at one moment: every match falls, ends and begins anew at its own pace, and streamers come and go. */
function board(step: number) {
  return Array.from({ length: MATCHES }, (_, index) => {
    const alive = 99 - ((step * (1 + (index % 5)) + index * 37) % 99);
    return stream(`streamer_${(index + Math.floor(step / 50)) % 300}`, alive, { history: fall(alive), viewers: index });
  }).sort((a, b) => (a.alive ?? 0) - (b.alive ?? 0));
}

describe("an evening", () => {
  it("leaves no memory, element or listener behind, and one player", async () => {
    const say = (step: number) => {
      const all = board(step);
      const [first] = all;
      // Every twentieth answer is none: the board is away for a moment.
      house.web.say(
        "/current",
        step % 20 === 19 ? { status: 503, body: "" } : { body: first && leader(first), headers: everybody },
      );
      house.web.say("/all", { body: all, headers: everybody });
    };
    say(0);
    const one = await house.open({ hurry: HURRY });
    const session = await one.page.context().newCDPSession(one.page);
    await session.send("Performance.enable");
    const look = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { heap: value("JSHeapUsedSize"), nodes: value("Nodes"), listeners: value("JSEventListeners") };
    };
    // What a switch holds for a moment is no leak: of several looks the least counts.
    const measure = async () => {
      const least = await look();
      for (let again = 0; again < 5; again++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        const { heap, nodes, listeners } = await look();
        least.heap = Math.min(least.heap, heap);
        least.nodes = Math.min(least.nodes, nodes);
        least.listeners = Math.min(least.listeners, listeners);
      }
      return least;
    };
    const until = async (polls: number) => {
      for (let asked = 0; asked < polls; asked = house.web.asked("/current")) {
        say(asked);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      // What the stand-in writes down is not the page's.
      await one.look("globalThis.twitchCalls.length = 0");
    };
    await until(POLLS / 2);
    const early = await measure();
    await until(POLLS);
    const late = await measure();
    expect(late.heap).toBeLessThan(early.heap * 1.15);
    expect(late.nodes).toBeLessThan(early.nodes * 1.15);
    expect(late.listeners).toBeLessThan(early.listeners * 1.15);
    expect(await one.look("document.querySelectorAll('iframe').length")).toBe(1);
    expect(one.faults).toEqual([]);
    await one.close();
  }, 3_000_000);
});
