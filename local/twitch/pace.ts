/**
 * A script that waits for its encoder. Two busy cores may need longer for the next picture than the script gives it; then
 * the channel stays with the picture it has, as a match in which nobody dies, and no sampler or viewer waits for video.
 */
import { type Channel, type Picture, type Place, pictureIn, stepAt } from "./script.ts";

/** What is announced ahead of time (two prefetch segments) is decided ahead of time. */
const DECIDED_AHEAD = 3;
/** Segments remembered: more than any playlist or late request reaches back. */
const REMEMBERED = 120;
/** A channel begins with a full playlist. */
const PAST = 12;
/** How far into its script a channel has the next pictures made. */
const LOOK_AHEAD = 12;

export interface Pace {
  at(segment: number): Place | undefined;
  /** Decides up to a little after `newest`. */
  advance(newest: number): void;
  /** The pictures it needs next, the nearest first. */
  wanted(): Picture[];
}

export function createPace(channel: Channel, isReady: (picture: Picture) => boolean): Pace {
  const decided = new Map<number, Place>();
  let last: number | undefined;

  const ready = (place: number) => {
    const picture = pictureIn(stepAt(channel, place));
    return picture === undefined || isReady(picture);
  };

  const follow = (segment: number, before: Place): Place => {
    const next = before.place + 1;
    if (!ready(next)) return before;
    return { place: next, begin: stepAt(channel, next).into === 0 ? segment : before.begin };
  };

  return {
    at: (segment) => decided.get(segment),
    advance: (newest) => {
      if (last === undefined) {
        if (!ready(channel.offset)) return;
        const { into } = stepAt(channel, channel.offset);
        for (let past = newest - PAST; past <= newest; past++) {
          decided.set(past, { place: channel.offset, begin: newest - PAST - into });
        }
        last = newest;
      }
      // After a sleep of the machine the missed segments are not played one by one.
      if (newest - last > REMEMBERED) last = newest - REMEMBERED;
      for (let segment = last + 1; segment <= newest + DECIDED_AHEAD; segment++) {
        const before = decided.get(segment - 1) ?? { place: channel.offset, begin: segment };
        decided.set(segment, follow(segment, before));
        last = segment;
      }
      for (const old of decided.keys()) if (old < newest - REMEMBERED) decided.delete(old);
    },
    wanted: () => {
      const from = last === undefined ? channel.offset : (decided.get(last)?.place ?? channel.offset);
      const pictures = new Set<Picture>();
      for (let place = from; place <= from + LOOK_AHEAD; place++) {
        const picture = pictureIn(stepAt(channel, place));
        if (picture && !isReady(picture)) pictures.add(picture);
      }
      return [...pictures];
    },
  };
}
