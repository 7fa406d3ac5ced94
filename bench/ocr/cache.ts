/**
 * Pictures that were made once: drawing and encoding costs more than reading. A file holds the pictures of one job; its name is a
 * hash of the job, of the files the job reads and of the code that makes pictures, so nothing in it is ever out of date.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import type { Frame } from "./manifest.ts";
import type { Label, Sample } from "./picture.ts";
import type { Job } from "./samples.ts";

const ROOT = join(import.meta.dirname, "../..");
export const CACHE = join(ROOT, ".cache/bench-ocr");
/** One whole run is a third of this. What was not used for longest goes first. */
const MOST_BYTES = 1_000_000_000;
/** Every file that can change a picture. */
const MAKERS = [
  "bench/ocr",
  "local/scenes",
  "functions/contracts/games.ts",
  "functions/ocr/decode.ts",
  "functions/capture/encode.ts",
];
const NO_MAKERS =
  /(options|tally|page|ancestor|calibrate|holdout|languages|report|pool|worker|plan|cache)\.ts$|\.test\.ts$/;

/** The state of the code that all jobs share. */
export function fingerprint(): string {
  const files = MAKERS.flatMap((name) => {
    const path = join(ROOT, name);
    return name.endsWith(".ts")
      ? [path]
      : readdirSync(path)
          .sort()
          .map((file) => join(path, file));
  });
  const hash = createHash("sha256");
  for (const file of files.filter((name) => !NO_MAKERS.test(name))) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** `donors`: of a job that transplants digits, the frames they may come from. */
export function keyOf(job: Job, code: string, donors: readonly Frame[]): string {
  const paths = "frame" in job ? [job.frame.path] : "crop" in job ? [job.crop.path, job.crop.host?.path ?? ""] : [];
  // Where the files lie says nothing about what is on them.
  const text = JSON.stringify(job, (name, value: unknown) => (name === "path" ? undefined : value));
  const hash = createHash("sha256").update(code).update(text);
  for (const { path, box, want } of donors) hash.update(JSON.stringify([box, want])).update(contentOf(path));
  for (const path of paths) hash.update(contentOf(path));
  return hash.digest("hex").slice(0, 32);
}

const known = new Map<string, string>();
function contentOf(path: string): string {
  const hash = known.get(path) ?? hashOf(path);
  known.set(path, hash);
  return hash;
}

/** A file that cannot be read (missing, a directory) is told where its picture is made. */
function hashOf(path: string): string {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return path;
  }
}

type Head = {
  label: Label;
  region: Sample["strip"]["region"];
  frame: Sample["strip"]["frame"];
  width: number;
  height: number;
};

export function load(key: string): Sample[] | undefined {
  const path = join(CACHE, key);
  if (!existsSync(path)) return undefined;
  const bytes = inflateSync(readFileSync(path));
  const end = bytes.indexOf(10);
  let at = end + 1;
  return (JSON.parse(bytes.toString("utf8", 0, end)) as Head[]).map(({ label, region, frame, width, height }) => {
    const data = new Uint8Array(bytes.subarray(at, at + width * height));
    at += data.length;
    return { ...label, strip: { picture: { data, width, height }, region, frame } };
  });
}

export function store(key: string, samples: readonly Sample[]): void {
  mkdirSync(CACHE, { recursive: true });
  const heads = samples.map(({ strip: { picture, region, frame }, ...label }): Head => {
    return { label, region, frame, width: picture.width, height: picture.height };
  });
  const pixels = samples.map(({ strip }) => strip.picture.data);
  const bytes = deflateSync(Buffer.concat([Buffer.from(`${JSON.stringify(heads)}\n`), ...pixels]), { level: 1 });
  // Two runs may make the same pictures: a file appears whole or not at all.
  const part = join(CACHE, `${key}.${process.pid}`);
  writeFileSync(part, bytes);
  renameSync(part, join(CACHE, key));
}

/** Marks what this run used and removes the oldest of the rest while there is too much. */
export function tidy(used: readonly string[]): void {
  if (!existsSync(CACHE)) return;
  const now = new Date();
  for (const key of used) if (existsSync(join(CACHE, key))) utimesSync(join(CACHE, key), now, now);
  const files = readdirSync(CACHE).map((name) => ({ path: join(CACHE, name), ...sizeOf(join(CACHE, name)) }));
  files.sort((a, b) => b.at - a.at);
  let sum = 0;
  for (const { path, bytes } of files) {
    sum += bytes;
    if (sum > MOST_BYTES) rmSync(path, { force: true });
  }
}

function sizeOf(path: string): { bytes: number; at: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, at: mtimeMs };
}
