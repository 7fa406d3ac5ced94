/**
 * The web tier for a machine without nginx: the page, /current and /all, and the simulator's streams. Where nginx is
 * installed the deployed nginx files do this work instead (local/nginx.ts).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import sirv from "sirv";
import { Agent, request } from "undici";

export interface WebTier {
  stop(): Promise<void>;
}

export interface WebOptions {
  port: number;
  /** Folder of the built page. */
  pageDir: string;
  pollerUrl: string;
  simulatorUrl: string | undefined;
  contentSecurityPolicy: string;
}

const API = /^\/(current|all)(\/[a-z0-9-]{1,32})?$/;
const SIMULATOR = /^\/simulator\/[A-Za-z0-9_\-./]{1,300}$/;
const ANSWER_TIMEOUT_MS = 5_000;

export async function startWeb(options: WebOptions): Promise<WebTier> {
  const page = sirv(options.pageDir, {
    etag: true,
    gzip: true,
    setHeaders: (response, path) => {
      response.setHeader("Content-Security-Policy", options.contentSecurityPolicy);
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setHeader(
        "Cache-Control",
        path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
  const dispatcher = new Agent({ headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: 30_000 });
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? "/").split("?", 1)[0] ?? "/";
    const target = route(options, path);
    if (incoming.method !== "GET" && incoming.method !== "HEAD") {
      outgoing.writeHead(405, { allow: "GET, HEAD" }).end();
    } else if (target === undefined) {
      page(incoming, outgoing, () => {
        outgoing.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      });
    } else {
      forward(target, incoming, outgoing, dispatcher).catch(() => {
        if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(503, { "retry-after": "1", "content-type": "text/plain" }).end("not ready\n");
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, () => resolve());
  });
  return {
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await dispatcher.destroy();
    },
  };
}

function route({ pollerUrl, simulatorUrl }: WebOptions, path: string): string | undefined {
  if (API.test(path)) return `${pollerUrl}${path}`;
  if (simulatorUrl && SIMULATOR.test(path) && !path.includes("..")) {
    return `${simulatorUrl}${path.slice("/simulator".length)}`;
  }
  return undefined;
}

const PASSED_UP = ["if-none-match", "user-agent", "accept", "range"];
const NOT_PASSED_DOWN = new Set(["connection", "keep-alive", "transfer-encoding"]);

async function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, dispatcher: Agent) {
  const headers = Object.fromEntries(
    PASSED_UP.flatMap((name) => (incoming.headers[name] ? [[name, String(incoming.headers[name])]] : [])),
  );
  const answer = await request(target, { method: incoming.method === "HEAD" ? "HEAD" : "GET", headers, dispatcher });
  const passed = Object.entries(answer.headers).filter(([name]) => !NOT_PASSED_DOWN.has(name));
  outgoing.writeHead(answer.statusCode, Object.fromEntries(passed) as Record<string, string>);
  outgoing.once("close", () => answer.body.destroy());
  answer.body.on("error", () => outgoing.destroy());
  answer.body.pipe(outgoing);
}
