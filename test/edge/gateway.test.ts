import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, type FakePoller, freePort, get, raw, Stage, sleep } from "./harness.ts";

let stage: Stage;
let poller: FakePoller;
let port = 0;
const VIEWER = { "user-agent": "Mozilla/5.0" };

beforeEach(async () => {
  stage = new Stage();
  poller = await stage.poller();
  port = await freePort();
  await stage.nginx("gateway", port, {
    LISTEN: `127.0.0.1:${port}`,
    POLLER_URL: `http://127.0.0.1:${poller.port}`,
    POLLER_HOST: "rotisserie-poller.default.svc.cluster.local",
  });
});
afterEach(() => stage.end());

describe("what reaches the poller", () => {
  test.each([
    ["/current", "/current"],
    ["/all", "/all"],
    ["/current/pubg", "/current/pubg"],
    ["/all?nocache=1", "/all"],
    ["/%63urrent", "/current"],
  ])("%s arrives as %s, with the route's host name and without the client's headers", async (path, arrives) => {
    const answer = await get(port, path, {
      ...VIEWER,
      cookie: "a=b",
      authorization: "x",
      "x-evil": "1",
      range: "bytes=0-3",
    });
    expect(answer.status).toBe(200);
    expect(poller.seen).toEqual([
      {
        method: "GET",
        url: arrives,
        headers: { host: "rotisserie-poller.default.svc.cluster.local", "user-agent": "Mozilla/5.0" },
      },
    ]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  test.each([
    ["another path", "GET", "/metrics", 404],
    ["the root", "GET", "/", 404],
    ["readiness", "GET", "/readyz", 404],
    ["two levels", "GET", "/current/pubg/x", 404],
    ["a trailing slash", "GET", "/current/", 404],
    ["a longer name", "GET", "/currently", 404],
    ["a game that is no name", "GET", "/current/PUBG", 404],
    ["a long game", "GET", `/current/${"a".repeat(33)}`, 404],
    ["an event", "POST", "/", 405],
    ["POST", "POST", "/current", 405],
    ["PUT", "PUT", "/all", 405],
    ["OPTIONS", "OPTIONS", "/all", 405],
    ["dot segments", "GET", "/current/../metrics", 400],
    ["dot segments that end at a good path", "GET", "/metrics/../current", 400],
    ["encoded dots", "GET", "/current/%2e%2e/metrics", 400],
    ["an encoded slash", "GET", "/current%2fpubg", 400],
    ["two slashes", "GET", "//current", 400],
    ["a backslash", "GET", "/current\\..\\metrics", 400],
    ["an encoded line end", "GET", "/current%0d%0aHost:%20x", 400],
    ["a null", "GET", "/current%00", 400],
  ])("not %s", async (_, method, path, status) => {
    const answer = await get(port, path, VIEWER, method);
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.allow).toBe("GET, HEAD");
    expect(poller.seen).toEqual([]);
  });
});

test("a HEAD stays a HEAD, because it is no viewer", async () => {
  await get(port, "/current", VIEWER, "HEAD");
  const viewer = await get(port, "/current", VIEWER);
  expect(poller.seen.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  expect(viewer.body).toContain("number");
});

test("programs are known by the same words as in the poller", () => {
  const words = /const NO_VIEWER =\s+\/(.+)\/;/.exec(readFileSync("functions/poller/demand.ts", "utf8"))?.[1];
  expect(words).toBeDefined();
  expect(readFileSync("static/nginx/gateway.conf", "utf8")).toContain(`"~*${words}" program;`);
});

test("a prefetch is passed on as one, and does not stand for a viewer either", async () => {
  await get(port, "/current", { ...VIEWER, "sec-purpose": "prefetch;prerender" });
  await get(port, "/current", VIEWER);
  expect(poller.seen.map(({ headers }) => headers.purpose)).toEqual(["prefetch", undefined]);
});

test("a robot's question does not stand for a viewer's", async () => {
  await get(port, "/current", { "user-agent": "ExampleBot/1.0 (+https://example.com)" });
  await get(port, "/current", VIEWER);
  expect(poller.seen.map(({ headers }) => headers["user-agent"])).toEqual([
    "ExampleBot/1.0 (+https://example.com)",
    "Mozilla/5.0",
  ]);
});

describe("answers", () => {
  test("carry the documented headers", async () => {
    const { headers } = await get(port, "/current", VIEWER);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "max-age=1",
      etag: '"board-7"',
      "rotisserie-progress": "streams=4",
      vary: "Accept-Encoding",
    });
    expect(headers["rotisserie-stale"]).toBeUndefined();
    expect(headers["rotisserie-fetched"]).toBeUndefined();
  });

  test.each([
    ["strong", '"board-7"'],
    ["weak", 'W/"board-7"'],
    ["in a list", '"x", "board-7"'],
  ])("a %s ETag that still holds gets 304", async (_, tag) => {
    await get(port, "/current", VIEWER);
    expect(await get(port, "/current", { ...VIEWER, "if-none-match": tag })).toMatchObject({ status: 304, body: "" });
    expect(await get(port, "/current", { ...VIEWER, "if-none-match": tag, "accept-encoding": "gzip" })).toMatchObject({
      status: 304,
    });
  });

  test("an old ETag gets the document", async () => {
    expect(await get(port, "/current", { ...VIEWER, "if-none-match": '"board-6"' })).toMatchObject({ status: 200 });
  });

  test("are compressed for who takes gzip, from the same fetch", async () => {
    const plain = await get(port, "/all", VIEWER);
    const request =
      "GET /all HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n";
    const compressed = await raw(port, request);
    expect(compressed).toContain("Content-Encoding: gzip");
    const [head = "", body = ""] = compressed.split(/\r\n\r\n([\s\S]*)/);
    expect(gunzipSync(unchunk(head, body)).toString().slice(0, 10)).toBe(plain.body.slice(0, 10));
    expect(
      (await get(port, "/all", { ...VIEWER, "accept-encoding": "gzip;q=0" })).headers["content-encoding"],
    ).toBeUndefined();
  });

  test("an unknown game is the poller's 404", async () => {
    expect(await get(port, "/current/chess", VIEWER)).toMatchObject({ status: 404, body: "no such game\n" });
  });
});

describe("collapsing", () => {
  test("a crowd that comes at once is one question", async () => {
    poller.delayMs = 200;
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(port, "/current", VIEWER)));
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200));
    expect(poller.seen.length).toBeLessThanOrEqual(2);
  });

  test("a crowd that stays asks once a second, with a slow poller too", async () => {
    poller.delayMs = 100;
    const until = Date.now() + 4_000;
    let asked = 0;
    const viewer = async () => {
      while (Date.now() < until) {
        expect((await get(port, "/current", VIEWER)).status).toBe(200);
        asked++;
      }
    };
    await Promise.all(Array.from({ length: 20 }, viewer));
    expect(asked).toBeGreaterThan(200);
    expect(poller.seen.length).toBeLessThanOrEqual(6);
  });
});

describe("a poller that fails", () => {
  test.each(["fails", "unknown route"] as const)(
    "(%s) leaves the last answer, marked with its age",
    async (behaviour) => {
      const fresh = await get(port, "/current", VIEWER);
      poller.behave = behaviour;
      await sleep(2_500);
      const stale = await get(port, "/current", VIEWER);
      expect(stale).toMatchObject({ status: 200, body: fresh.body });
      expect(stale.headers["rotisserie-stale"]).toMatch(/^[23]$/);
      poller.behave = "well";
      await sleep(1_100);
      expect((await get(port, "/current", VIEWER)).headers["rotisserie-stale"]).toBeUndefined();
    },
  );

  test("and never answered: 503 in words, with Retry-After, and it is left in peace", async () => {
    poller.behave = "fails";
    const answers = await Promise.all(Array.from({ length: 100 }, () => get(port, "/all", VIEWER)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: "the board is not available: try again in a few seconds\n" });
      expect(answer.headers).toMatchObject({ "retry-after": "5", "cache-control": "no-store" });
    }
    expect(poller.seen.length).toBeLessThanOrEqual(4);
  });

  test("and hangs: an answer comes within 5 s", async () => {
    poller.behave = "hangs";
    const answer = await get(port, "/current", VIEWER);
    expect(answer.status).toBe(503);
    expect(answer.ms).toBeLessThan(5_000);
  });

  test("and hangs under a crowd: the last answer goes on", async () => {
    await get(port, "/current", VIEWER);
    poller.behave = "hangs";
    // nginx counts whole seconds: after two the answer has run out in any case.
    await sleep(2_100);
    const before = poller.seen.length;
    const slow = get(port, "/current", VIEWER);
    // The crowd comes while the poller is being asked.
    await eventually(async () => expect(poller.seen.length).toBe(before + 1));
    const crowd = await Promise.all(Array.from({ length: 50 }, () => get(port, "/current", VIEWER)));
    expect(Math.max(...crowd.map(({ ms }) => ms))).toBeLessThan(1_000);
    expect(crowd.every(({ status }) => status === 200)).toBe(true);
    expect(await slow).toMatchObject({ status: 200 });
  });
});

test("starts without the poller and finds it when it comes", async () => {
  const [lonely, later] = [await freePort(), await freePort()];
  await stage.nginx("gateway", lonely, {
    LISTEN: `127.0.0.1:${lonely}`,
    POLLER_URL: `http://127.0.0.1:${later}`,
    POLLER_HOST: "poller.test",
  });
  expect((await get(lonely, "/healthz")).status).toBe(200);
  expect((await get(lonely, "/current", VIEWER)).status).toBe(503);
  const { createServer } = await import("node:http");
  const server = createServer(poller.listener).listen(later, "127.0.0.1");
  stage.onEnd(() => void server.close());
  await eventually(async () => expect((await get(lonely, "/current", VIEWER)).status).toBe(200));
});

test.each([
  ["a gateway that is not told a listening address", { LISTEN: "3000 reuseport" }, "LISTEN="],
  ["a poller that is more than an address", { POLLER_URL: "http://x;deny all" }, "POLLER_URL="],
])("%s is refused by name", async (_, env, message) => {
  await expect(stage.nginx("gateway", 1, env)).rejects.toThrow(message);
});

function unchunk(head: string, body: string): Buffer {
  const bytes = Buffer.from(body, "latin1");
  if (!/transfer-encoding: chunked/i.test(head)) return bytes;
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!size) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}
