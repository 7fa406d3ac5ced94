/** The web tier of `npm start`: the deployed nginx files where nginx is installed, otherwise a small server of our own. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startWeb, type WebTier } from "./web.ts";

export interface WebTierOptions {
  kind: "auto" | "nginx" | "node";
  port: number;
  pageDir: string;
  pollerPort: number;
  simulatorPort: number | undefined;
  /** The project's folder. */
  root: string;
}

export async function startWebTier(options: WebTierOptions): Promise<WebTier & { name: string }> {
  const { port, pageDir, pollerPort, simulatorPort, root } = options;
  const web = await startWeb({
    port,
    pageDir,
    pollerUrl: `http://localhost:${pollerPort}`,
    simulatorUrl: simulatorPort === undefined ? undefined : `http://localhost:${simulatorPort}`,
    contentSecurityPolicy: (
      await readFile(join(root, "static", "page", "csp.txt"), "utf8").catch(() => "default-src 'self'")
    ).trim(),
  });
  return { ...web, name: "without nginx" };
}
