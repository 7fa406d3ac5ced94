/** The reader as it ships: the default engine, the default threshold. */
import { DEFAULT_ACCEPT, DEFAULT_ENGINE } from "../../functions/ocr/config.ts";
import { openEngine } from "../../functions/ocr/engines/index.ts";
import { findProfile } from "../../functions/ocr/games/index.ts";
import type { Strip } from "../../functions/ocr/lines.ts";
import { look, toReading } from "../../functions/ocr/reader.ts";

export async function openReader() {
  const engine = await openEngine(DEFAULT_ENGINE);
  return {
    read: async (strip: Strip, game: string) => {
      const profile = findProfile(game);
      if (!profile) throw new Error(`no profile for ${game}`);
      return toReading(await look(strip, profile, engine), engine.name, DEFAULT_ACCEPT);
    },
    close: engine.close,
  };
}
