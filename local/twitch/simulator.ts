/** The Twitch simulator: one HTTP server that answers as id, api, gql and usher.ttvnw.net do, with real video. */
import { randomBytes, randomInt } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { randomChannels } from "./channels.ts";
import { startCrew } from "./crew.ts";
import { frameChannels } from "./frames.ts";
import { createGql } from "./gql.ts";
import { send } from "./http.ts";
import type { Studio } from "./media.ts";
import { createTokens } from "./oauth.ts";
import type { Clock } from "./playlist.ts";
import { createRateLimit } from "./rate.ts";
import { createRoute, type Route } from "./routes.ts";
import { type Channel, type Fault, SEGMENT_SECONDS } from "./script.ts";
import { createStore } from "./store.ts";
import { type ChannelTruth, truthOf } from "./truth.ts";

export interface SimulatorOptions {
  /** 0: any free port. */
  port: number;
  host?: string;
  /** Instead of random ones. */
  channels?: readonly Channel[];
  /** How many random channels. */
  count?: number;
  /** Of which games; PUBG alone unless given. */
  games?: readonly string[];
  /** Random per run unless given. */
  seed?: number;
  /** Real frames with a manifest.tsv; in place of the random channels. */
  framesDir?: string;
  /** Words of the files to show; `heights`: also scaled to these heights. */
  framesFilter?: readonly string[];
  framesHeights?: readonly number[];
  cacheDir: string;
  /** What the folder may hold; unbounded for tests, whose folders do not stay. */
  cacheBytes?: number;
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
  /**
   * Scripts wait for the encoder, and the simulator is given back when all channels are on air or this time is over.
   * Without it scripts run by the clock, and a segment is encoded when it is first asked for.
   */
  pacedSeconds?: number;
  /** Encode everything that the scripts will ever show first, however long it takes. */
  encodeAll?: boolean;
  log(fields: object, message: string): void;
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

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const list = options.channels ?? (await channelsOf(options, options.seed ?? randomInt(2 ** 31)));
  const channels = new Map(list.map((channel) => [channel.login, { ...channel }]));
  const all = () => [...channels.values()];
  const stopping = new AbortController();
  const step = SEGMENT_SECONDS * 1000;
  const origin = Math.floor(Date.now() / step) * step - PAST_SECONDS * 1000;
  const clock = (): Clock => ({ origin, now: Date.now() });
  const warn = (error: unknown) => options.log({ error: String(error) }, "a segment could not be made");
  const store = createStore({
    cacheDir: options.cacheDir,
    cacheBytes: options.cacheBytes ?? Number.POSITIVE_INFINITY,
    ffmpegPath: options.ffmpegPath ?? "ffmpeg",
    encoders: options.encoders ?? 2,
    onError: warn,
  });
  const secret = randomBytes(16).toString("hex");
  const channelOf = (login: string) => channels.get(login);
  const gql = createGql(channelOf, secret);
  let url = options.url ?? "";
  const watched = new Map<string, number>();
  const studio: Studio = { channelOf, clock, store, gql, secret, url: () => url, signal: stopping.signal, watched };
  const truth = () => Object.fromEntries(all().map((channel) => [channel.login, truthOf(channel, clock())]));
  const setFault = (login: string, fault: Fault | undefined) => {
    const channel = channels.get(login);
    if (channel && fault) channel.fault = fault;
    else delete channel?.fault;
    return channel !== undefined;
  };
  const route = createRoute({
    studio,
    channels: all,
    tokens: createTokens(options.tokenSeconds ?? 3600),
    rate: createRateLimit(options.ratePoints ?? 800),
    duplicates: options.duplicates ?? true,
    truth,
    setFault,
  });
  const listener = listenerOf(route, stopping.signal, options.log);
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  // Node's own 5 s is what clients wait at most before they use a connection again: on a busy machine both meet.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server, options.port, options.host ?? "127.0.0.1");
  url ||= `http://localhost:${port}`;
  const crew = options.pacedSeconds === undefined ? undefined : startCrew(all(), store, clock, warn);
  if (options.encodeAll) await crew?.encodeAll();
  await crew?.onAir(options.pacedSeconds ?? 0);
  return {
    url,
    port,
    channels: list,
    truth,
    setFault,
    stop: async () => {
      stopping.abort();
      crew?.stop();
      store.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function channelsOf(options: SimulatorOptions, seed: number): Promise<Channel[]> {
  if (!options.framesDir) return randomChannels(seed, options.count ?? 10, options.games);
  return frameChannels(options.framesDir, {
    seed,
    filter: options.framesFilter ?? [],
    heights: options.framesHeights ?? [],
  });
}

function listenerOf(route: Route, signal: AbortSignal, log: SimulatorOptions["log"]) {
  return (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      if (signal.aborted || response.destroyed) return void response.destroy();
      log({ path: request.url?.split("?")[0], error: String(error) }, "request failed");
      if (response.headersSent) response.destroy();
      else send(response, 500, "text/plain", "the simulator failed\n");
    });
  };
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
