import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DebugEntry, openDebugView } from "./debug.ts";

const NOW = Date.parse("2026-01-02T12:00:00Z");
const strip = {
  picture: { data: new Uint8Array(64 * 16), width: 64, height: 16 },
  region: { x: 0, y: 0, width: 64, height: 16 },
  frame: { width: 640, height: 360 },
};
const unread: DebugEntry = {
  ...{ login: "some_body", game: "pubg", frametime: "2026-01-02T11:59:58Z", region: "0,0,64,16", engine: "strip" },
  ...{
    frame: { width: 640, height: 360 },
    sight: { reason: "no-counter" },
    reading: { ok: false, reason: "no-counter" },
  },
};

const unexpected = (problem: unknown) => expect.unreachable(String(problem));

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "debug-view-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const names = async (end: string) => (await readdir(directory)).filter((name) => name.endsWith(end));

test("an unread picture is kept with its reason", async () => {
  const view = await openDebugView(directory, () => NOW, unexpected);
  await view.save(unread, strip);
  view.close();
  expect(await names(".png")).toHaveLength(1);
  expect(JSON.parse(await readFile(join(directory, (await names(".json"))[0] ?? ""), "utf8"))).toEqual(unread);
  expect(await readFile(join(directory, "index.html"), "utf8")).toMatch(/no-counter.*some_body/);
});

test("of good readings one in twenty is kept", async () => {
  const view = await openDebugView(directory, () => NOW, unexpected);
  const reading = { ok: true, phase: "match", alive: 5, confidence: 1, engine: "strip" } as const;
  const good = {
    ...unread,
    sight: { phase: "match", alive: 5, certainty: 1, at: { x: 0, width: 9 } },
    reading,
  } as const;
  for (let i = 0; i < 20; i++) await view.save(good, strip);
  view.close();
  expect(await names(".png")).toHaveLength(1);
});

test("within 24 hours pictures are gone, and nothing else", async () => {
  const old = join(directory, "2026-01-01T11-00-00-000Z-pubg-a.png");
  const young = join(directory, "2026-01-02T11-00-00-000Z-pubg-b.png");
  const other = join(directory, "notes.txt");
  for (const path of [old, young, other]) await writeFile(path, "x");
  for (const path of [old, other]) await utimes(path, NOW / 1000 - 86_000, NOW / 1000 - 86_000);
  await utimes(young, NOW / 1000 - 3600, NOW / 1000 - 3600);
  const view = await openDebugView(directory, () => NOW, unexpected);
  view.close();
  expect((await readdir(directory)).sort()).toEqual(["2026-01-02T11-00-00-000Z-pubg-b.png", "index.html", "notes.txt"]);
});

test("half a file of a killed process, or a link to nowhere, stops neither the page nor what is removed", async () => {
  const path = (name: string) => join(directory, name);
  await writeFile(path("2026-01-02T11-00-00-000Z-pubg-half.json"), '{"login": "ha');
  await writeFile(path("2026-01-02T11-00-01-000Z-pubg-other.json"), "{}");
  await symlink("/nowhere", path("2026-01-02T11-00-02-000Z-pubg-link.png"));
  await writeFile(path("2026-01-01T11-00-00-000Z-pubg-old.png"), "x");
  await utimes(path("2026-01-01T11-00-00-000Z-pubg-old.png"), NOW / 1000 - 86_000, NOW / 1000 - 86_000);
  const view = await openDebugView(directory, () => NOW, unexpected);
  await view.save(unread, strip);
  view.close();
  expect(await readdir(directory)).not.toContain("2026-01-01T11-00-00-000Z-pubg-old.png");
  expect(await readFile(path("index.html"), "utf8")).toContain("some_body");
});

test("500 pictures at most, the newest", async () => {
  const { login: _, ...kept } = unread;
  const name = (i: number) => `2026-01-02T11-00-00-${String(i).padStart(3, "0")}Z-pubg-a`;
  const json = (i: number) =>
    writeFile(join(directory, `${name(i)}.json`), JSON.stringify({ ...kept, login: `u${i}` }));
  await Promise.all(Array.from({ length: 510 }, (_, i) => json(i)));
  const view = await openDebugView(directory, () => NOW, unexpected);
  expect(await names(".json")).toHaveLength(500);
  await view.save(unread, strip);
  view.close();
  expect(await names(".json")).toHaveLength(500);
  const page = await readFile(join(directory, "index.html"), "utf8");
  expect(page.match(/<figure/g)).toHaveLength(500);
  expect(page).toMatch(/some_body[\s\S]*u509[\s\S]*u11\b/);
});

test("of pictures that come faster than the disk writes only a few wait", async () => {
  let at = NOW;
  const view = await openDebugView(directory, () => at++, unexpected);
  await Promise.all(Array.from({ length: 50 }, () => view.save(unread, strip)));
  expect(await names(".png")).toHaveLength(8);
  await view.save(unread, strip);
  view.close();
  expect(await names(".png")).toHaveLength(9);
});

test.each([
  ["a file", "taken"],
  ["below a file", "taken/deeper"],
])("a directory that cannot be is told with the variable's name: %s", async (_name, path) => {
  await writeFile(join(directory, "taken"), "x");
  const given = join(directory, path);
  await expect(openDebugView(given, () => NOW, unexpected)).rejects.toThrow(`OCR_DEBUG="${given}": a directory that`);
});

test("a disk that fails is reported and stops nothing", async () => {
  const problems: unknown[] = [];
  const view = await openDebugView(
    directory,
    () => NOW,
    (problem) => problems.push(problem),
  );
  await rm(directory, { recursive: true });
  await view.save(unread, strip);
  view.close();
  expect(problems).toHaveLength(1);
});
