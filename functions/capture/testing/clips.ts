/** Small H.264 clips made by the real ffmpeg, once per test file: what segments are cut from. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Clip {
  /** MPEG-TS or fMP4 segments of two seconds, in order. */
  segments: Buffer[];
  /** The initialization segment of fMP4. */
  init: Buffer | undefined;
}

export interface ClipOptions {
  container: "ts" | "mp4";
  width: number;
  height: number;
  /** More arguments of the encoder: `-x264-params`, `-color_range`. */
  encoder?: string[];
  /** A filter source; the default moves. */
  picture?: string;
  seconds?: number;
  rate?: number;
  audio?: boolean;
}

export async function makeClip(options: ClipOptions): Promise<Clip> {
  const { container, width, height, encoder = [], seconds = 4, rate = 30, audio = true } = options;
  const picture = options.picture ?? `testsrc2=size=${width}x${height}:rate=${rate}`;
  const folder = await mkdtemp(join(tmpdir(), "rotisserie-clip-"));
  try {
    const sound = audio ? ["-f", "lavfi", "-i", "sine=440"] : [];
    const hls = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_playlist_type", "vod"];
    const form =
      container === "ts"
        ? [...hls, "-hls_segment_filename", join(folder, "s%03d.ts")]
        : [...hls, "-hls_segment_type", "fmp4", "-hls_segment_filename", join(folder, "s%03d.m4s")];
    const video = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", String(2 * rate)];
    await run("ffmpeg", [
      ...["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", picture, ...sound],
      ...[
        "-t",
        String(seconds),
        ...video,
        "-sc_threshold",
        "0",
        "-c:a",
        "aac",
        ...encoder,
        ...form,
        join(folder, "x.m3u8"),
      ],
    ]);
    const names = (await readdir(folder)).filter((name) => name.startsWith("s")).sort();
    const segments = await Promise.all(names.map((name) => readFile(join(folder, name))));
    const init = container === "mp4" ? await readFile(join(folder, "init.mp4")) : undefined;
    return { segments, init };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
