/** A peer may be absent, slow, broken or foreign; the poller starts all the same. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { games } from "../contracts/games.ts";
import { createLog } from "../runtime/log.ts";
import { info } from "./app.fixture.ts";
import { createGameBoard, type GameBoard } from "./game-board.ts";
import { copyFromPeer } from "./peer.ts";

const NOW = Date.parse("2026-01-02T20:00:00Z");
const [pubg] = games;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function copy(answer: RequestListener, path = ""): Promise<GameBoard> {
  const listening = createServer(answer).listen(0, "127.0.0.1");
  server = listening;
  await new Promise((resolve) => listening.once("listening", resolve));
  const board = createGameBoard(pubg as (typeof games)[number]);
  await copyFromPeer({
    peerUrl: `http://127.0.0.1:${(listening.address() as AddressInfo).port}${path}`,
    boards: new Map([["pubg", board]]),
    fetch,
    now: () => NOW,
    log: createLog("poller", "silent"),
  });
  return board;
}
const stream = (login: string, ...observations: object[]) => ({
  info: info(login, 5),
  listedAt: NOW - 5_000,
  observations,
});
const seven = { at: NOW - 4_000, kind: "match", count: 7, confidence: 0.9 };
const board = (...streams: object[]) => JSON.stringify({ pubg: { streams }, chess: { streams: [] } });

test.each([
  ["a base address", ""],
  ["the route itself", "/board"],
])("PEER_URL is %s: /board is asked for", async (_name, path) => {
  const asked: unknown[] = [];
  const copied = await copy((request, response) => {
    asked.push(request.url);
    response.end(board(stream("alpha", seven)));
  }, path);
  expect(asked).toEqual(["/board"]);
  expect(copied.streams.get("alpha")?.track).toMatchObject({ phase: "match", count: 7 });
});

test("the rules hold for copied observations too", async () => {
  const copied = await copy((_request, response) => {
    response.end(
      board(
        stream("alpha", { ...seven, at: NOW + 60_000 }),
        stream("bravo", { ...seven, count: 500 }),
        stream("charlie", { ...seven, at: NOW - 3_600_000 }),
        stream("delta", seven),
      ),
    );
  });
  expect([...copied.streams.values()].map(({ track }) => track.count)).toEqual([undefined, undefined, undefined, 7]);
});

describe("starts from nothing with a peer that", () => {
  test.each<[name: string, answer: RequestListener]>([
    ["has no such route", (_request, response) => response.writeHead(404).end("not found")],
    ["is failing", (_request, response) => response.writeHead(500).end("{}")],
    ["redirects", (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["speaks HTML", (_request, response) => response.end("<html>")],
    ["sends another shape", (_request, response) => response.end('{"pubg":[1,2]}')],
    ["sends a login that is none", (_request, response) => response.end(board(stream("../x", seven)))],
    ["hangs up in the middle", (_request, response) => response.write("{", () => response.destroy())],
    ["never answers", () => {}],
    [
      "never ends",
      (_request, response) => {
        const more = () => response.write(Buffer.alloc(1024 * 1024, " "), () => setImmediate(more));
        more();
      },
    ],
  ])("%s", async (_name, answer) => {
    expect((await copy(answer)).streams.size).toBe(0);
  });
});
