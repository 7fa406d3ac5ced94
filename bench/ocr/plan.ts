/** What is read in one run: every frame of a directory, and unless only those are asked for, everything made beside them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../functions/ocr/games/index.ts";
import { readCrops } from "./crops.ts";
import { type Frame, parseManifest } from "./manifest.ts";
import { type Drawn, drawnScenes } from "./rendered.ts";
import type { Job } from "./samples.ts";

export interface Wish {
  frames: string | undefined;
  game: string | undefined;
  /** The frames and what streams make of them, nothing else. */
  real: boolean;
  /** Nothing through streams; only together with `real`. */
  clean: boolean;
  /** The frames changed in many ways, and nothing else. */
  changed: boolean;
  /** One in ten of what is made. */
  quick: boolean;
}

/** Per language and HUD generation of PUBG, and per other game: enough for 600 readings of each game. */
const EACH = 44;
const OTHERS = 360;

const READ = profiles.filter(({ verified }) => verified).map(({ game }) => game);

export function planOf({ frames: directory, game, real, clean, changed, quick }: Wish) {
  const problems: string[] = [];
  const skipped: string[] = [];
  let frames: Frame[] = [];
  let crops: Job[] = [];
  let donors: Frame[] = [];
  if (directory) {
    const manifest = parseManifest(readFileSync(join(directory, "manifest.tsv"), "utf8"), directory);
    frames = manifest.frames.filter(({ game: id }) => READ.includes(id));
    skipped.push(...manifest.skipped, ...manifest.frames.filter((frame) => !frames.includes(frame)).map(unverified));
    const more = readCrops(directory, frames);
    crops = more.crops.map((crop) => ({ kind: "crop", crop }));
    donors = more.donors;
    problems.push(...manifest.problems, ...more.problems);
    skipped.push(...more.skipped);
  }
  const hosts = frames.filter((frame) => frame.game === "pubg" && frame.box && !frame.region);
  const every = quick ? 10 : 1;
  const sparse = <T>(list: readonly T[]) => list.filter((_, index) => index % every === 0);
  const made: Job[] = real
    ? []
    : [
        ...sparse(hosts).map((frame, turn): Job => ({ kind: "set", frame, turn })),
        ...sparse(frames.filter(({ region }) => !region)).map(strangersOf),
        ...drawnJobs(sparse(drawnScenes(EACH, OTHERS))),
      ];
  const jobs: Job[] = [
    ...frames.map((frame): Job => ({ kind: "real", frame, bars: !real && bars(frame), streams: !clean })),
    ...crops,
  ];
  const asked = changed ? frames.filter(({ region }) => !region).map(changedOf) : [...jobs, ...made];
  const all = asked.filter((job) => !game || gamesOf(job).includes(game));
  return { jobs: all, donors: [...hosts, ...donors], problems, skipped };
}

/** Scenes of one job are encoded together. */
const TOGETHER = 8;

function drawnJobs(scenes: readonly Drawn[]): Job[] {
  const jobs: Job[] = [];
  for (const game of READ) {
    const own = scenes.filter(({ scene }) => scene.game === game);
    for (let turn = 0; turn < own.length; turn += TOGETHER) {
      jobs.push({ kind: "drawn", game, drawn: own.slice(turn, turn + TOGETHER), turn });
    }
  }
  return jobs;
}

const changedOf = (frame: Frame): Job => ({ kind: "changed", frame });
const bars = ({ game, region }: Frame) => game === "pubg" && !region;
const unverified = ({ game }: Frame) => `pictures of ${game}, whose profile is unverified and off`;

/** A PUBG frame is no stranger to PUBG Mobile: the same words mean the same there. */
function strangersOf(frame: Frame): Job {
  const related = (id: string) => id === frame.game || (id.startsWith("pubg") && frame.game.startsWith("pubg"));
  return { kind: "stranger", frame, games: READ.filter((id) => !related(id)) };
}

function gamesOf(job: Job): readonly string[] {
  if (job.kind === "drawn") return [job.game];
  if (job.kind === "stranger") return job.games;
  return [job.kind === "crop" ? job.crop.game : job.frame.game];
}
