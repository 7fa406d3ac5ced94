/** Keeps every channel's next pictures coming: encodes what the scripts need and lets them wait for it. */
import { setTimeout as sleep } from "node:timers/promises";
import { adPicture } from "./channels.ts";
import { createPace, type Pace } from "./pace.ts";
import { type Clock, newestSegment } from "./playlist.ts";
import { type Channel, mainVariant, type Picture, stepAt } from "./script.ts";
import type { Store } from "./store.ts";

export interface Crew {
  /** Resolves when every channel is on air, or after this time; the others follow when they are ready. */
  onAir(seconds: number): Promise<void>;
  /** Every picture that the scripts will ever show. */
  encodeAll(): Promise<void>;
  stop(): void;
}

interface Production {
  channel: Channel;
  pace: Pace;
  ready: Set<Picture>;
  underway: Set<Picture>;
}

/** Four looks in the time of one segment. */
const PERIOD_MS = 500;
/** Pictures of one channel that are being made at a time. */
const UNDERWAY = 2;

export function startCrew(
  channels: readonly Channel[],
  store: Store,
  clock: () => Clock,
  warn: (error: unknown) => void,
): Crew {
  const productions = channels.map(produce).sort((a, b) => firstCount(a.channel) - firstCount(b.channel));
  let stopped = false;

  const make = async ({ channel, ready, underway }: Production, picture: Picture, soon: boolean) => {
    if (underway.has(picture) || ready.has(picture)) return;
    underway.add(picture);
    try {
      await store.ensure(picture, mainVariant(channel), channel.container, soon);
    } catch (error) {
      // Its segments will fail when they are asked for; the script goes on.
      if (!stopped) warn(error);
    }
    underway.delete(picture);
    ready.add(picture);
  };

  const look = () => {
    const newest = newestSegment(clock());
    for (const production of productions) {
      const waiting = production.pace.at(newest) === undefined;
      const opening: Picture[] = waiting && production.channel.preroll > 0 ? [adPicture] : [];
      for (const picture of [...production.pace.wanted(), ...opening]) {
        if (production.underway.size >= UNDERWAY) break;
        void make(production, picture, waiting);
      }
      production.pace.advance(newest);
    }
  };

  look();
  const timer = setInterval(look, PERIOD_MS);
  const allOnAir = () => productions.every(({ pace }) => pace.at(newestSegment(clock())) !== undefined);
  return {
    onAir: async (seconds) => {
      const end = Date.now() + seconds * 1000;
      while (!stopped && !allOnAir() && Date.now() < end) await sleep(50);
    },
    encodeAll: async () => {
      for (const production of productions) {
        const pictures = new Set([adPicture, ...production.channel.steps.flatMap((step) => step.pictures)]);
        await Promise.all([...pictures].map((picture) => make(production, picture, true)));
      }
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

function produce(channel: Channel): Production {
  const ready = new Set<Picture>();
  const pace = createPace(channel, (picture) => ready.has(picture));
  channel.pace = (segment) => pace.at(segment);
  return { channel, pace, ready, underway: new Set() };
}

/** The end of a match comes first: it makes the leader. */
function firstCount(channel: Channel): number {
  return stepAt(channel, channel.offset).step.truth.value ?? Number.MAX_SAFE_INTEGER;
}
