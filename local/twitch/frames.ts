/** A directory of real, labelled frames becomes channels. Only the simulator ever opens these files. */
import { open, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { random } from "../scenes/random.ts";
import { categories, newName } from "./channels.ts";
import { type Channel, type Picture, type Truth, variantsOf } from "./script.ts";

export interface FrameOptions {
  seed: number;
  /** Only files whose path contains one of these; empty: all. */
  filter: readonly string[];
  /** Each frame also scaled to these heights, as channels of their own. */
  heights: readonly number[];
}

export class FramesError extends Error {
  override readonly name = "FramesError";
}

interface Frame {
  file: string;
  game: string;
  width: number;
  height: number;
  truth: Truth;
}

const COLUMNS = ["file", "game", "width", "height", "kind", "value"] as const;
const KINDS = ["alive", "joined", "none", "mobile"] as const;
const STILLS = [".jpg", ".jpeg", ".png", ".webp"];
const VIDEOS = [".mp4", ".mov"];
/** Whole segments of the shortest video that people put into such a directory. */
const VIDEO_PARTS = 2;

export async function frameChannels(folder: string, options: FrameOptions): Promise<Channel[]> {
  const frames = (await readManifest(folder)).filter(
    (frame) => options.filter.length === 0 || options.filter.some((word) => frame.file.includes(word)),
  );
  if (frames.length === 0) throw new FramesError(`${folder}: no frame fits ${options.filter.join(" ")}`);
  const dice = random(options.seed);
  const names = new Set<string>();
  const channels: Channel[] = [];
  for (const frame of frames) {
    await readable(join(folder, frame.file));
    for (const height of [undefined, ...options.heights]) {
      if (height === frame.height) continue;
      const login = newName(dice, names);
      channels.push(channelOf(frame, height, join(folder, frame.file), login, dice.whole(1, 4000), channels.length));
    }
  }
  return channels;
}

function channelOf(
  frame: Frame,
  height: number | undefined,
  path: string,
  login: string,
  viewers: number,
  order: number,
): Channel {
  const width = height ? (frame.width * height) / frame.height : frame.width;
  const video = VIDEOS.includes(extname(frame.file));
  const pictures: Picture[] = video
    ? Array.from({ length: VIDEO_PARTS }, (_, part) => ({ kind: "video", path, part }))
    : [{ kind: "image", path, ...(height ? { scaleHeight: height } : {}) }];
  return {
    login,
    displayName: login,
    userId: String(800_000_000 + order),
    title: "[simulated] a real frame",
    game: frame.game,
    language: "en",
    viewers,
    labels: ["MatureGame"],
    container: "ts",
    naming: "ivs",
    // A scaled frame is the broadcast itself: no transcodes, as with small channels.
    variants: variantsOf(width, height ?? frame.height, height === undefined),
    steps: [{ phase: frame.truth.kind === "alive" ? "match" : "none", segments: 60, pictures, truth: frame.truth }],
    offset: 0,
    preroll: 0,
  };
}

async function readManifest(folder: string): Promise<Frame[]> {
  const path = join(folder, "manifest.tsv");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new FramesError(`${path}: ${error.code === "ENOENT" ? "not found" : error.message}`);
  });
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const columns = head.split("\t");
  for (const name of COLUMNS) if (!columns.includes(name)) throw new FramesError(`${path}: no column ${name}`);
  return lines
    .map((line, index) => readLine(line.split("\t"), columns, `${path} line ${index + 2}`))
    .filter((frame) => [...STILLS, ...VIDEOS].includes(extname(frame.file)));
}

function readLine(cells: string[], columns: string[], place: string): Frame {
  const cell = (name: (typeof COLUMNS)[number]) => cells[columns.indexOf(name)]?.trim() ?? "";
  const whole = (name: "width" | "height" | "value") => {
    const value = Number(cell(name));
    if (!/^\d{1,5}$/.test(cell(name))) throw new FramesError(`${place}: ${name} is ${JSON.stringify(cell(name))}`);
    return value;
  };
  const kind = KINDS.find((one) => one === cell("kind"));
  if (!kind) throw new FramesError(`${place}: kind is ${JSON.stringify(cell("kind"))}, not ${KINDS.join(", ")}`);
  const game = cell("game").replaceAll("_", "-");
  if (!(game in categories)) throw new FramesError(`${place}: unknown game ${JSON.stringify(cell("game"))}`);
  const file = cell("file");
  if (!file || file.startsWith("/") || file.split("/").includes("..")) {
    throw new FramesError(`${place}: ${JSON.stringify(file)} is no file of the directory`);
  }
  const truth: Truth = { kind, file };
  if (/^\d+$/.test(cell("value"))) truth.value = whole("value");
  return { file, game, width: whole("width"), height: whole("height"), truth };
}

/** First bytes of the kinds of files that may stand in a manifest. */
const MAGIC = [
  { at: 0, bytes: "\xff\xd8\xff", endings: [".jpg", ".jpeg"] },
  { at: 0, bytes: "\x89PNG", endings: [".png"] },
  { at: 8, bytes: "WEBP", endings: [".webp"] },
  { at: 4, bytes: "ftyp", endings: [".mp4", ".mov"] },
];

/** Opened now, so that a broken directory is known at the start and not when a channel fails. */
async function readable(path: string): Promise<void> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new FramesError(`${path}: ${error.code === "ENOENT" ? "not found" : error.message}`);
  });
  const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0).finally(() => file.close());
  const start = buffer.toString("latin1", 0, bytesRead);
  const known = MAGIC.some(({ at, bytes, endings }) => start.startsWith(bytes, at) && endings.includes(extname(path)));
  if (!known) throw new FramesError(`${path}: no ${extname(path).slice(1)} file`);
}
