/** GET /current, /all, /dead-letters for people and pages; GET /board for a starting poller only. */
import { createHash } from "node:crypto";
import { GAMES_HEADER, PROGRESS_HEADER } from "../contracts/api.ts";
import type { Route, RouteAnswer, RouteRequest } from "../runtime/serve.ts";
import type { DeadLetter } from "./deadletters.ts";
import { type Demand, isViewer } from "./demand.ts";
import { allDocument, currentDocument, progress } from "./documents.ts";
import type { GameBoard } from "./game-board.ts";

export interface RouteDeps {
  boards: ReadonlyMap<string, GameBoard>;
  demand: Demand;
  /** Called when a viewer ends a time without viewers, and for every viewer after. */
  onViewer: (game: string, woke: boolean) => void;
  /** Asks the director again: time alone makes readings stale. */
  lead: (board: GameBoard) => void;
  deadLetters: () => readonly DeadLetter[];
  onAnswer: (path: string, status: number) => void;
  streamUrl: string;
  now: () => number;
}

interface Made {
  second: number;
  version: number;
  body: Buffer;
  headers: Record<string, string>;
  etag: string;
}

type Kind = "current" | "all";

export function createRoutes(deps: RouteDeps): Record<string, Route> {
  const { boards, demand, now } = deps;
  const games = [...boards.keys()];
  const made = new Map<string, Made>();

  /** One answer serves everyone for a second: thousands of viewers ask for the same bytes. */
  const make = (kind: Kind, board: GameBoard): Made => {
    const time = now();
    const key = `${kind}/${board.game.id}`;
    const second = Math.floor(time / 1000);
    const known = made.get(key);
    if (known?.second === second && known.version === board.version()) return known;
    deps.lead(board);
    const version = board.version();
    const options = { streamUrl: deps.streamUrl, now: time };
    const document = kind === "current" ? currentDocument(board, options) : allDocument(board, options);
    const body = Buffer.from(JSON.stringify(document));
    // Weak, and blind to `age`: an answer that differs in nothing but its age says nothing new.
    const etag = `W/"${createHash("sha1").update(JSON.stringify(document, withoutAge)).digest("base64url")}"`;
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "public, max-age=1",
      "x-content-type-options": "nosniff",
      etag,
      [PROGRESS_HEADER]: progress(board, time),
      [GAMES_HEADER]: games.join(", "),
    };
    const answer = { second, version, body, headers, etag };
    made.set(key, answer);
    return answer;
  };

  const route =
    (kind: Kind): Route =>
    ({ method, rest, headers }: RouteRequest): RouteAnswer => {
      const [id = ""] = rest;
      const board = boards.get(id || (games[0] ?? ""));
      if (!board || rest.length > 1) return respond(kind, notFound(rest, games));
      const game = board.game.id;
      if (isViewer(method, headers)) deps.onViewer(game, demand.viewer(game));
      const { body, headers: own, etag } = make(kind, board);
      if (matches(headers["if-none-match"], etag)) return respond(kind, { status: 304, headers: own });
      return respond(kind, { status: 200, headers: own, body });
    };
  const respond = (kind: Kind, answer: RouteAnswer) => {
    deps.onAnswer(kind, answer.status);
    return answer;
  };

  return {
    "/current": route("current"),
    "/all": route("all"),
    "/dead-letters": () => json(deps.deadLetters()),
    "/board": () => json(Object.fromEntries([...boards].map(([id, board]) => [id, board.copy()]))),
  };
}

function withoutAge(key: string, value: unknown): unknown {
  return key === "age" ? undefined : value;
}

function notFound(rest: string[], games: readonly string[]): RouteAnswer {
  const asked = rest
    .join("/")
    .replace(/[^\w%./-]/g, "")
    .slice(0, 40);
  return { status: 404, body: `no game "${asked}" here: ${games.join(", ")}\n` };
}

/** If-None-Match: a list of tags, or `*`. Weak comparison, as RFC 9110 wants it here. */
function matches(header: string | undefined, etag: string): boolean {
  if (!header || header.length > 2_000) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return header.trim() === "*" || header.split(",").some((tag) => bare(tag) === bare(etag));
}

function json(value: unknown): RouteAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    body: JSON.stringify(value),
  };
}
