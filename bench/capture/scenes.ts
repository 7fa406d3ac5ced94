/** Segments with a HUD in them, for the load run: the reader has its real work, and its answers can be compared. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scene } from "../../local/scenes/scene.ts";
import { createStore } from "../../local/twitch/store.ts";
import { LOOP_SEGMENTS, type Quality, RATE } from "./video.ts";

/** The count that a segment of the loop shows. */
export const countOf = (index: number): number => 97 - 6 * index;

const WORLDS = ["bright", "dark", "forest", "desert", "indoor", "water", "smoke", "busy"] as const;

/** Returns the folder with s000.ts, s001.ts, ...; what the simulator's cache has is not encoded again. */
export async function prepareScenes({ height, width, kbits }: Quality, cache: string): Promise<string> {
  const folder = join(cache, `${height}p${RATE}-scenes`);
  const store = createStore({
    cacheDir: join(cache, "simulator"),
    cacheBytes: Number.POSITIVE_INFINITY,
    ffmpegPath: "ffmpeg",
    encoders: 2,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  });
  const variant = { name: `${height}p${RATE}`, width, height, fps: RATE, bandwidth: kbits * 1000, source: true };
  const making = `${folder}.making-${process.pid}`;
  await mkdir(making, { recursive: true });
  await Promise.all(
    Array.from({ length: LOOP_SEGMENTS }, async (_, index) => {
      const segment = await store.get({ kind: "scene", scene: sceneOf(index) }, variant, "ts");
      if (segment.container !== "ts") throw new Error("not MPEG-TS");
      await writeFile(join(making, `s${String(index).padStart(3, "0")}.ts`), segment.ts.bytes);
    }),
  );
  store.stop();
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  return folder;
}

function sceneOf(index: number): Scene {
  const background = WORLDS[index % WORLDS.length] ?? "bright";
  return {
    ...{ game: "pubg", hud: "gen3", language: "en", width: 1920, height: 1080, background, seed: index },
    state: { kind: "alive", count: countOf(index) },
  };
}
