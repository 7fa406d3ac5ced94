/** The reader on strips of the project's own renderer, and on the fixtures that `npm run frames:new` made. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CHANGES } from "../../bench/ocr/changes.ts";
import { readManifest } from "../../bench/ocr/manifest.ts";
import { gameOf, greyFrame, sampleOf, stripOf } from "../../bench/ocr/picture.ts";
import { draw, drawnScenes } from "../../bench/ocr/rendered.ts";
import { openReader } from "./reader.ts";

const { read, close } = await openReader();
afterAll(close);

// A few of everything; the bench draws hundreds.
const scenes = drawnScenes(3, 4).filter(({ want }, index) => want || index % 9 === 0);

const seen = { visible: 0, exact: 0 };
test.each(scenes.map((scene) => [scene.name, scene] as const))("drawn: %s", async (_name, { scene, want }) => {
  const reading = await read(await stripOf(draw(scene).grey, gameOf(scene.game)), scene.game);
  if (!want) return expect(reading).toMatchObject({ ok: false });
  seen.visible++;
  if (!reading.ok) return;
  expect({ phase: reading.phase, alive: reading.alive }).toEqual(want);
  seen.exact++;
});

// What is unread here and there is the bench's to count; a reader that reads nothing is found out here.
test("nearly every drawn counter is read", () => {
  expect(seen.exact / seen.visible).toBeGreaterThan(0.9);
});

test.each(["pubg", "pubg-mobile", "warzone", "apex"])("a window's title above the game: %s", async (game) => {
  const counters = scenes.filter(({ scene, want }) => want && scene.game === game).slice(0, 12);
  let exact = 0;
  for (const { scene, want } of counters) {
    const shown = await CHANGES["title of 2 %"](draw(scene).grey);
    const reading = await read(await stripOf(shown, gameOf(game)), game);
    if (!reading.ok) continue;
    expect({ phase: reading.phase, alive: reading.alive }).toEqual(want);
    exact++;
  }
  expect(exact / counters.length).toBeGreaterThan(0.7);
});

const fixtures = join(import.meta.dirname, "../../functions/ocr/fixtures");
const rows = existsSync(join(fixtures, "manifest.tsv")) ? readManifest(fixtures) : [];

test.each(rows.map((row) => [row.name, row] as const))("fixture: %s", async (_name, row) => {
  const reading = await read((await sampleOf(row, await greyFrame(row.path), "clean")).strip, row.game);
  if (row.want) expect(reading).toMatchObject({ ok: true, phase: row.want.phase, alive: row.want.alive });
  else expect(reading).toMatchObject({ ok: false });
});
