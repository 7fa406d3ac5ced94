/** Child processes that are started together and leave together. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export interface Child {
  name: string;
  /** Resolves when the process has said that it listens; rejects with its last words when it ends before. */
  ready: Promise<void>;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  /** The whole environment: nothing is inherited but PATH and HOME, so that a function knows only what it is told. */
  env: Record<string, string>;
  /** A parsed line of the child's JSON log. */
  onLog: (name: string, line: Record<string, unknown>) => void;
  /** The process ended though it had been ready and nobody asked it to. */
  onExit: (name: string, code: number | null) => void;
  inherited: { PATH?: string | undefined; HOME?: string | undefined };
}

const READY_TIMEOUT_MS = 60_000;

export function startChild(options: ChildOptions): Child {
  const { name, command, args, env, inherited } = options;
  const base = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined));
  const child = spawn(command, args, { env: { ...base, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const lastWords: string[] = [];
  let isReady = false;
  let stopping = false;

  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not start within 60 s`)), READY_TIMEOUT_MS);
    const listen = (text: string) => {
      const line = parseLine(text);
      if (!line) {
        lastWords.push(text);
        if (lastWords.length > 5) lastWords.shift();
        return;
      }
      if (line.level === "error") lastWords.push(String(line.error ?? line.msg));
      if (line.msg === "listening") {
        clearTimeout(timer);
        isReady = true;
        resolve();
      }
      options.onLog(name, line);
    };
    createInterface({ input: child.stdout }).on("line", listen);
    createInterface({ input: child.stderr }).on("line", listen);
    child.once("error", (error) => reject(new Error(`${name} cannot be started: ${error.message}`)));
    // "close" comes after the last line of output: the reason of an early end is among its last words.
    child.once("close", (code) => {
      clearTimeout(timer);
      if (isReady && !stopping) options.onExit(name, code);
      reject(new Error(`${name} ended with code ${code}: ${lastWords.join(" · ") || "it said nothing"}`));
    });
  });
  ready.catch(() => {}); // Whoever awaits it gets the reason; an exit later on is told through onExit.

  return {
    name,
    ready,
    stop: async (graceMs = 5_000) => {
      stopping = true;
      await terminate(child, graceMs);
    },
  };
}

async function terminate(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(timer);
}

function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A port that is free now. The functions' ports are nobody's business but the broker's, so any will do. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** @throws Error that names the port, when somebody else has it. */
export async function demandFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port ${port} is in use: set PORT to a free one`) : error);
    });
    server.listen(port, () => server.close(() => resolve()));
  });
}
