/** The reader on strips of the project's own renderer, and on the fixtures that `npm run frames:new` made. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readManifest } from "../../bench/ocr/manifest.ts";
import { gameOf, greyFrame, sampleOf, stripOf } from "../../bench/ocr/picture.ts";
import { draw, drawnScenes } from "../../bench/ocr/rendered.ts";
import { DEFAULT_ACCEPT, DEFAULT_ENGINE } from "../../functions/ocr/config.ts";
import { openEngine } from "../../functions/ocr/engines/index.ts";
import { findProfile } from "../../functions/ocr/games/index.ts";
import type { Strip } from "../../functions/ocr/lines.ts";
import { look, toReading } from "../../functions/ocr/reader.ts";

const engine = await openEngine(DEFAULT_ENGINE);
afterAll(() => engine.close());

async function read(strip: Strip, game: string) {
  const profile = findProfile(game);
  if (!profile) throw new Error(`no profile for ${game}`);
  return toReading(await look(strip, profile, engine), engine.name, DEFAULT_ACCEPT);
}

// A few of everything; the bench draws hundreds.
const scenes = drawnScenes(3, 4).filter(({ want }, index) => want || index % 9 === 0);

test.each(scenes.map((scene) => [scene.name, scene] as const))("drawn: %s", async (_name, { scene, want }) => {
  const reading = await read(await stripOf(draw(scene).grey, gameOf(scene.game)), scene.game);
  if (!want) expect(reading).toMatchObject({ ok: false });
  else if (reading.ok) expect({ phase: reading.phase, alive: reading.alive }).toEqual(want);
});

const fixtures = join(import.meta.dirname, "../../functions/ocr/fixtures");
const rows = existsSync(join(fixtures, "manifest.tsv")) ? readManifest(fixtures) : [];

test.each(rows.map((row) => [row.name, row] as const))("fixture: %s", async (_name, row) => {
  const reading = await read((await sampleOf(row, await greyFrame(row.path), "clean")).strip, row.game);
  if (row.want) expect(reading).toMatchObject({ ok: true, phase: row.want.phase, alive: row.want.alive });
  else expect(reading).toMatchObject({ ok: false });
});
