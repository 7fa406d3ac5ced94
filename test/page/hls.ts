/** A short live stream for the page's own HLS player, made by ffmpeg when a test asks for it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const SEGMENTS = 30;
const SECONDS = 2;

export async function encodeStream() {
  const dir = await mkdtemp(join(tmpdir(), "rotisserie-hls-"));
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=640x360:rate=15:duration=${SEGMENTS * SECONDS}`];
  const tone = ["-f", "lavfi", "-i", `sine=frequency=220:duration=${SEGMENTS * SECONDS}`];
  const encode = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-pix_fmt",
    "yuv420p",
    "-g",
    "30",
    "-c:a",
    "aac",
    "-b:a",
    "48k",
  ];
  const cut = [
    "-f",
    "hls",
    "-hls_time",
    String(SECONDS),
    "-hls_list_size",
    "0",
    "-hls_segment_filename",
    join(dir, "%03d.ts"),
  ];
  await promisify(execFile)("ffmpeg", ["-v", "error", ...picture, ...tone, ...encode, ...cut, join(dir, "all.m3u8")]);
  const startedAt = Date.now() - 8_000;

  /** A sliding window of four segments; the first ends when the stream is two seconds old. */
  const playlist = () => {
    const newest = Math.min(SEGMENTS - 1, Math.floor((Date.now() - startedAt) / 1000 / SECONDS));
    const first = Math.max(0, newest - 3);
    const lines = ["#EXTM3U", "#EXT-X-VERSION:3", `#EXT-X-TARGETDURATION:${SECONDS}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
    // As Twitch writes them: the player must not turn them into anything that the page's policy forbids.
    lines.push(
      `#EXT-X-DATERANGE:ID="session",CLASS="twitch-session",START-DATE="${new Date(startedAt).toISOString()}"`,
    );
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAt + first * SECONDS * 1000).toISOString()}`);
    for (let index = first; index <= newest; index++) {
      lines.push(`#EXTINF:${SECONDS}.000,`, `/simulator/hls-media/${String(index).padStart(3, "0")}.ts`);
    }
    return `${lines.join("\n")}\n`;
  };
  return {
    read: async (path: string): Promise<Buffer | string | undefined> => {
      if (path.startsWith("hls/simulated_")) return playlist();
      if (path.startsWith("hls-media/")) return readFile(join(dir, basename(path))).catch(() => undefined);
      return undefined;
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
