import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AllDocument, CurrentDocument } from "../contracts/api.ts";
import { countRead } from "../contracts/events.ts";
import { findGame } from "../contracts/games.ts";
import type { Running } from "../runtime/serve.ts";
import { newTrace } from "../runtime/trace.ts";
import { writeEvent } from "../runtime/wire.ts";
import { info, startPoller, type TestPoller } from "./app.fixture.ts";

let poller: TestPoller;
const others: Running[] = [];
beforeEach(async () => {
  poller = await startPoller();
});
afterEach(async () => {
  await Promise.all([poller.running, ...others.splice(0)].map((running) => running.stop()));
});
const current = async () => v.parse(CurrentDocument, await (await poller.get("/current")).json());
const all = async () => v.parse(AllDocument, await (await poller.get("/all")).json());
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

describe("a tick", () => {
  test("without a viewer emits nothing and lists nothing", async () => {
    expect((await poller.tick()).status).toBe(204);
    expect(poller.state).toMatchObject({ sent: [], lists: 0 });
  });

  test("with exactly one due stream yields exactly one stream.found, and an empty 204", async () => {
    poller.state.live = [info("alpha", 10)];
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 12 });
    poller.state.sent.length = 0;
    poller.state.now += 5_000;
    const answer = await poller.tick();
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(poller.state.sent.map(({ subject, attributes }) => [subject, attributes.roundid])).toEqual([
      ["alpha", "tick-0"],
    ]);
  });

  test("delivered twice asks nobody twice", async () => {
    await poller.get("/current");
    await settle();
    expect(poller.state.sent).toHaveLength(2);
    await poller.tick();
    expect(poller.state.sent).toHaveLength(2);
  });

  test("is refused with 503 while the Broker is away, and the streams stay due", async () => {
    poller.state.brokerAway = true;
    await poller.get("/current");
    await settle();
    expect((await poller.tick()).status).toBe(503);
    poller.state.brokerAway = false;
    expect((await poller.tick()).status).toBe(204);
    expect(poller.state.sent).toHaveLength(2);
  });

  test("asks Twitch for a new list only after 15 s", async () => {
    await poller.get("/current");
    await settle();
    poller.state.now += 5_000;
    await poller.tick();
    expect(poller.state.lists).toBe(1);
    poller.state.now += 11_000;
    await poller.tick();
    expect(poller.state.lists).toBe(2);
  });

  test("goes on with the last list while Twitch is away, says so, and asks again after 10 s", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 });
    Object.assign(poller.state, { twitchAway: true, now: poller.state.now + 31_000, sent: [] });
    expect((await poller.tick()).status).toBe(204);
    expect(poller.state.sent.map(({ subject }) => subject)).toContain("alpha");
    const ready = await poller.get("/readyz");
    expect([ready.status, await ready.text()]).toEqual([
      200,
      "ready, but Twitch has given no list of pubg since 2026-01-02T20:00:31.000Z\n",
    ]);
    expect(await (await poller.get("/metrics")).text()).toContain('rotisserie_list_up{game="pubg",service="poller"} 0');
    poller.state.now += 5_000;
    await poller.tick();
    expect(poller.state.lists).toBe(2);
    Object.assign(poller.state, { twitchAway: false, now: poller.state.now + 5_000 });
    await poller.tick();
    expect(await (await poller.get("/readyz")).text()).toBe("ready\n");
  });

  test("brings a stream's playback hint back into its next stream.found, and nowhere else", async () => {
    const hint = "https://hints.example/secret.m3u8?sig=abc";
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 9 }, 1, { playbackhint: hint });
    poller.state.now += 5_000;
    await poller.tick();
    expect(poller.state.sent.findLast(({ subject }) => subject === "alpha")?.data.playbackHint).toBe(hint);
    for (const path of ["/current", "/all", "/board", "/dead-letters", "/metrics"]) {
      expect(await (await poller.get(path)).text()).not.toContain("hints.example");
    }
  });
});

describe("the API", () => {
  test("before anything is known: null, an empty list and the progress", async () => {
    const answer = await poller.get("/current");
    expect(await answer.text()).toBe("null");
    expect(answer.headers.get("rotisserie-progress")).toBe("streams=0, sampled=0, read=0, matches=0");
    expect(answer.headers.get("rotisserie-games")).toBe("pubg");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=1");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(await all()).toEqual([]);
    await settle();
    expect((await poller.get("/all")).headers.get("rotisserie-progress")).toBe(
      "streams=2, sampled=0, read=0, matches=0",
    );
  });

  test("the first viewer's request starts a round at once", async () => {
    await poller.get("/current");
    await settle();
    expect(poller.state.sent.map(({ subject }) => subject)).toEqual(["bravo", "alpha"]);
  });

  test("the leader is the lowest, with the documented fields and the added ones", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 }, 3);
    await poller.answer("bravo", { match: 54 }, 2);
    expect(await current()).toMatchObject({
      stream_name: "alpha",
      alive: 7,
      stream_url: "https://player.twitch.tv/?channel=alpha",
      updated: "2026-01-02T19:59:57.000Z",
      phase: "match",
      game: "pubg",
      age: 3,
      reason: "fewest players left",
    });
    expect((await all()).map(({ stream_name, alive }) => [stream_name, alive])).toEqual([
      ["alpha", 7],
      ["bravo", 54],
    ]);
  });

  test("an unchanged answer is a 304, a changed one is not", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 });
    await poller.answer("bravo", { match: 54 });
    const etag = (await poller.get("/all")).headers.get("etag") ?? "";
    poller.state.now += 2_000;
    const same = await poller.get("/all", { headers: { "if-none-match": `"other", ${etag}` } });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", etag]);
    await poller.answer("alpha", { match: 6 });
    expect((await poller.get("/all", { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  test.each([
    ["HEAD /current", "/current", "HEAD", 200, ""],
    ["a known game", "/current/pubg", "GET", 200, "null"],
    ["a trailing slash", "/all/", "GET", 200, "[]"],
    ["an unknown game", "/current/chess", "GET", 404, 'no game "chess" here: pubg\n'],
    ["one level too deep", "/all/pubg/x", "GET", 404, 'no game "pubg/x" here: pubg\n'],
    ["a name of Object's", "/current/__proto__", "GET", 404, 'no game "__proto__" here: pubg\n'],
    ["POST", "/current", "POST", 405, "POST is not allowed here\n"],
  ])("%s", async (_name, path, method, status, body) => {
    const answer = await poller.get(path, { method });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD");
  });

  test("with no match running the most-viewed lobby waits, without a count of players alive", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { lobby: 88 });
    await poller.answer("bravo", { lobby: 61 });
    expect(await current()).toMatchObject({
      stream_name: "bravo",
      alive: null,
      joined: 61,
      phase: "lobby",
      reason: "waiting: no match is running",
    });
    expect(await all()).toEqual([]);
  });
});

test("two games: each has its own leader and its own viewers; the first is /current", async () => {
  const both = await startPoller({ games: ["pubg", "fortnite"].flatMap((id) => findGame(id) ?? []) });
  others.push(both.running);
  const answer = await both.get("/current/fortnite");
  expect([answer.status, answer.headers.get("rotisserie-games")]).toEqual([200, "pubg, fortnite"]);
  await settle();
  expect(both.state.sent.map(({ data }) => data.game)).toEqual(["fortnite", "fortnite"]);
  await both.answer("alpha", { match: 7 }, 1, { game: "fortnite" });
  await both.answer("bravo", { match: 9 }, 1, { game: "fortnite" });
  expect(await (await both.get("/current/fortnite")).json()).toMatchObject({ stream_name: "alpha", game: "fortnite" });
  expect(await (await both.get("/current")).json()).toBeNull();
  expect(await (await both.get("/all/chess")).text()).toBe('no game "chess" here: pubg, fortnite\n');
});

describe("freshness", () => {
  test.each([
    ["30 s old: leads and stands on /all", 30, true, 1],
    ["31 s old: leads nobody", 31, false, 1],
    ["90 s old: still on /all", 90, false, 1],
    ["91 s old: gone", 91, false, 0],
  ])("a reading %s", async (_name, seconds, leads, shown) => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 }, 0);
    await poller.answer("bravo", { missed: "offline" }, 0);
    poller.state.now += seconds * 1000;
    expect((await current()) !== null).toBe(leads);
    expect(await all()).toHaveLength(shown);
  });

  test("after an idle night: no leader of yesterday, a round at once, a right number with the first readings", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 });
    await poller.answer("bravo", { match: 50 });
    poller.state.now += 8 * 3_600_000;
    expect((await poller.tick()).status).toBe(204);
    poller.state.sent.length = 0;
    expect(await current()).toBeNull();
    await settle();
    expect(poller.state.sent).toHaveLength(2);
    await poller.answer("alpha", { match: 93 });
    await poller.answer("bravo", { match: 4 });
    expect(await current()).toMatchObject({ stream_name: "bravo", alive: 4 });
  });
});

describe("a clock", () => {
  test("set back by an hour: what is from the future goes, new readings lead", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 }, 0);
    await poller.answer("bravo", { match: 50 }, 0);
    poller.state.now -= 3_600_000;
    poller.state.sent.length = 0;
    expect([await current(), await all()]).toEqual([null, []]);
    await settle();
    expect(poller.state.sent).toHaveLength(2);
    await poller.answer("alpha", { match: 90 }, 1);
    await poller.answer("bravo", { match: 20 }, 1);
    expect(await current()).toMatchObject({ stream_name: "bravo", alive: 20, age: 1 });
  });

  test("set forward by an hour: nothing known is fresh, the next round is", async () => {
    await poller.get("/current");
    await settle();
    await poller.answer("alpha", { match: 7 }, 0);
    poller.state.now += 3_600_000;
    expect([await current(), await all()]).toEqual([null, []]);
    await settle();
    await poller.answer("bravo", { match: 20 }, 1);
    await poller.answer("alpha", { match: 30 }, 1);
    expect(await current()).toMatchObject({ stream_name: "bravo" });
  });
});

describe("demand", () => {
  test.each([
    ["HEAD", "/current", { method: "HEAD" }],
    ["a bot", "/current", { headers: { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" } }],
    ["a probe", "/current", { headers: { "user-agent": "kube-probe/1.34" } }],
    ["a prefetch", "/all", { headers: { "sec-purpose": "prefetch" } }],
    ["/metrics", "/metrics", {}],
    ["/readyz", "/readyz", {}],
    ["an unknown game", "/current/chess", {}],
  ])("%s is no viewer", async (_name, path, init) => {
    await poller.get(path, init);
    await settle();
    await poller.tick();
    expect(poller.state.sent).toEqual([]);
  });

  test("nobody for IDLE_AFTER: ticks emit nothing any more", async () => {
    await poller.get("/current");
    await settle();
    poller.state.sent.length = 0;
    poller.state.now += 121_000;
    await poller.tick();
    expect(poller.state.sent).toEqual([]);
  });

  test("ALWAYS_ON samples without a viewer", async () => {
    const eager = await startPoller({ alwaysOn: true });
    others.push(eager.running);
    await eager.tick();
    expect(eager.state.sent).toHaveLength(2);
  });
});

describe("bad input", () => {
  test.each([
    ["a count the game cannot have", "alpha", { match: 500 }, 1, {}, "range"],
    ["nobody alive in a match", "alpha", { match: 0 }, 1, {}, "range"],
    ["a time in the future", "alpha", { match: 5 }, -60, {}, "future"],
    ["an hour ago", "alpha", { match: 5 }, 3600, {}, "too-old"],
    ["an unknown stream", "nobody", { match: 5 }, 1, {}, "unknown-stream"],
    ["an unknown game", "alpha", { match: 5 }, 1, { game: "chess" }, "unknown-game"],
  ])("%s is refused by its rule and never shown", async (_name, login, data, age, extra, rule) => {
    await poller.get("/current");
    await settle();
    expect((await poller.answer(login, data, age, extra)).status).toBe(204);
    expect(await all()).toEqual([]);
    const metrics = await (await poller.get("/metrics")).text();
    expect(metrics).toContain(`rotisserie_readings_refused_total{rule="${rule}",service="poller"} 1`);
  });

  test("5,000 alive is refused by the contract with 422", async () => {
    const { headers } = writeEvent(
      countRead.create({
        id: "x",
        subject: "alpha",
        time: "2026-01-02T20:00:00Z",
        attributes: {
          roundid: "r",
          traceparent: newTrace(),
          deadline: "2036-01-02T20:00:00Z",
          frametime: "2026-01-02T20:00:00Z",
          game: "pubg",
        },
        data: { ok: false, reason: "unsure" },
      }),
    );
    const body = JSON.stringify({ ok: true, phase: "match", alive: 5000, confidence: 1, engine: "x" });
    const answer = await fetch(poller.base, { method: "POST", headers, body });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("data.alive")]);
  });
});

test("a starting poller copies the board of the one that serves", async () => {
  await poller.get("/current");
  await settle();
  await poller.answer("alpha", { match: 7 });
  await poller.answer("bravo", { match: 50 });
  const before = await current();
  const next = await startPoller({ peerUrl: poller.base });
  others.push(next.running);
  expect(await (await next.get("/current")).json()).toEqual(before);
});

test("dead letters are listed by type, subject and reason, and counted", async () => {
  const answer = await fetch(poller.base, {
    method: "POST",
    headers: {
      "ce-id": "1",
      "ce-source": "/x",
      "ce-specversion": "1.0",
      "ce-type": "tv.rotisserie.frame.captured.v1",
      "ce-subject": "alpha",
      "ce-knativeerrordest": "http://ocr.default.svc/",
      "ce-knativeerrorcode": "422",
      "ce-knativeerrordata": Buffer.from("region: not four numbers\n").toString("base64"),
      "ce-playbackhint": "https://hints.example/x?sig=1",
      "content-type": "image/png",
    },
    body: new Uint8Array([1, 2, 3]),
  });
  expect(answer.status).toBe(204);
  expect(await (await poller.get("/dead-letters")).json()).toEqual([
    {
      time: "2026-01-02T20:00:00.000Z",
      type: "tv.rotisserie.frame.captured.v1",
      subject: "alpha",
      id: "1",
      code: "422",
      reason: "region: not four numbers",
      destination: expect.stringContaining("http://ocr.default.svc"),
    },
  ]);
  const metrics = await (await poller.get("/metrics")).text();
  expect(metrics).toContain(
    'rotisserie_dead_letters_total{type="tv.rotisserie.frame.captured.v1",code="422",service="poller"} 1',
  );
});
