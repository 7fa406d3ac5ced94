/**
 * The only code that knows HTTP. It owns the http.Server around functions-framework, because (measured, 5.0.5) the
 * framework buffers a 200 MB body into 455 MB of memory and drops requests in flight on SIGTERM.
 *
 * POST / takes events. GET and HEAD answer /healthz, /readyz, /metrics and the function's own routes. Nothing else.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { http as register } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { AttributeSchemas, Contract, Event, EventOf, Schema } from "../contracts/event.ts";
import { errorFields, type Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { outcomeOf, Rejected } from "./outcome.ts";
import { type RawEvent, readEvent, writeEvent } from "./wire.ts";

export interface Context {
  /** Aborted when the sender hung up or the process must stop. */
  signal: AbortSignal;
}

/** What is done with one type of event. Returns the reply, or nothing. */
export interface Subscription {
  type: string;
  handle(raw: RawEvent, context: Context, now: number): Promise<Event | "expired" | undefined>;
}

/** Subscribes to a contract: parsed before the handler sees it, dropped when its deadline has passed. */
export function on<T extends string, A extends AttributeSchemas, D extends Schema>(
  contract: Contract<T, A, D>,
  handler: (event: EventOf<Contract<T, A, D>>, context: Context) => Promise<Event | undefined>,
): Subscription {
  return {
    type: contract.type,
    handle: async (raw, context, now) => {
      const event = contract.parse(raw) as EventOf<Contract<T, A, D>>;
      const { deadline } = event.attributes as { deadline: string };
      return Date.parse(deadline) <= now ? "expired" : handler(event, context);
    },
  };
}

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

export interface FunctionOptions {
  name: string;
  port: number;
  log: Log;
  metrics: Metrics;
  subscriptions: Subscription[];
  /** Takes the events nobody could take: the dead letter sink. */
  onDeadLetter?: (raw: RawEvent) => void;
  routes?: Record<string, Route>;
  /** Why the function cannot work now, or undefined when it can. */
  notReady?: () => string | undefined;
  /** What is wrong while the function still does its work: /readyz stays 200 and says it. */
  degraded?: (() => string | undefined) | undefined;
  /** Largest body taken. Default 256 KiB: an event of at most 64 KiB, base64 in structured mode, and room. */
  maxBodyBytes?: number;
  /** How long requests in flight may go on after SIGTERM. */
  drainMs?: number;
  /** Called once after the drain: close connections, kill children. */
  close?: () => Promise<void>;
}

export interface Running {
  port: number;
  /** Stops taking work, lets requests in flight finish (bounded), closes. */
  stop(): Promise<void>;
}

const DEFAULT_MAX_BODY = 256 * 1024;

export async function serve(options: FunctionOptions): Promise<Running> {
  const { log, drainMs = 10_000, maxBodyBytes = DEFAULT_MAX_BODY } = options;
  const inFlight = new Set<ServerResponse>();
  const working = new Set<AbortController>();
  const framework = frameworkServer(options, working);
  const routes = allRoutes(options);

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 }, (request, response) => {
    inFlight.add(response);
    response.once("close", () => inFlight.delete(response));
    if (draining) {
      response.setHeader("connection", "close");
      return answer(response, 503, "stopping");
    }
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (request.method === "POST" && path === "/") {
      const problem = limitBody(request, response, maxBodyBytes);
      if (problem) return answer(response, problem.status, problem.message);
      framework.emit("request", request, response);
      return;
    }
    routed(routes, path, request, response).catch((error: unknown) => {
      log.error({ path, ...errorFields(error) }, "a route failed");
      if (!response.headersSent) answer(response, 500, "internal error");
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 65_000; // Longer than what stands in front, so that the client closes first.

  let draining = false;
  const stop = async () => {
    if (draining) return;
    draining = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const response of inFlight) response.shouldKeepAlive = false;
    server.closeIdleConnections();
    const late = setTimeout(() => {
      log.warn({ inFlight: inFlight.size }, "requests still in flight after the drain time: cut off");
      for (const work of working) work.abort(new Error("stopping"));
      server.closeAllConnections();
    }, drainMs);
    await closed;
    clearTimeout(late);
    await options.close?.();
  };

  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  log.info({ port, events: options.subscriptions.map(({ type }) => type) }, "listening");
  return { port, stop };
}

/** Runs `start` as a process: SIGTERM and SIGINT drain and exit 0; a start that fails says why and exits 1. */
export function runMain(log: Log, start: () => Promise<Running>): void {
  const crash = (error: unknown) => {
    log.error(errorFields(error), "stopped by an error");
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  let running: Running | undefined;
  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    // While it still starts there is nothing in flight to wait for.
    (running?.stop() ?? Promise.resolve()).then(() => process.exit(0), crash);
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  start().then((started) => {
    running = started;
  }, crash);
}

/** The functions-framework server that runs our handler. It never listens: requests are handed to it. */
function frameworkServer(options: FunctionOptions, working: Set<AbortController>): Server {
  const { name, log, metrics } = options;
  const handlers = new Map(options.subscriptions.map((subscription) => [subscription.type, subscription]));
  register(name, async (request, response) => {
    const started = performance.now();
    const done = metrics.eventSeconds.startTimer();
    metrics.inFlight.inc();
    let type = "unknown";
    let outcome = "failed";
    // One controller per request and no AbortSignal.any(): measured on Node 20.20, each call of that keeps 2 KB for good.
    const hungUp = new AbortController();
    working.add(hungUp);
    response.once("close", () => hungUp.abort(new Error("the sender hung up")));
    try {
      const raw = readEvent(originalHeaders(request), request.rawBody ?? Buffer.alloc(0));
      if (options.onDeadLetter && isDeadLetter(raw)) {
        outcome = "dead-letter";
        options.onDeadLetter(raw);
        response.status(204).end();
        return;
      }
      const handler = handlers.get(raw.type);
      if (!handler) throw new Rejected(422, `${name} does not take events of type ${raw.type.slice(0, 100)}`);
      type = raw.type;
      const reply = await handler.handle(raw, { signal: hungUp.signal }, Date.now());
      outcome = reply === "expired" ? "expired" : "handled";
      // 2xx with an empty body acknowledges; any other body that is no CloudEvent would be a failure to the broker.
      if (reply === undefined || reply === "expired") {
        response.status(204).end();
      } else {
        const { headers, body } = writeEvent(reply);
        response.status(200).set(headers).end(body);
      }
      log.debug({ type, subject: raw.subject, id: raw.id, ms: Math.round(performance.now() - started) }, outcome);
    } catch (error) {
      const { status, reason, final, retryAfterSeconds } = outcomeOf(error);
      outcome = final ? "rejected" : status === 500 ? "failed" : "unavailable";
      const fields = status === 500 ? errorFields(error) : { reason };
      log[status === 500 ? "error" : "warn"]({ type, status, ...fields }, "event not handled");
      if (retryAfterSeconds !== undefined) response.set("retry-after", String(Math.ceil(retryAfterSeconds)));
      if (!response.headersSent) answer(response, status, reason);
    } finally {
      working.delete(hungUp);
      metrics.inFlight.dec();
      metrics.events.inc({ type, outcome });
      done({ type });
    }
  });
  return getTestServer(name);
}

/**
 * Measured on Knative 1.23: after a timeout or an answer that was no event a dead letter has no knativeerror attributes,
 * but the in-memory Broker leaves its own time to live on it, which it takes off every normal delivery.
 */
function isDeadLetter({ attributes }: RawEvent): boolean {
  return attributes.knativeerrordest !== undefined || attributes.knativebrokerttl !== undefined;
}

const contentTypes = new WeakMap<IncomingMessage, string | undefined>();

/**
 * Refuses what is too large before anything parses it, whether the length is declared or only turns out on the way.
 * The framework's own parsers are kept away from the body (they inflate gzip without a useful limit and answer broken
 * JSON with an HTML page): all bodies are plain bytes to it, and the codec reads them.
 */
function limitBody(request: IncomingMessage, response: ServerResponse, limit: number): Rejected | undefined {
  if (request.headers["content-encoding"] !== undefined) return new Rejected(415, "content-encoding is not accepted");
  const tooLarge = `the body is larger than ${limit} bytes`;
  if (Number(request.headers["content-length"] ?? 0) > limit) {
    response.setHeader("connection", "close");
    return new Rejected(413, tooLarge);
  }
  contentTypes.set(request, request.headers["content-type"]);
  request.headers["content-type"] = "application/octet-stream";
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= limit || response.headersSent) return;
    response.setHeader("connection", "close");
    answer(response, 413, tooLarge);
    response.once("finish", () => request.destroy());
  });
  return undefined;
}

function originalHeaders(request: IncomingMessage): IncomingMessage["headers"] {
  const { "content-type": _, ...headers } = request.headers;
  const original = contentTypes.get(request);
  return original === undefined ? headers : { ...headers, "content-type": original };
}

async function routed(routes: Record<string, Route>, path: string, request: IncomingMessage, response: ServerResponse) {
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

function allRoutes({ routes = {}, notReady, degraded, metrics }: FunctionOptions): Record<string, Route> {
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
function answer(response: ServerResponse, status: number, reason: string): void {
  const body = Buffer.from(`${Buffer.from(reason).subarray(0, MAX_REASON).toString()}\n`);
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(body.byteLength),
  });
  response.end(body);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port ${port} is in use: set PORT to a free one`) : error);
    });
    server.listen(port, () => resolve());
  });
}
