/**
 * Turns a picture of the debug view into a labelled fixture: `npm run frames:new -- DIR/NAME.png --value 23 [--kind alive]
 * [--hud gen3] [--to functions/ocr/fixtures]`. NAME.png and NAME.json lie in OCR_DEBUG's directory; either may be named. `--value -`
 * says that no counter is on it. The row lands in manifest.tsv there, which test/ocr reads whole; a picture labelled again replaces
 * its earlier label.
 *
 * Only pictures that may be published: the fixtures are part of the project.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { GameId, IntegerAttribute } from "../functions/contracts/event.ts";
import { Region } from "../functions/contracts/events.ts";
import { findGame } from "../functions/contracts/games.ts";
import { decode } from "../functions/ocr/decode.ts";
import { checkStrip } from "../functions/ocr/lines.ts";
import { boxOf, COLUMNS } from "./ocr/manifest.ts";

const KINDS = ["alive", "joined", "none", "mobile"];
const OPTIONS = {
  value: { type: "string" },
  kind: { type: "string" },
  hud: { type: "string", default: "only" },
  source: { type: "string", default: "debug view" },
  licence: { type: "string", default: "own" },
  to: { type: "string", default: "functions/ocr/fixtures" },
} as const;

/** Pictures of the debug view are about 20 KB, and never as many bytes as the reader takes pixels. */
const MOST_BYTES = { png: 2_000_000, json: 64 * 1024 };

/** What is taken of the debug view's JSON. Both files are input like any other: nothing of them is believed unchecked. */
const Entry = v.object({
  game: GameId,
  region: Region,
  frame: v.object({ width: IntegerAttribute(16, 16384), height: IntegerAttribute(16, 16384) }),
  sight: v.object({ phase: v.optional(v.string()) }),
});

try {
  process.stdout.write(`${await add()}\n`);
} catch (error) {
  process.stderr.write(`frames:new: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function add(): Promise<string> {
  const { values: options, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const { entry, game, picture } = await pictureAt(positionals);
  const { value } = options;
  if (value !== "-" && !(/^[1-9]\d{0,2}$/.test(value ?? "") && Number(value) <= game.maxAlive))
    throw new Error(`--value is the number on the picture, 1 to ${game.maxAlive}, or - when there is no counter`);
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
  const fileOf = (row: string) => row.split("\t", 1)[0] ?? "";
  // Only a file of this directory is replaced, whatever the manifest names.
  const same = rows.filter((row) => fileOf(row).endsWith(`-${content}.png`) && basename(fileOf(row)) === fileOf(row));
  for (const row of same) rmSync(join(options.to, fileOf(row)), { force: true });
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

async function pictureAt([name, ...more]: string[]) {
  if (!name || more.length > 0 || !/\.(png|json)$/.test(name))
    throw new Error("name one picture of the debug directory: DIR/NAME.png --value 23");
  const base = name.replace(/\.(png|json)$/, "");
  const [picture, json] = [contentOf(base, "png"), contentOf(base, "json")];
  const entry = await ofDebugView(`${base}.json`, async () => v.parse(Entry, JSON.parse(json.toString())));
  const game = findGame(entry.game);
  if (!game) throw new Error(`${entry.game} is not a game that is read`);
  await ofDebugView(`${base}.png`, () => checkPicture(picture, entry));
  return { entry, game, picture };
}

function contentOf(base: string, end: keyof typeof MOST_BYTES): Buffer {
  const file = `${base}.${end}`;
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  const { size } = statSync(file);
  if (size > MOST_BYTES[end]) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES[end]}`);
  return readFileSync(file);
}

/** A fixture that test/ocr could not read would fail there, for whoever runs it next. */
async function checkPicture(bytes: Buffer, { region, frame }: v.InferOutput<typeof Entry>): Promise<void> {
  const place = boxOf(region);
  if (!place) throw new Error(`region ${region} is empty`);
  checkStrip({ picture: await decode(bytes, "image/png"), region: place, frame });
}

async function ofDebugView<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${file} is not of the debug view: ${error instanceof Error ? error.message : String(error)}`);
  }
}
