/**
 * A Twitch of a few lines on a real port, for tests that need to say exactly what each answer is. The whole simulator
 * is in local/twitch; this one only does what it is told.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Answer = { status?: number; headers?: Record<string, string>; body?: string | Buffer };
export type Responder = (request: IncomingMessage, body: string, response: ServerResponse) => Answer | undefined;

export interface FakeTwitch {
  origin: string;
  /** Path prefix -> answer; the longest prefix wins. undefined from a responder: it answers by itself. */
  routes: Map<string, Responder>;
  /** `METHOD path` of every request, and bytes of bodies sent. */
  requests: string[];
  close(): Promise<void>;
}

export async function startFakeTwitch(): Promise<FakeTwitch> {
  const routes = new Map<string, Responder>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    requests.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const prefix = [...routes.keys()].filter((key) => path.startsWith(key)).sort((a, b) => b.length - a.length)[0];
      const answer =
        prefix === undefined ? { status: 404 } : routes.get(prefix)?.(request, String(Buffer.concat(chunks)), response);
      if (!answer) return;
      const whole = Buffer.from(answer.body ?? "");
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      if (range && (answer.status ?? 200) === 200 && !answer.headers?.["x-no-range"]) {
        const from = Number(range[1]);
        const part = whole.subarray(from, Number(range[2]) + 1);
        const header = { "content-range": `bytes ${from}-${from + part.byteLength - 1}/${whole.byteLength}` };
        response.writeHead(part.byteLength > 0 ? 206 : 416, { ...answer.headers, ...header });
        response.end(part);
        return;
      }
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(whole);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin, routes, requests, close };
}

/** Token, usher v2 and a playlist for every login, all well: tests then replace what they are about. */
export function liveChannel(
  twitch: FakeTwitch,
  options: { segments: Buffer[]; init?: Buffer | undefined; now: number },
): void {
  const { segments, init, now } = options;
  const token = { value: JSON.stringify({ channel: "x" }), signature: "abcdef0123" };
  twitch.routes.set("/gql", () => json({ data: { streamPlaybackAccessToken: token } }));
  twitch.routes.set("/api/v2/channel/hls/", () => ({ body: multivariant(twitch.origin) }));
  twitch.routes.set("/media/", () => ({
    body: mediaPlaylist({ segments: segments.length, now, map: init !== undefined }),
  }));
  for (const [index, segment] of segments.entries())
    twitch.routes.set(`/media/${index}.seg`, () => ({ body: segment }));
  if (init) twitch.routes.set("/media/init.mp4", () => ({ body: init }));
}

export const json = (body: unknown, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export function multivariant(origin: string): string {
  return [
    "#EXTM3U",
    '#EXT-X-STREAM-INF:BANDWIDTH=6000000,RESOLUTION=1920x1080,CODECS="avc1.64002A,mp4a.40.2",FRAME-RATE=60.000,STABLE-VARIANT-ID="1080p60",IVS-NAME="1080p60"',
    `${origin}/media/1080.m3u8`,
    '#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720,CODECS="avc1.4D4020,mp4a.40.2",FRAME-RATE=60.000,STABLE-VARIANT-ID="720p60",IVS-NAME="720p60"',
    `${origin}/media/720.m3u8`,
    '#EXT-X-STREAM-INF:BANDWIDTH=160000,CODECS="mp4a.40.2",STABLE-VARIANT-ID="audio_only",IVS-NAME="audio_only"',
    `${origin}/media/audio.m3u8`,
    "",
  ].join("\n");
}

export function mediaPlaylist({ segments, now, map }: { segments: number; now: number; map: boolean }): string {
  const lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:5", "#EXT-X-MEDIA-SEQUENCE:100"];
  if (map) lines.push('#EXT-X-MAP:URI="init.mp4"');
  for (let index = 0; index < segments; index++) {
    const time = new Date(now - (segments - index) * 2000).toISOString();
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${time}`, "#EXTINF:2.000,live", `${index}.seg`);
  }
  return `${lines.join("\n")}\n`;
}
