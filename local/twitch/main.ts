/** The simulator as a process: `PORT=9000 tsx local/twitch/main.ts [--frames DIR]`. Says `listening` when it is warm. */
import { createLog } from "../../functions/runtime/log.ts";
import { parseConfig } from "./config.ts";
import { startSimulator } from "./simulator.ts";

/** A cold cache on a slow machine must not delay the start for long; the other channels come on air later. */
const WARM_SECONDS = 10;

async function main(): Promise<void> {
  const frames = process.argv.indexOf("--frames");
  const given = frames > 0 ? { SIMULATOR_FRAMES: process.argv[frames + 1] ?? "" } : {};
  const config = parseConfig({ ...process.env, ...given });
  const log = createLog("simulator", config.logLevel);
  const { port, host, cacheDir, cacheBytes, ffmpegPath, framesFilter, framesHeights } = config;
  const simulator = await startSimulator({
    port,
    host,
    cacheDir,
    cacheBytes,
    ffmpegPath,
    framesFilter,
    framesHeights,
    count: config.channels,
    games: config.games,
    pacedSeconds: WARM_SECONDS,
    encodeAll: config.warm === "all",
    ...(config.url ? { url: config.url } : {}),
    ...(config.framesDir ? { framesDir: config.framesDir } : {}),
    ...(config.seed === undefined ? {} : { seed: config.seed }),
    log: (fields, message) => log.warn(fields, message),
  });
  log.info({ port: simulator.port, url: simulator.url, channels: simulator.channels.length }, "listening");
  const stop = () => {
    void simulator.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
