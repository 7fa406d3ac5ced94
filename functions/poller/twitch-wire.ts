/** Helix as it speaks: snake_case shapes stand in this file and nowhere else. https://dev.twitch.tv/docs/api/reference */
import * as v from "valibot";

const text = (maximum: number) => v.pipe(v.string(), v.maxLength(maximum));

/** One entry of GET /streams. Only what is used; anything else Twitch adds is left alone. */
const HelixStream = v.object({
  user_id: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  user_login: v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z0-9_]{1,25}$/)),
  user_name: text(200),
  /** "live"; "" when Twitch itself had an error. */
  type: text(20),
  title: v.optional(text(2000), ""),
  viewer_count: v.pipe(v.number(), v.integer(), v.minValue(0)),
  started_at: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)),
  language: v.optional(text(16), ""),
});

const HelixChannel = v.object({
  broadcaster_id: v.string(),
  content_classification_labels: v.optional(v.nullable(v.array(text(100))), []),
});

const HelixGame = v.object({ id: v.pipe(v.string(), v.regex(/^\d{1,20}$/)), name: v.string() });

/** Entries are checked one by one: one broken stream must not hide the other ninety-nine. */
const Page = v.object({
  data: v.pipe(v.array(v.unknown()), v.maxLength(1000)),
  pagination: v.optional(v.object({ cursor: v.optional(v.pipe(v.string(), v.maxLength(2000))) }), {}),
});

const HelixToken = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,512}$/)),
  expires_in: v.pipe(v.number(), v.minValue(0)),
});

export interface WireStream {
  login: string;
  displayName: string;
  title: string;
  viewers: number;
  language: string;
  startedAt: string;
  userId: string;
}

export interface WirePage<T> {
  entries: T[];
  /** Entries that are not what they should be. */
  broken: number;
  cursor: string | undefined;
}

function readPage<S extends v.GenericSchema, T>(
  answer: unknown,
  schema: S,
  map: (entry: v.InferOutput<S>) => T,
): WirePage<T> | undefined {
  const page = v.safeParse(Page, answer);
  if (!page.success) return undefined;
  const parsed = page.output.data.map((entry) => v.safeParse(schema, entry));
  const entries = parsed.flatMap((entry) => (entry.success ? [map(entry.output)] : []));
  // An empty cursor is the last page, like none.
  return { entries, broken: parsed.length - entries.length, cursor: page.output.pagination.cursor || undefined };
}

/** GET /streams. undefined: not Helix's answer at all. */
export function readStreams(answer: unknown): WirePage<WireStream> | undefined {
  const live = readPage(answer, HelixStream, (stream) => ({
    type: stream.type,
    login: stream.user_login,
    displayName: stream.user_name || stream.user_login,
    title: stream.title,
    viewers: stream.viewer_count,
    language: stream.language,
    startedAt: stream.started_at,
    userId: stream.user_id,
  }));
  return live && { ...live, entries: live.entries.flatMap(({ type, ...stream }) => (type === "live" ? [stream] : [])) };
}

/** GET /channels: broadcaster id -> content classification labels. */
export function readLabels(answer: unknown): Map<string, string[]> | undefined {
  const page = readPage(answer, HelixChannel, (channel) => channel);
  return (
    page && new Map(page.entries.map((entry) => [entry.broadcaster_id, entry.content_classification_labels ?? []]))
  );
}

/** GET /games: the id of the game of exactly this name. */
export function readGameId(answer: unknown, name: string): { id: string | undefined } | undefined {
  const page = readPage(answer, HelixGame, (game) => game);
  return page && { id: page.entries.find((game) => game.name === name)?.id };
}

/** POST /token. */
export function readToken(answer: unknown): { token: string; expiresInSeconds: number } | undefined {
  const token = v.safeParse(HelixToken, answer);
  return token.success ? { token: token.output.access_token, expiresInSeconds: token.output.expires_in } : undefined;
}

export const streamsQuery = (
  gameId: string,
  languages: readonly string[],
  after: string | undefined,
): URLSearchParams => {
  const query = new URLSearchParams({
    game_id: gameId,
    type: "live",
    first: "100",
    ...(after !== undefined && { after }),
  });
  // Helix takes at most 100 languages, which is more than it has.
  for (const language of languages.slice(0, 100)) query.append("language", language);
  return query;
};

export const channelsQuery = (userIds: readonly string[]): URLSearchParams => {
  const query = new URLSearchParams();
  for (const id of userIds.slice(0, 100)) query.append("broadcaster_id", id);
  return query;
};

export const tokenForm = (clientId: string, clientSecret: string): URLSearchParams =>
  new URLSearchParams({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" });
