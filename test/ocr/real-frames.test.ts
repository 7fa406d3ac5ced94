/** The reader on real frames: every one of PUBG, and the other games' through every profile. */
import { afterAll, describe, expect, test } from "vitest";
import { readManifest } from "../../bench/ocr/manifest.ts";
import { gameOf, greyFrame, sampleOf, stripOf } from "../../bench/ocr/picture.ts";
import { DEFAULT_ACCEPT, DEFAULT_ENGINE } from "../../functions/ocr/config.ts";
import { openEngine } from "../../functions/ocr/engines/index.ts";
import { findProfile } from "../../functions/ocr/games/index.ts";
import type { Strip } from "../../functions/ocr/lines.ts";
import { look, toReading } from "../../functions/ocr/reader.ts";
import { framesDir, haveFrames, sayIfAbsent } from "../frames.ts";

sayIfAbsent();

const frames = haveFrames ? readManifest(framesDir) : [];
const engine = await openEngine(DEFAULT_ENGINE);
afterAll(() => engine.close());

async function read(strip: Strip, game: string) {
  const profile = findProfile(game);
  if (!profile) throw new Error(`no profile for ${game}`);
  return toReading(await look(strip, profile, engine), engine.name, DEFAULT_ACCEPT);
}

describe.runIf(haveFrames)("real frames", () => {
  const exact = new Map<string, number>();
  const visible = new Map<string, number>();

  test.each(frames.map((frame) => [frame.name, frame] as const))(
    "%s is read right or not at all",
    async (_name, frame) => {
      const reading = await read((await sampleOf(frame, await greyFrame(frame.path), "clean")).strip, frame.game);
      if (frame.want) {
        visible.set(frame.game, (visible.get(frame.game) ?? 0) + 1);
        if (reading.ok) {
          expect({ phase: reading.phase, alive: reading.alive }).toEqual(frame.want);
          exact.set(frame.game, (exact.get(frame.game) ?? 0) + 1);
        }
      } else {
        expect(reading).toMatchObject({ ok: false });
      }
    },
  );

  test("nearly every counter of PUBG is read", () => {
    expect((exact.get("pubg") ?? 0) / (visible.get("pubg") ?? 1)).toBeGreaterThan(0.9);
  });

  const strangers = frames.filter(({ game }) => !game.startsWith("pubg"));
  test.each(strangers.map((frame) => [frame.name, frame] as const))("%s has no PUBG counter", async (_name, frame) => {
    expect(await read(await stripOf(await greyFrame(frame.path), gameOf("pubg")), "pubg")).toMatchObject({ ok: false });
  });
});
