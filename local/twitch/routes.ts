/** Which of Twitch's services answers an address. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { helix } from "./helix.ts";
import { header, readBody, send, sendJson } from "./http.ts";
import { init, pagePlaylist, playlist, type Studio, segment, usher } from "./media.ts";
import type { Tokens } from "./oauth.ts";
import { newestSegment } from "./playlist.ts";
import type { RateLimit } from "./rate.ts";
import { type Channel, FAULTS, type Fault, isLive } from "./script.ts";
import type { ChannelTruth } from "./truth.ts";

export interface Services {
  studio: Studio;
  channels(): Channel[];
  tokens: Tokens;
  rate: RateLimit;
  duplicates: boolean;
  truth(): Record<string, ChannelTruth>;
  setFault(login: string, fault: Fault | undefined): boolean;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createRoute(services: Services): Route {
  const { studio } = services;
  return async (request, response) => {
    const target = new URL(request.url ?? "/", "http://simulator");
    const parts = target.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    // The web tier has all of this under /simulator/: the same address holds with it and without it.
    if (parts[0] === "simulator") parts.shift();
    const [service = "", second = "", third = "", fourth = "", fifth = ""] = parts;
    const address = { login: third, variant: fourth, name: fifth };
    switch (service) {
      case "oauth2":
        return oauth(services, second, target, request, response);
      case "helix":
        return api(services, second, target, request, response);
      case "gql":
        return gql(studio, request, response);
      case "api":
        return usher(studio, withoutEnding(parts.at(-1) ?? ""), target.searchParams, response);
      case "hls":
        return pagePlaylist(studio, withoutEnding(second), response);
      case "hls-media":
        if (second === "playlist") return playlist(studio, withoutEnding(third), response);
        if (second === "segment") return segment(studio, address, request, response);
        if (second === "init") return init(studio, address, response);
        break;
      case "truth":
        return sendJson(response, 200, services.truth());
      case "fault":
        return fault(services, target, request, response);
      case "healthz":
      case "readyz":
        return send(response, 200, "text/plain", "ok\n");
      default:
    }
    return send(response, 404, "text/plain", "not simulated\n");
  };
}

function withoutEnding(name: string): string {
  return name.endsWith(".m3u8") ? name.slice(0, -".m3u8".length) : name;
}

async function oauth(
  { tokens }: Services,
  call: string,
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = Date.now();
  if (call === "token" && request.method === "POST") {
    const { status, body } = tokens.token(await form(request, target), now);
    return sendJson(response, status, body);
  }
  if (call === "validate") {
    const { status, body } = tokens.validate(header(request, "authorization"), now);
    return sendJson(response, status, body);
  }
  return send(response, 404, "text/plain", "not simulated\n");
}

async function api(
  services: Services,
  call: string,
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = Date.now();
  const clientId = services.tokens.clientOf(header(request, "authorization"), now);
  if (!clientId || clientId !== header(request, "client-id")) {
    const message = clientId ? "Client ID and OAuth token do not match" : "Invalid OAuth token";
    return sendJson(response, 401, { error: "Unauthorized", status: 401, message });
  }
  const allowed = services.rate.take(clientId, now);
  for (const [name, value] of Object.entries(allowed.headers)) response.setHeader(name, value);
  if (!allowed.ok) return sendJson(response, 429, { error: "Too Many Requests", status: 429, message: "" });
  const { studio } = services;
  const clock = studio.clock();
  const newest = newestSegment(clock);
  const { status, body } = helix(call, target.searchParams, {
    channels: services.channels(),
    isLive: (channel) => isLive(channel, newest),
    startedAt: () => new Date(clock.origin).toISOString(),
    url: studio.url(),
    duplicates: services.duplicates,
  });
  return sendJson(response, status, body);
}

async function gql(studio: Studio, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return send(response, 413, "text/plain", "too large\n");
  const answer = studio.gql.answer(body, header(request, "client-id"), Date.now());
  return sendJson(response, answer.status, answer.body);
}

/** `POST /simulator/fault` login=...&fault=...; an empty fault heals. */
async function fault(
  services: Services,
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") return send(response, 405, "text/plain", "POST only\n");
  const fields = await form(request, target);
  const wanted = fields.get("fault") ?? "";
  const known = FAULTS.find((one) => one === wanted);
  if (wanted && !known) return send(response, 400, "text/plain", `fault is one of ${FAULTS.join(" ")}\n`);
  const found = services.setFault(fields.get("login") ?? "", known);
  return found ? send(response, 200, "text/plain", "ok\n") : send(response, 404, "text/plain", "unknown login\n");
}

async function form(request: IncomingMessage, target: URL): Promise<URLSearchParams> {
  const fields = new URLSearchParams((await readBody(request)) ?? "");
  // Twitch takes the fields of the token call in the query, too.
  for (const [name, value] of target.searchParams) if (!fields.has(name)) fields.set(name, value);
  return fields;
}
