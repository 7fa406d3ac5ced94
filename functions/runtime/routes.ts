/** What a function answers besides events: its own GET routes, health, metrics, and errors in words. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionOptions } from "./serve.ts";

/** A GET/HEAD route. HEAD gets the same headers; the runtime leaves the body out. */
export type Route = (request: RouteRequest) => Promise<RouteAnswer> | RouteAnswer;
export interface RouteRequest {
  method: "GET" | "HEAD";
  /** Path segments after the route's own path: `/current/pubg` on route `/current` gives ["pubg"]. */
  rest: string[];
  headers: IncomingMessage["headers"];
}
export interface RouteAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export async function routed(
  routes: Record<string, Route>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  request.resume();
  const found = findRoute(routes, path);
  const events = path === "/";
  if (!found && !events) return answer(response, 404, "not found");
  const { method } = request;
  if (!found || (method !== "GET" && method !== "HEAD")) {
    response.setHeader("allow", events ? "POST" : "GET, HEAD");
    return answer(response, 405, `${method} is not allowed here`);
  }
  const { status, headers = {}, body = "" } = await found.route({ method, rest: found.rest, headers: request.headers });
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    ...headers,
    ...(status !== 304 && { "content-length": String(bytes.byteLength) }),
  });
  response.end(method === "HEAD" || status === 304 ? undefined : bytes);
}

function findRoute(routes: Record<string, Route>, path: string): { route: Route; rest: string[] } | undefined {
  const [, first = "", ...rest] = path.split("/");
  const route = Object.hasOwn(routes, `/${first}`) ? routes[`/${first}`] : undefined;
  return route && { route, rest };
}

export function allRoutes({ routes = {}, notReady, degraded, metrics }: FunctionOptions): Record<string, Route> {
  return {
    ...routes,
    "/healthz": () => ({ status: 200, body: "ok\n" }),
    "/readyz": () => {
      const reason = notReady?.();
      if (reason !== undefined) return { status: 503, body: `${reason}\n` };
      const problem = degraded?.();
      return { status: 200, body: problem === undefined ? "ready\n" : `ready, but ${problem}\n` };
    },
    "/metrics": async () => ({
      status: 200,
      headers: { "content-type": metrics.registry.contentType },
      body: await metrics.registry.metrics(),
    }),
  };
}

/** Knative 1.23's channel puts the body into an attribute of 1024 characters of base64 and crashes on more than fits. */
const MAX_REASON = 500;

/** Errors answer in plain text: what was wrong, in words. */
export function answer(response: ServerResponse, status: number, reason: string): void {
  const body = Buffer.from(`${Buffer.from(reason).subarray(0, MAX_REASON).toString()}\n`);
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(body.byteLength),
  });
  response.end(body);
}
