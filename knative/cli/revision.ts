/** `task set-rev`: what the next images are called. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run } from "./command.ts";

export const REVISION_FILE = ".make-rev-check";

/**
 * The commit; with changes that are not committed also a mark made of them, because Knative would take the same tag for
 * the same image and start nothing new.
 */
export async function currentRevision(root: string): Promise<string> {
  const git = (...args: string[]) => run("git", args, { cwd: root });
  const { code, stdout } = await attempt("git", ["rev-parse", "--short=12", "HEAD"], { cwd: root });
  if (code !== 0) throw new Error("this is no git checkout with a commit: set IMAGE_TAG yourself");
  const changes = await git("status", "--porcelain", "--untracked-files=all");
  if (changes.trim() === "") return stdout.trim();
  const hash = createHash("sha256").update(await git("diff", "HEAD", "--binary"));
  const untracked = (await git("ls-files", "--others", "--exclude-standard", "-z")).split("\0").filter(Boolean);
  for (const file of untracked) hash.update(file).update(await readFile(join(root, file)).catch(() => ""));
  return `${stdout.trim()}-dirty-${hash.digest("hex").slice(0, 8)}`;
}

export async function setRevision(root: string): Promise<string> {
  const revision = await currentRevision(root);
  await writeFile(join(root, REVISION_FILE), `${revision}\n`);
  return revision;
}

export async function savedRevision(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, REVISION_FILE), "utf8").catch(() => "");
  return text.trim() || undefined;
}
