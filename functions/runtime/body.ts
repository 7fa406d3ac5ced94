/** How much of a request is taken, before anything parses it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Rejected } from "./outcome.ts";
import { answer } from "./routes.ts";

const contentTypes = new WeakMap<IncomingMessage, string | undefined>();

/**
 * Refuses what is too large before anything parses it, whether the length is declared or only turns out on the way.
 * The framework's own parsers are kept away from the body (they inflate gzip without a useful limit and answer broken
 * JSON with an HTML page): all bodies are plain bytes to it, and the codec reads them.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, limit: number): Rejected | undefined {
  if (request.headers["content-encoding"] !== undefined) return new Rejected(415, "content-encoding is not accepted");
  const tooLarge = `the body is larger than ${limit} bytes`;
  if (Number(request.headers["content-length"] ?? 0) > limit) {
    response.setHeader("connection", "close");
    return new Rejected(413, tooLarge);
  }
  contentTypes.set(request, request.headers["content-type"]);
  request.headers["content-type"] = "application/octet-stream";
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= limit || response.headersSent) return;
    response.setHeader("connection", "close");
    answer(response, 413, tooLarge);
    response.once("finish", () => request.destroy());
  });
  return undefined;
}

export function originalHeaders(request: IncomingMessage): IncomingMessage["headers"] {
  const { "content-type": _, ...headers } = request.headers;
  const original = contentTypes.get(request);
  return original === undefined ? headers : { ...headers, "content-type": original };
}
