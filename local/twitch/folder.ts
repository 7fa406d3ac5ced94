/** The cache's folder: files that appear whole, and no more of them than it may hold. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Folder {
  /** Undefined where there is none. Reading makes a file young. */
  read(name: string): Promise<Buffer | undefined>;
  save(name: string, bytes: Buffer): Promise<void>;
}

/** What the cache writes: segments, worlds, and drafts of them. The folder may be one where other things lie. */
const OWN = /^(?:[0-9a-f]{32}\.(?:ts|mp4)|world-[0-9a-f]{32}\.jpg)(?:\.[0-9a-f]{12}\.tmp)?$/;
/** A look at the whole folder is worth it after so large a part of what it may hold was written. */
const LOOK_AFTER = 1 / 16;
/** Removed a little below the limit, so that the next file does not start it again. */
const LEAVE = 0.9;

export function openFolder(path: string, maxBytes: number): Folder {
  let written = Number.POSITIVE_INFINITY;
  return {
    read: async (name) => {
      const file = join(path, name);
      const bytes = await readFile(file).catch(() => undefined);
      const now = new Date();
      if (bytes) await utimes(file, now, now).catch(() => undefined);
      return bytes;
    },
    // Several simulators may share the folder: a file appears whole or not at all.
    save: async (name, bytes) => {
      await mkdir(path, { recursive: true });
      const draft = join(path, `${name}.${randomBytes(6).toString("hex")}.tmp`);
      await writeFile(draft, bytes);
      await rename(draft, join(path, name));
      written += bytes.length;
      if (written < maxBytes * LOOK_AFTER) return;
      written = 0;
      await trim(path, maxBytes);
    },
  };
}

/** What was used longest ago goes first. */
async function trim(path: string, maxBytes: number): Promise<void> {
  const names = (await readdir(path)).filter((name) => OWN.test(name));
  const files = await Promise.all(
    names.map(async (name) => {
      // Another simulator may remove files, too.
      const there = await stat(join(path, name)).catch(() => undefined);
      return { name, size: there?.size ?? 0, usedAt: there?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= maxBytes) return;
  for (const { name, size } of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes * LEAVE) return;
    await rm(join(path, name), { force: true });
    total -= size;
  }
}
