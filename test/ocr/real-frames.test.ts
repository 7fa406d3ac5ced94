/** The reader on real frames: every one by its own profile, and those of other games by PUBG's. */
import { afterAll, describe, expect, test } from "vitest";
import { readManifest } from "../../bench/ocr/manifest.ts";
import { gameOf, greyFrame, sampleOf, stripOf } from "../../bench/ocr/picture.ts";
import { framesDir, haveFrames, sayIfAbsent } from "../frames.ts";
import { openReader } from "./reader.ts";

sayIfAbsent();

const frames = haveFrames ? readManifest(framesDir) : [];
const { read, close } = await openReader();
afterAll(close);

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

  // Together, for of some there are five. How many of each is the bench's to say.
  test.each([
    ["PUBG", 0.9, (game: string) => game === "pubg"],
    ["the other games", 0.75, (game: string) => game !== "pubg"],
  ])("nearly every counter of %s is read", (_name, share, isOne) => {
    const sum = (counts: Map<string, number>) =>
      [...counts].reduce((total, [game, count]) => total + (isOne(game) ? count : 0), 0);
    expect(sum(exact)).toBeGreaterThan(share * sum(visible));
  });

  const strangers = frames.filter(({ game }) => !game.startsWith("pubg"));
  test.each(strangers.map((frame) => [frame.name, frame] as const))("%s has no PUBG counter", async (_name, frame) => {
    expect(await read(await stripOf(await greyFrame(frame.path), gameOf("pubg")), "pubg")).toMatchObject({ ok: false });
  });
});
