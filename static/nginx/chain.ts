/** The whole web tier on one machine: edge, gateway and static server, connected by sockets under one folder. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Nginx, startNginx } from "./launch.ts";

export interface ChainOptions {
  /** static/nginx. */
  files: string;
  /** An empty folder; its path must be short, because the path of a socket may have 107 characters. */
  dir: string;
  /** Where viewers connect, on every address of this machine. */
  port: number;
  pageDir: string;
  /** With an address or `localhost`, as http://127.0.0.1:3000. */
  pollerUrl: string;
  /** The simulator's address without a scheme, 127.0.0.1:9000; absent with real Twitch. */
  simulator?: string | undefined;
  path: string | undefined;
  /** More variables of the edge and of all three. */
  edge?: Record<string, string>;
  all?: Record<string, string>;
  onLine?: (line: string) => void;
  onExit?: (reason: string) => void;
}

export async function startChain(
  options: ChainOptions,
): Promise<{ pids: Record<string, number>; stop(): Promise<void> }> {
  const { files, dir, port, pageDir, path, onLine, onExit } = options;
  await mkdir(dir, { recursive: true });
  const common = { files, path, ...(onLine && { onLine }), ...(onExit && { onExit }) };
  const quiet = { ACCESS_LOG: "", ...options.all };
  const sockets = { gateway: join(dir, "g", "web.sock"), static: join(dir, "s", "web.sock") };
  // nginx has no resolver for /etc/hosts.
  const pollerUrl = options.pollerUrl.replace("//localhost", "//127.0.0.1");
  const started: Record<string, Nginx> = {};
  const stop = async () => {
    for (const nginx of Object.values(started).reverse()) await nginx.stop();
  };
  try {
    started.static = await startNginx({
      ...common,
      role: "static",
      dir: join(dir, "s"),
      env: { ...quiet, ROOT: pageDir, NGINX_LISTEN: `unix:${sockets.static}` },
      listens: sockets.static,
    });
    started.gateway = await startNginx({
      ...common,
      role: "gateway",
      dir: join(dir, "g"),
      env: { ...quiet, LISTEN: `unix:${sockets.gateway}`, POLLER_URL: pollerUrl, POLLER_HOST: new URL(pollerUrl).host },
      listens: sockets.gateway,
    });
    started.edge = await startNginx({
      ...common,
      role: "edge",
      dir: join(dir, "e"),
      env: {
        ...quiet,
        HTTP_LISTEN: `*:${port}`,
        HTTPS_LISTEN: "",
        STATUS_LISTEN: "",
        CONFIG_DIR: "",
        APP_UPSTREAM: `unix:${sockets.gateway}`,
        STATIC_UPSTREAM: `unix:${sockets.static}`,
        BACKEND_UPSTREAM: "",
        SIMULATOR_UPSTREAM: options.simulator?.replace(/^localhost:/, "127.0.0.1:") ?? "",
        ...options.edge,
      },
      listens: port,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: Object.fromEntries(Object.entries(started).map(([name, { pid }]) => [name, pid])), stop };
}
