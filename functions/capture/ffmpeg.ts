/** Which ffmpeg is used, and one run of it: bytes in, exactly so many bytes out, or an error. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { promisify } from "node:util";
import Ffmpeg from "fluent-ffmpeg";
import { ConfigError } from "../runtime/config.ts";
import { Missed } from "./missed.ts";

/**
 * FFMPEG_PATH, else the system's, else the static build that an npm package ships (no install script: the binary is in
 * the package). FFMPEG_PATH=bundled asks for that one: it starts in a tenth of the time.
 */
export function findFfmpeg(configured: string | undefined, searchPath: string): string {
  if (configured && configured !== "bundled") {
    if (isExecutable(configured)) return configured;
    throw new ConfigError(`FFMPEG_PATH=${JSON.stringify(configured.slice(0, 200))}: no program there`);
  }
  const system = configured
    ? []
    : searchPath
        .split(delimiter)
        .filter(Boolean)
        .map((folder) => join(folder, "ffmpeg"));
  const found = [...system, bundledFfmpeg()].find((path) => path !== undefined && isExecutable(path));
  if (found) return found;
  throw new ConfigError("no ffmpeg found: install it (Debian: apt-get install ffmpeg) or set FFMPEG_PATH");
}

/** A program that does not run or cannot decode H.264 stops the start, not every picture later. */
export async function checkFfmpeg(program: string): Promise<void> {
  const decoders = await promisify(execFile)(program, ["-hide_banner", "-decoders"], { timeout: 10_000 }).catch(
    (error: Error) => {
      throw new ConfigError(`${program} does not run: ${error.message.slice(0, 200)}`);
    },
  );
  if (!/^ V\S+ +h264 /m.test(decoders.stdout)) throw new ConfigError(`${program} cannot decode H.264`);
}

function bundledFfmpeg(): string | undefined {
  try {
    // The platform packages are optional dependencies: npm installs the one that fits this machine.
    return createRequire(import.meta.url).resolve(`@ffmpeg-installer/${process.platform}-${process.arch}/ffmpeg`);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

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
