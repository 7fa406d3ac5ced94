/** The web tier of `npm start`: the deployed nginx files where nginx is installed, otherwise a small server of our own. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startChain } from "../static/nginx/chain.ts";
import { startWeb, type WebTier } from "./web.ts";

export interface WebTierOptions {
  kind: "auto" | "nginx" | "node";
  port: number;
  pageDir: string;
  pollerPort: number;
  simulatorPort: number | undefined;
  /** The project's folder. */
  root: string;
  /** Where programs are looked for. */
  path: string | undefined;
  onLine: (line: string) => void;
  onExit: (reason: string) => void;
}

export async function startWebTier(options: WebTierOptions): Promise<WebTier & { name: string }> {
  const { kind, port, pageDir, pollerPort, simulatorPort, root, path } = options;
  const nginx = kind !== "node" && haveNginx(path);
  if (kind === "nginx" && !nginx) throw new Error("WEB=nginx, but nginx is not installed: apt-get install nginx");
  const pollerUrl = `http://localhost:${pollerPort}`;
  if (!nginx) {
    const policy = await readFile(join(root, "static", "page", "csp.txt"), "utf8");
    const simulatorUrl = simulatorPort === undefined ? undefined : `http://localhost:${simulatorPort}`;
    const web = await startWeb({ port, pageDir, pollerUrl, simulatorUrl, contentSecurityPolicy: policy.trim() });
    return { ...web, name: "without nginx" };
  }
  const dir = await mkdtemp(join(tmpdir(), "rotisserie-"));
  const chain = await startChain({
    files: join(root, "static", "nginx"),
    dir,
    port,
    pageDir,
    pollerUrl,
    simulator: simulatorPort === undefined ? undefined : `localhost:${simulatorPort}`,
    path,
    onLine: options.onLine,
    onExit: options.onExit,
  });
  return {
    name: "nginx",
    stop: async () => {
      await chain.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Debian keeps nginx in /usr/sbin, which is not in every user's path. */
function haveNginx(path = ""): boolean {
  const folders = [...path.split(delimiter).filter(Boolean), "/usr/sbin", "/usr/local/sbin"];
  return folders.some((folder) => existsSync(join(folder, "nginx")));
}
