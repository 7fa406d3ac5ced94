/**
 * Turns a picture of the debug view into a labelled fixture: `npm run frames:new -- CROP.json --value 23 [--kind alive]
 * [--hud gen3] [--to functions/ocr/fixtures]`. CROP.json lies beside CROP.png in OCR_DEBUG's directory. `--value -` says that
 * no counter is on it. The row lands in manifest.tsv there, which the tests read whole.
 *
 * Only pictures that may be published: the fixtures are part of the project.
 */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { DebugEntry } from "../functions/ocr/debug.ts";
import { COLUMNS } from "./ocr/manifest.ts";

const KINDS = ["alive", "joined", "none", "mobile"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    value: { type: "string" },
    kind: { type: "string" },
    hud: { type: "string", default: "only" },
    source: { type: "string", default: "debug view" },
    licence: { type: "string", default: "own" },
    to: { type: "string", default: "functions/ocr/fixtures" },
  },
});
const [crop] = positionals;
const { value } = options;
if (!crop?.endsWith(".json") || !existsSync(crop))
  throw new Error("which picture? give the path of its .json in the debug directory");
if (!value || !/^(\d{1,3}|-)$/.test(value)) throw new Error("--value is the number on the picture, or - for none");
const kind = options.kind ?? (value === "-" ? "none" : "alive");
if (!KINDS.includes(kind) || (kind === "none") !== (value === "-"))
  throw new Error(`--kind is one of ${KINDS.join(", ")}, and none goes with --value -`);

const entry = JSON.parse(readFileSync(crop, "utf8")) as DebugEntry;
// The login stays behind: whose stream it was is nobody's business later.
const file = `${entry.game}-${value === "-" ? "none" : value}-${basename(crop, ".json").replace(/\D/g, "").slice(0, 17)}.png`;
mkdirSync(options.to, { recursive: true });
copyFileSync(crop.replace(/\.json$/, ".png"), join(options.to, file));
const manifest = join(options.to, "manifest.tsv");
if (!existsSync(manifest)) writeFileSync(manifest, `${COLUMNS.join("\t")}\n`);
const row: Record<string, string> = {
  ...{
    file,
    game: entry.game,
    width: String(entry.frame.width),
    height: String(entry.frame.height),
    kind,
    value,
    bbox_of_digits: "-",
  },
  ...{
    hud_notes: `HUD ${options.hud}`,
    source_repo: options.source,
    source_path: "-",
    licence: options.licence,
    region: entry.region,
  },
};
appendFileSync(manifest, `${COLUMNS.map((column) => (row[column] ?? "-").replace(/\s+/g, " ")).join("\t")}\n`);
process.stdout.write(`${join(options.to, file)}: ${kind} ${value}\n`);
