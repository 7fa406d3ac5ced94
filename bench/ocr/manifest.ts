/** The labelled pictures: a directory with a manifest.tsv (columns as in the frames' README). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findGame, games } from "../../functions/contracts/games.ts";

/** `region` is only there when the file is a region's crop and not the whole frame: x,y,width,height of the frame. */
export const COLUMNS = [
  ...["file", "game", "width", "height", "kind", "value", "bbox_of_digits", "hud_notes"],
  ...["source_repo", "source_path", "licence", "region"],
] as const;
/** The others help (where the HUD stands still, which HUD it is, where it comes from) and may be missing. */
const NEEDED = ["file", "game", "kind", "value"];

/** Which of them say that a counter is there; on the others a number would be an invented one. */
const KINDS = new Map([
  ["alive", "match"],
  ["mobile", "match"],
  ["joined", "lobby"],
  ["none", undefined],
  ["unreadable", undefined],
] as const);

export interface Frame {
  path: string;
  name: string;
  /** Our game id. */
  game: string;
  /** Generation or kind of HUD, or "none" on a picture without a counter. */
  hud: string;
  source: string;
  width: number;
  height: number;
  /** What stands there: undefined when the picture has no counter. */
  want: Want | undefined;
  /** Digits, in pixels of the frame. */
  box: Region | undefined;
  /** Where the file was cut, when it is not the whole frame. */
  region: Region | undefined;
}

export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Want {
  phase: "match" | "lobby";
  alive: number;
}

/** Where the frames are: `--frames`, the variable, or beside the project. */
export function framesDirectory(given?: string): string | undefined {
  const directory = given ?? process.env.ROTISSERIE_FRAMES ?? join(import.meta.dirname, "../../../shared/frames");
  return existsSync(join(directory, "manifest.tsv")) ? directory : undefined;
}

/** The frames of a manifest, for tests: a row that cannot be used fails. */
export function readManifest(directory: string): Frame[] {
  const { frames, problems } = parseManifest(readFileSync(join(directory, "manifest.tsv"), "utf8"), directory);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return frames;
}

/**
 * Rows that cannot be used are told by line; `skipped` are right, but not for us: videos (their frames have rows of their
 * own) and games without a profile. Throws when a needed column is missing. `name`: of the file in the directory.
 */
export function parseManifest(text: string, directory: string, name = "manifest.tsv") {
  const [head = "", ...lines] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const columns = cellsOf(head).map((column) => column.toLowerCase());
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    const there = `its first line has ${columns.map((column) => JSON.stringify(column.slice(0, 40))).join(", ")}`;
    throw new Error(`${join(directory, name)}: no column ${missing.join(", ")} (tab-separated); ${there}`);
  }
  const [frames, problems, skipped]: [Frame[], string[], string[]] = [[], [], []];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const cells = cellsOf(line);
    const row = rowOf((column) => cells[columns.indexOf(column)] ?? "", directory);
    if (row.frame) frames.push(row.frame);
    if (row.problem) problems.push(`${name} line ${index + 2}: ${row.problem}`);
    if (row.skipped) skipped.push(row.skipped);
  }
  return { frames, problems, skipped };
}

/** Spreadsheets put quotes around what they save. */
const cellsOf = (line: string) =>
  line.split("\t").map((cell) => cell.trim().replace(/^"|"$/g, "").replaceAll('""', '"'));

type Row = { frame?: Frame; problem?: string; skipped?: string };

function rowOf(get: (name: string) => string, directory: string): Row {
  const file = get("file");
  if (file === "") return { problem: "no file" };
  if (/\.(mp4|mov|mkv|webm|ts|gif)$/i.test(file)) return { skipped: "videos" };
  const game = gameIdOf(get("game"));
  if (!findGame(game)) return { skipped: `pictures of ${JSON.stringify(get("game"))}, a game without a profile` };
  const kind = get("kind").toLowerCase();
  if (!KINDS.has(kind as "alive")) {
    return { problem: `${file}: kind ${JSON.stringify(kind)} is none of ${[...KINDS.keys()].join(", ")}` };
  }
  const phase = KINDS.get(kind as "alive");
  const value = get("value");
  const number = /^\d{1,4}$/.test(value) ? Number(value) : undefined;
  // A mobile picture without a number has no counter on it.
  if (number === undefined && phase && kind !== "mobile") {
    return { problem: `${file}: kind ${kind} needs a number as value, not ${JSON.stringify(value)}` };
  }
  const want = phase && number !== undefined ? { phase, alive: number } : undefined;
  const frame: Frame = {
    ...{ path: join(directory, file), name: file, game, source: get("source_repo") || "unknown", want },
    ...{ width: Number(get("width")) || 0, height: Number(get("height")) || 0 },
    hud: want ? hudOf(get("hud_notes")) : "none",
    box: want ? boxOf(get("bbox_of_digits")) : undefined,
    region: boxOf(get("region")),
  };
  if (frame.region && (frame.width <= 0 || frame.height <= 0)) {
    return { problem: `${file}: a region needs the width and height of the whole frame` };
  }
  return { frame };
}

/** Our id, or Twitch's title. */
function gameIdOf(text: string): string {
  const id = text.toLowerCase().replace(/[\s_]+/g, "-");
  return games.find(({ twitchName }) => twitchName.toLowerCase() === text.toLowerCase())?.id ?? id;
}

/** Whole pixels: half a one is no place in a picture. */
export function boxOf(text: string): Region | undefined {
  const [x = -1, y = -1, width = 0, height = 0] = text.split(",").map((number) => Math.round(Number(number)));
  return x >= 0 && y >= 0 && width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

function hudOf(notes: string): string {
  if (/observer|esports HUD/i.test(notes) && /TEAMS|ALIVE/.test(notes)) return "observer";
  const generation = /HUD (gen\d)/.exec(notes)?.[1];
  if (!generation) return "only";
  return /zh-Han/.test(notes) ? `${generation} zh` : generation;
}
