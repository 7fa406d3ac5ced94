/** A web tier for the page's tests: the built page with its policy, and answers that a test scripts. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

export interface Scripted {
  status?: number;
  headers?: Record<string, string>;
  /** A string goes out as it is; anything else as JSON. */
  body?: unknown;
  /** Milliseconds before the answer; Infinity: never. */
  delay?: number;
  /** Nor before this. */
  after?: Promise<unknown>;
  /** The connection breaks instead of an answer. */
  cut?: boolean;
  /** After the body, blanks without an end: as fast as they are taken, or a few a second. */
  endless?: "flood" | "drip";
}

export interface Seen {
  path: string;
  conditional: boolean;
  status: number;
  at: number;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json",
  ".m3u8": "application/vnd.apple.mpegurl",
  ".ts": "video/mp2t",
};

function endless(response: ServerResponse, how: "flood" | "drip"): void {
  response.writeHead(200, { "content-type": "application/json" });
  if (how === "flood") {
    const pour = (): void => {
      if (!response.destroyed && response.write(" ".repeat(65_536))) setImmediate(pour);
    };
    response.on("drain", pour);
    pour();
  } else {
    const tap = setInterval(() => response.write(" "), 300);
    response.on("close", () => clearInterval(tap));
  }
}

export async function startWeb(pageRoot: string) {
  const policy = (await readFile("static/page/csp.txt", "utf8")).trim();
  const script = new Map<string, Scripted>();
  const seen: Seen[] = [];
  let media: ((path: string) => Promise<Buffer | string | undefined>) | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    const note = { path, conditional: request.headers["if-none-match"] !== undefined, status: 200, at: Date.now() };
    seen.push(note);
    if (path.startsWith("/current") || path.startsWith("/all")) {
      const one = script.get(path) ?? { status: 404, body: { error: "unknown game" } };
      if (one.delay === Number.POSITIVE_INFINITY) return;
      if (one.cut) return void response.destroy();
      if (one.endless) return endless(response, one.endless);
      await one.after;
      if (one.delay) await new Promise((resolve) => setTimeout(resolve, one.delay));
      const body = typeof one.body === "string" ? one.body : JSON.stringify(one.body ?? null);
      const etag = `"${createHash("sha1").update(body).digest("base64url").slice(0, 16)}"`;
      const same = one.status === undefined && request.headers["if-none-match"] === etag;
      note.status = same ? 304 : (one.status ?? 200);
      const headers = { "content-type": "application/json", "cache-control": "max-age=1", etag, ...one.headers };
      response.writeHead(note.status, headers).end(same ? undefined : body);
      return;
    }
    if (path.startsWith("/simulator/")) {
      const found = await media?.(path.slice("/simulator/".length));
      note.status = found === undefined ? 404 : 200;
      response.writeHead(note.status, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(found);
      return;
    }
    const file = join(pageRoot, normalize(path === "/" ? "/index.html" : path));
    const content = await readFile(file).catch(() => undefined);
    note.status = content ? 200 : 404;
    response
      .writeHead(note.status, {
        "content-type": TYPES[extname(file)] ?? "text/html; charset=utf-8",
        "content-security-policy": policy,
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
      })
      .end(content ?? (await readFile(join(pageRoot, "404.html"))));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://localhost:${port}`,
    seen,
    /** What `path` answers from now on. */
    say: (path: string, one: Scripted) => script.set(path, one),
    serveMedia: (from: (path: string) => Promise<Buffer | string | undefined>) => {
      media = from;
    },
    asked: (path: string) => seen.filter((one) => one.path === path).length,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
export type Web = Awaited<ReturnType<typeof startWeb>>;
