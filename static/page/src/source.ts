/**
 * What a stream's address means to this page: Twitch's own player, or an HLS playlist of this very host. Everything else
 * is refused: an address comes from an answer, and an answer may be anybody's.
 */
import { is } from "valibot";
import { Login } from "../../../functions/contracts/event.ts";

export type Source = { kind: "twitch"; channel: string } | { kind: "hls"; url: string };

export function parseSource(address: string, page: string): Source | undefined {
  let url: URL;
  try {
    url = new URL(address, page);
  } catch {
    return undefined;
  }
  if (url.username || url.password) return undefined;
  if (url.origin === "https://player.twitch.tv") {
    const channel = url.searchParams.get("channel")?.toLowerCase();
    return is(Login, channel) ? { kind: "twitch", channel } : undefined;
  }
  if (url.origin === new URL(page).origin && url.pathname.endsWith(".m3u8")) return { kind: "hls", url: url.href };
  return undefined;
}

export const twitchAddress = (login: string) => `https://player.twitch.tv/?channel=${login}`;
