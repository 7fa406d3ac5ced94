/** The board as viewers' browsers read it. Pure. */
import type { AllDocument, CurrentDocument, StreamDocument } from "../contracts/api.ts";
import type { Track } from "./board.ts";
import { type GameBoard, SHOWN_MS, type Stream } from "./game-board.ts";

export interface DocumentOptions {
  /** `https://player.twitch.tv/?channel={login}` */
  streamUrl: string;
  now: number;
}

/** The director's choice, or null while nothing is known. */
export function currentDocument(board: GameBoard, options: DocumentOptions): CurrentDocument {
  const leadership = board.leadership();
  const stream = leadership && board.streams.get(leadership.login);
  if (!stream || stream.track.count === undefined) return null;
  const { reason, since } = leadership;
  return {
    ...document(stream, stream.track.count, leadership.phase, options),
    reason,
    since: new Date(since).toISOString(),
  };
}

/** Every running match, fewest players first, ties by viewers. An ad break hides a match for a while; it does not end it. */
export function allDocument(board: GameBoard, options: DocumentOptions): AllDocument {
  const shown: StreamDocument[] = [];
  for (const stream of board.streams.values()) {
    if (!isShown(stream.track, options.now) || stream.track.count === undefined) continue;
    shown.push(document(stream, stream.track.count, "match", options));
  }
  return shown.sort(
    (a, b) => (a.alive ?? 0) - (b.alive ?? 0) || b.viewers - a.viewers || (a.stream_name < b.stream_name ? -1 : 1),
  );
}

/** How far the look around is: `streams=40, sampled=12, read=5, matches=2` (RFC 8941 dictionary). */
export function progress(board: GameBoard, now: number): string {
  const streams = [...board.streams.values()];
  const recent = streams.filter(({ arrivedAt }) => now - arrivedAt <= SHOWN_MS);
  const read = recent.filter(({ track }) => track.count !== undefined && now - track.at <= SHOWN_MS);
  const matches = read.filter(({ track }) => isShown(track, now));
  return `streams=${streams.length}, sampled=${recent.length}, read=${read.length}, matches=${matches.length}`;
}

export function isShown({ phase, count, history, at }: Track, now: number): boolean {
  const running = phase === "match" || (phase === "ad" && history.length > 0);
  return running && count !== undefined && now - at <= SHOWN_MS;
}

function document(
  { info, track }: Stream,
  count: number,
  phase: "match" | "lobby",
  { streamUrl, now }: DocumentOptions,
): StreamDocument {
  return {
    stream_name: info.login,
    alive: phase === "match" ? count : null,
    stream_url: streamUrl.replaceAll("{login}", info.login),
    updated: new Date(track.at).toISOString(),
    display_name: info.displayName,
    title: info.title,
    game: info.game,
    language: info.language,
    viewers: info.viewers,
    phase,
    ...(phase === "lobby" && { joined: count }),
    confidence: round(track.confidence, 1000),
    age: round(Math.max(0, now - track.at) / 1000, 10),
    history: phase === "match" ? track.history.map(([at, alive]) => [round((track.at - at) / 1000, 10), alive]) : [],
  };
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
