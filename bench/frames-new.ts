/**
 * Turns a picture of the debug view into a labelled fixture: `npm run frames:new -- DIR/NAME.png --value 23 [--kind alive]
 * [--hud gen3] [--to functions/ocr/fixtures]`. NAME.png and NAME.json lie in OCR_DEBUG's directory; either may be named. `--value -`
 * says that no counter is on it. The row lands in manifest.tsv there, which test/ocr reads whole; a picture labelled again replaces
 * its earlier label.
 *
 * Only pictures that may be published: the fixtures are part of the project.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { GameId, IntegerAttribute } from "../functions/contracts/event.ts";
import { Region } from "../functions/contracts/events.ts";
import { findGame } from "../functions/contracts/games.ts";
import { COLUMNS } from "./ocr/manifest.ts";

const KINDS = ["alive", "joined", "none", "mobile"];
const OPTIONS = {
  value: { type: "string" },
  kind: { type: "string" },
  hud: { type: "string", default: "only" },
  source: { type: "string", default: "debug view" },
  licence: { type: "string", default: "own" },
  to: { type: "string", default: "functions/ocr/fixtures" },
} as const;

/** What is taken of the debug view's JSON. It is a file as any other: somebody may have changed it. */
const Entry = v.object({
  game: GameId,
  region: Region,
  frame: v.object({ width: IntegerAttribute(16, 16384), height: IntegerAttribute(16, 16384) }),
  sight: v.object({ phase: v.optional(v.string()) }),
});

try {
  process.stdout.write(`${add()}\n`);
} catch (error) {
  process.stderr.write(`frames:new: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function add(): string {
  const { values: options, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const { entry, picture } = pictureAt(positionals);
  const { value } = options;
  const most = findGame(entry.game)?.maxAlive;
  if (most === undefined) throw new Error(`${entry.game} is not a game that is read`);
  if (value !== "-" && !(/^[1-9]\d{0,2}$/.test(value ?? "") && Number(value) <= most))
    throw new Error(`--value is the number on the picture, 1 to ${most}, or - when there is no counter`);
  // What the reader took it for is the likelier kind; it is told, so that a wrong guess is seen.
  const seen = entry.sight.phase === "lobby" ? "joined" : "alive";
  const kind = options.kind ?? (value === "-" ? "none" : seen);
  if (!KINDS.includes(kind) || (kind === "none") !== (value === "-"))
    throw new Error(`--kind ${kind}: one of ${KINDS.join(", ")}, and none goes with --value -`);

  mkdirSync(options.to, { recursive: true });
  const manifest = join(options.to, "manifest.tsv");
  const [head, ...rows] = existsSync(manifest) ? readFileSync(manifest, "utf8").trimEnd().split(/\r?\n/) : [];
  if (head !== undefined && head !== COLUMNS.join("\t"))
    throw new Error(`${manifest} has other columns than ${COLUMNS}`);
  // The login stays behind: whose stream it was is nobody's business later.
  const content = createHash("sha256").update(picture).digest("hex").slice(0, 10);
  const same = rows.filter((row) => row.split("\t", 1)[0]?.endsWith(`-${content}.png`));
  for (const row of same) rmSync(join(options.to, row.split("\t", 1)[0] ?? ""), { force: true });
  const file = `${entry.game}-${value === "-" ? "none" : value}-${content}.png`;
  const row: Record<string, string> = {
    ...{ file, game: entry.game, kind, value: value ?? "-", region: entry.region },
    ...{ width: String(entry.frame.width), height: String(entry.frame.height) },
    ...{ hud_notes: `HUD ${options.hud}`, source_repo: options.source, licence: options.licence },
  };
  const line = COLUMNS.map((column) => (row[column] ?? "-").replace(/\s+/g, " ")).join("\t");
  const kept = rows.filter((one) => one !== "" && !same.includes(one));
  writeFileSync(join(options.to, file), picture);
  writeFileSync(manifest, `${[COLUMNS.join("\t"), ...kept, line].join("\n")}\n`);
  const what = value === "-" ? "no counter" : `${kind} ${value}`;
  return `${join(options.to, file)}: ${what}${same.length > 0 ? ", instead of its earlier label" : ""}`;
}

function pictureAt([name, ...more]: string[]) {
  if (!name || more.length > 0 || !/\.(png|json)$/.test(name))
    throw new Error("name one picture of the debug directory: DIR/NAME.png --value 23");
  const base = name.replace(/\.(png|json)$/, "");
  for (const file of [`${base}.png`, `${base}.json`]) if (!existsSync(file)) throw new Error(`${file} is not there`);
  return { entry: entryOf(`${base}.json`), picture: readFileSync(`${base}.png`) };
}

function entryOf(file: string): v.InferOutput<typeof Entry> {
  try {
    return v.parse(Entry, JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file} is not of the debug view: ${error instanceof Error ? error.message : String(error)}`);
  }
}
