/** One capture from login to picture, within its time. Every failure is a Missed with the hint that still works. */
import type { Game } from "../contracts/games.ts";
import type { Gate } from "../runtime/gate.ts";
import type { Picture, TakePicture } from "./frame.ts";
import { asMissed } from "./http.ts";
import { Missed } from "./missed.ts";
import type { Playback } from "./playback.ts";
import type { MediaSegment } from "./playlist.ts";
import type { FetchKeyFrame } from "./segment.ts";

export type Capture = (request: CaptureRequest) => Promise<CaptureResult>;
export interface CaptureRequest {
  login: string;
  game: Game;
  hint: string | undefined;
  /** ms since 1970: after it nobody wants the picture. */
  deadline: number;
  signal: AbortSignal;
}
export type CaptureResult = { hint: string | undefined } & (
  | { missed: Missed }
  /** `time`: when the picture was on air, ms since 1970. */
  | { picture: Picture; time: number; bytes: number }
);

export function createCapture(deps: {
  playback: Playback;
  fetchKeyFrame: FetchKeyFrame;
  takePicture: TakePicture;
  gate: Gate;
  timeoutMs: number;
  now: () => number;
}): Capture {
  const { playback, fetchKeyFrame, takePicture, gate, timeoutMs, now } = deps;

  const attempt = async ({ login, game, hint: given }: CaptureRequest, signal: AbortSignal): Promise<CaptureResult> => {
    let hint: string | undefined;
    try {
      const onHint = (url: string) => {
        hint = url;
      };
      const segments = await playback.findSegments(login, given, { signal, onHint });
      const { segment, frame, bytes } = await newestFrame(segments, login, signal).catch((error: unknown) => {
        // No segment can be had: the session is worn out, so the next round starts a new one.
        if (hint !== undefined && asMissed(error, signal).reason === "upstream") {
          playback.discard(login, hint);
          hint = undefined;
        }
        throw error;
      });
      const picture = await takePicture(frame, game, signal);
      return { hint, picture, bytes, time: segment.programTime ?? now() - segment.duration * 1000 };
    } catch (error) {
      if (error instanceof Missed) return { hint, missed: error };
      if (signal.aborted) return { hint, missed: asMissed(error, signal) };
      throw error;
    }
  };

  /** The newest segment may not have reached every edge server: then the one before it. */
  const newestFrame = async (segments: readonly MediaSegment[], login: string, signal: AbortSignal) => {
    let last = new Missed("no-video", "no segment");
    for (const segment of segments.slice(0, 2)) {
      try {
        return { segment, ...(await fetchKeyFrame(segment, { signal, login })) };
      } catch (error) {
        last = asMissed(error, signal);
        if (last.reason !== "upstream" || signal.aborted) throw last;
      }
    }
    throw last;
  };

  return (request) =>
    gate(async () => {
      const left = Math.min(timeoutMs, request.deadline - now());
      const clock = new AbortController();
      const timer = setTimeout(() => clock.abort(new Missed("timeout", "no picture in time")), Math.max(0, left));
      // By hand: on Node 20 every AbortSignal.any() with a listener stays in memory.
      const hungUp = () => clock.abort(new Missed("timeout", "nobody waits for the picture any more"));
      request.signal.addEventListener("abort", hungUp);
      if (request.signal.aborted) hungUp();
      try {
        return await attempt(request, clock.signal);
      } finally {
        clearTimeout(timer);
        request.signal.removeEventListener("abort", hungUp);
      }
    });
}
