import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
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
