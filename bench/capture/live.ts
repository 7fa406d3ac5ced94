/** A live stream of the loop on a real port: token, usher and playlists as Twitch has them, segments as they come due. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { LOOP_SEGMENTS, QUALITIES, RATE, SEGMENT_SECONDS } from "./video.ts";

const WINDOW = 8;

export interface Live {
  origin: string;
  /** Bytes of everything answered since the last call, headers included, as given to the sockets. */
  takeBytes(): number;
  /** When a frame of the loop was on air last, ms since 1970. */
  timeOfFrame(frame: number): number;
  /** Which segment of the loop began at this time (a programme date of the playlist). */
  indexAt(time: number): number;
  /** Segments between the one with this frame and the newest complete one. */
  segmentsBehind(frame: number): number;
  close(): Promise<void>;
}

export async function startLive(folders: ReadonlyMap<number, string>): Promise<Live> {
  const started = Date.now() - 60_000;
  const segments = new Map<string, Buffer>();
  for (const [height, folder] of folders) {
    for (let index = 0; index < LOOP_SEGMENTS; index++) {
      const name = `s${String(index).padStart(3, "0")}.ts`;
      segments.set(`/${height}/${index}.ts`, await readFile(join(folder, name)));
    }
  }
  /** Segments complete by now; the newest is the last of them. */
  const complete = () => Math.floor((Date.now() - started) / 1000 / SEGMENT_SECONDS);
  const playlist = (height: number): string => {
    const end = complete();
    const lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", `#EXT-X-MEDIA-SEQUENCE:${end - WINDOW}`];
    for (let sequence = end - WINDOW; sequence < end; sequence++) {
      if (sequence % LOOP_SEGMENTS === 0) lines.push("#EXT-X-DISCONTINUITY");
      const time = new Date(started + sequence * SEGMENT_SECONDS * 1000).toISOString();
      lines.push(`#EXT-X-PROGRAM-DATE-TIME:${time}`, `#EXTINF:${SEGMENT_SECONDS}.000,live`);
      lines.push(`/${height}/${sequence % LOOP_SEGMENTS}.ts`);
    }
    return `${lines.join("\n")}\n`;
  };
  const multivariant = (only: number | undefined): string => {
    const lines = ["#EXTM3U"];
    for (const { height, width, kbits } of QUALITIES.filter(
      (quality) => only === undefined || quality.height === only,
    )) {
      const name = `${height}p${RATE}`;
      const form = `BANDWIDTH=${kbits * 1000},RESOLUTION=${width}x${height},CODECS="avc1.64002A,mp4a.40.2",FRAME-RATE=${RATE}.000`;
      lines.push(
        `#EXT-X-STREAM-INF:${form},STABLE-VARIANT-ID="${name}",IVS-NAME="${name}"`,
        `/playlist/${height}.m3u8`,
      );
    }
    return `${lines.join("\n")}\n`;
  };

  /** Its first key frame has a hole: what a lost download leaves. */
  const damaged = Buffer.from(segments.get("/720/0.ts") ?? []);
  damaged.fill(0, 188 * 100 + 40, 188 * 100 + 180);

  let bytes = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const segment = path.startsWith("/damaged/") && path.endsWith(".ts") ? damaged : segments.get(path);
    if (path === "/gql") {
      request.resume();
      const token = { value: JSON.stringify({ channel: "x" }), signature: "abcdef" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ data: { streamPlaybackAccessToken: token } }));
    } else if (segment) {
      const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? "");
      const from = Number(range?.[1] ?? 0);
      const part = segment.subarray(from, range?.[2] === undefined ? undefined : Number(range[2]) + 1);
      const header = { "content-range": `bytes ${from}-${from + part.byteLength - 1}/${segment.byteLength}` };
      response.writeHead(range ? 206 : 200, {
        "content-type": "video/mp2t",
        "content-length": part.byteLength,
        ...(range && header),
      });
      response.end(part);
    } else if (path === "/damaged/720.m3u8") {
      response.end(playlist(720).replaceAll("\n/720/", "\n/damaged/720/"));
    } else if (path.startsWith("/playlist/")) {
      response.setHeader("content-type", "application/vnd.apple.mpegurl");
      response.end(playlist(Number(/\d+/.exec(path)?.[0])));
    } else if (path.startsWith("/api/")) {
      // The login says which quality the channel has: a channel without transcodes has its source only.
      const only = /p(\d+)_/.exec(path)?.[1];
      if (path.endsWith("/damaged.m3u8")) return response.end(multivariant(720).replace("/playlist/", "/damaged/"));
      response.end(multivariant(only === undefined ? undefined : Number(only)));
    } else {
      response.writeHead(404).end();
    }
  });
  const sockets = new Set<import("node:net").Socket>();
  let counted = new WeakMap<object, number>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      bytes += socket.bytesWritten - (counted.get(socket) ?? 0);
      sockets.delete(socket);
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const loopMs = LOOP_SEGMENTS * SEGMENT_SECONDS * 1000;
  const timeOfFrame = (frame: number) => {
    const offset = (frame / RATE) * 1000;
    return started + Math.floor((Date.now() - started - offset) / loopMs) * loopMs + offset;
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeBytes: () => {
      let open = 0;
      const next = new WeakMap<object, number>();
      for (const socket of sockets) {
        open += socket.bytesWritten - (counted.get(socket) ?? 0);
        next.set(socket, socket.bytesWritten);
      }
      counted = next;
      const taken = bytes + open;
      bytes = 0;
      return taken;
    },
    timeOfFrame,
    indexAt: (time) => Math.floor((time - started) / 1000 / SEGMENT_SECONDS) % LOOP_SEGMENTS,
    segmentsBehind: (frame) => complete() - 1 - Math.floor((timeOfFrame(frame) - started + 1) / 1000 / SEGMENT_SECONDS),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
