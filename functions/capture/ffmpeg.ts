/** Which ffmpeg is used. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { ConfigError } from "../runtime/config.ts";

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
