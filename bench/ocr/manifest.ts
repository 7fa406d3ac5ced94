/** The labelled pictures: a directory with a manifest.tsv (columns as in the frames' README). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `region` is only there when the file is a region's crop and not the whole frame: x,y,width,height of the frame. */
export const COLUMNS = [
  ...["file", "game", "width", "height", "kind", "value", "bbox_of_digits", "hud_notes"],
  ...["source_repo", "source_path", "licence", "region"],
] as const;

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

/** Still pictures only: a video's frames have rows of their own. Rows of games without a profile are left out. */
export function readManifest(directory: string): Frame[] {
  const [head = "", ...lines] = readFileSync(join(directory, "manifest.tsv"), "utf8").trimEnd().split(/\r?\n/);
  const columns = head.split("\t");
  return lines.flatMap((line) => {
    const cells = line.split("\t").map((cell) => cell.replace(/^"|"$/g, "").replaceAll('""', '"'));
    const get = (name: string) => cells[columns.indexOf(name)] ?? "";
    const file = get("file");
    if (!/\.(png|jpe?g|webp)$/i.test(file)) return [];
    const value = /^\d+$/.test(get("value")) ? Number(get("value")) : undefined;
    const kind = get("kind");
    const visible = value !== undefined && (kind === "alive" || kind === "joined" || kind === "mobile");
    return [
      {
        path: join(directory, file),
        name: file,
        game: get("game").replaceAll("_", "-"),
        hud: visible ? hudOf(get("hud_notes")) : "none",
        source: get("source_repo") || "unknown",
        width: Number(get("width")),
        height: Number(get("height")),
        want: visible ? { phase: kind === "joined" ? "lobby" : "match", alive: value } : undefined,
        box: visible ? boxOf(get("bbox_of_digits")) : undefined,
        region: boxOf(get("region")),
      },
    ];
  });
}

function boxOf(text: string): Region | undefined {
  const [x, y, width, height] = text.split(",").map(Number);
  return x !== undefined && y !== undefined && width && height ? { x, y, width, height } : undefined;
}

function hudOf(notes: string): string {
  if (/observer|esports HUD/i.test(notes) && /TEAMS|ALIVE/.test(notes)) return "observer";
  const generation = /HUD (gen\d)/.exec(notes)?.[1];
  if (!generation) return "only";
  return /zh-Han/.test(notes) ? `${generation} zh` : generation;
}
