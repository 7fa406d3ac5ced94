/** Answers of a board, short to write. Values are examples; nothing here is about a real channel. */
import type { StreamDocument } from "../../functions/contracts/api.ts";

/** Seconds before now, as the API writes times. */
const before = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

/** A fall that ends at `alive`, over `minutes`. */
export function fall(alive: number, from = 96, minutes = 18): [number, number][] {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, index) => {
    const left = 1 - index / steps;
    return [Math.round(left * minutes * 60), Math.round(alive + (from - alive) * left ** 1.7)];
  });
}

export function stream(stream_name: string, alive: number | null, more: Partial<StreamDocument> = {}): StreamDocument {
  return {
    stream_name,
    alive,
    stream_url: `https://player.twitch.tv/?channel=${stream_name}`,
    updated: before(3),
    display_name: stream_name,
    title: "Squads until the sun comes up",
    game: "pubg",
    language: "en",
    viewers: 420,
    phase: "match",
    confidence: 0.98,
    age: 3,
    history: alive === null ? [] : fall(alive),
    ...more,
  };
}

export const leader = (document: StreamDocument, reason = "fewest players left") => ({
  ...document,
  reason,
  since: before(20),
});

export const evening: StreamDocument[] = [
  stream("mossy_kestrel", 7, {
    display_name: "MossyKestrel",
    title: "Ranked squads, road to the top 500",
    viewers: 3214,
  }),
  stream("nightferry", 11, {
    display_name: "NightFerry",
    title: "Solo only, no teammates no excuses",
    viewers: 812,
    language: "de",
  }),
  stream("copperjay", 18, { display_name: "CopperJay", title: "Duos with my brother", viewers: 12400 }),
  stream("lumen_ok", 24, { display_name: "루멘", title: "오늘도 치킨", viewers: 5300, language: "ko" }),
  stream("tessellate", 39, { display_name: "Tessellate", viewers: 96, language: "fr" }),
  stream("harborlight", 52, { display_name: "HarborLight", viewers: 1980 }),
  stream("quietorchard", 71, { display_name: "QuietOrchard", viewers: 233, language: "pt" }),
  stream("a_name_of_twenty_five_ch", 88, {
    display_name: "A_Name_Of_Twenty_Five_Ch",
    viewers: 41,
    language: "es",
    age: 75,
  }),
  stream("rivet", 93, { display_name: "Rivet", viewers: 7 }),
];

export const everybody = {
  "rotisserie-progress": "streams=100, sampled=100, read=64, matches=9",
  "rotisserie-games": "pubg, fortnite, apex",
};
