/** stream.found in, frame.captured or frame.missed out. */
import {
  type FrameCaptured,
  type FrameMissed,
  frameCaptured,
  frameMissed,
  type StreamFound,
} from "../contracts/events.ts";
import { findGame, type Game } from "../contracts/games.ts";
import { Rejected } from "../runtime/outcome.ts";
import { childTrace } from "../runtime/trace.ts";
import type { Capture } from "./capture.ts";

const MAX_HINT = 4096;

export function createHandler(deps: { capture: Capture; now: () => number }) {
  const { capture, now } = deps;
  return async (event: StreamFound, context: { signal: AbortSignal }): Promise<FrameCaptured | FrameMissed> => {
    const game = gameOf(event);
    const { login, playbackHint } = event.data;
    const { roundid, deadline } = event.attributes;
    const result = await capture({
      login,
      game,
      hint: playbackHint,
      deadline: Date.parse(deadline),
      signal: context.signal,
    });
    const attributes = {
      ...{ roundid, deadline, traceparent: childTrace(event.attributes.traceparent), game: game.id },
      // A hint too long for the contract stays in this process's memory only.
      ...(result.hint !== undefined && result.hint.length <= MAX_HINT && { playbackhint: result.hint }),
    };
    const common = { id: `${roundid}/${login}`, subject: login, time: iso(now()) };
    if ("missed" in result) {
      const { reason, message, retryAfterSeconds } = result.missed;
      const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      const data = { reason, detail: message, ...retry };
      return frameMissed.create({ ...common, attributes: { ...attributes, frametime: iso(now()) }, data });
    }
    const { image, contentType, crop, frameWidth, frameHeight } = result.picture;
    const region = [crop.left, crop.top, crop.width, crop.height].join(",");
    const size = { region, framewidth: frameWidth, frameheight: frameHeight };
    return frameCaptured.create({
      ...common,
      datacontenttype: contentType,
      attributes: { ...attributes, ...size, frametime: iso(result.time) },
      data: image,
    });
  };
}

function gameOf({ subject, data }: StreamFound): Game {
  if (subject !== data.login) throw new Rejected(422, "subject and data.login name different streams");
  const game = findGame(data.game);
  if (!game) throw new Rejected(422, `unknown game ${data.game}`);
  return game;
}

const iso = (time: number) => new Date(time).toISOString();
