/** With a real redis-server, killed, hung and filled with rubbish. */
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { info, type PollerOptions, startPoller, type TestPoller } from "./app.fixture.ts";
import { createPollerMetrics } from "./poller-metrics.ts";
import { createRedisServer, type RedisServer } from "./redis.fixture.ts";
import { SCHEDULE } from "./schedule.ts";
import type { News, Store } from "./store.ts";
import { createRedisStore } from "./store-redis.ts";

let redis: RedisServer;
const log = createLog("poller", "silent");
const T = Date.parse("2026-01-02T20:00:00Z");

const connect = () => createClient({ url: redis.url });
/** A client of our own, to write what nobody should. */
async function raw<T>(work: (client: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
  const client = connect();
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

beforeAll(async () => {
  redis = await createRedisServer();
  await redis.start();
});
afterAll(() => redis.remove());
beforeEach(() => raw((client) => client.flushAll()));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function store(clock: () => number = () => T) {
  const metrics = createMetrics("poller");
  const made = await createRedisStore({
    redisUrl: redis.url,
    schedule: SCHEDULE,
    now: clock,
    log,
    metrics: createPollerMetrics(metrics),
  });
  open.push(made);
  return Object.assign(made as Store, { text: () => metrics.registry.metrics() });
}
async function poller(options: PollerOptions = {}): Promise<TestPoller> {
  const made = await startPoller({
    now: Date.now(),
    ...options,
    createStore: (metrics) =>
      createRedisStore({
        redisUrl: redis.url,
        schedule: SCHEDULE,
        now: () => Date.now(),
        log,
        metrics,
      }),
  });
  open.push({ close: () => made.running.stop() });
  return made;
}
async function eventually<T>(seconds: number, what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("two stores", () => {
  const fact: News = {
    game: "pubg",
    login: "alpha",
    observation: { at: T, kind: "match", count: 7, confidence: 0.9 },
    arrivedAt: T,
  };

  test("what one tells the other hears, once", async () => {
    const [a, b] = [await store(() => Date.now()), await store(() => Date.now())];
    await a.tell(fact);
    expect(await b.news()).toEqual([fact]);
    expect(await b.news()).toEqual([]);
  });

  test("a stream is claimed by one of them only, and again after 3 s", async () => {
    const [a, b] = [await store(), await store()];
    const [mine, theirs] = await Promise.all([
      a.claim("pubg", ["alpha", "bravo", "charlie"], T),
      b.claim("pubg", ["charlie", "bravo", "alpha"], T),
    ]);
    expect([...mine, ...theirs].sort()).toEqual(["alpha", "bravo", "charlie"]);
    expect(await b.claim("pubg", ["alpha"], T + 2_000)).toEqual([]);
    expect(await b.claim("pubg", ["alpha"], T + 3_000)).toEqual(["alpha"]);
    expect((await a.budget("pubg", T + 3_000)).sampled.get("alpha")).toBe(T + 3_000);
  });

  test("the budget is one for both", async () => {
    const [a, b] = [await store(), await store()];
    const many = (prefix: string) => Array.from({ length: 40 }, (_, i) => `${prefix}${i}`);
    const granted = [...(await a.claim("pubg", many("a"), T)), ...(await b.claim("pubg", many("b"), T))];
    expect(granted).toHaveLength(SCHEDULE.perMinute / 2);
    await a.release("pubg", "a0");
    expect(await b.claim("pubg", ["a0"], T)).toEqual(["a0"]);
  });

  test("a log longer than one piece is heard whole, in order", async () => {
    const all = Array.from({ length: 2_500 }, (_, i): News => ({ ...fact, arrivedAt: T + i }));
    await raw((client) =>
      Promise.all(all.map((news) => client.xAdd("{rotisserie}:v1:log", "*", { news: JSON.stringify(news) }))),
    );
    expect(await (await store(() => Date.now())).news()).toEqual(all);
  });

  test("what is kept of a stream goes when the stream leaves the list", async () => {
    const a = await store();
    await a.claim("pubg", ["alpha", "bravo"], T);
    for (const login of ["alpha", "bravo"]) await a.keepHint("pubg", login, `https://hints.example/${login}`);
    await a.list("pubg", { at: T, streams: [info("alpha", 10)] });
    const b = await store();
    expect([...(await b.hints("pubg", ["alpha", "bravo"])).keys()]).toEqual(["alpha"]);
    expect([...(await b.budget("pubg", T)).sampled.keys()]).toEqual(["alpha"]);
  });

  test("lists, hints and the last viewer are shared", async () => {
    const [a, b] = [await store(), await store()];
    const listing = { at: T, streams: [info("alpha", 10)] };
    await a.list("pubg", listing);
    await a.keepHint("pubg", "alpha", "https://hints.example/x");
    await a.viewer("pubg", T);
    await b.viewer("pubg", T - 60_000);
    expect(await b.listing("pubg")).toEqual(listing);
    expect(await b.hints("pubg", ["alpha", "bravo"])).toEqual(new Map([["alpha", "https://hints.example/x"]]));
    expect([await a.lastViewer("pubg"), await b.lastViewer("pubg")]).toEqual([T, T]);
  });
});

describe("rubbish in Redis is skipped and counted, never served", () => {
  const LOG = "{rotisserie}:v1:log";
  test.each<[name: string, write: (client: ReturnType<typeof connect>) => Promise<unknown>]>([
    ["no JSON", (client) => client.xAdd(LOG, "*", { news: "{" })],
    ["another shape", (client) => client.xAdd(LOG, "*", { news: '{"game":"pubg","login":"alpha","alive":3}' })],
    ["no field of ours", (client) => client.xAdd(LOG, "*", { other: "1" })],
    [
      "5,000 alive",
      (client) =>
        client.xAdd(LOG, "*", {
          news: JSON.stringify({
            game: "pubg",
            login: "alpha",
            arrivedAt: T,
            observation: { at: T, kind: "match", count: 5000, confidence: 1 },
          }),
        }),
    ],
    [
      "a login that is none",
      (client) => client.xAdd(LOG, "*", { news: '{"game":"pubg","login":"<b>","leadership":{}}' }),
    ],
  ])("%s in the log", async (_name, write) => {
    await raw(write);
    const one = await store(() => Date.now());
    expect(await one.news()).toEqual([]);
    expect(await one.text()).toMatch(/store_skipped_total\{service="poller"\} 1/);
    expect(one.problem()).toBeUndefined();
  });

  test("a list, a hint and a sample time that are none", async () => {
    await raw(async (client) => {
      await client.set("{rotisserie}:v1:listing:pubg", "[1]");
      await client.hSet("{rotisserie}:v1:hints:pubg", "alpha", "file:///etc/passwd");
      await client.hSet("{rotisserie}:v1:sampled:pubg", "alpha", "yesterday");
    });
    const one = await store();
    expect(await one.listing("pubg")).toBeUndefined();
    expect(await one.hints("pubg", ["alpha"])).toEqual(new Map());
    expect((await one.budget("pubg", T)).sampled).toEqual(new Map());
    expect(await one.text()).toMatch(/store_skipped_total\{service="poller"\} 3/);
  });

  test.each([
    ["no numbers", { tokens: "many", at: "yesterday" }],
    ["not a number", { tokens: "nan", at: "nan" }],
    ["a time that never comes", { tokens: "0", at: "1e300" }],
    ["tokens owed", { tokens: "-1e300", at: String(T) }],
  ])("a budget of %s starts anew: sampling goes on", async (_name, bucket) => {
    await raw((client) => client.hSet("{rotisserie}:v1:bucket", bucket));
    expect(await (await store()).claim("pubg", ["alpha"], T)).toEqual(["alpha"]);
  });

  test.each([
    ["in a year", T + 31_536_000_000],
    ["at the end of time", Number.POSITIVE_INFINITY],
  ])("a viewer %s keeps nobody awake, and the next real one counts", async (_name, score) => {
    await raw((client) => client.zAdd("{rotisserie}:v1:viewers", { score, value: "pubg" }));
    const [a, b] = [await store(), await store()];
    expect(await a.lastViewer("pubg")).toBe(0);
    await a.viewer("pubg", T);
    expect(await b.lastViewer("pubg")).toBe(T);
    expect(await a.text()).toMatch(/store_skipped_total\{service="poller"\} 1/);
  });

  test("a list of ten megabytes is not even parsed", async () => {
    await raw((client) => client.set("{rotisserie}:v1:listing:pubg", `[${" ".repeat(10_000_000)}]`));
    const one = await store();
    expect(await one.listing("pubg")).toBeUndefined();
    expect(await one.text()).toMatch(/store_skipped_total\{service="poller"\} 1/);
  });

  test("another type under every key: the store goes on from memory", async () => {
    await raw(async (client) => {
      for (const key of ["log", "viewers", "bucket", "listing:pubg", "sampled:pubg", "hints:pubg"]) {
        await client.lPush(`{rotisserie}:v1:${key}`, "foreign");
      }
    });
    const one = await store();
    expect(await one.news()).toEqual([]);
    expect(await one.claim("pubg", ["alpha"], T)).toEqual(["alpha"]);
    expect(await one.listing("pubg")).toBeUndefined();
    expect(await one.lastViewer("pubg")).toBe(0);
    expect(await one.text()).toMatch(/store_errors_total\{operation="claim"/);
  });
});

describe("pollers on one Redis", () => {
  const now = () => Date.now();
  const asNow = (made: TestPoller) => Object.assign(made.state, { now: now() });
  const leader = async (made: TestPoller) =>
    ((await (await made.get("/current")).json()) as { stream_name?: string } | null)?.stream_name;

  test("a reading that one took is on the other's board, and one tick asks each stream once", async () => {
    const [a, b] = [await poller(), await poller()];
    for (const one of [a, b]) asNow(one);
    await a.get("/current");
    await eventually(5, "the first round", async () => (a.state.sent.length === 2 ? true : undefined));
    await a.answer("alpha", { match: 7 }, 0);
    await a.answer("bravo", { match: 50 }, 0);
    await eventually(5, "the leader on the other", async () => {
      asNow(b);
      return (await leader(b)) === "alpha" ? true : undefined;
    });
    expect(b.state.sent).toEqual([]);
    expect(b.state.lists).toBe(0);
  });

  test("a new poller has the whole board at once: killing one loses nothing a viewer sees", async () => {
    const a = await poller();
    asNow(a);
    await a.get("/current");
    await eventually(5, "the first round", async () => (a.state.sent.length === 2 ? true : undefined));
    await a.answer("alpha", { match: 7 }, 0, { playbackhint: "https://hints.example/alpha" });
    await a.answer("bravo", { match: 50 }, 0);
    const before = (await (await a.get("/all")).json()) as { stream_name: string; alive: number }[];
    // Nothing is handed over: the second one starts while the first, as after kill -9, says nothing any more.
    const b = await poller();
    Object.assign(b.state, { now: a.state.now });
    const after = (await (await b.get("/all")).json()) as { stream_name: string; alive: number }[];
    expect(after).toEqual(before);
    // The choice too, with the time it was made: a lower stream elsewhere must not cost the viewers a switch.
    expect(await (await b.get("/current")).json()).toEqual(await (await a.get("/current")).json());
  });

  test("Redis killed: it serves on, says so, keeps learning; Redis back: it says so and nothing is missing", async () => {
    const a = await poller();
    asNow(a);
    await a.get("/current");
    await eventually(5, "the first round", async () => (a.state.sent.length === 2 ? true : undefined));
    await a.answer("alpha", { match: 7 }, 0);
    await redis.kill();
    await eventually(5, "/readyz says so", async () => {
      const ready = await a.get("/readyz");
      const text = await ready.text();
      return ready.status === 200 && text.startsWith("ready, but Redis has been away since") ? true : undefined;
    });
    asNow(a);
    expect((await a.answer("bravo", { match: 4 }, 0)).status).toBe(204);
    expect((await a.tick()).status).toBe(204);
    expect(((await (await a.get("/all")).json()) as unknown[]).length).toBe(2);
    expect(await (await a.get("/metrics")).text()).toMatch(/rotisserie_store_up\{service="poller"\} 0/);

    await redis.start();
    await eventually(15, "/readyz is content again", async () =>
      (await (await a.get("/readyz")).text()) === "ready\n" ? true : undefined,
    );
    const b = await poller();
    asNow(b);
    await eventually(10, "what was learnt meanwhile", async () => {
      asNow(b);
      const all = (await (await b.get("/all")).json()) as { stream_name: string }[];
      return all.some(({ stream_name }) => stream_name === "bravo") ? true : undefined;
    });
  }, 40_000);

  test("Redis hanging: answers stay quick", async () => {
    const a = await poller();
    asNow(a);
    await a.get("/current");
    await eventually(5, "the first round", async () => (a.state.sent.length === 2 ? true : undefined));
    redis.signal("SIGSTOP");
    try {
      for (let i = 0; i < 5; i++) expect((await a.answer("alpha", { match: 7 - i }, 5 - i)).status).toBe(204);
      expect((await a.get("/current")).status).toBe(200);
      expect(await (await a.get("/readyz")).text()).toContain("Redis has been away");
    } finally {
      redis.signal("SIGCONT");
    }
  });

  test("a start without Redis: a poller all the same", async () => {
    await redis.kill();
    const a = await poller();
    expect((await a.get("/current")).status).toBe(200);
    expect(await (await a.get("/readyz")).text()).toContain("Redis has been away");
    await redis.start();
  }, 20_000);
});
