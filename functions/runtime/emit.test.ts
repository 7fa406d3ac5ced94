/** Sending to the Broker, against servers that answer as Brokers do and do not. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { frameMissed } from "../contracts/events.ts";
import { createEmit } from "./emit.ts";
import { Unavailable } from "./outcome.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A Broker that answers these statuses in turn, 0 for dropping the connection; the last is repeated. */
async function start(statuses: number[]) {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
  const created = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 202;
      requests.push({ headers: request.headers, body });
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end();
    });
  });
  server = created;
  await new Promise<void>((resolve) => created.listen(0, "127.0.0.1", resolve));
  const sink = `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
  return { requests, emit: createEmit({ sink, extensions: { pipeline: "test" }, caCerts: undefined }) };
}

const event = frameMissed.create({
  id: "1",
  subject: "fox",
  time: "2026-01-02T03:04:05Z",
  attributes: {
    roundid: "r1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    deadline: "2026-01-02T03:05:05Z",
    frametime: "2026-01-02T03:04:05Z",
    game: "pubg",
  },
  data: { reason: "offline" },
});

test("an event arrives in binary mode, with the attributes SinkBinding asks for", async () => {
  const { requests, emit } = await start([202]);
  await emit(event);
  expect(requests).toHaveLength(1);
  expect(requests[0]?.headers).toMatchObject({
    "ce-type": frameMissed.type,
    "ce-subject": "fox",
    "ce-pipeline": "test",
  });
  expect(requests[0]?.body).toBe('{"reason":"offline"}');
  await emit.close();
});

test.each([
  ["503 and 404 pass", [503, 404, 202], 3, true],
  ["a dropped connection passes", [0, 202], 2, true],
  ["500 stays: four attempts", [500], 4, false],
  ["400 is final", [400], 1, false],
  ["302 is final", [302], 1, false],
])("%s", async (_, statuses, attempts, arrives) => {
  const { requests, emit } = await start(statuses);
  const sent = emit(event);
  if (arrives) await sent;
  else await expect(sent).rejects.toThrow(Unavailable);
  expect(requests).toHaveLength(attempts);
  await emit.close();
});

test("nobody there: the caller hears it, so that the tick is tried again", async () => {
  const emit = createEmit({ sink: "http://127.0.0.1:9", extensions: {}, caCerts: undefined });
  await expect(emit(event)).rejects.toThrow(/the Broker did not take tv\..*ECONNREFUSED/);
  await emit.close();
});
