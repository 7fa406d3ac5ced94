/** A whole poller for tests. */
import { countRead, frameMissed, type StreamFound, tick } from "../contracts/events.ts";
import { type Game, games } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { Unavailable } from "../runtime/outcome.ts";
import { serve } from "../runtime/serve.ts";
import { newTrace } from "../runtime/trace.ts";
import { writeEvent } from "../runtime/wire.ts";
import { type AppDeps, createApp } from "./app.ts";
import type { StreamInfo } from "./game-board.ts";
import { createMemoryStore } from "./store.ts";

const log = createLog("poller", "silent");
export const info = (login: string, viewers: number): StreamInfo => ({
  login,
  displayName: login.toUpperCase(),
  game: "pubg",
  title: `${login} plays`,
  viewers,
  language: "en",
  startedAt: "2026-01-02T18:00:00Z",
});
const PERSON = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0" };

/** A whole poller on a real server, with a clock of its own and Twitch and the Broker as plain functions. */
export interface PollerOptions {
  live?: StreamInfo[];
  alwaysOn?: boolean;
  peerUrl?: string;
  now?: number;
  games?: readonly Game[];
  createStore?: AppDeps["createStore"];
}
export type TestPoller = Awaited<ReturnType<typeof startPoller>>;

export async function startPoller(options: PollerOptions = {}) {
  const state = {
    now: options.now ?? Date.parse("2026-01-02T20:00:00Z"),
    live: options.live ?? [info("alpha", 10), info("bravo", 900)],
    sent: [] as StreamFound[],
    lists: 0,
    brokerAway: false,
    twitchAway: false,
  };
  const metrics = createMetrics("poller");
  const app = await createApp({
    games: options.games ?? games.slice(0, 1),
    streamUrl: "https://player.twitch.tv/?channel={login}",
    idleAfterMs: 120_000,
    alwaysOn: options.alwaysOn ?? false,
    peerUrl: options.peerUrl,
    listStreams: async (game) => {
      state.lists++;
      if (state.twitchAway) throw new Unavailable("Twitch does not answer");
      return state.live.map((stream) => ({ ...stream, game: game.id }));
    },
    emit: async (event) => {
      if (state.brokerAway) throw new Error("the Broker is away");
      state.sent.push(event);
    },
    createStore: options.createStore ?? (() => createMemoryStore()),
    fetch,
    now: () => state.now,
    log,
    metrics,
  });
  const running = await serve({ name: "poller-test", port: 0, log, metrics, ...app });
  const base = `http://127.0.0.1:${running.port}`;
  const post = (headers: Record<string, string>, body: string | Buffer) =>
    fetch(base, { method: "POST", headers, body: new Uint8Array(Buffer.from(body)) });
  let ticks = 0;
  return {
    state,
    running,
    base,
    get: (path: string, init: RequestInit = {}) =>
      fetch(`${base}${path}`, { ...init, headers: { ...PERSON, ...init.headers } }),
    tick: () =>
      post(
        {
          "ce-id": `tick-${ticks++}`,
          "ce-source": "/ping",
          "ce-specversion": "1.0",
          "ce-type": tick.type,
          "content-type": "application/json",
        },
        "{}",
      ),
    /** An answer about a stream, its picture taken `ageSeconds` ago. */
    answer: (
      login: string,
      data: { match?: number; lobby?: number; unread?: "no-counter" | "match-over"; missed?: "ad" | "offline" },
      ageSeconds = 1,
      extra: { playbackhint?: string; game?: string; confidence?: number } = {},
    ) => {
      const at = new Date(state.now - ageSeconds * 1000).toISOString();
      // Deadlines are judged by the real clock, so the test's own stands aside here.
      const attributes = {
        roundid: "r1",
        traceparent: newTrace(),
        deadline: new Date(Date.now() + 30_000).toISOString(),
        frametime: at,
        game: extra.game ?? "pubg",
        ...(extra.playbackhint && { playbackhint: extra.playbackhint }),
      };
      const common = { id: `${login}-${at}`, subject: login, time: at, attributes };
      const confidence = extra.confidence ?? 0.9;
      const event = data.missed
        ? frameMissed.create({ ...common, data: { reason: data.missed } })
        : countRead.create({
            ...common,
            data:
              data.match !== undefined
                ? { ok: true, phase: "match", alive: data.match, confidence, engine: "test" }
                : data.lobby !== undefined
                  ? { ok: true, phase: "lobby", alive: data.lobby, confidence, engine: "test" }
                  : { ok: false, reason: data.unread ?? ("unreadable" as const) },
          });
      const { headers, body } = writeEvent(event);
      return post(headers, body);
    },
  };
}
