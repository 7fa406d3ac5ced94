/** How a segment's bytes reach the client: at once, as they are being made, or in one of the ways that networks break. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./http.ts";
import type { Clock } from "./playlist.ts";
import { type Fault, SEGMENT_SECONDS } from "./script.ts";

export interface Delivery {
  bytes: Buffer;
  type: string;
  fault: Fault | undefined;
  signal: AbortSignal;
  /** A segment still being made: bytes come at the pace of time. */
  live?: { clock: () => Clock; number: number };
}

/** Faults that need no segment. */
export function breakSegment(fault: Fault | undefined, response: ServerResponse): "answered" | "whole" {
  if (fault === "segment-error") send(response, 503, "text/plain", "simulated\n");
  else if (fault === "segment-gone") send(response, 404, "text/plain", "simulated\n");
  else if (fault === "segment-wrong") send(response, 200, "text/html", "<html><body>Please log in</body></html>");
  else if (fault === "segment-redirect") {
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/", "content-length": "0" }).end();
  } else return "whole";
  return "answered";
}

export async function deliver(delivery: Delivery, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { bytes, type, fault, signal } = delivery;
  const headers = { "content-type": type, "access-control-allow-origin": "*", "cache-control": "no-cache" };
  if (request.method === "HEAD") {
    response.writeHead(200, { ...headers, "content-length": bytes.length }).end();
    return;
  }
  if (fault === "segment-slow") await sleep(15_000, undefined, { signal });
  if (fault === "segment-trickle" || delivery.live) {
    response.writeHead(200, headers);
    return trickle(delivery, response);
  }
  if (fault === "segment-huge") {
    response.writeHead(200, headers);
    const noise = Buffer.alloc(256 * 1024, 0x47);
    for (let sent = 0; sent < 400 && !response.destroyed; sent++) await write(response, noise);
    response.end();
    return;
  }
  if (fault === "segment-truncated") {
    // Promised whole, cut after the first 40 KB.
    response.writeHead(200, { ...headers, "content-length": bytes.length });
    await write(response, bytes.subarray(0, Math.min(40_000, bytes.length >> 1)));
    response.destroy();
    return;
  }
  send(response, 200, type, fault === "segment-corrupt" ? corrupt(bytes) : bytes);
}

async function trickle({ bytes, live, signal }: Delivery, response: ServerResponse): Promise<void> {
  let sent = 0;
  while (sent < bytes.length && !response.destroyed) {
    const until = live ? Math.floor(bytes.length * progress(live)) : sent + 2_000;
    if (until > sent) await write(response, bytes.subarray(sent, until));
    sent = Math.max(sent, until);
    if (sent < bytes.length) await sleep(100, undefined, { signal });
  }
  response.end();
}

function progress(live: { clock: () => Clock; number: number }): number {
  const { now, origin } = live.clock();
  const elapsed = (now - origin) / 1000 - live.number * SEGMENT_SECONDS;
  return Math.min(1, Math.max(0, elapsed / SEGMENT_SECONDS));
}

/** Noise in the picture's own data; the container stays readable. */
function corrupt(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes);
  for (let at = 2_000; at < out.length; at += 97) {
    // Not in a packet's four header bytes: a lost sync would be found too easily.
    if (at % 188 > 30) out[at] = (out.readUInt8(at) * 31 + 7) & 0xff;
  }
  return out;
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const done = () => {
      response.off("close", done);
      resolve();
    };
    response.once("close", done);
    // Once it is with the kernel: what is only buffered would be lost when the connection is cut next.
    response.write(bytes, done);
  });
}
