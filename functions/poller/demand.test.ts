import { describe, expect, test } from "vitest";
import { createDemand, isViewer } from "./demand.ts";

describe("who is a viewer", () => {
  test.each<[name: string, method: string, headers: Record<string, string>, expected: boolean]>([
    ["a browser", "GET", { "user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0" }, true],
    ["a person with curl", "GET", { "user-agent": "curl/8.5.0" }, true],
    ["someone without a user agent", "GET", {}, true],
    ["HEAD", "HEAD", { "user-agent": "Mozilla/5.0" }, false],
    [
      "Googlebot",
      "GET",
      { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" },
      false,
    ],
    ["bingbot", "GET", { "user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)" }, false],
    ["a link preview", "GET", { "user-agent": "facebookexternalhit/1.1" }, false],
    ["Discord's preview", "GET", { "user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0)" }, false],
    ["the kubelet", "GET", { "user-agent": "kube-probe/1.34" }, false],
    ["Knative's queue-proxy", "GET", { "k-network-probe": "queue" }, false],
    ["Prometheus", "GET", { "user-agent": "Prometheus/3.5.0" }, false],
    ["an uptime checker", "GET", { "user-agent": "UptimeRobot/2.0" }, false],
    [
      "a browser that fetches ahead",
      "GET",
      { "user-agent": "Mozilla/5.0", "sec-purpose": "prefetch;prerender" },
      false,
    ],
    ["a Cubot phone is no bot", "GET", { "user-agent": "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/80" }, true],
  ])("%s", (_name, method, headers, expected) => {
    expect(isViewer(method, headers)).toBe(expected);
  });
});

describe("demand", () => {
  const at = (now: { ms: number }, alwaysOn = false) =>
    createDemand({ idleAfterMs: 120_000, alwaysOn, now: () => now.ms });

  test("nobody has come yet", () => expect(at({ ms: 0 }).watched("pubg")).toBe(false));

  test("the first viewer wakes, the second does not, and after the idle time the next wakes again", () => {
    const now = { ms: 1_000_000 };
    const demand = at(now);
    expect([demand.viewer("pubg"), demand.viewer("pubg")]).toEqual([true, false]);
    now.ms += 119_999;
    expect(demand.watched("pubg")).toBe(true);
    now.ms += 1;
    expect(demand.watched("pubg")).toBe(false);
    expect(demand.viewer("pubg")).toBe(true);
  });

  test("each game has its own viewers", () => {
    const demand = at({ ms: 1_000 });
    demand.viewer("fortnite");
    expect([demand.watched("pubg"), demand.watched("fortnite")]).toEqual([false, true]);
  });

  test("another poller's viewer counts, and a clock ahead of ours does not keep us awake", () => {
    const now = { ms: 1_000_000 };
    const demand = at(now);
    demand.learn("pubg", now.ms + 3_600_000);
    now.ms += 120_000;
    expect(demand.watched("pubg")).toBe(false);
    demand.learn("pubg", now.ms - 1_000);
    expect(demand.watched("pubg")).toBe(true);
  });

  test("ALWAYS_ON", () => expect(at({ ms: 0 }, true).watched("pubg")).toBe(true));
});
