import { frameCaptured } from "../contracts/events.ts";
import { createGate } from "../runtime/gate.ts";
import { errorFields } from "../runtime/log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { runMain } from "../runtime/process.ts";
import { on, serve } from "../runtime/serve.ts";
import { parseConfig } from "./config.ts";
import { openDebugView } from "./debug.ts";
import { decode } from "./decode.ts";
import { openEngine, warm } from "./engines/index.ts";
import { findProfile } from "./games/index.ts";
import { createHandler } from "./handler.ts";
import { look, toReading } from "./reader.ts";

/** Pictures that wait for a CPU. At 40 ms each the last one still starts within a second or two. */
const QUEUE = 32;

const NAME = "ocr";

// onnxruntime reports its use to Microsoft from 1.29 on, unless told not to before the first model is opened.
process.env.ORT_DISABLE_TELEMETRY = "1";

/** Since the process started: what its code took to load. */
const importedMs = Math.round(performance.now());

runMain(
  NAME,
  () => parseConfig(process.env),
  async (config, log) => {
    const metrics = createMetrics(NAME);
    const readings = metrics.counter(
      "readings_total",
      "Pictures read, by game and result (match, lobby or why unread).",
      ["game", "result"],
    );
    const engine = await openEngine(config.engine);
    await warm(engine);
    log.info({ engine: engine.name, importedMs, loadedMs: Math.round(performance.now()) }, "engine loaded");
    const debug = config.debug
      ? await openDebugView(config.debug, Date.now, (problem) =>
          log.warn(errorFields(problem), "the debug view failed"),
        )
      : undefined;
    const gate = createGate({ width: config.atOnce, queue: QUEUE });
    const handler = createHandler({
      decode,
      read: async (strip, profile) => {
        const sight = await look(strip, profile, engine);
        return { sight, reading: toReading(sight, engine.name, config.accept) };
      },
      enabled: (game) => findProfile(game)?.verified === true || config.unverified.includes(game),
      now: () => new Date().toISOString(),
      observe: ({ attributes, subject }, strip, sight, reading) => {
        const { game, frametime, region } = attributes;
        readings.inc({ game, result: reading.ok ? reading.phase : reading.reason });
        log.debug({ game, subject, ...reading }, "read");
        const entry = {
          login: subject,
          game,
          frametime,
          region,
          frame: strip.frame,
          engine: engine.name,
          sight,
          reading,
        };
        void debug?.save(entry, strip);
      },
    });
    return serve({
      name: NAME,
      port: config.port,
      log,
      metrics,
      subscriptions: [on(frameCaptured, (event) => gate(() => handler(event)))],
      close: async () => {
        debug?.close();
        await engine.close();
      },
    });
  },
);
