/** What a link may carry: `?game=pubg&pin=LOGIN`. Nonsense is refused in words, and the page goes on without it. */
import { is } from "valibot";
import { GameId, Login } from "../../../functions/contracts/event.ts";

export interface Link {
  game?: string;
  pin?: string;
  /** For the viewer: what in the link made no sense. */
  problem?: string;
}

export function parseLink(search: string): Link {
  const query = new URLSearchParams(search.slice(0, 2000));
  const game = query.get("game")?.trim().toLowerCase();
  // People paste @name, or the whole address of a channel.
  const pin = query
    .get("pin")
    ?.trim()
    .toLowerCase()
    .replace(/^(https:\/\/(www\.)?twitch\.tv\/|@)/, "");
  const link: Link = {};
  if (game) {
    if (is(GameId, game)) link.game = game;
    else link.problem = "The link names a game that cannot exist. Showing the usual one.";
  }
  if (pin) {
    if (is(Login, pin)) link.pin = pin;
    else link.problem = "The link names a channel that cannot exist. Following the fewest alive instead.";
  }
  return link;
}

/** The address that leads back to what is shown now. */
export function writeLink(pathname: string, link: { game?: string | undefined; pin?: string | undefined }): string {
  const query = new URLSearchParams();
  if (link.game) query.set("game", link.game);
  if (link.pin) query.set("pin", link.pin);
  const text = query.toString();
  return text ? `${pathname}?${text}` : pathname;
}
