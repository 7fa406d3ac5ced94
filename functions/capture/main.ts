/** The capture function: woken by stream.found, replies frame.captured or frame.missed. */
import { availableParallelism, hostname } from "node:os";
import { streamFound } from "../contracts/events.ts";
import { createLog } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { on, runMain, serve } from "../runtime/serve.ts";
import { parseCaptureConfig } from "./config.ts";
import { checkFfmpeg, findFfmpeg } from "./ffmpeg.ts";
import { createCaptureFunction } from "./function.ts";

const name = "rotisserie-capture";
let log = createLog(name, "info");

runMain(log, async () => {
  const config = parseCaptureConfig(process.env, { hostname: hostname(), cores: availableParallelism() });
  log = createLog(name, config.logLevel);
  const ffmpeg = findFfmpeg(config.ffmpegPath, process.env.PATH ?? "");
  await checkFfmpeg(ffmpeg);
  const metrics = createMetrics(name);
  const { handler, close } = createCaptureFunction({ config, ffmpeg, metrics, log, now: Date.now });
  log.info({ ffmpeg }, "ffmpeg");
  return serve({ name, port: config.port, log, metrics, subscriptions: [on(streamFound, handler)], close });
});
