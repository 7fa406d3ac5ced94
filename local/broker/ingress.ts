/** The Broker's front: one event per POST, a status and nothing else as the answer. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { errorFields, type Log } from "../../functions/runtime/log.ts";
import { BadEvent, type BrokerEvent, problemOf, readMessage } from "./wire.ts";

/** Puts an event into the Broker of that name; resolves to the status for whoever sent it. */
export type Accept = (broker: string, event: BrokerEvent) => Promise<number>;

export interface IngressOptions {
  port: number;
  namespace: string;
  brokers: ReadonlySet<string>;
  accept: Accept;
  log: Log;
}

export interface Ingress {
  port: number;
  stop(): Promise<void>;
}

/** What Kafka's Broker takes at most; Knative's own has no limit until its memory ends. */
const MAX_EVENT_BYTES = 1024 * 1024;

export async function startIngress(options: IngressOptions): Promise<Ingress> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 }, (request, response) => {
    statusFor(request, options).then(
      (status) => {
        if (status === 503) response.setHeader("retry-after", "1");
        if (status === 413) response.setHeader("connection", "close");
        response.setHeader("allow", "POST, OPTIONS");
        response.writeHead(status, { "content-length": "0" }).end();
      },
      (error: unknown) => {
        options.log.debug(errorFields(error), "a request at the Broker's ingress broke off");
        response.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port ${options.port} is in use: the broker needs it`) : error);
    });
    // Whoever can post an event can forge a reading: only this machine may.
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** In the order in which Knative checks. */
async function statusFor(request: IncomingMessage, { namespace, brokers, accept }: IngressOptions): Promise<number> {
  const path = (request.url ?? "/").replace(/\/$/, "");
  const [, inNamespace, broker = "", ...rest] = path.split("/");
  const early = statusOfTarget(request.method, path, broker !== "" && rest.length === 0);
  if (early !== undefined) {
    request.resume();
    return early;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed on return, or the 413 would have no socket to go out on.
  const arriving: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of arriving) {
    size += chunk.byteLength;
    if (size > MAX_EVENT_BYTES) return 413;
    chunks.push(chunk);
  }
  const event = readOrNothing(request, Buffer.concat(chunks));
  if (!event || problemOf(event)) return 400;
  if (inNamespace !== namespace || !brokers.has(broker)) return 404;
  return accept(broker, event);
}

function statusOfTarget(method: string | undefined, path: string, namesABroker: boolean): number | undefined {
  if (method === "OPTIONS") return 200;
  if (method !== "POST") return 405;
  if (path === "") return 404;
  return namesABroker ? undefined : 400;
}

function readOrNothing({ headers }: IncomingMessage, body: Buffer): BrokerEvent | undefined {
  try {
    return readMessage(headers, body);
  } catch (error) {
    if (error instanceof BadEvent) return undefined;
    throw error;
  }
}
