/** The Twitch simulator: one HTTP server that answers as id, api, gql and usher.ttvnw.net do, with real video. */
import { randomBytes, randomInt } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { adPicture, randomChannels } from "./channels.ts";
import { frameChannels } from "./frames.ts";
import { createGql } from "./gql.ts";
import { helix } from "./helix.ts";
import { header, readBody, send, sendJson } from "./http.ts";
import { init, pagePlaylist, playlist, type Studio, segment, usher } from "./media.ts";
import { createTokens } from "./oauth.ts";
import { type Clock, newestSegment, WINDOW } from "./playlist.ts";
import { createRateLimit } from "./rate.ts";
import {
  type Channel,
  FAULTS,
  type Fault,
  isLive,
  momentAt,
  type Picture,
  pictureAt,
  SEGMENT_SECONDS,
  type Truth,
} from "./script.ts";
import { createStore } from "./store.ts";

export interface SimulatorOptions {
  /** 0: any free port. */
  port: number;
  host?: string;
  /** Instead of random ones. */
  channels?: readonly Channel[];
  /** How many random channels. */
  count?: number;
  /** Random per run unless given. */
  seed?: number;
  /** Real frames with a manifest.tsv; in place of the random channels. */
  framesDir?: string;
  /** Words of the files to show; `heights`: also scaled to these heights. */
  framesFilter?: readonly string[];
  framesHeights?: readonly number[];
  cacheDir: string;
  ffmpegPath?: string;
  /** Encoders at a time. */
  encoders?: number;
  /** Certificate and key: then it speaks HTTPS, as Twitch's hosts do. */
  tls?: { cert: string; key: string };
  /** Base URL that playlists name; by default this server's own. */
  url?: string;
  tokenSeconds?: number;
  ratePoints?: number;
  duplicates?: boolean;
  /** Encode what every channel shows now before giving the simulator back, at most for this long. */
  warmSeconds?: number;
  /** Or everything that the scripts will ever show, however long it takes. */
  warmAll?: boolean;
  log(fields: object, message: string): void;
}

export interface ChannelTruth extends Truth {
  phase: string;
  game: string;
  /** What the last finished segments showed, oldest first. `at`: ms since 1970. */
  recent: { at: number; phase: string; kind: Truth["kind"]; value?: number }[];
}

export interface Simulator {
  url: string;
  port: number;
  channels: readonly Channel[];
  truth(): Record<string, ChannelTruth>;
  setFault(login: string, fault: Fault | undefined): boolean;
  stop(): Promise<void>;
}

/** A run looks as if it had been going on for this long: playlists are full from the start. */
const PAST_SECONDS = 120;
/** Segments that truth() looks back. */
const RECENT = 45;

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const list = options.channels ?? (await channelsOf(options, seed));
  const channels = new Map(list.map((channel) => [channel.login, { ...channel }]));
  const stopping = new AbortController();
  const step = SEGMENT_SECONDS * 1000;
  const origin = Math.floor(Date.now() / step) * step - PAST_SECONDS * 1000;
  const clock = (): Clock => ({ origin, now: Date.now() });
  const secret = randomBytes(16).toString("hex");
  const channelOf = (login: string) => channels.get(login);
  const store = createStore({
    cacheDir: options.cacheDir,
    ffmpegPath: options.ffmpegPath ?? "ffmpeg",
    encoders: options.encoders ?? 2,
    onError: (error) => options.log({ error: String(error) }, "a segment could not be made ahead"),
  });
  let url = options.url ?? "";
  const gql = createGql(channelOf, secret);
  const studio: Studio = {
    channelOf,
    clock,
    store,
    gql,
    secret,
    url: () => url,
    signal: stopping.signal,
    watched: new Map(),
  };
  const tokens = createTokens(options.tokenSeconds ?? 3600);
  const rate = createRateLimit(options.ratePoints ?? 800);
  const truth = () =>
    Object.fromEntries([...channels.values()].map((channel) => [channel.login, truthOf(channel, clock())]));
  const setFault = (login: string, fault: Fault | undefined) => {
    const channel = channels.get(login);
    if (!channel) return false;
    if (fault) channel.fault = fault;
    else delete channel.fault;
    return true;
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(request.url ?? "/", "http://simulator");
    const parts = target.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    const [first = "", second = "", third = "", fourth = "", fifth = ""] = parts;
    const now = Date.now();
    const ending = (name: string) => (name.endsWith(".m3u8") ? name.slice(0, -5) : name);
    if (first === "oauth2" && second === "token" && request.method === "POST") {
      const { status, body } = tokens.token(await form(request, target), now);
      return sendJson(response, status, body);
    }
    if (first === "oauth2" && second === "validate") {
      const { status, body } = tokens.validate(header(request, "authorization"), now);
      return sendJson(response, status, body);
    }
    if (first === "helix") {
      const clientId = tokens.clientOf(header(request, "authorization"), now);
      const named = header(request, "client-id");
      if (!clientId || clientId !== named) {
        const message = clientId ? "Client ID and OAuth token do not match" : "Invalid OAuth token";
        return sendJson(response, 401, { error: "Unauthorized", status: 401, message });
      }
      const allowed = rate.take(clientId, now);
      for (const [name, value] of Object.entries(allowed.headers)) response.setHeader(name, value);
      if (!allowed.ok) {
        return sendJson(response, 429, { error: "Too Many Requests", status: 429, message: "" });
      }
      const newest = newestSegment(clock());
      const { status, body } = helix(second, target.searchParams, {
        channels: [...channels.values()],
        isLive: (channel) => isLive(channel, newest),
        startedAt: () => new Date(origin).toISOString(),
        url,
        duplicates: options.duplicates ?? true,
      });
      return sendJson(response, status, body);
    }
    if (first === "gql" && request.method === "POST") {
      const body = await readBody(request);
      if (body === undefined) return send(response, 413, "text/plain", "too large\n");
      const answer = gql.answer(body, header(request, "client-id"), now);
      return sendJson(response, answer.status, answer.body);
    }
    if (first === "api" && (second === "v2" ? third === "channel" : second === "channel")) {
      return usher(studio, ending(parts.at(-1) ?? ""), target.searchParams, response);
    }
    if (first === "hls" && second.endsWith(".m3u8")) return pagePlaylist(studio, ending(second), response);
    if (first === "hls-media" && second === "playlist") return playlist(studio, ending(third), response);
    const address = { login: third, variant: fourth, name: fifth };
    if (first === "hls-media" && second === "segment") return segment(studio, address, request, response);
    if (first === "hls-media" && second === "init") return init(studio, address, response);
    if (first === "simulator" && second === "truth") return sendJson(response, 200, truth());
    if (first === "simulator" && second === "fault" && request.method === "POST") {
      const fields = await form(request, target);
      const fault = FAULTS.find((one) => one === fields.get("fault"));
      const known = setFault(fields.get("login") ?? "", fault);
      return send(response, known ? 204 : 404, "text/plain", "");
    }
    if (first === "healthz" || first === "readyz") return send(response, 200, "text/plain", "ok\n");
    return send(response, 404, "text/plain", "not simulated\n");
  };

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      if (stopping.signal.aborted || response.destroyed) return response.destroy();
      options.log({ path: request.url?.split("?")[0], error: String(error) }, "request failed");
      if (response.headersSent) response.destroy();
      else send(response, 500, "text/plain", "the simulator failed\n");
      return undefined;
    });
  };
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  const port = await listen(server, options.port, options.host ?? "127.0.0.1");
  url ||= `http://localhost:${port}`;
  if (options.warmAll) await warmAll(studio, [...channels.values()]);
  else await warm(studio, [...channels.values()], options.warmSeconds ?? 0);
  return {
    url,
    port,
    channels: list,
    truth,
    setFault,
    stop: async () => {
      stopping.abort();
      store.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function channelsOf(options: SimulatorOptions, seed: number): Promise<Channel[]> {
  if (!options.framesDir) return randomChannels(seed, options.count ?? 10);
  return frameChannels(options.framesDir, {
    seed,
    filter: options.framesFilter ?? [],
    heights: options.framesHeights ?? [],
  });
}

async function form(request: IncomingMessage, target: URL): Promise<URLSearchParams> {
  const body = await readBody(request);
  const fields = new URLSearchParams(body ?? "");
  // Twitch takes the fields of the token call in the query, too.
  for (const [name, value] of target.searchParams) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the simulator has no port");
  return address.port;
}

/** The first samples of every channel ask for the 720-line variant (or the only one); the end of a match comes first. */
async function warm(studio: Studio, channels: readonly Channel[], seconds: number): Promise<void> {
  if (seconds <= 0) return;
  const newest = newestSegment(studio.clock());
  const players = (channel: Channel) => momentAt(channel, newest).step.truth.value ?? 999;
  const first = [...channels].sort((a, b) => players(a) - players(b));
  const made = first.map((channel) => encodeFirst(studio, channel, [pictureAt(channel, newest)]));
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  const late = new Promise<void>((resolve) => limit.signal.addEventListener("abort", () => resolve()));
  await Promise.race([Promise.all(made), late]);
  clearTimeout(timer);
}

async function warmAll(studio: Studio, channels: readonly Channel[]): Promise<void> {
  for (const channel of channels) {
    await encodeFirst(studio, channel, [adPicture, ...channel.steps.flatMap((step) => step.pictures)]);
  }
}

async function encodeFirst(studio: Studio, channel: Channel, pictures: (Picture | undefined)[]): Promise<void> {
  const variant = channel.variants.find((one) => one.height === 720) ?? channel.variants[0];
  if (!variant) return;
  await Promise.all(pictures.map((one) => one && studio.store.get(one, variant, channel.container)));
}

function truthOf(channel: Channel, clock: Clock): ChannelTruth {
  const newest = newestSegment(clock);
  const shown = (number: number) => {
    const { step } = momentAt(channel, number);
    return { phase: step.phase, ...step.truth };
  };
  const recent = [];
  for (let number = Math.max(0, newest - Math.max(RECENT, WINDOW)); number <= newest; number++) {
    const { phase, kind, value } = shown(number);
    const at = clock.origin + number * SEGMENT_SECONDS * 1000;
    recent.push({ at, phase, kind, ...(value === undefined ? {} : { value }) });
  }
  return { ...shown(newest), game: channel.game, recent };
}
