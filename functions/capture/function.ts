/** Puts the parts together, for main and for tests that want the whole function with other settings. */
import { createGate } from "../runtime/gate.ts";
import type { Log } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { type Capture, createCapture } from "./capture.ts";
import type { CaptureConfig } from "./config.ts";
import { createTakePicture } from "./frame.ts";
import { createHandler } from "./handler.ts";
import { createHostRule } from "./hosts.ts";
import { createHttp } from "./http.ts";
import { createPlayback } from "./playback.ts";
import { createFetchKeyFrame } from "./segment.ts";

export function createCaptureFunction(deps: {
  config: CaptureConfig;
  ffmpeg: string;
  metrics: Metrics;
  log: Log;
  now: () => number;
}) {
  const { config, ffmpeg, metrics, log, now } = deps;
  const http = createHttp({ hosts: createHostRule(config.allowedHosts), ...config.http });
  const capture = createCapture({
    playback: createPlayback({ http, config: config.playback, now }),
    fetchKeyFrame: createFetchKeyFrame({ http, maxSegmentBytes: config.maxSegmentBytes }),
    takePicture: createTakePicture({
      ffmpeg,
      gate: createGate({ width: config.decode.parallel, queue: config.maxCaptures }),
      limits: config.decode,
    }),
    gate: createGate({ width: config.maxCaptures, queue: config.maxWaiting }),
    timeoutMs: config.captureTimeoutMs,
    now,
  });
  const measured = measure(capture, metrics, log);
  return { capture: measured, handler: createHandler({ capture: measured, now }), close: () => http.close() };
}

function measure(capture: Capture, metrics: Metrics, log: Log): Capture {
  const outcomes = metrics.counter("captures_total", "Captures by outcome: captured, or why not.", ["outcome"]);
  const bytes = metrics.counter("capture_segment_bytes_total", "Bytes of segments fetched for pictures.");
  return async (request) => {
    const result = await capture(request);
    const { login } = request;
    if ("missed" in result) {
      const { reason, message } = result.missed;
      outcomes.inc({ outcome: reason });
      log.info({ login, reason, detail: message }, "no picture");
    } else {
      outcomes.inc({ outcome: "captured" });
      bytes.inc(result.bytes);
      log.debug({ login, bytes: result.bytes, imageBytes: result.picture.image.byteLength }, "picture");
    }
    return result;
  };
}
