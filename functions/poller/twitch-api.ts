/**
 * Calls to Helix: token, rate limit, retries, sizes and times. Knows nothing of streams.
 *
 * Every request has a bounded time and answer. What Twitch says about its rate limit is obeyed before the next call;
 * 429 and 5xx are waited for within reason, and then said: the next tick asks again anyway.
 */
import type { Log } from "../runtime/log.ts";
import { Unavailable } from "../runtime/outcome.ts";
import type { TwitchConfig } from "./twitch-config.ts";
import { readToken, tokenForm } from "./twitch-wire.ts";

export interface TwitchDeps {
  config: TwitchConfig;
  log: Log;
  fetch?: typeof globalThis.fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

export type HelixGet = (path: string, query: URLSearchParams) => Promise<unknown>;

const TIMEOUT_MS = 8_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const ATTEMPTS = 3;
/** A tick lasts five seconds: what must wait longer is said instead of waited for. */
const MAX_WAIT_MS = 5_000;
/** A token is renewed so long before its end; one that lives shorter is used to its half. */
const RENEW_BEFORE_MS = 10 * 60_000;

export function createTwitchApi(deps: TwitchDeps): HelixGet {
  const { config, log } = deps;
  const call = deps.fetch ?? globalThis.fetch;
  const now = deps.now ?? Date.now;
  const sleep = deps.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const tokens = createTokens(deps, call, now);
  /** Until when Twitch wants no call, ms since 1970. */
  let quietUntil = 0;

  const waitFor = async (ms: number, why: string) => {
    if (ms > MAX_WAIT_MS)
      throw new Unavailable(`Twitch: ${why}, again in ${Math.ceil(ms / 1000)} s`, 503, Math.ceil(ms / 1000));
    if (ms > 0) log.warn({ waitMs: ms }, `Twitch: ${why}, waiting`);
    await sleep(Math.max(0, ms));
  };

  return async (path, query) => {
    let renewed = false;
    let problem = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await waitFor(quietUntil - now(), "the rate limit is used up");
      const token = await tokens.get();
      const answer = await call(`${config.apiUrl}${path}?${query}`, {
        headers: { authorization: `Bearer ${token}`, "client-id": config.clientId, accept: "application/json" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: "error",
      }).catch((error: unknown) => error);
      if (!(answer instanceof Response)) {
        problem = `no answer (${nameOf(answer)})`;
      } else {
        quietUntil = Math.max(quietUntil, quietTime(answer, now()));
        if (answer.ok) return readJson(answer);
        await answer.body?.cancel();
        problem = `status ${answer.status}`;
        if (answer.status === 401 && !renewed) {
          // A token can end before its time (a changed secret); a second 401 is about the client id or the secret.
          renewed = true;
          tokens.drop(token);
          continue;
        }
        if (answer.status === 429) {
          quietUntil = Math.max(quietUntil, now() + 1000);
          continue;
        }
        if (answer.status < 500) break;
      }
      if (attempt < ATTEMPTS - 1) await waitFor(500 * 2 ** attempt, `${path}: ${problem}`);
    }
    throw new Unavailable(`Twitch: ${path}: ${problem || "the rate limit is used up"}`);
  };
}

/** The app token: the documented one, or one asked for with the secret; one request at a time, renewed before its end. */
function createTokens({ config, log }: TwitchDeps, call: typeof fetch, now: () => number) {
  let current = config.token ? { token: config.token, renewAt: Number.POSITIVE_INFINITY } : undefined;
  let asking: Promise<string> | undefined;

  const ask = async (secret: string): Promise<string> => {
    const answer = await call(`${config.authUrl}/token`, {
      method: "POST",
      body: tokenForm(config.clientId, secret),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    }).catch((error: unknown) => error);
    if (!(answer instanceof Response)) throw new Unavailable(`Twitch: no token, no answer (${nameOf(answer)})`);
    if (!answer.ok) {
      await answer.body?.cancel();
      const hint = answer.status === 400 || answer.status === 403 ? ": client id or secret are wrong" : "";
      throw new Unavailable(`Twitch: no token, status ${answer.status}${hint}`);
    }
    const read = readToken(await readJson(answer));
    if (!read) throw new Unavailable("Twitch: no token in the answer");
    const lifeMs = read.expiresInSeconds * 1000;
    current = { token: read.token, renewAt: now() + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2) };
    log.info({ expiresInSeconds: read.expiresInSeconds }, "a new Twitch token");
    return read.token;
  };

  return {
    get: (): Promise<string> => {
      const secret = config.clientSecret;
      if (current && (!secret || now() < current.renewAt)) return Promise.resolve(current.token);
      if (!secret)
        return Promise.reject(new Unavailable("Twitch: the token is refused; set TWITCH_CLIENT_SECRET or a new token"));
      asking ??= ask(secret).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    /** Only if it is still the current one: another call may have renewed it already. */
    drop: (token: string): void => {
      if (current?.token === token) current = undefined;
    },
  };
}

/** Ratelimit-Remaining 0 means: nothing before Ratelimit-Reset (unix seconds). */
function quietTime(answer: Response, now: number): number {
  const remaining = Number(answer.headers.get("ratelimit-remaining") ?? "1");
  const reset = Number(answer.headers.get("ratelimit-reset") ?? "0") * 1000;
  return (remaining === 0 || answer.status === 429) && reset > now ? reset : 0;
}

async function readJson(answer: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Unavailable(`Twitch: an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Unavailable("Twitch: an answer that is not JSON");
  }
}

function nameOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.name : "error";
}
