/** Pictures become two-second H.264 segments, by ffmpeg: one key frame, no B-frames, closed, timestamps from zero. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { SEGMENT_SECONDS, type Variant } from "./script.ts";

export class EncodeError extends Error {
  override readonly name = "EncodeError";
}

export type EncodeInput =
  /** A world larger than the frame, swaying under a HUD that stays. */
  | { kind: "layers"; background: string; overlay: Buffer; margin: { x: number; y: number } }
  | { kind: "image"; path: string }
  | { kind: "video"; path: string; from: number };

export interface EncodeJob {
  ffmpegPath: string;
  input: EncodeInput;
  variant: Variant;
  container: "ts" | "fmp4";
  /** Nobody waits for it: it takes what time the rest of the machine leaves. */
  idle: boolean;
}

const MAX_SECONDS = 60;
const MAX_BYTES = 64 * 1024 * 1024;

/** Running encoders, so that a stop can end them. */
export type Encoder = { encode(job: EncodeJob): Promise<Buffer>; stop(): void };

export function createEncoder(): Encoder {
  const running = new Set<ChildProcess>();
  return {
    encode: (job) => run(job, running),
    stop: () => {
      for (const child of running) child.kill("SIGKILL");
    },
  };
}

export function encodeArguments(job: Omit<EncodeJob, "idle">): string[] {
  const { variant } = job;
  const frames = variant.fps * SEGMENT_SECONDS;
  const rate = `${Math.round(variant.bandwidth / 1000)}k`;
  const muxer =
    job.container === "ts"
      ? ["-muxdelay", "0", "-muxpreload", "0", "-pat_period", "0.1", "-f", "mpegts"]
      : ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-video_track_timescale", "90000", "-f", "mp4"];
  return [
    ...["-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1"],
    ...inputs(job.input),
    ...["-filter_complex", `${filter(job.input, variant)},trim=end_frame=${frames},setsar=1,format=yuv420p[out]`],
    ...["-map", "[out]", "-an", "-r", String(variant.fps), "-frames:v", String(frames)],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-profile:v", "high"],
    // Entropy coding and transform of the High profile, as Twitch's own transcodes have them.
    ...["-x264-params", `cabac=1:8x8dct=1:keyint=${frames}:min-keyint=${frames}:scenecut=0:bframes=0`],
    ...["-b:v", rate, "-maxrate", rate, "-bufsize", rate],
    ...muxer,
    // fMP4 cannot be written to a pipe without fragments; these fragments can.
    "pipe:1",
  ];
}

function inputs(input: EncodeInput): string[] {
  if (input.kind === "layers") return ["-i", input.background, "-f", "png_pipe", "-i", "pipe:0"];
  if (input.kind === "image") return ["-i", input.path];
  return ["-ss", String(input.from), "-i", input.path];
}

function filter(input: EncodeInput, variant: Variant): string {
  const { width, height, fps } = variant;
  if (input.kind === "video") return `[0:v]fps=${fps},scale=${width}:${height}`;
  const still = `format=yuv420p,loop=-1:1:0,setpts=N/${fps}/TB,fps=${fps}`;
  // A little grain, so that a still picture is coded like a moving one.
  if (input.kind === "image") return `[0:v]scale=${width}:${height}:flags=bicubic,${still},noise=alls=2:allf=t`;
  const turn = `2*PI*n/${fps * SEGMENT_SECONDS}`;
  const wide = Math.ceil((width * (1 + input.margin.x)) / 2) * 2;
  const high = Math.ceil((height * (1 + input.margin.y)) / 2) * 2;
  return [
    `[0:v]scale=${wide}:${high},${still}`,
    `crop=${width}:${height}:x='(iw-ow)*(0.5+0.5*sin(${turn}))':y='(ih-oh)*(0.5+0.25*sin(${turn})+0.25*sin(2*${turn}))'[world];[1:v]scale=${width}:${height},format=yuva420p[hud];[world][hud]overlay=format=yuv420`,
  ].join(",");
}

function run(job: EncodeJob, running: Set<ChildProcess>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(job.ffmpegPath, encodeArguments(job), { stdio: ["pipe", "pipe", "pipe"] });
    running.add(child);
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), MAX_SECONDS * 1000);
    if (job.idle) child.once("spawn", () => lower(child));
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString("utf8")).slice(-500);
    });
    // A killed encoder closes its end first; its exit says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(job.input.kind === "layers" ? job.input.overlay : undefined);
    child.once("error", (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new EncodeError(`${job.ffmpegPath}: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      if (code === 0 && size > 0) resolve(Buffer.concat(chunks));
      else reject(new EncodeError(`ffmpeg ended with ${code ?? signal}: ${complaint.trim() || "no output"}`));
    });
  });
}

/** The functions come first; what is encoded ahead of need takes what is left. */
function lower(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may have ended already.
  }
}
