import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, get, raw, Stage } from "./harness.ts";

const stage = new Stage();
let port = 0;

beforeAll(async () => {
  port = await freePort();
  await stage.nginx("static", port, { NGINX_LISTEN: `127.0.0.1:${port}`, ROOT: stage.page() });
});
afterAll(() => stage.end());

describe("the page", () => {
  test.each([
    ["the index", "/", 200, "no-cache", "text/html; charset=utf-8"],
    ["the index by name", "/index.html", 200, "no-cache", "text/html; charset=utf-8"],
    [
      "a hashed asset",
      "/assets/app-0123abcd.js",
      200,
      "public, max-age=31536000, immutable",
      "text/javascript; charset=utf-8",
    ],
    [
      "an asset with a query",
      "/assets/app-0123abcd.js?x=1",
      200,
      "public, max-age=31536000, immutable",
      "text/javascript; charset=utf-8",
    ],
    ["the manifest", "/site.webmanifest", 200, "no-cache", "application/manifest+json; charset=utf-8"],
    ["an asset that is not there", "/assets/app-ffffffff.js", 404, "no-store", "text/html; charset=utf-8"],
    ["a folder", "/assets/", 404, "no-store", "text/html; charset=utf-8"],
    ["a folder without a slash", "/assets", 404, "no-store", "text/html; charset=utf-8"],
    ["a compressed file by its own name", "/assets/app-0123abcd.js.gz", 404, "no-store", "text/html; charset=utf-8"],
    ["nothing", "/wp-login.php", 404, "no-store", "text/html; charset=utf-8"],
  ])("%s", async (_, path, status, cacheControl, type) => {
    const answer = await get(port, path);
    expect(answer.status).toBe(status);
    expect(answer.headers["cache-control"]).toBe(cacheControl);
    expect(answer.headers["content-type"]).toBe(type);
    if (status === 404) expect(answer.body).toContain("Not here");
  });

  test("is answered with 304 while it has not changed", async () => {
    const { headers } = await get(port, "/");
    const again = await get(port, "/", { "if-none-match": String(headers.etag) });
    expect(again.status).toBe(304);
    expect(again.body).toBe("");
    expect(again.headers["cache-control"]).toBe("no-cache");
  });

  test("comes compressed from the file beside it", async () => {
    const answer = await raw(
      port,
      "GET /assets/app-0123abcd.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain("Content-Encoding: gzip");
    expect(answer).toContain("Vary: Accept-Encoding");
    // A length is only there when the file was compressed beforehand.
    expect(answer).toMatch(/Content-Length: \d+/);
    const body = Buffer.from(answer.slice(answer.indexOf("\r\n\r\n") + 4), "latin1");
    expect(gunzipSync(body).toString()).toContain("console.log");
  });
});

test("security headers stand on every answer, also on errors", async () => {
  for (const [path, method] of [
    ["/", "GET"],
    ["/nothing", "GET"],
    ["/", "POST"],
    ["/healthz", "GET"],
  ] as const) {
    const { headers } = await get(port, path, {}, method);
    expect(headers["content-security-policy"], path).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("strict-origin-when-cross-origin");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin-allow-popups");
    expect(headers["permissions-policy"]).toContain("camera=()");
    expect(headers.server).toBe("nginx");
  }
});

test("answers its health", async () => {
  expect(await get(port, "/healthz")).toMatchObject({ status: 200, body: "ok\n" });
});

describe("NGINX_LISTEN", () => {
  test("*:PORT and its default form are taken", async () => {
    const every = await freePort();
    await stage.nginx("static", every, { NGINX_LISTEN: `*:${every}`, ROOT: stage.page() });
    expect((await get(every, "/")).status).toBe(200);
  });

  test.each([
    ["a second directive", "8082; include /etc/passwd"],
    ["no port", "127.0.0.1"],
    ["words", "everywhere"],
  ])("%s is refused by name", async (_, listen) => {
    await expect(stage.nginx("static", 1, { NGINX_LISTEN: listen, ROOT: stage.page() })).rejects.toThrow(
      "NGINX_LISTEN=",
    );
  });

  test("a page that was not built is named", async () => {
    const ROOT = stage.folder("empty");
    await expect(stage.nginx("static", 1, { ROOT })).rejects.toThrow("has no index.html");
  });
});
