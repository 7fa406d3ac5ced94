/**
 * The only code that knows HTTP. It owns the http.Server around functions-framework, because (measured, 5.0.5) the
 * framework buffers a 200 MB body into 455 MB of memory and drops requests in flight on SIGTERM.
 *
 * POST / takes events. GET and HEAD answer /healthz, /readyz, /metrics and the function's own routes. Nothing else.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AttributeSchemas, Contract, Event, EventOf, Schema } from "../contracts/event.ts";
import { limitBody } from "./body.ts";
import { frameworkServer } from "./framework.ts";
import { errorFields, type Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { allRoutes, answer, type Route, routed } from "./routes.ts";
import type { RawEvent } from "./wire.ts";

export type { Route, RouteAnswer, RouteRequest } from "./routes.ts";

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
  let stopped: Promise<void> | undefined;
  // Asked twice (Ctrl-C reaches the whole group, then the parent sends SIGTERM), it still drains once.
  const stop = () => {
    stopped ??= drain();
    return stopped;
  };
  const drain = async () => {
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

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port ${port} is in use: set PORT to a free one`) : error);
    });
    server.listen(port, () => resolve());
  });
}
