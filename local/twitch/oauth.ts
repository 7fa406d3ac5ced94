/** id.twitch.tv: application tokens by client credentials. */
import { randomBytes } from "node:crypto";

export interface Answer {
  status: number;
  body: unknown;
}

export interface Tokens {
  token(form: URLSearchParams, now: number): Answer;
  validate(authorization: string, now: number): Answer;
  /** Client id of a token that is still good. */
  clientOf(authorization: string, now: number): string | undefined;
}

export function createTokens(lifeSeconds: number): Tokens {
  const issued = new Map<string, { clientId: string; expires: number }>();
  const clientOf = (authorization: string, now: number) => {
    const [scheme = "", token = ""] = authorization.split(" ");
    if (!/^(bearer|oauth)$/i.test(scheme)) return undefined;
    const known = issued.get(token);
    return known && known.expires > now ? known.clientId : undefined;
  };
  return {
    clientOf,
    token: (form, now) => {
      const clientId = form.get("client_id");
      if (!clientId) return refuse(400, "missing client id");
      if (!form.get("client_secret")) return refuse(400, "missing client secret");
      if (form.get("client_secret") === "wrong") return refuse(403, "invalid client secret");
      if (form.get("grant_type") !== "client_credentials") return refuse(400, "Invalid grant type");
      for (const [old, known] of issued) if (known.expires <= now) issued.delete(old);
      const token = randomBytes(15).toString("hex");
      issued.set(token, { clientId, expires: now + lifeSeconds * 1000 });
      return { status: 200, body: { access_token: token, expires_in: lifeSeconds, token_type: "bearer" } };
    },
    validate: (authorization, now) => {
      const clientId = clientOf(authorization, now);
      if (!clientId) return { status: 401, body: { status: 401, message: "invalid access token" } };
      return { status: 200, body: { client_id: clientId, scopes: [], expires_in: lifeSeconds } };
    },
  };
}

function refuse(status: number, message: string): Answer {
  return { status, body: { status, message } };
}
