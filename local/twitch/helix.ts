/** api.twitch.tv/helix: streams, channels and games. Pure: the channels and the time are arguments. */
import { categories } from "./channels.ts";
import type { Answer } from "./oauth.ts";
import type { Channel } from "./script.ts";

export interface Directory {
  channels: readonly Channel[];
  isLive(channel: Channel): boolean;
  startedAt(channel: Channel): string;
  /** Where pictures of channels are served, without trailing slash. */
  url: string;
  /** Twitch repeats streams on page edges when viewers move; so may we. */
  duplicates: boolean;
}

const MAX_PAGE = 100;

export function helix(path: string, query: URLSearchParams, directory: Directory): Answer {
  if (path === "streams") return streams(query, directory);
  if (path === "channels") return channels(query, directory);
  if (path === "games") return games(query, directory);
  return { status: 404, body: { error: "Not Found", status: 404, message: "" } };
}

function streams(query: URLSearchParams, directory: Directory): Answer {
  const first = pageSize(query);
  if (first === undefined) return bad('The parameter "first" was malformed: the value must be from 1 to 100');
  const type = query.get("type");
  if (type && type !== "all" && type !== "live") return bad("The type in the type query parameter is not valid.");
  for (const name of ["user_id", "user_login", "game_id", "language"]) {
    if (query.getAll(name).length > MAX_PAGE) return bad(`at most 100 values of ${name}`);
  }
  const found = directory.channels
    .filter((channel) => directory.isLive(channel))
    .filter((channel) => fits(query, "game_id", categories[channel.game]?.id))
    .filter((channel) => fits(query, "language", channel.language))
    .filter((channel) => fits(query, "user_login", channel.login))
    .filter((channel) => fits(query, "user_id", channel.userId))
    .sort((a, b) => b.viewers - a.viewers);
  const from = readCursor(query.get("after"));
  if (from === undefined) return bad("The cursor in the after query parameter is not valid.");
  const start = directory.duplicates && from > 0 ? from - 1 : from;
  const page = found.slice(start, start + first);
  const next = start + page.length;
  const pagination = next < found.length ? { cursor: writeCursor(next) } : {};
  return { status: 200, body: { data: page.map((channel) => stream(channel, directory)), pagination } };
}

function stream(channel: Channel, directory: Directory): object {
  const category = categories[channel.game];
  return {
    id: `4${channel.userId}`,
    user_id: channel.userId,
    user_login: channel.login,
    user_name: channel.displayName,
    game_id: category?.id ?? "",
    game_name: category?.name ?? "",
    type: "live",
    title: channel.title,
    viewer_count: channel.viewers,
    started_at: directory.startedAt(channel),
    language: channel.language,
    thumbnail_url: `${directory.url}/previews-ttv/live_user_${channel.login}-{width}x{height}.jpg`,
    tag_ids: [],
    tags: ["simulated"],
    is_mature: false,
  };
}

function channels(query: URLSearchParams, directory: Directory): Answer {
  const ids = query.getAll("broadcaster_id");
  if (ids.length === 0) return bad('Missing required parameter "broadcaster_id"');
  if (ids.length > MAX_PAGE) return bad("at most 100 values of broadcaster_id");
  const found = directory.channels.filter((channel) => ids.includes(channel.userId));
  return { status: 200, body: { data: found.map(channelInformation) } };
}

function channelInformation(channel: Channel): object {
  const category = categories[channel.game];
  return {
    broadcaster_id: channel.userId,
    broadcaster_login: channel.login,
    broadcaster_name: channel.displayName,
    broadcaster_language: channel.language,
    game_id: category?.id ?? "",
    game_name: category?.name ?? "",
    title: channel.title,
    delay: 0,
    tags: ["simulated"],
    content_classification_labels: channel.labels,
    is_branded_content: false,
  };
}

function games(query: URLSearchParams, directory: Directory): Answer {
  const names = query.getAll("name");
  const ids = query.getAll("id");
  if (names.length + ids.length === 0) return bad("Missing required parameter: id, name or igdb_id");
  const data = Object.values(categories)
    .filter((category) => ids.includes(category.id) || names.some((name) => equal(name, category.name)))
    .map(({ id, name }) => ({ id, name, box_art_url: `${directory.url}/ttv-boxart/${id}.jpg`, igdb_id: "" }));
  return { status: 200, body: { data } };
}

function equal(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function fits(query: URLSearchParams, name: string, value: string | undefined): boolean {
  const wanted = query.getAll(name);
  return wanted.length === 0 || (value !== undefined && wanted.some((one) => equal(one, value)));
}

function pageSize(query: URLSearchParams): number | undefined {
  const given = query.get("first");
  if (given === null) return 20;
  const size = Number(given);
  return Number.isInteger(size) && size >= 1 && size <= MAX_PAGE ? size : undefined;
}

function writeCursor(place: number): string {
  return Buffer.from(JSON.stringify({ s: place })).toString("base64url");
}

function readCursor(cursor: string | null): number | undefined {
  if (!cursor) return 0;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const place = value && typeof value === "object" && "s" in value ? value.s : undefined;
    return typeof place === "number" && Number.isInteger(place) && place >= 0 ? place : undefined;
  } catch {
    return undefined;
  }
}

function bad(message: string): Answer {
  return { status: 400, body: { error: "Bad Request", status: 400, message } };
}
