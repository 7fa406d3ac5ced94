/** What is true of every channel, for tests: they compare it with what the functions read. */
import { type Clock, newestSegment } from "./playlist.ts";
import { type Channel, momentAt, SEGMENT_SECONDS, type Truth } from "./script.ts";

export interface ChannelTruth extends Truth {
  phase: string;
  game: string;
  /** What the last finished segments showed, oldest first. `at`: ms since 1970. */
  recent: { at: number; phase: string; kind: Truth["kind"]; value?: number }[];
}

/** A minute and a half: as old as a reading can be and still be listed. */
const RECENT = 45;

export function truthOf(channel: Channel, clock: Clock): ChannelTruth {
  const newest = newestSegment(clock);
  const shown = (number: number) => {
    const { step } = momentAt(channel, number);
    return { phase: step.phase, ...step.truth };
  };
  const recent = [];
  for (let number = Math.max(0, newest - RECENT); number <= newest; number++) {
    const { phase, kind, value } = shown(number);
    const at = clock.origin + number * SEGMENT_SECONDS * 1000;
    recent.push({ at, phase, kind, ...(value === undefined ? {} : { value }) });
  }
  return { ...shown(newest), game: channel.game, recent };
}
