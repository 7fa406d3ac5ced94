/** Playlist sessions live in their URL, signed, so that the simulator keeps no state per viewer. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Session } from "./playlist.ts";

export function writeSession(session: Session, secret: string): string {
  const { login, variant, start, prefetch, page } = session;
  const body = Buffer.from(JSON.stringify([login, variant, start, prefetch, page])).toString("base64url");
  return `${body}.${sign(body, secret)}`;
}

export function readSession(text: string, secret: string): Session | undefined {
  const [body = "", signature = ""] = text.split(".");
  const expected = Buffer.from(sign(body, secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const [login, variant, start, prefetch, page]: unknown[] = JSON.parse(
    Buffer.from(body, "base64url").toString("utf8"),
  );
  if (typeof login !== "string" || typeof variant !== "string" || typeof start !== "number") return undefined;
  return { login, variant, start, prefetch: prefetch === true, page: page === true };
}

function sign(body: string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64url").slice(0, 22);
}
