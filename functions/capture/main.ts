/** The capture function: woken by stream.found, replies frame.captured or frame.missed. */

import { availableParallelism, hostname } from "node:os";
import { streamFound } from "../contracts/events.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { runMain } from "../runtime/process.ts";
import { on, serve } from "../runtime/serve.ts";
import { parseConfig } from "./config.ts";
import { checkFfmpeg, findFfmpeg } from "./ffmpeg.ts";
import { createCaptureFunction } from "./function.ts";

const NAME = "capture";
const machine = { hostname: hostname(), cores: availableParallelism() };

runMain(
  NAME,
  () => parseConfig(process.env, machine),
  async (config, log) => {
    const ffmpeg = findFfmpeg(config.ffmpegPath, process.env.PATH ?? "");
    await checkFfmpeg(ffmpeg);
    const metrics = createMetrics(NAME);
    const { handler, close } = createCaptureFunction({ config, ffmpeg, metrics, log, now: Date.now });
    log.info({ ffmpeg }, "ffmpeg");
    return serve({ name: NAME, port: config.port, log, metrics, subscriptions: [on(streamFound, handler)], close });
  },
);
