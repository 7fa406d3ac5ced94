/** The live streams of a game, as Twitch's Helix API lists them. */
import type { Game } from "../contracts/games.ts";
import { Unavailable } from "../runtime/outcome.ts";
import type { StreamInfo } from "./game-board.ts";
import { createTwitchApi, type TwitchDeps } from "./twitch-api.ts";
import { channelsQuery, readGameId, readLabels, readStreams, streamsQuery, type WireStream } from "./twitch-wire.ts";

/** A live stream with what only the filters look at. */
export interface LiveStream extends StreamInfo {
  userId: string;
  /** Content classification labels: MatureGame, ProfanityVulgarity, ... */
  labels: string[];
}

export interface Twitch {
  /** Most-viewed first, filtered by language, lists and labels. Throws Unavailable when Twitch does not answer. */
  listStreams(game: Game): Promise<LiveStream[]>;
}

/** Pages of 100; filters may take most of a page away, but not for ever. */
const MAX_PAGES = 20;
/** Labels change rarely; a stream keeps those it was found with for so long. */
const LABELS_MS = 10 * 60_000;

export function createTwitch(deps: TwitchDeps): Twitch {
  const { config, log } = deps;
  const now = deps.now ?? Date.now;
  const get = createTwitchApi(deps);
  const gameIds = new Map<string, string>();
  let labelsOf = new Map<string, { labels: string[]; until: number }>();

  const idOf = async ({ id, twitchName }: Game): Promise<string> => {
    const known = gameIds.get(id);
    if (known !== undefined) return known;
    const read = readGameId(await get("/games", new URLSearchParams({ name: twitchName })), twitchName);
    if (!read) throw new Unavailable("Twitch: /games: not the expected answer");
    if (read.id === undefined) throw new Unavailable(`Twitch has no game named ${JSON.stringify(twitchName)}`);
    gameIds.set(id, read.id);
    return read.id;
  };

  const wanted = ({ login, language }: WireStream): boolean =>
    (config.allowlist.length === 0 || config.allowlist.includes(login)) &&
    !config.blocklist.includes(login) &&
    (config.languages.length === 0 || config.languages.includes(language));

  const listPages = async (gameId: string): Promise<WireStream[]> => {
    // By user id: a stream moves between pages while they are read, and then comes twice.
    const found = new Map<string, WireStream>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && found.size < config.maxStreams; page++) {
      const read = readStreams(await get("/streams", streamsQuery(gameId, config.languages, cursor)));
      if (!read) throw new Unavailable("Twitch: /streams: not the expected answer");
      if (read.broken > 0) log.warn({ broken: read.broken }, "Twitch: streams that are not as documented, left out");
      for (const stream of read.entries.filter(wanted)) if (!found.has(stream.userId)) found.set(stream.userId, stream);
      // A cursor that does not move would be an endless list.
      if (read.cursor === undefined || read.cursor === cursor) break;
      cursor = read.cursor;
    }
    return [...found.values()].sort((a, b) => b.viewers - a.viewers).slice(0, config.maxStreams);
  };

  /** Asks only for streams whose labels are not known yet. Without an answer no stream is shown as harmless: it throws. */
  const fetchLabels = async (streams: readonly WireStream[]): Promise<void> => {
    const time = now();
    labelsOf = new Map([...labelsOf].filter(([, { until }]) => until > time));
    const missing = streams.map(({ userId }) => userId).filter((userId) => !labelsOf.has(userId));
    for (let from = 0; from < missing.length; from += 100) {
      const ids = missing.slice(from, from + 100);
      const read = readLabels(await get("/channels", channelsQuery(ids)));
      if (!read) throw new Unavailable("Twitch: /channels: not the expected answer");
      for (const id of ids) labelsOf.set(id, { labels: read.get(id) ?? [], until: time + LABELS_MS });
    }
  };

  return {
    listStreams: async (game) => {
      const streams = await listPages(await idOf(game));
      await fetchLabels(streams);
      return streams
        .map((stream) => ({
          ...stream,
          game: game.id,
          displayName: stream.displayName.slice(0, 100),
          title: stream.title.slice(0, 500),
          labels: labelsOf.get(stream.userId)?.labels ?? [],
        }))
        .filter(({ labels }) => !labels.some((label) => config.blockedLabels.includes(label)));
    },
  };
}
