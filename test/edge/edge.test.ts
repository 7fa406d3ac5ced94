/** The documented contract, on plain http and on TLS, through real nginx: edge, gateway, static server, poller. */
import { request as httpsRequest } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type FakePoller, freePort, get, raw, Stage, writeCertificate } from "./harness.ts";
import { answersIn, dishonest, REFUSAL, REFUSED_PATHS } from "./hostile.ts";

const HOST = "rotisserie.test";
const stage = new Stage();
let poller: FakePoller;
let challenges: { host: string | undefined; url: string | undefined }[] = [];
let http = 0;
let https = 0;
let status = 0;

beforeAll(async () => {
  poller = await stage.poller();
  const [gateway, page, backend] = [await freePort(), await freePort(), await freePort()];
  [http, https, status] = [await freePort(), await freePort(), await freePort()];
  await stage.nginx("gateway", gateway, {
    LISTEN: `127.0.0.1:${gateway}`,
    POLLER_URL: `http://127.0.0.1:${poller.port}`,
    POLLER_HOST: "poller.test",
  });
  await stage.nginx("static", page, { NGINX_LISTEN: `127.0.0.1:${page}`, ROOT: stage.page() });
  await stage.nginx("backend", backend, { NGINX_LISTEN: `127.0.0.1:${backend}` });
  const solver = await stage.server((incoming, outgoing) => {
    challenges.push({ host: incoming.headers.host, url: incoming.url });
    outgoing.writeHead(incoming.url?.endsWith("/known") ? 200 : 404).end("the key");
  });
  const tls = stage.folder("tls");
  writeCertificate(tls, [HOST, `www.${HOST}`]);
  await stage.nginx("edge", https, {
    HTTP_LISTEN: `127.0.0.1:${http}`,
    HTTPS_LISTEN: `127.0.0.1:${https}`,
    STATUS_LISTEN: `127.0.0.1:${status}`,
    HOSTS: `${HOST} www.${HOST}`,
    TLS_DIR: tls,
    CONFIG_DIR: stage.folder("config"),
    APP_UPSTREAM: `127.0.0.1:${gateway}`,
    STATIC_UPSTREAM: `127.0.0.1:${page}`,
    BACKEND_UPSTREAM: `127.0.0.1:${backend}`,
    CHALLENGE_UPSTREAM: `127.0.0.1:${solver.port}`,
    CLIENT_REQUESTS_PER_SECOND: "10000",
    CLIENT_BURST: "10000",
  });
});
afterAll(() => stage.end());

const plain = (path: string, host = HOST, method = "GET") =>
  get(http, path, { host, "user-agent": "Mozilla/5.0" }, method);

function secure(path: string, host = HOST, method = "GET", headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const options = { host: "127.0.0.1", port: https, path, method, servername: host, rejectUnauthorized: false };
    const all = { host, "user-agent": "Mozilla/5.0", ...headers };
    const outgoing = httpsRequest({ ...options, headers: all, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("end", () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
          ms: 0,
        }),
      );
    });
    outgoing.once("error", failed);
    outgoing.end();
  });
}

describe("unknown hosts get the default backend", () => {
  test.each([
    ["an unknown host", "example.com"],
    ["the bare address", "127.0.0.1"],
    ["a name under ours", `api.${HOST}`],
    ["a name that ends in ours", `evil${HOST}`],
  ])("%s, on 80 and on 443", async (_, host) => {
    for (const path of ["/", "/current", "/.well-known/acme-challenge/known", "/healthz"]) {
      if (path !== "/healthz") {
        expect(await plain(path, host)).toMatchObject({ status: 404, body: "default backend - 404" });
        expect(await secure(path, host)).toMatchObject({ status: 404, body: "default backend - 404" });
      }
    }
    expect(challenges).toEqual([]);
  });

  test("no host at all", async () => {
    expect(await raw(http, "GET / HTTP/1.0\r\n\r\n")).toContain("default backend - 404");
  });
});

describe("http goes to https", () => {
  test.each([
    ["the page", "/"],
    ["the api, with a query", "/current?x=1&y=%20z"],
    ["a file", "/assets/app-0123abcd.js"],
    ["what is not there", "/nothing/here"],
    ["beside the challenge path", "/.well-known/acme-challenges"],
    ["above the challenge path", "/.well-known/"],
  ])("%s: 308, path and query kept", async (_, path) => {
    const answer = await plain(path);
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe(`https://${HOST}${path}`);
    expect(answer.headers["strict-transport-security"]).toBeUndefined();
  });

  test("each host to itself", async () => {
    expect((await plain("/all", `www.${HOST}`)).headers.location).toBe(`https://www.${HOST}/all`);
    expect((await plain("/all", `${HOST.toUpperCase()}:80`)).headers.location).toBe(`https://${HOST}/all`);
  });

  test("but not a challenge: it is answered on port 80, with the host name kept", async () => {
    challenges = [];
    expect(await plain("/.well-known/acme-challenge/known")).toMatchObject({ status: 200, body: "the key" });
    expect(challenges).toEqual([{ host: HOST, url: "/.well-known/acme-challenge/known" }]);
    expect((await plain("/.well-known/acme-challenge/other")).status).toBe(404);
    challenges = [];
  });
});

describe("the documented routes", () => {
  test("/ is the page, with the page's own headers and HSTS", async () => {
    const answer = await secure("/");
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain("Rotisserie");
    expect(answer.headers).toMatchObject({
      "cache-control": "no-cache",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  test.each(["/current", "/all", "/current/pubg", "/all/pubg"])("%s is the poller's", async (path) => {
    const answer = await secure(path);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      etag: '"board-7"',
      "cache-control": "max-age=1",
    });
    expect(await secure(path, HOST, "GET", { "if-none-match": '"board-7"' })).toMatchObject({ status: 304, body: "" });
    expect(await secure(path, HOST, "HEAD")).toMatchObject({ status: 200, body: "" });
  });

  test("compression passes", async () => {
    const packed = await secure("/all", HOST, "GET", { "accept-encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    const script = await secure("/assets/app-0123abcd.js", HOST, "GET", { "accept-encoding": "gzip" });
    expect(script.headers).toMatchObject({
      "content-encoding": "gzip",
      "cache-control": "public, max-age=31536000, immutable",
    });
  });

  test.each(REFUSED_PATHS)("%s never reaches the poller", async (_, method, path, expected) => {
    const before = poller.seen.length;
    const answer = await secure(path, HOST, method);
    expect(answer.status).toBe(expected);
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(poller.seen.length).toBe(before);
  });
});

describe("bytes that are no honest request", () => {
  test.each(dishonest(HOST))("%s: refused, nothing reaches the poller", async (_, bytes) => {
    const before = poller.seen.length;
    const answer = await raw(http, Buffer.from(bytes, "latin1"), 3_000);
    expect(answer).toMatch(REFUSAL);
    expect(answer).not.toContain("nginx/");
    expect(answersIn(answer)).toBeLessThanOrEqual(1);
    expect(poller.seen.length).toBe(before);
  });

  test("an absolute address is no way to another host", async () => {
    const answer = await raw(
      http,
      `GET http://rotisserie-poller/current HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain("default backend - 404");
  });

  test("what a client sends as headers stays outside", async () => {
    const before = poller.seen.length;
    await new Promise((done) => setTimeout(done, 1_100));
    await secure("/current", HOST, "GET", {
      "x-forwarded-for": "1.2.3.4",
      cookie: "a=b",
      "ce-type": "tv.rotisserie.count.read.v1",
    });
    expect(poller.seen.slice(before).map(({ headers }) => headers)).toEqual([
      { host: "poller.test", "user-agent": "Mozilla/5.0" },
    ]);
  });
});

test("no answer names a version, on any port and path", async () => {
  for (const answer of [
    await plain("/"),
    await plain("/", "x"),
    await secure("/"),
    await secure("/current"),
    await secure("/a/../b"),
  ]) {
    expect(answer.headers.server).toBe("nginx");
    expect(answer.headers["x-powered-by"]).toBeUndefined();
    expect(answer.body).not.toMatch(/nginx\/\d/);
  }
});

test("liveness is answered on its own port, which has metrics too", async () => {
  expect(await get(status, "/healthz")).toMatchObject({ status: 200, body: "ok\n" });
  const metrics = await get(status, "/metrics");
  expect(metrics.headers["content-type"]).toBe("text/plain; version=0.0.4");
  expect(metrics.body).toContain("rotisserie_edge_certificate_issued 1\n");
  expect(metrics.body).toContain("rotisserie_edge_certificate_broken 0\n");
});
