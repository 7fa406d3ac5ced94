import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomChannels } from "./channels.ts";
import { frameChannels } from "./frames.ts";
import { PLAYBACK_HASH } from "./gql.ts";
import type { Channel, Fault, Step } from "./script.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const small = { name: "144p", width: 256, height: 144, fps: 30, bandwidth: 200_000, source: true };

function match(login: string, changes: Partial<Channel> = {}): Channel {
  const [model] = randomChannels(1, 1);
  if (!model) throw new Error("no channel");
  const steps = [41, 30, 12, 9].map((count): Step => {
    const scene = { game: "pubg", hud: "gen3", language: "en", width: 640, height: 360, background: "bright" } as const;
    return {
      phase: "match",
      segments: 2,
      pictures: [{ kind: "scene", scene: { ...scene, seed: 1, state: { kind: "alive", count } } }],
      truth: { kind: "alive", value: count },
    };
  });
  return {
    ...model,
    login,
    displayName: login,
    userId: login,
    variants: [small],
    steps,
    offset: 0,
    preroll: 0,
    ...changes,
  };
}

let folder: string;
let simulator: Simulator;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulator-test-"));
  simulator = await startSimulator({
    port: 0,
    cacheDir: folder,
    ratePoints: 100,
    tokenSeconds: 2,
    channels: [
      match("sim_ts", { viewers: 30 }),
      match("sim_fmp4", { viewers: 20, container: "fmp4", naming: "video" }),
      match("sim_ad", { viewers: 10, preroll: 3, language: "ko" }),
    ],
    log: (fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`),
  });
});

afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
  expect(lines).toEqual([]);
});

const get = (path: string, init?: RequestInit) => fetch(new URL(path, simulator.url), init);

async function token(fields: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({
    client_id: "me",
    client_secret: "s",
    grant_type: "client_credentials",
    ...fields,
  });
  return get("/oauth2/token", { method: "POST", body });
}

async function bearer(): Promise<HeadersInit> {
  const { access_token } = (await (await token()).json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, "client-id": "me" };
}

interface Page {
  data: { user_login: string }[];
  pagination: { cursor?: string };
}

describe("tokens and Helix", () => {
  test.each([
    ["no client id", { client_id: "" }, 400],
    ["a wrong secret", { client_secret: "wrong" }, 403],
    ["another grant", { grant_type: "password" }, 400],
  ])("refuses a token for %s", async (_name, fields, status) => {
    expect((await token(fields)).status).toBe(status);
  });

  test("pages through streams by viewers, repeating one at each edge as Twitch may", async () => {
    const headers = await bearer();
    const first = (await (await get("/helix/streams?game_id=493057&first=2", { headers })).json()) as Page;
    const next = await get(`/helix/streams?game_id=493057&first=2&after=${first.pagination.cursor}`, { headers });
    const second = (await next.json()) as Page;
    expect(first.data.map((one) => one.user_login)).toEqual(["sim_ts", "sim_fmp4"]);
    expect(second.data.map((one) => one.user_login)).toEqual(["sim_fmp4", "sim_ad"]);
    expect(second.pagination).toEqual({});
    expect(Number(next.headers.get("ratelimit-remaining"))).toBeLessThan(100);
  });

  test.each([
    ["streams?language=ko", ["sim_ad"]],
    ["streams?user_login=sim_ts&user_login=sim_ad", ["sim_ts", "sim_ad"]],
    ["streams?game_id=1", []],
  ])("filters %s", async (path, logins) => {
    const page = (await (await get(`/helix/${path}`, { headers: await bearer() })).json()) as Page;
    expect(page.data.map((one) => one.user_login)).toEqual(logins);
  });

  test("names labels of channels and ids of games", async () => {
    const headers = await bearer();
    const labels = await (await get("/helix/channels?broadcaster_id=sim_ts", { headers })).json();
    expect(labels).toMatchObject({
      data: [{ broadcaster_login: "sim_ts", content_classification_labels: ["MatureGame"] }],
    });
    const games = await (await get("/helix/games?name=pubg%3A%20battlegrounds", { headers })).json();
    expect(games).toMatchObject({ data: [{ id: "493057" }] });
  });

  test.each([
    ["streams?first=0", 400],
    ["streams?first=101", 400],
    ["streams?type=rerun", 400],
    ["streams?after=nonsense", 400],
    ["users", 404],
  ])("refuses %s", async (path, status) => {
    expect((await get(`/helix/${path}`, { headers: await bearer() })).status).toBe(status);
  });

  test("forgets tokens when they end and takes none of another client", async () => {
    const headers = await bearer();
    expect((await get("/helix/streams", { headers: { ...headers, "client-id": "you" } })).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await get("/helix/streams", { headers })).status).toBe(401);
  });
});

async function playback(login: string): Promise<{ status: number; text: string }> {
  const query = `{streamPlaybackAccessToken(channelName: "${login}", params: {platform: "web"}) {value signature}}`;
  const answer = await ask({ query });
  const { value, signature } = answer.data.streamPlaybackAccessToken;
  const address = `/api/v2/channel/hls/${login}.m3u8?${new URLSearchParams({ token: value, sig: signature, fast_bread: "true" })}`;
  const response = await get(address);
  return { status: response.status, text: await response.text() };
}

interface PlaybackAnswer {
  data: { streamPlaybackAccessToken: { value: string; signature: string } };
  errors?: { message: string }[];
}

async function ask(body: object): Promise<PlaybackAnswer> {
  const response = await get("/gql", { method: "POST", headers: { "client-id": "web" }, body: JSON.stringify(body) });
  return (await response.json()) as PlaybackAnswer;
}

const hashed = (login: string, sha256Hash: string) => ({
  operationName: "PlaybackAccessToken",
  extensions: { persistedQuery: { version: 1, sha256Hash } },
  variables: { isLive: true, login, isVod: false, vodID: "", playerType: "embed", platform: "site" },
});

describe("playback", () => {
  test("takes the stored query by its hash and no other", async () => {
    expect((await ask(hashed("sim_ts", PLAYBACK_HASH))).data.streamPlaybackAccessToken.signature).toMatch(
      /^[0-9a-f]{40}$/,
    );
    expect((await ask(hashed("sim_ts", "0".repeat(64)))).errors).toEqual([{ message: "PersistedQueryNotFound" }]);
    expect((await ask(hashed("nobody", PLAYBACK_HASH))).data.streamPlaybackAccessToken).toBeNull();
  });

  test("gives no playlist for a forged token", async () => {
    const address = `/api/v2/channel/hls/sim_ts.m3u8?token=${encodeURIComponent('{"channel":"sim_ts","expires":9999999999}')}&sig=00`;
    expect((await get(address)).status).toBe(403);
  });

  test.each<[Fault, number, string]>([
    ["geoblock", 403, "content_geoblocked"],
    ["restricted", 403, "unauthorized_entitlements"],
    ["offline", 404, "transcode_does_not_exist"],
    ["usher-error", 503, "simulated"],
  ])("fault %s answers %i", async (fault, status, code) => {
    simulator.setFault("sim_ts", fault);
    const answer = await playback("sim_ts");
    simulator.setFault("sim_ts", undefined);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(code);
  });

  test.each<[Fault, string]>([
    ["integrity", "failed integrity check"],
    ["stale-hash", "PersistedQueryNotFound"],
  ])("fault %s refuses the token", async (fault, message) => {
    simulator.setFault("sim_ts", fault);
    const answer = await ask(hashed("sim_ts", PLAYBACK_HASH));
    simulator.setFault("sim_ts", undefined);
    expect(answer.errors).toEqual([{ message }]);
  });
});

async function media(login: string): Promise<string> {
  const master = (await playback(login)).text.trim().split("\n");
  return (await get(master.at(-1) ?? "")).text();
}

async function bytes(address: string): Promise<Buffer> {
  const response = await get(address);
  expect(response.status, address).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Times of every picture, and what a strict decoder complains about. */
function probe(stream: Buffer): { times: number[]; complaint: string } {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", "-"];
  const packets = spawnSync("ffprobe", args, { input: stream, encoding: "utf8" });
  const strict = ["-v", "warning", "-xerror", "-err_detect", "explode", "-i", "-", "-f", "null", "-"];
  const decoded = spawnSync("ffmpeg", strict, { input: stream, encoding: "utf8" });
  const times = packets.stdout
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return { times: [...new Set(times)], complaint: packets.stderr + decoded.stderr };
}

describe("video", { timeout: 60_000 }, () => {
  test.each([["sim_ts"], ["sim_fmp4"]])("%s: segments of different pictures join without a seam", async (login) => {
    const playlist = (await media(login)).split("\n");
    const segments = playlist.filter((line) => line && !line.startsWith("#"));
    const map = /URI="([^"]+)"/.exec(playlist.find((line) => line.startsWith("#EXT-X-MAP")) ?? "")?.[1];
    const parts = map ? [await bytes(map)] : [];
    for (const segment of segments) parts.push(await bytes(segment));
    const { times, complaint } = probe(Buffer.concat(parts));
    expect(complaint).toBe("");
    expect(times).toHaveLength(12 * 60);
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(0.034);
    expect(Math.min(...steps)).toBeGreaterThan(0.033);
  });

  test("a new session starts with advertisements, which are other pictures", async () => {
    const playlist = await media("sim_ad");
    expect(playlist).toContain('ROLL-TYPE="PREROLL"');
    const ad = playlist.split("\n").find((line) => line.includes("-ad.ts")) ?? "";
    expect((await bytes(ad)).equals(await bytes(ad.replace("-ad", "")))).toBe(false);
  });

  test("a segment that is being made arrives no sooner than it is made", async () => {
    const playlist = await media("sim_ts");
    const [next] = playlist.match(/(?<=EXT-X-TWITCH-PREFETCH:).+/g) ?? [];
    const announced =
      playlist
        .match(/PROGRAM-DATE-TIME:(.+)/g)
        ?.at(-1)
        ?.slice(18) ?? "";
    const finished = Date.parse(announced) + 4000;
    expect(probe(await bytes(next ?? "")).times).toHaveLength(60);
    expect(Date.now()).toBeGreaterThanOrEqual(finished);
  });

  test("the page's player needs no token and only relative addresses", async () => {
    const master = await (await get("/hls/sim_ts.m3u8")).text();
    const address = master.trim().split("\n").at(-1) ?? "";
    expect(address).toMatch(/^\.\.\/hls-media\/playlist\//);
    const playlist = await (await get(`/hls/${address}`)).text();
    expect(playlist.trim().split("\n").at(-1)).toMatch(/^\.\.\/segment\/sim_ts\/144p\/\d+\.ts$/);
  });

  test.each<[Fault, string]>([
    ["segment-error", "503"],
    ["segment-gone", "404"],
    ["segment-wrong", "200 no video"],
    ["segment-corrupt", "200 bad picture"],
    ["segment-truncated", "cut"],
    ["segment-redirect", "302"],
  ])("fault %s: %s", async (fault, expected) => {
    const address = (await media("sim_ts"))
      .trim()
      .split("\n")
      .filter((line) => line.endsWith(".ts") && !line.startsWith("#"))
      .at(-1);
    simulator.setFault("sim_ts", fault);
    try {
      const response = await get(address ?? "", { redirect: "manual" });
      const body = Buffer.from(await response.arrayBuffer());
      if (expected.startsWith("200")) expect(probe(body).complaint).not.toBe("");
      expect(expected).toContain(String(response.status));
    } catch (error) {
      expect([expected, error]).toEqual(["cut", expect.any(TypeError)]);
    } finally {
      simulator.setFault("sim_ts", undefined);
    }
  });

  test("knows what is true of every channel", () => {
    const truth = simulator.truth();
    expect(Object.keys(truth)).toEqual(["sim_ts", "sim_fmp4", "sim_ad"]);
    expect([41, 30, 12, 9]).toContain(truth.sim_ts?.value);
  });
});

describe("a frame directory", () => {
  const head = "file\tgame\twidth\theight\tkind\tvalue\n";
  test.each([
    ["no manifest", undefined, /manifest\.tsv: not found/],
    ["a missing column", "file\tgame\n", /no column width/],
    ["a bad width", `${head}a.png\tpubg\twide\t1080\talive\t3\n`, /line 2: width is "wide"/],
    ["a kind nobody knows", `${head}a.png\tpubg\t1920\t1080\tdead\t3\n`, /line 2: kind is "dead"/],
    ["a game nobody knows", `${head}a.png\tchess\t1920\t1080\talive\t3\n`, /line 2: unknown game "chess"/],
    ["a file outside", `${head}../a.png\tpubg\t1920\t1080\talive\t3\n`, /no file of the directory/],
    ["a file that is not there", `${head}a.png\tpubg\t1920\t1080\talive\t3\n`, /a\.png: not found/],
    ["a file of another kind", `${head}b.png\tpubg\t1920\t1080\talive\t3\n`, /b\.png: no png file/],
    ["nothing", head, /no frame/],
  ])("with %s is refused in one line", async (_name, manifest, message) => {
    const broken = await mkdtemp(join(tmpdir(), "frames-test-"));
    if (manifest) await writeFile(join(broken, "manifest.tsv"), manifest);
    await writeFile(join(broken, "b.png"), "this is a text");
    await expect(frameChannels(broken, { seed: 1, filter: [], heights: [] })).rejects.toThrow(message);
    await rm(broken, { recursive: true });
  });
});

describe("an ordinary run", () => {
  test("has two channels of each other game that is asked for, and only those", () => {
    const games = (wanted: string[]) => randomChannels(1, 3, wanted).map((channel) => channel.game);
    expect(games(["pubg", "apex"])).toEqual(["pubg", "pubg", "pubg", "apex", "apex"]);
    expect(games(["warzone"])).toEqual(["warzone", "warzone"]);
  });

  test("has the same channels for the same seed, others for another, and says that they are simulated", () => {
    const names = (seed: number) => randomChannels(seed, 12).map((channel) => channel.login);
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
    for (const channel of randomChannels(1, 12)) {
      expect(channel.login).toMatch(/^sim_/);
      expect(channel.title).toMatch(/^\[simulated\]/);
    }
  });
});
