import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFolder } from "./folder.ts";

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "rotisserie-folder-"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const nameOf = (index: number) => `${String(index).padStart(32, "0")}.ts`;

test("a folder holds no more than it may, and keeps what was used last", async () => {
  const folder = openFolder(path, 10_000);
  for (let index = 0; index < 10; index++) {
    await folder.save(nameOf(index), Buffer.alloc(1000, index));
    // Times of files are too coarse to tell ten that were made at once.
    await utimes(join(path, nameOf(index)), index + 1, index + 1);
  }
  expect((await folder.read(nameOf(0)))?.byteLength).toBe(1000);
  await folder.save(nameOf(10), Buffer.alloc(1000, 10));
  const left = await readdir(path);
  expect(left.length).toBe(9);
  expect(left).toEqual(expect.arrayContaining([nameOf(0), nameOf(9), nameOf(10)]));
  expect(await folder.read(nameOf(1))).toBeUndefined();
});

test("what is not its own stays, however large", async () => {
  await writeFile(join(path, "holiday.ts"), Buffer.alloc(50_000));
  const folder = openFolder(path, 10_000);
  await folder.save(nameOf(1), Buffer.alloc(1000));
  expect((await readdir(path)).sort()).toEqual([nameOf(1), "holiday.ts"]);
});
