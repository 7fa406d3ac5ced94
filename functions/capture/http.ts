/**
 * GET and POST to allowed hosts only, with every size, time and number of steps bounded. The one place where capture
 * opens a connection.
 */
import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import { type HostRule, isPrivateAddress } from "./hosts.ts";
import { Missed } from "./missed.ts";

export interface HttpOptions {
  signal: AbortSignal;
  headers?: Record<string, string>;
  method?: "GET" | "POST";
  body?: string;
}

export interface HttpAnswer {
  status: number;
  header(name: string): string | undefined;
  /** The URL that answered, after redirects: what relative URLs in the body are relative to. */
  url: string;
  /** Must be read to its end or destroyed. */
  body: Dispatcher.ResponseData["body"];
}

export interface Http {
  open(url: string, options: HttpOptions): Promise<HttpAnswer>;
  /** The whole body as text. More than `maxBytes` is a Missed "upstream". */
  text(
    url: string,
    options: HttpOptions & { maxBytes: number },
  ): Promise<{ status: number; url: string; text: string }>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 3;
const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpConfig {
  hosts: HostRule;
  timeoutMs: number;
  userAgent: string;
  /** How names are resolved, if not by the system. */
  lookup?: typeof lookup;
}

export function createHttp(config: HttpConfig): Http {
  const { hosts, timeoutMs, userAgent } = config;
  const publicLookup = createPublicLookup(config.lookup ?? lookup);
  const common = {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: 64,
    // Segments come every two seconds: a connection is worth keeping between two pictures of a stream, not longer.
    keepAliveTimeout: 30_000,
  };
  const publicOnly = new Agent({ ...common, connect: { timeout: timeoutMs, lookup: publicLookup } });
  const named = new Agent({ ...common, connect: { timeout: timeoutMs } });

  const open = async (url: string, options: HttpOptions): Promise<HttpAnswer> => {
    let target = url;
    for (let step = 0; step <= MAX_REDIRECTS; step++) {
      const allowed = hosts.check(target);
      if ("refused" in allowed) throw new Missed("upstream", allowed.refused);
      const answer = await once(allowed, options);
      if (answer.status < 300 || answer.status > 399 || answer.status === 304) return { ...answer, url: target };
      answer.body.destroy();
      const location = answer.header("location");
      // A redirected POST would repeat a token request elsewhere: no Twitch endpoint does that.
      if (!location || options.method === "POST") throw new Missed("upstream", `an answer ${answer.status} to nowhere`);
      target = new URL(location, allowed).href;
    }
    throw new Missed("upstream", `more than ${MAX_REDIRECTS} redirects`);
  };

  const once = async (url: URL, { signal, headers, method = "GET", body }: HttpOptions) => {
    try {
      const answer = await request(url, {
        method,
        signal,
        dispatcher: hosts.exact(url) ? named : publicOnly,
        headers: { "user-agent": userAgent, accept: "*/*", "accept-encoding": "identity", ...headers },
        ...(body !== undefined && { body }),
      });
      // A socket that fails after we let go of the body must not become an unhandled error.
      answer.body.on("error", () => undefined);
      const header = (name: string) => [answer.headers[name]].flat()[0];
      const encoding = header("content-encoding");
      if (encoding && encoding !== "identity") {
        answer.body.destroy();
        throw new Missed("upstream", `content-encoding ${encoding.slice(0, 20)} was not asked for`);
      }
      return { status: answer.statusCode, header, body: answer.body };
    } catch (error) {
      throw asMissed(error, signal);
    }
  };

  return {
    open,
    text: async (url, { maxBytes, ...options }) => {
      const answer = await open(url, options);
      const text = await readText(answer, maxBytes, options.signal);
      return { status: answer.status, url: answer.url, text };
    },
    close: async () => {
      await Promise.all([publicOnly.destroy(), named.destroy()]);
    },
  };
}

async function readText({ body }: HttpAnswer, maxBytes: number, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new Missed("upstream", `an answer of more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw asMissed(error, signal);
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Errors of the network as one of the named reasons. The text of the error may hold a URL, so only its code is said. */
export function asMissed(error: unknown, signal: AbortSignal): Missed {
  if (error instanceof Missed) return error;
  if (signal.aborted && signal.reason instanceof Missed) return signal.reason;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const timedOut = /TIMEOUT|ETIMEDOUT/.test(code) || (error instanceof Error && error.name === "TimeoutError");
  if (timedOut) return new Missed("timeout", "no answer in time", { cause: error });
  return new Missed("upstream", code ? `the connection failed: ${code}` : "the connection failed", { cause: error });
}

/** Resolves a name and leaves out private addresses, at connection time, so that a name cannot change in between. */
function createPublicLookup(resolve: typeof lookup): LookupFunction {
  return (hostname, options, callback) => {
    if (isIP(hostname)) return callback(privateAddress(hostname), "", 0);
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const open = addresses.filter(({ address }) => !isPrivateAddress(address));
      const [first] = open;
      if (!first) return callback(privateAddress(hostname), "", 0);
      if (options.all) return callback(null, open);
      callback(null, first.address, first.family);
    });
  };
}

function privateAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no public address`), { code: "EPRIVATE" });
}
