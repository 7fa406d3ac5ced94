/** Starts the built system as a user does, and knows what it printed and how it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort } from "../../local/processes.ts";

export interface System {
  url: string;
  port: number;
  lines: string[];
  process: ChildProcess;
  /** Resolves once the one URL has been printed. */
  up: Promise<void>;
  /** Ctrl-C. Resolves with the exit code. */
  stop(): Promise<number | null>;
  exited: Promise<number | null>;
}

export interface SystemOptions {
  args?: string[];
  env?: Record<string, string>;
  /** What is typed; the built program itself by default. */
  command?: [string, ...string[]];
  /** Where it is typed; the project's folder by default. */
  cwd?: string;
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), ...options.env };
  const [program, ...before] = options.command ?? [process.execPath, "dist/local/main.js"];
  const child = spawn(program, [...before, ...(options.args ?? [])], {
    env,
    detached: true,
    ...(options.cwd && { cwd: options.cwd }),
  });
  const lines: string[] = [];
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const up = new Promise<void>((resolve, reject) => {
    const take = (line: string) => {
      lines.push(line);
      if (line.includes("Rotisserie is on http://")) resolve();
    };
    createInterface({ input: child.stdout }).on("line", take);
    createInterface({ input: child.stderr }).on("line", take);
    exited.then((code) => reject(new Error(`ended with ${code}:\n${lines.slice(-20).join("\n")}`)), reject);
  });
  up.catch(() => {}); // A test that expects the end awaits `exited` instead.
  return {
    url: `http://localhost:${port}`,
    port,
    lines,
    process: child,
    up,
    exited,
    stop: async () => {
      // A terminal sends Ctrl-C to the whole foreground process group.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      return exited;
    },
  };
}

/** An error that waiting cannot mend. */
export class Wrong extends Error {}

/** Asks until `check` returns something; rejects with the last answer after `seconds`. */
export async function within<T>(seconds: number, what: string, check: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      if (error instanceof Wrong) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${what}: not within ${seconds} s${last instanceof Error ? ` (${last.message})` : ""}`);
}
