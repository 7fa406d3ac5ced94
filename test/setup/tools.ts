/**
 * Programs that tests run and npm does not bring. A test that misses one fails; none is skipped. As root on Debian
 * they are installed, elsewhere the message says what to install.
 */
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Tool {
  name: string;
  /** Its Debian package. */
  package: string;
  /** Beginnings of the paths of the tests that run it. */
  neededBy: readonly string[];
}

export const tools: readonly Tool[] = [
  { name: "ffmpeg", package: "ffmpeg", neededBy: ["functions/capture/", "local/", "test/page/", "test/e2e/"] },
  { name: "chromium", package: "chromium", neededBy: ["test/page/", "test/e2e/"] },
  { name: "nginx", package: "nginx", neededBy: ["test/edge/", "test/e2e/"] },
  { name: "openssl", package: "openssl", neededBy: ["test/edge/", "cert/"] },
  { name: "redis-server", package: "redis-server", neededBy: ["functions/poller/"] },
  { name: "ps", package: "procps", neededBy: ["test/e2e/"] },
];

/** The program's path, or undefined. Debian keeps servers in /usr/sbin, which is not on everybody's PATH. */
export function findTool(name: string, path = process.env.PATH ?? ""): string | undefined {
  const folders = [...path.split(delimiter).filter(Boolean), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser for playwright-core. */
export function chromiumPath(): string {
  const found = findTool("chromium") ?? findTool("chromium-browser") ?? findTool("google-chrome");
  if (!found) throw new Error(missingMessage(tools.filter(({ name }) => name === "chromium")));
  return found;
}

/** Which tools the selected tests need and this machine lacks. */
export function missingTools(testFiles: readonly string[], find = findTool): Tool[] {
  const needed = tools.filter(({ neededBy }) =>
    testFiles.some((file) => neededBy.some((start) => file.startsWith(start))),
  );
  return needed.filter(({ name }) => find(name) === undefined);
}

export function missingMessage(missing: readonly Tool[]): string {
  const lines = missing.map(({ name, neededBy }) => `  ${name}, needed by the tests in ${neededBy.join(", ")}`);
  const packages = missing.map((tool) => tool.package).join(" ");
  return `programs are missing:\n${lines.join("\n")}\non Debian: apt-get install ${packages}`;
}

/** Root on Debian or one of its children: the only place where a test run changes the machine. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && findTool("apt-get") !== undefined;
}

export function install(missing: readonly Tool[]): void {
  // RUNLEVEL: the packages' servers are installed and not started.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const options: ExecFileSyncOptions = { env, stdio: ["ignore", "inherit", "inherit"], timeout: 600_000 };
  execFileSync("apt-get", ["update", "-qq"], options);
  const packages = missing.map((tool) => tool.package);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}
