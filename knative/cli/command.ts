/** Runs another program and waits for it. */
import { spawn } from "node:child_process";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Given to the program's standard input. */
  input?: string;
  /** Let its words through to the terminal as they come, and keep none. */
  show?: boolean;
  env?: Record<string, string | undefined>;
  cwd?: string;
  timeoutMs?: number;
}

/** What the program said, whether it succeeded or not. @throws when it cannot be started. */
export async function attempt(command: string, args: string[], options: RunOptions = {}): Promise<Ended> {
  const { input, show, env, cwd, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: show ? ["ignore", "inherit", "inherit"] : ["pipe", "pipe", "pipe"],
      ...(env && { env }),
      ...(cwd && { cwd }),
      ...(timeoutMs && { timeout: timeoutMs }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(`${command} is not installed`) : error);
    });
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin?.on("error", () => {}); // It may end before it has read all; its exit code says what that meant.
    child.stdin?.end(input);
  });
}

/** Standard output. @throws with the program's last words when it fails. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code === 0) return stdout;
  const words = stderr.trim().split("\n").slice(-5).join("\n");
  throw new Error(`${command} ${args.slice(0, 6).join(" ")} failed (${code}): ${words}`);
}
