/** The Helix client against a real HTTP server that answers what a row says. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Game } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { Unavailable } from "../runtime/outcome.ts";
import { createTwitch } from "./twitch.ts";
import { parseTwitchConfig } from "./twitch-config.ts";

const pubg: Game = {
  id: "pubg",
  twitchName: "PUBG: BATTLEGROUNDS",
  region: { anchor: "right", x: 0, y: 0, width: 0.6, height: 0.1 },
  maxAlive: 100,
};

interface Seen {
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  body: string;
}
type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

let origin = "";
let seen: Seen[] = [];
let slept: number[] = [];
let clock = 0;
let close = () => Promise.resolve();
const answers = new Map<string, (request: Seen) => Answer>();

beforeEach(async () => {
  seen = [];
  slept = [];
  clock = Date.parse("2026-05-01T20:00:00Z");
  answers.clear();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://x");
      const { authorization } = request.headers;
      const call = { path: url.pathname, query: url.searchParams, authorization, body };
      seen.push(call);
      const { status = 200, headers = {}, body: answer = {} } = answers.get(url.pathname)?.(call) ?? { status: 404 };
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  answers.set("/oauth2/token", () => ({
    body: { access_token: "fresh1", expires_in: 5_000_000, token_type: "bearer" },
  }));
  answers.set("/helix/games", () => ({ body: { data: [{ id: "493057", name: "PUBG: BATTLEGROUNDS" }] } }));
  answers.set("/helix/channels", () => ({ body: { data: [] } }));
  answers.set("/helix/streams", () => ({ body: { data: [stream(1), stream(2)], pagination: {} } }));
});

afterEach(() => close());

function stream(id: number, fields: object = {}) {
  return {
    ...{ id: `9${id}`, user_id: String(id), user_login: `streamer_${id}`, user_name: `Streamer_${id}` },
    ...{
      game_id: "493057",
      game_name: "PUBG: BATTLEGROUNDS",
      type: "live",
      title: `title ${id}`,
      viewer_count: 100 - id,
    },
    ...{ started_at: "2026-05-01T18:00:00Z", language: "en", thumbnail_url: "", tag_ids: [], is_mature: false },
    ...fields,
  };
}

function client(env: Record<string, string> = {}) {
  const config = parseTwitchConfig({
    ...{ TWITCH_CLIENT_ID: "cid", TWITCH_CLIENT_SECRET: "secret" },
    ...{ TWITCH_API_URL: `${origin}/helix`, TWITCH_AUTH_URL: `${origin}/oauth2` },
    ...env,
  });
  const sleep = (ms: number) => {
    slept.push(ms);
    clock += ms;
    return Promise.resolve();
  };
  return createTwitch({ config, log: createLog("poller", "silent"), now: () => clock, sleep });
}

const calls = (path: string) => seen.filter((call) => call.path === path);
const logins = async (env: Record<string, string> = {}) =>
  (await client(env).listStreams(pubg)).map(({ login }) => login);

describe("the list of streams", () => {
  it("has our own shape and game id, most viewed first", async () => {
    answers.set("/helix/streams", () => ({ body: { data: [stream(2), stream(1)], pagination: {} } }));
    const [first] = await client().listStreams(pubg);
    expect(first).toEqual({
      ...{ login: "streamer_1", displayName: "Streamer_1", game: "pubg", title: "title 1", viewers: 99 },
      ...{ language: "en", startedAt: "2026-05-01T18:00:00Z", userId: "1", labels: [] },
    });
    expect(calls("/helix/games")[0]?.query.get("name")).toBe("PUBG: BATTLEGROUNDS");
    expect(calls("/helix/streams")[0]?.query.get("game_id")).toBe("493057");
  });

  it("is read page by page, without the streams that come twice", async () => {
    answers.set("/helix/streams", ({ query }) =>
      query.get("after") === "c1"
        ? { body: { data: [stream(2), stream(3)], pagination: {} } }
        : { body: { data: [stream(1), stream(2)], pagination: { cursor: "c1" } } },
    );
    expect(await logins()).toEqual(["streamer_1", "streamer_2", "streamer_3"]);
  });

  it("ends where a cursor does not move", async () => {
    answers.set("/helix/streams", () => ({ body: { data: [stream(1)], pagination: { cursor: "same" } } }));
    expect(await logins()).toEqual(["streamer_1"]);
    expect(calls("/helix/streams")).toHaveLength(2);
  });

  it("stops at MAX_STREAMS", async () => {
    expect(await logins({ MAX_STREAMS: "1" })).toEqual(["streamer_1"]);
  });

  it.each([
    ["the allow list", { ROTISSERIE_ALLOWLIST: "Streamer_2 nobody" }, ["streamer_2"]],
    ["the block list", { ROTISSERIE_BLOCKLIST: "STREAMER_2" }, ["streamer_1"]],
    [
      "both lists",
      { ROTISSERIE_ALLOWLIST: "streamer_1 streamer_2", ROTISSERIE_BLOCKLIST: "streamer_1" },
      ["streamer_2"],
    ],
    ["a language nobody speaks", { LANGUAGES: "ko" }, []],
    ["its own language", { LANGUAGES: "ko EN" }, ["streamer_1", "streamer_2"]],
  ])("is filtered by %s", async (_, env, expected) => {
    expect(await logins(env)).toEqual(expected);
  });

  it("leaves out what Twitch itself has wrong, and keeps the rest", async () => {
    const data = [
      stream(1, { type: "" }),
      stream(2, { user_login: "ünknown" }),
      stream(3, { viewer_count: "many" }),
      stream(4),
      7,
    ];
    answers.set("/helix/streams", () => ({ body: { data, pagination: {} } }));
    expect(await logins()).toEqual(["streamer_4"]);
  });

  it.each([
    ["the labels that gate the player, by default", {}, ["streamer_2"]],
    ["the labels that are set", { BLOCKED_LABELS: "MatureGame" }, ["streamer_1"]],
  ])("leaves out streams with %s", async (_, env, expected) => {
    const labels = { "1": ["Gambling"], "2": ["MatureGame"] };
    const data = Object.entries(labels).map(([id, each]) => ({
      broadcaster_id: id,
      content_classification_labels: each,
    }));
    answers.set("/helix/channels", () => ({ body: { data } }));
    expect(await logins(env)).toEqual(expected);
    expect(calls("/helix/channels")[0]?.query.getAll("broadcaster_id")).toEqual(["1", "2"]);
  });

  it("asks for labels once in a while only", async () => {
    const twitch = client();
    await twitch.listStreams(pubg);
    await twitch.listStreams(pubg);
    expect(calls("/helix/channels")).toHaveLength(1);
    clock += 11 * 60_000;
    await twitch.listStreams(pubg);
    expect(calls("/helix/channels")).toHaveLength(2);
    expect(calls("/helix/games")).toHaveLength(1);
  });
});

describe("the token", () => {
  it("is asked for once by calls at the same time", async () => {
    const twitch = client();
    await Promise.all([twitch.listStreams(pubg), twitch.listStreams(pubg)]);
    expect(calls("/oauth2/token")).toHaveLength(1);
    expect(calls("/oauth2/token")[0]?.body).toBe("client_id=cid&client_secret=secret&grant_type=client_credentials");
    expect(calls("/helix/streams")[0]?.authorization).toBe("Bearer fresh1");
  });

  it("is renewed before it ends", async () => {
    answers.set("/oauth2/token", () => ({
      body: { access_token: `t${seen.length}`, expires_in: 3600, token_type: "bearer" },
    }));
    const twitch = client();
    await twitch.listStreams(pubg);
    clock += 3_100_000;
    await twitch.listStreams(pubg);
    expect(calls("/oauth2/token")).toHaveLength(2);
  });

  it("is renewed once when it is refused, and not for ever", async () => {
    answers.set("/helix/games", () => ({ status: 401, body: { error: "Unauthorized", status: 401 } }));
    await expect(client().listStreams(pubg)).rejects.toThrow("Twitch: /games: status 401");
    expect(calls("/oauth2/token")).toHaveLength(2);
    expect(calls("/helix/games")).toHaveLength(2);
  });

  it("may be the documented one; refused, it is asked for with the secret", async () => {
    answers.set("/helix/games", ({ authorization }) =>
      authorization === "Bearer old"
        ? { status: 401 }
        : { body: { data: [{ id: "493057", name: "PUBG: BATTLEGROUNDS" }] } },
    );
    expect(await logins({ token: "old" })).toEqual(["streamer_1", "streamer_2"]);
    await expect(client({ token: "old", TWITCH_CLIENT_SECRET: "" }).listStreams(pubg)).rejects.toThrow(
      "the token is refused; set TWITCH_CLIENT_SECRET or a new token",
    );
  });

  it("that cannot be had is said, without the secret", async () => {
    answers.set("/oauth2/token", () => ({ status: 403, body: { status: 403, message: "invalid client secret" } }));
    await expect(client().listStreams(pubg)).rejects.toThrow(
      "Twitch: no token, status 403: client id or secret are wrong",
    );
  });
});

describe("a Twitch in trouble", () => {
  it("is asked again after 5xx", async () => {
    let count = 0;
    answers.set("/helix/streams", () =>
      count++ < 2 ? { status: 503 } : { body: { data: [stream(1)], pagination: {} } },
    );
    expect(await logins()).toEqual(["streamer_1"]);
    expect(slept.filter((ms) => ms > 0)).toEqual([500, 1000]);
  });

  it("is given the time it asks for after 429", async () => {
    let count = 0;
    const reset = String(Math.floor(clock / 1000) + 3);
    answers.set("/helix/streams", () =>
      count++ === 0
        ? { status: 429, headers: { "ratelimit-remaining": "0", "ratelimit-reset": reset } }
        : { body: { data: [stream(1)], pagination: {} } },
    );
    expect(await logins()).toEqual(["streamer_1"]);
    expect(slept.filter((ms) => ms > 0)).toEqual([3000]);
  });

  it("is not asked while its rate limit is used up, and the wait is said", async () => {
    const reset = String(Math.floor(clock / 1000) + 40);
    answers.set("/helix/games", () => ({
      headers: { "ratelimit-remaining": "0", "ratelimit-reset": reset },
      body: { data: [{ id: "493057", name: "PUBG: BATTLEGROUNDS" }] },
    }));
    const error = await client()
      .listStreams(pubg)
      .catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ message: "Twitch: the rate limit is used up, again in 40 s", retryAfterSeconds: 40 });
    expect(calls("/helix/streams")).toHaveLength(0);
  });

  it.each<[string, Answer, string]>([
    ["no JSON", { body: "<html>" }, "Twitch: an answer that is not JSON"],
    ["another shape", { body: { streams: [] } }, "Twitch: /streams: not the expected answer"],
    ["5 MB", { body: " ".repeat(5_000_000) }, "Twitch: an answer of more than 4194304 bytes"],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }, "Twitch: /streams: no answer"],
    ["400", { status: 400 }, "Twitch: /streams: status 400"],
    ["500 for ever", { status: 500 }, "Twitch: /streams: status 500"],
  ])("answering %s is a named error", async (_, answer, message) => {
    answers.set("/helix/streams", () => answer);
    await expect(client().listStreams(pubg)).rejects.toThrow(message);
  });

  it("not knowing the game is said by its name", async () => {
    answers.set("/helix/games", () => ({ body: { data: [{ id: "1", name: "PUBG Mobile" }] } }));
    await expect(client().listStreams(pubg)).rejects.toThrow('Twitch has no game named "PUBG: BATTLEGROUNDS"');
  });

  it("being away is a named error", async () => {
    await close();
    await expect(client().listStreams(pubg)).rejects.toThrow("Twitch: no token, no answer (ECONNREFUSED)");
  });
});

describe("the settings", () => {
  it.each([
    ["no client id", {}, "TWITCH_CLIENT_ID (or clientID) is not set"],
    ["no secret and no token", { clientID: "x" }, "TWITCH_CLIENT_SECRET (or clientSecret, or token) is not set"],
    ["too many streams", { clientID: "x", token: "y", MAX_STREAMS: "5000" }, "MAX_STREAMS"],
  ])("with %s stop the start", (_, env, message) => {
    expect(() => parseTwitchConfig(env)).toThrow(message);
  });

  it("are taken under their documented names", () => {
    expect(parseTwitchConfig({ clientID: "a", clientSecret: "b", token: "c" })).toMatchObject({
      ...{ clientId: "a", clientSecret: "b", token: "c", apiUrl: "https://api.twitch.tv/helix" },
    });
  });
});
