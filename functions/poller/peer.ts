/** Copies the board from the poller that still serves, so that a new one starts where the old one is. */
import * as v from "valibot";
import { errorFields, type Log } from "../runtime/log.ts";
import { BoardsCopy } from "./copies.ts";
import type { GameBoard } from "./game-board.ts";

/** A deploy waits at most this long for the old poller, ms; no peer at all is the usual first start. */
const TIMEOUT_MS = 3_000;
/** 100 streams with 64 observations each are about 600 kB. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface PeerDeps {
  peerUrl: string;
  boards: ReadonlyMap<string, GameBoard>;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
}

export async function copyFromPeer({ peerUrl, boards, fetch, now, log }: PeerDeps): Promise<void> {
  try {
    const answer = await fetch(boardUrl(peerUrl), { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const copies = v.parse(BoardsCopy, JSON.parse(await readAtMost(answer, MAX_BYTES)));
    let streams = 0;
    let refused = 0;
    for (const [id, copy] of Object.entries(copies)) {
      const board = boards.get(id);
      if (!board) continue;
      refused += board.restore({ streams: copy.streams, leadership: copy.leadership }, now());
      streams += copy.streams.length;
    }
    log.info({ streams, refused }, "board copied from the poller before");
  } catch (error) {
    log.info(errorFields(error), "no board to copy: starting from nothing");
  }
}

/** PEER_URL names a poller, or its board route itself. */
function boardUrl(peerUrl: string): string {
  return new URL(peerUrl).pathname.endsWith("/board") ? peerUrl : `${peerUrl.replace(/\/+$/, "")}/board`;
}

async function readAtMost(answer: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
