/**
 * Runs the deployed nginx files on a developer's machine: the same templates and the same entrypoint as in the image, any
 * user, unprivileged ports, everything written under one folder. For `npm start`, the tests and the benchmarks.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";

export type Role = "static" | "gateway" | "edge" | "backend";

export interface NginxOptions {
  role: Role;
  /** Folder of entrypoint.sh: static/nginx. */
  files: string;
  /** Everything nginx writes; a folder of its own for each process. */
  dir: string;
  /** The variables that entrypoint.sh and edge.sh describe. Nothing else is inherited but PATH. */
  env: Record<string, string>;
  path: string | undefined;
  /** Resolves once this can be connected to: a port of 127.0.0.1 or the path of a socket. */
  listens: number | string;
  /** A line of the log, as it is written. */
  onLine?: (line: string) => void;
  /** The process ended though nobody asked it to. */
  onExit?: (reason: string) => void;
}

export interface Nginx {
  /** Of the entrypoint; nginx's master itself, except for an edge with TLS. */
  pid: number;
  /** Lets requests in flight finish. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 10_000;

/** Rejects with nginx's own words when it does not start. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { role, files, dir, env, path = "/usr/local/bin:/usr/bin:/bin" } = options;
  const child = spawn("sh", [join(files, "entrypoint.sh")], {
    // Debian keeps nginx in /usr/sbin, which is not in every user's path.
    env: { ...env, PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin`, ROLE: role, DIR: dir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lastWords: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      for (const line of text.split("\n").filter(Boolean)) {
        lastWords.push(line);
        if (lastWords.length > 5) lastWords.shift();
        options.onLine?.(line);
      }
    });
  }
  let stopping = false;
  const ended = once(child, "close").then(() => `nginx (${role}) ended: ${lastWords.join(" · ") || "it said nothing"}`);
  await Promise.race([
    listening(options.listens, child),
    ended.then((reason) => {
      throw new Error(reason);
    }),
  ]);
  void ended.then((reason) => {
    if (!stopping) options.onExit?.(reason);
  });
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      // QUIT is nginx's graceful end; the edge's entrypoint passes it on.
      child.kill("SIGQUIT");
      const late = setTimeout(() => child.kill("SIGTERM"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

async function listening(target: number | string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null) {
    if (await canConnect(target)) return;
    if (Date.now() > deadline) {
      child.kill("SIGTERM");
      throw new Error(`nginx does not listen on ${target} after ${START_TIMEOUT_MS / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function canConnect(target: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof target === "number" ? connect(target, "127.0.0.1") : connect(target);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
