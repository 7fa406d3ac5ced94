/** One run of ffmpeg: bytes in, exactly so many bytes out, or a Missed. */
import { PassThrough, Readable } from "node:stream";
import Ffmpeg from "fluent-ffmpeg";
import { Missed } from "./missed.ts";

interface Limits {
  timeoutMs: number;
  /** Address space: ffmpeg 5 needs about 350 MB of it for a 1080p picture (most of it libraries, never touched). */
  maxMemoryMb: number;
}

type SpawnFfmpeg = (args: string[], options: object, ...callbacks: unknown[]) => void;
declare module "fluent-ffmpeg" {
  interface FfmpegCommand {
    _spawnFfmpeg: SpawnFfmpeg;
    _checkCapabilities: (done: (error?: Error) => void) => void;
    ffmpegProc?: import("node:child_process").ChildProcess;
  }
}

const parentSpawn = Ffmpeg.prototype._spawnFfmpeg as SpawnFfmpeg;

/**
 * fluent-ffmpeg builds and feeds the command; it cannot start it in a process group of its own nor with limits, so the
 * start is wrapped: a shell sets the limits and becomes ffmpeg (same process). The package is final (archived at 2.1.3,
 * pinned), so its inner names do not change.
 */
function limitedCommand(program: string, input: Readable, { timeoutMs, maxMemoryMb }: Limits): Ffmpeg.FfmpegCommand {
  const command = Ffmpeg(input).setFfmpegPath("/bin/sh");
  // -v KiB of memory, -t s of CPU, -c no core file, -f no file written at all (pipes are not files).
  const seconds = Math.ceil(timeoutMs / 1000) + 1;
  const limits = `ulimit -v ${maxMemoryMb * 1024}; ulimit -t ${seconds}; ulimit -c 0; ulimit -f 0; exec "$@"`;
  command._spawnFfmpeg = (args, options, ...callbacks) =>
    parentSpawn.call(
      command,
      ["-c", limits, "sh", program, ...args],
      { ...options, detached: true, env: {} },
      ...callbacks,
    );
  // Both would start ffmpeg once more, to ask for its lists of formats and codecs.
  command._checkCapabilities = (done) => done();
  command.availableEncoders = (done) => done(undefined as unknown as Error, {});
  return command;
}

export interface Run {
  input: Uint8Array;
  inputOptions: string[];
  outputOptions: string[];
  filters: string[];
  /** Exactly so many bytes are a success; the exit code is not (ffmpeg answers 0 bytes and exit code 0 to some damage). */
  outputBytes: number;
  limits: Limits;
  signal: AbortSignal;
}

/** What ffmpeg says where it hides damage (error concealment) instead of failing. */
const SIGNS_OF_DAMAGE = /error while decoding|conceal|corrupt|overread|block unavailable|invalid|overflow/i;

/** Throws Missed: "no-video" for damaged pictures, "timeout", or the signal's own reason. */
export function runFfmpeg(program: string, run: Run): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let failure: Missed | undefined;
    // Without its own closing: fluent-ffmpeg takes an output that closes before the process exits for a failure.
    const output = new PassThrough({ autoDestroy: false, emitClose: false });
    const command = limitedCommand(program, Readable.from([run.input], { objectMode: false }), run.limits)
      .inputOptions(run.inputOptions)
      .videoFilters(run.filters)
      .outputOptions(run.outputOptions);
    const stop = (reason: Missed) => {
      failure ??= reason;
      killGroup(command.ffmpegProc?.pid);
    };
    const timer = setTimeout(
      () => stop(new Missed("timeout", "the picture was not decoded in time")),
      run.limits.timeoutMs,
    );
    const onAbort = () =>
      stop(run.signal.reason instanceof Missed ? run.signal.reason : new Missed("timeout", "stopped"));
    const settle = () => {
      clearTimeout(timer);
      run.signal.removeEventListener("abort", onAbort);
      output.destroy();
      if (failure) return reject(failure);
      if (size !== run.outputBytes) return reject(new Missed("no-video", "the picture is damaged"));
      resolve(Buffer.concat(chunks));
    };
    output.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > run.outputBytes) stop(new Missed("no-video", "a picture of another size than its header says"));
      else chunks.push(chunk);
    });
    output.on("error", () => undefined);
    let waits = 2;
    // Both must have happened: the process is gone, and what it wrote has come through the pipe.
    const oneDone = () => {
      if (--waits === 0) settle();
    };
    output.once("end", oneDone);
    command.once("error", () => {
      failure ??= new Missed("no-video", "the picture is damaged");
      output.end();
      oneDone();
    });
    command.once("end", (_stdout: string | null, stderr: string | null) => {
      if (SIGNS_OF_DAMAGE.test(stderr ?? "")) failure ??= new Missed("no-video", "the picture is damaged");
      oneDone();
    });
    command.output(output).run();
    if (run.signal.aborted) onAbort();
    else run.signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** The whole group: ffmpeg starts no process today, but nothing may outlive a picture. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
