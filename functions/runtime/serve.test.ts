/** The runtime around a function, over a real socket with real bytes. */
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../contracts/event.ts";
import { frameCaptured, streamFound } from "../contracts/events.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { Rejected, Unavailable } from "./outcome.ts";
import { on, type Running, serve } from "./serve.ts";
import type { RawEvent } from "./wire.ts";

const HINT = "https://usher.example/api/v2/channel/hls/fox.m3u8?token=secret-hint&sig=abc";
const far = "2099-01-01T00:00:00Z";
const common = {
  roundid: "r1",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  deadline: far,
};
/** A picture of every byte value, so that any decoding on the way shows. */
const image = new Uint8Array(1024).map((_, index) => index % 256);

const lines: string[] = [];
const write =
  (level: string) =>
  (fields: object, message: string): void =>
    void lines.push(JSON.stringify({ level, ...fields, message }));
const log: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };

const seen: Event[] = [];
const deadLetters: RawEvent[] = [];
/** What the handler of stream.found does, by login. */
const behaviours: Record<string, () => Promise<Event | undefined>> = {
  ack: async () => undefined,
  unavailable: async () => Promise.reject(new Unavailable("twitch is away", 503, 7)),
  busy: async () => Promise.reject(new Unavailable("busy", 429, 1)),
  rejected: async () => Promise.reject(new Rejected(422, "no such game")),
  long: async () => Promise.reject(new Rejected(400, "x".repeat(5000))),
  broken: async () => Promise.reject(new Error(`cannot open ${HINT}`)),
  picture: async () =>
    frameCaptured.create({
      id: "f1",
      subject: "picture",
      time: "2026-01-02T03:04:05Z",
      attributes: {
        ...common,
        frametime: "2026-01-02T03:04:05Z",
        playbackhint: HINT,
        game: "pubg",
        region: "0,0,100,50",
        framewidth: 1920,
        frameheight: 1080,
      },
      data: image,
    }),
};

let running: Running;
let url: string;

beforeAll(async () => {
  running = await serve({
    name: "runtime-test",
    port: 0,
    log,
    metrics: createMetrics("runtime-test"),
    maxBodyBytes: 4096,
    subscriptions: [
      on(streamFound, async (event) => {
        seen.push(event);
        return behaviours[event.subject]?.();
      }),
      on(frameCaptured, async (event) => {
        seen.push(event);
        return undefined;
      }),
    ],
    onDeadLetter: (raw) => deadLetters.push(raw),
    routes: {
      "/current": ({ rest, method }) => ({ status: 200, body: `${method} ${rest.join("/")}` }),
      "/broken": () => Promise.reject(new Error(`cannot open ${HINT}`)),
    },
  });
  url = `http://127.0.0.1:${running.port}`;
});
afterAll(() => running.stop());

const streamData = {
  login: "ack",
  displayName: "Ack",
  game: "pubg",
  title: "süß 100%",
  viewers: 7,
  language: "en",
  startedAt: far,
};
function found(login: string, changed: Record<string, unknown> = {}) {
  return {
    specversion: "1.0",
    id: "s1",
    source: "/rotisserie/poller",
    type: streamFound.type,
    subject: login,
    time: "2026-01-02T03:04:05Z",
    datacontenttype: "application/json",
    ...common,
    data: { ...streamData, login },
    ...changed,
  };
}

function structured(document: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/cloudevents+json; charset=UTF-8", ...headers },
    body: typeof document === "string" ? document : JSON.stringify(document),
  });
}

function binary(document: ReturnType<typeof found>, headers: Record<string, string> = {}) {
  const { data, datacontenttype, ...attributes } = document;
  const ce = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]));
  return fetch(url, {
    method: "POST",
    headers: { ...ce, "content-type": String(datacontenttype), ...headers },
    body: JSON.stringify(data),
  });
}

describe("events", () => {
  test("binary and structured mode reach the handler as the same event", async () => {
    seen.length = 0;
    const hinted = found("ack", { data: { ...streamData, playbackHint: HINT } });
    expect((await binary(hinted)).status).toBe(204);
    expect((await structured(hinted)).status).toBe(204);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toMatchObject({ subject: "ack", data: { title: "süß 100%", playbackHint: HINT } });
  });

  test("an acknowledgement has no body at all", async () => {
    const answer = await binary(found("ack"));
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([204, null, ""]);
  });

  test("a reply is a binary event whose image bytes are unharmed, and which can be sent on", async () => {
    const answer = await binary(found("picture"));
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("ce-type")).toBe(frameCaptured.type);
    expect(bytes).toEqual(image);

    seen.length = 0;
    const ce = [...answer.headers].filter(([name]) => name.startsWith("ce-") || name === "content-type");
    expect((await fetch(url, { method: "POST", headers: ce, body: bytes })).status).toBe(204);
    expect(new Uint8Array(seen[0]?.data as Uint8Array)).toEqual(image);
    expect(seen[0]?.attributes).toMatchObject({ playbackhint: HINT, framewidth: 1920 });
  });

  test("image bytes in a structured event are unharmed", async () => {
    seen.length = 0;
    const { data: _, ...rest } = found("fox", {
      type: frameCaptured.type,
      datacontenttype: "image/png",
      data_base64: Buffer.from(image).toString("base64"),
      frametime: "2026-01-02T03:04:05Z",
      game: "pubg",
      region: "0,0,100,50",
      framewidth: 1920,
      frameheight: 1080,
    });
    expect((await structured(rest)).status).toBe(204);
    expect(seen[0]?.data).toEqual(image);
  });

  test.each([
    ["an event past its deadline is dropped with 204", { deadline: "2020-01-01T00:00:00Z" }],
    ["so is one whose deadline has just passed", { deadline: new Date(Date.now() - 1).toISOString() }],
  ])("%s", async (_, changed) => {
    seen.length = 0;
    expect((await binary(found("ack", changed))).status).toBe(204);
    expect(seen).toEqual([]);
  });

  test.each([
    ["busy", 429, "1", "busy"],
    ["unavailable", 503, "7", "twitch is away"],
    ["rejected", 422, null, "no such game"],
    ["broken", 500, null, "internal error"],
  ])("a handler that is %s answers %i", async (login, status, retryAfter, reason) => {
    const answer = await binary(found(login));
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([
      status,
      retryAfter,
      `${reason}\n`,
    ]);
  });

  test("a reason is short enough for the attribute Knative puts it into", async () => {
    expect((await (await binary(found("long"))).arrayBuffer()).byteLength).toBeLessThanOrEqual(501);
  });
});

describe("dead letters", () => {
  test.each([
    ["with Knative's error attributes", { knativeerrordest: "http://capture", knativeerrorcode: 503 }],
    ["with nothing but the Broker's time to live, as after a timeout", { knativebrokerttl: 255 }],
  ])("%s go to the sink, whatever their type", async (_, attributes) => {
    deadLetters.length = 0;
    seen.length = 0;
    expect((await structured(found("ack", attributes))).status).toBe(204);
    expect((await binary(found("ack", { ...attributes, type: "some.other.type" }))).status).toBe(204);
    expect(deadLetters.map(({ type }) => type)).toEqual([streamFound.type, "some.other.type"]);
    expect(seen).toEqual([]);
  });
});

describe("what is refused, and the reason given", () => {
  const json = { "content-type": "application/json" };
  const ce = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": streamFound.type };
  const post = (headers: Record<string, string>, body: string | Uint8Array) =>
    fetch(url, { method: "POST", headers, body: Buffer.from(body) });

  test.each<[string, number, RegExp, () => Promise<Response>]>([
    ["plain JSON", 415, /not a CloudEvent/, () => post(json, "{}")],
    ["no content type and no body", 415, /not a CloudEvent/, () => post({}, "")],
    ["a batch", 415, /batches/, () => post({ "content-type": "application/cloudevents-batch+json" }, "[]")],
    ["a gzip body", 415, /content-encoding/, () => post({ ...ce, "content-encoding": "gzip" }, gzipSync("{}"))],
    ["broken JSON, structured", 400, /the event is not JSON/, () => structured("{")],
    ["broken JSON, binary", 400, /data is not JSON/, () => post({ ...ce, ...json }, "{")],
    ["JSON that is not UTF-8", 400, /UTF-8/, () => post({ ...ce, ...json }, new Uint8Array([0x22, 0xff, 0x22]))],
    ["a structured event that is a list", 400, /JSON object/, () => structured([])],
    ["no id", 400, /no id/, () => structured(found("ack", { id: undefined }))],
    ["an id that is a number", 400, /id is not text/, () => structured(found("ack", { id: 7 }))],
    ["another specversion", 400, /specversion/, () => structured(found("ack", { specversion: "0.3" }))],
    ["an odd attribute name", 400, /a-z and 0-9/, () => structured(found("ack", { Bad_Name: "x" }))],
    ["an attribute that is an object", 400, /attribute odd/, () => structured(found("ack", { odd: {} }))],
    ["bad base64", 400, /base64/, () => structured(found("ack", { data: undefined, data_base64: "***" }))],
    ["data twice", 400, /at once/, () => structured(found("ack", { data_base64: "" }))],
    ["an unknown type", 422, /does not take/, () => structured(found("ack", { type: "tv.other.v1" }))],
    ["no subject", 422, /subject/, () => structured(found("ack", { subject: undefined }))],
    ["a subject that is no login", 422, /Twitch login/, () => structured(found("No Login"))],
    ["no round", 422, /roundid/, () => structured(found("ack", { roundid: undefined }))],
    ["a field too many", 422, /extra/, () => structured(found("ack", { data: { ...streamData, extra: 1 } }))],
    [
      "an image of no bytes",
      422,
      /data/,
      () => structured(found("ack", { type: frameCaptured.type, data: undefined })),
    ],
  ])("%s: %i", async (_, status, reason, send) => {
    seen.length = 0;
    const answer = await send();
    const words = await answer.text();
    expect(answer.status, words).toBe(status);
    expect(words).toMatch(reason);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(seen).toEqual([]);
  });

  test("more attributes than any sender of ours has", async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, "x"]));
    expect((await structured(found("ack", many))).status).toBe(400);
  });
});

describe("the body limit", () => {
  test("a declared length above it is refused before the body comes", async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(url, {
        method: "POST",
        headers: { "content-type": "application/cloudevents+json", "content-length": "5000000" },
      });
      request.on("response", ({ statusCode }) => resolve(statusCode));
      request.on("error", reject);
      request.flushHeaders();
    });
    expect(status).toBe(413);
  });

  test("a chunked body is cut off when it grows above it", async () => {
    let sent = 0;
    const status = await new Promise((resolve) => {
      const request = httpRequest(url, { method: "POST", headers: { "content-type": "application/json" } });
      request.on("response", ({ statusCode }) => resolve(statusCode));
      request.on("error", () => resolve("cut off"));
      const more = () => {
        if (request.destroyed || sent > 1_000_000) return;
        sent += 1024;
        request.write("x".repeat(1024), () => setImmediate(more));
      };
      more();
    });
    expect(status).toBe(413);
    expect(sent).toBeLessThan(1_000_000);
  });

  test("the next request is served as if nothing had been", async () => {
    expect((await binary(found("ack"))).status).toBe(204);
  });
});

describe("routes", () => {
  test.each([
    ["GET", "/healthz", 200, "ok\n"],
    ["GET", "/readyz", 200, "ready\n"],
    ["GET", "/current", 200, "GET "],
    ["GET", "/current/pubg?x=1", 200, "GET pubg"],
    ["GET", "/nothing", 404, "not found\n"],
    ["GET", "/", 405, "GET is not allowed here\n"],
    ["DELETE", "/current", 405, "DELETE is not allowed here\n"],
    ["POST", "/current", 405, "POST is not allowed here\n"],
    ["GET", "/broken", 500, "internal error\n"],
    ["GET", "/constructor", 404, "not found\n"],
  ])("%s %s: %i", async (method, path, status, body) => {
    const answer = await fetch(`${url}${path}`, { method });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
  });

  test.each([
    ["/", "POST"],
    ["/current", "GET, HEAD"],
  ])("a 405 on %s says what is allowed: %s", async (path, allow) => {
    expect((await fetch(`${url}${path}`, { method: "PUT" })).headers.get("allow")).toBe(allow);
  });

  test("HEAD has GET's headers and no body", async () => {
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(running.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
      socket.end("HEAD /current/pubg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    });
    expect(raw).toMatch(/^HTTP\/1\.1 200 /);
    expect(raw).toMatch(/content-length: 9\r\n/i);
    expect(raw.endsWith("\r\n\r\n")).toBe(true);
  });

  test("/metrics counts events by outcome", async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const outcome of ["handled", "expired", "rejected", "unavailable", "failed", "dead-letter"]) {
      expect(text).toMatch(new RegExp(`rotisserie_events_total{type="[^"]+",outcome="${outcome}"[^}]*} [1-9]`));
    }
  });
});

test("a port in use is said in words", async () => {
  const blocker = createServer().listen(0);
  const { port } = blocker.address() as AddressInfo;
  const options = { name: "runtime-test-2", port, log, metrics: createMetrics("x"), subscriptions: [] };
  await expect(serve(options)).rejects.toThrow(`port ${port} is in use: set PORT to a free one`);
  blocker.close();
});

test("no log line of all this holds a playback hint", () => {
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => line.includes("secret-hint") || line.includes("sig=abc"))).toEqual([]);
});
