/**
 * Real pictures that are no full frames (manifest_crops.tsv): digits of PUBG as the first Rotisserie cut them, which have no
 * label, so they are set into real frames of other sources; and Apex strips, whose place in the frame their maker's code tells.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Grey } from "../../functions/ocr/picture.ts";
import { resample } from "../../functions/ocr/picture.ts";
import { type Frame, parseManifest, type Region } from "./manifest.ts";

export interface Crop extends Frame {
  /** The frame it is set into; undefined when it is read as it is. */
  host: Frame | undefined;
}

const MANIFEST = "manifest_crops.tsv";

/** Frames of 720 lines, and where the crops of 2017 (28 x 20) and of 2018 (22 x 22) were cut from them. */
const HOST = { width: 1280, height: 720 };
const PLACES = new Map<string, { x: number; y: number; hud: string }>([
  ["28x20", { x: 1190, y: 25, hud: "gen1" }],
  ["22x22", { x: 1190, y: 20, hud: "gen2" }],
]);

/** Every crop of the directory, PUBG's once for each phase that a host of its generation and another source shows. */
export function readCrops(
  directory: string,
  frames: readonly Frame[],
): {
  crops: Crop[];
  /** The same digits, to be set into other frames one by one. */
  donors: Frame[];
  problems: string[];
  skipped: string[];
} {
  const file = join(directory, MANIFEST);
  if (!existsSync(file)) return { crops: [], donors: [], problems: [], skipped: [] };
  const { frames: rows, problems, skipped } = parseManifest(readFileSync(file, "utf8"), directory, MANIFEST);
  const donors = rows.flatMap(({ width, height, ...row }): Frame[] => {
    const place = PLACES.get(`${width}x${height}`);
    return row.want && row.game === "pubg" && place ? [{ ...row, width, height, hud: place.hud }] : [];
  });
  const crops = rows.flatMap((row): Crop[] => {
    if (row.game === "apex" && row.width > 0 && row.height > 0)
      return [{ ...row, hud: "crop", ...placeOfApex(row), host: undefined }];
    const place = PLACES.get(`${row.width}x${row.height}`);
    if (row.game !== "pubg" || !place) {
      skipped.push(`crops of ${row.game}, ${row.width} x ${row.height}: where in a frame they belong is not known`);
      return [];
    }
    const hosts = hostsOf(place.hud, row.source, frames);
    if (hosts.length === 0) skipped.push(`crops of ${place.hud}: no frame of another source to set them into`);
    return hosts.map((host) => ({
      ...row,
      host,
      hud: row.want ? `${host.hud} crop` : "none crop",
      want: row.want && host.want && { ...row.want, phase: host.want.phase },
    }));
  });
  return { crops, donors, problems, skipped };
}

function hostsOf(generation: string, source: string, frames: readonly Frame[]): Frame[] {
  const fit = frames.filter(
    (frame) => frame.game === "pubg" && frame.hud.startsWith(generation) && frame.source !== source && isWide(frame),
  );
  return (["match", "lobby"] as const).flatMap((phase) => fit.find(({ want }) => want?.phase === phase) ?? []);
}

const isWide = ({ width, height }: Frame) => width * 9 === height * 16;

/** apex-stream-scanner cut x from 0.8 of the width to its end and y from 0.01 to 0.08 of the height, of 16:9 streams. */
function placeOfApex({ width, height }: Frame): { width: number; height: number; region: Region } {
  const frame = { width: Math.ceil((width * 5) / 16) * 16, height: Math.ceil((width * 5) / 16) * 9 };
  const region = { x: frame.width - width, y: Math.floor(frame.height * 0.01), width, height };
  return { ...frame, region };
}

/** The host, scaled to the lines the crop is from, with the crop in its place. */
export function setInto(host: Grey, crop: Grey): Grey {
  const place = PLACES.get(`${crop.width}x${crop.height}`);
  const whole = { x: 0, y: 0, width: host.width, height: host.height };
  const out = resample(host, whole, HOST.width, HOST.height);
  if (!place) return out;
  for (let y = 0; y < crop.height; y++) {
    const row = crop.data.subarray(y * crop.width, (y + 1) * crop.width);
    out.data.set(row, (place.y + y) * out.width + place.x);
  }
  return out;
}
