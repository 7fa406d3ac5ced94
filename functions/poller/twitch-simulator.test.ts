/** The Helix client against the Twitch simulator: paging that repeats itself, rate limit, short tokens, labels. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { randomChannels } from "../../local/twitch/channels.ts";
import { startSimulator } from "../../local/twitch/simulator.ts";
import { findGame, type Game } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { createTwitch } from "./twitch.ts";
import { parseTwitchConfig } from "./twitch-config.ts";

const pubg = findGame("pubg") as Game;

it("lists every simulated channel once, with its labels, over many pages", async () => {
  const folder = await mkdtemp(join(tmpdir(), "helix-simulator-"));
  const [model] = randomChannels(1, 1);
  if (!model) throw new Error("no channel");
  const channels = Array.from({ length: 230 }, (_, index) => ({
    ...model,
    ...{ login: `sim_${index}`, displayName: `Sim_${index}`, userId: String(1000 + index), viewers: 5000 - index },
    labels: index % 10 === 0 ? ["Gambling"] : ["MatureGame"],
  }));
  const simulator = await startSimulator({
    port: 0,
    cacheDir: folder,
    channels,
    duplicates: true,
    log: () => undefined,
  });
  try {
    const twitch = createTwitch({
      config: parseTwitchConfig({
        ...{ TWITCH_CLIENT_ID: "me", TWITCH_CLIENT_SECRET: "s", MAX_STREAMS: "1000" },
        ...{ TWITCH_API_URL: `${simulator.url}/helix`, TWITCH_AUTH_URL: `${simulator.url}/oauth2` },
      }),
      log: createLog("poller", "silent"),
    });
    const streams = await twitch.listStreams(pubg);
    expect(new Set(streams.map(({ login }) => login)).size).toBe(streams.length);
    expect(streams).toHaveLength(207);
    expect(streams[0]).toMatchObject({ login: "sim_1", game: "pubg", viewers: 4999, labels: ["MatureGame"] });
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
