/**
 * The real game frames. They are third-party work, so they stay outside the project: tests read them where they lie and
 * say so when they are absent. With CI=true their absence is a failure.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface FrameRow {
  file: string;
  game: string;
  width: number;
  height: number;
  kind: "alive" | "joined" | "none" | "mobile";
  value: number | undefined;
  notes: string;
  source: string;
}

export const framesDir = resolve(process.env.ROTISSERIE_FRAMES ?? "../shared/frames");
export const haveFrames = existsSync(join(framesDir, "manifest.tsv"));

/** Call at the top of a test file that needs real frames. */
export function sayIfAbsent(): void {
  if (haveFrames) return;
  process.stdout.write("NOT RUN: real frames\n");
  if (process.env.CI === "true") throw new Error(`real frames are absent: ${framesDir} has no manifest.tsv`);
}

export function readManifest(): FrameRow[] {
  const [, ...rows] = readFileSync(join(framesDir, "manifest.tsv"), "utf8").trimEnd().split("\n");
  return rows.map((row) => {
    const [file = "", game = "", width, height, kind, value, , notes = "", source = ""] = row.split("\t");
    return {
      file,
      game,
      width: Number(width),
      height: Number(height),
      kind: kind as FrameRow["kind"],
      value: value === "-" || value === undefined ? undefined : Number(value),
      notes,
      source,
    };
  });
}
