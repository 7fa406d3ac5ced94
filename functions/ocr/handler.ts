import type { Event } from "../contracts/event.ts";
import { countRead, type FrameCaptured, type Reading } from "../contracts/events.ts";
import { findGame } from "../contracts/games.ts";
import { Rejected } from "../runtime/outcome.ts";
import { childTrace } from "../runtime/trace.ts";
import { findProfile } from "./games/index.ts";
import type { Profile } from "./games/profile.ts";
import { checkStrip, type Strip } from "./lines.ts";
import type { Grey } from "./picture.ts";
import type { Sight } from "./reader.ts";

export interface Dependencies {
  decode(bytes: Uint8Array, contentType: string): Promise<Grey>;
  read(strip: Strip, profile: Profile): Promise<{ sight: Sight; reading: Reading }>;
  enabled(game: string): boolean;
  now(): string;
  /** Told of every reading: metrics, log, debug view. */
  observe(event: FrameCaptured, strip: Strip, sight: Sight, reading: Reading): void;
}

/** frame.captured in, count.read out. The reply's id follows from the frame's: a frame read twice is one reading. */
export function createHandler({ decode, read, enabled, now, observe }: Dependencies) {
  return async (event: FrameCaptured): Promise<Event> => {
    const { region: text, framewidth, frameheight, traceparent, ...carried } = event.attributes;
    const game = findGame(carried.game);
    const profile = findProfile(carried.game);
    if (!game || !profile || !enabled(game.id))
      throw new Rejected(422, `game ${carried.game} is not one the reader reads`);
    const [x = 0, y = 0, width = 1, height = 1] = text.split(",").map(Number);
    const picture = await decode(event.data, event.datacontenttype);
    const strip = { picture, region: { x, y, width, height }, frame: { width: framewidth, height: frameheight } };
    checkStrip(strip);
    const { sight, reading } = await read(strip, profile);
    observe(event, strip, sight, reading);
    const attributes = { ...carried, traceparent: childTrace(traceparent) };
    return countRead.create({
      id: `${event.id}.read`.slice(-256),
      subject: event.subject,
      time: now(),
      attributes,
      data: reading,
    });
  };
}
