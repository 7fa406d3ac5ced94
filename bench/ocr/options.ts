/** What `npm run bench:ocr` is asked for. Everything is checked before anything is read, which takes minutes. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_ACCEPT, ENGINES } from "../../functions/ocr/config.ts";
import { framesDirectory } from "./manifest.ts";

const WAYS = [...ENGINES, "ancestor"];

/** @throws an Error that names the option, what was given and what is allowed. */
export function parseOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      frames: { type: "string" },
      engines: { type: "string", default: "all" },
      game: { type: "string" },
      real: { type: "boolean", default: false },
      clean: { type: "boolean", default: false },
      changed: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      accept: { type: "string", default: String(DEFAULT_ACCEPT) },
      page: { type: "string", default: join(tmpdir(), "rotisserie-ocr.html") },
      calibrate: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { game, clean, changed, quick, page, calibrate, json } = values;
  const accept = Number(values.accept);
  if (!(accept >= 0 && accept <= 1)) throw new Error(`--accept ${values.accept}: a number from 0 to 1`);
  const all = values.engines === "all";
  const engines = all ? WAYS : values.engines.split(",");
  for (const name of engines) {
    if (!WAYS.includes(name)) throw new Error(`--engines ${name}: one of all, ${WAYS.join(", ")}`);
  }
  const frames = framesDirectory(values.frames);
  if (values.frames !== undefined && !frames) throw new Error(`--frames ${values.frames}: no manifest.tsv there`);
  if (!existsSync(dirname(page))) throw new Error(`--page ${page}: no such directory`);
  const real = values.real || clean || changed || values.frames !== undefined;
  // The general engines take most of the time and are there to compare with.
  const sparse = all ? ["pp-ocr", "tesseract"] : [];
  return { frames, game, real, clean, changed, quick, engines, sparse, accept, page, calibrate, json };
}
