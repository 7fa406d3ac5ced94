/**
 * OCR_DEBUG=DIR: keeps the pictures of readings that failed (and of some that did not), so that a HUD change can be seen and
 * made into a fixture. Pictures of strangers' streams are not kept: everything is gone within 24 hours.
 */
import { constants } from "node:fs";
import { access, lstat, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { Reading } from "../contracts/events.ts";
import { fail } from "../runtime/config.ts";
import { type Card, debugPage } from "./debug-page.ts";
import type { Strip } from "./lines.ts";
import type { Sight } from "./reader.ts";

/** An hour less than the promise, because the sweep runs every ten minutes and a clock may jump. */
const KEEP_MS = 23 * 3600_000;
const SWEEP_MS = 10 * 60_000;
/** About 20 KB each: 10 MB at most. */
const MOST = 500;
/** Pictures that wait for the disk. A slow one must not fill the memory: what comes on top is not kept. */
const WAITING = 8;
/** Of readings that went well one in so many is kept, to compare with. */
const GOOD_SHARE = 20;

export interface DebugEntry {
  login: string;
  game: string;
  frametime: string;
  region: string;
  frame: { width: number; height: number };
  engine: string;
  sight: Sight;
  reading: Reading;
}

export interface DebugView {
  /** Never throws: a full disk must not stop the reading. */
  save(entry: DebugEntry, strip: Strip): Promise<void>;
  close(): void;
}

/** @throws ConfigError when the directory cannot be made or written to. */
export async function openDebugView(
  directory: string,
  now: () => number,
  warn: (problem: unknown) => void,
): Promise<DebugView> {
  await mkdir(directory, { recursive: true })
    .then(() => access(directory, constants.W_OK))
    .catch(() => fail("OCR_DEBUG", directory, "a directory that exists or can be made, and can be written to"));
  /** The newest first. */
  let cards: { name: string; card: Card }[] = [];
  let good = 0;
  let waiting = 0;
  let working: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    working = working.then(work).catch(warn);
    return working;
  };
  const writePage = () =>
    writeFile(
      join(directory, "index.html"),
      debugPage(
        "OCR debug view",
        cards.map(({ card }) => card),
      ),
    );
  const keep = async ({ data, width, height }: Strip["picture"], entry: DebugEntry) => {
    const time = new Date(now()).toISOString().replace(/[:.]/g, "-");
    const name = `${time}-${entry.game}-${entry.login}`.replace(/[^\w-]/g, "");
    await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(join(directory, `${name}.png`));
    await writeFile(join(directory, `${name}.json`), `${JSON.stringify(entry, null, 2)}\n`);
    cards.unshift({ name, card: cardOf(name, entry) });
    for (const { name } of cards.splice(MOST)) await remove(directory, name);
    await writePage();
  };
  const sweep = async () => {
    const names = await sweepDirectory(directory, now());
    // Only at the start are there pictures that this process did not write itself.
    const known = new Map(cards.map((one) => [one.name, one]));
    const found = names.map(async (name) => known.get(name) ?? (await readCard(directory, name)));
    cards = (await Promise.all(found)).filter((one) => one !== undefined);
    await writePage();
  };
  await inTurn(sweep);
  const timer = setInterval(() => void inTurn(sweep), SWEEP_MS);
  timer.unref();
  return {
    save: (entry, { picture }) => {
      if (waiting >= WAITING || (entry.reading.ok && good++ % GOOD_SHARE !== 0)) return Promise.resolve();
      waiting++;
      return inTurn(() => keep(picture, entry).finally(() => waiting--));
    },
    close: () => clearInterval(timer),
  };
}

/** Removes what is too old or too much, and nothing that is not of this view. Returns what is left, the newest first. */
async function sweepDirectory(directory: string, now: number): Promise<string[]> {
  const ours = (await readdir(directory)).flatMap(
    (file) => /^(\d{4}-\d\d-\d\dT[\w-]+)\.(png|json)$/.exec(file)?.[1] ?? [],
  );
  const names = [...new Set(ours)].sort().reverse();
  const young: string[] = [];
  for (const name of names) {
    const tooOld = now - (await modified(directory, name)) > KEEP_MS;
    if (tooOld || young.length >= MOST) await remove(directory, name);
    else young.push(name);
  }
  return young;
}

/** When the older of the two files was written. A link's own time, for what it points to may be gone or another's. */
async function modified(directory: string, name: string): Promise<number> {
  const times = ["png", "json"].map((end) => lstat(join(directory, `${name}.${end}`)).then(({ mtimeMs }) => mtimeMs));
  const known = await Promise.allSettled(times);
  return Math.min(...known.map((one) => (one.status === "fulfilled" ? one.value : Number.POSITIVE_INFINITY)));
}

async function remove(directory: string, name: string): Promise<void> {
  for (const end of ["png", "json"]) await rm(join(directory, `${name}.${end}`), { force: true });
}

/** undefined for what cannot be read: a process that was killed or had no room left half a file. */
async function readCard(directory: string, name: string): Promise<{ name: string; card: Card } | undefined> {
  try {
    const entry = JSON.parse(await readFile(join(directory, `${name}.json`), "utf8")) as DebugEntry;
    return { name, card: cardOf(name, entry) };
  } catch {
    return undefined;
  }
}

function cardOf(name: string, { login, game, frametime, engine, sight, reading }: DebugEntry): Card {
  const seen =
    "alive" in sight ? `${sight.phase} ${sight.alive}, certainty ${sight.certainty.toFixed(3)}` : sight.reason;
  const text = reading.ok
    ? `${reading.alive}, confidence ${reading.confidence.toFixed(3)}`
    : `${reading.reason} (saw: ${seen})`;
  const kind = reading.ok ? reading.phase : "unread";
  return { image: `${name}.png`, kind, text, facts: [game, login, frametime, engine] };
}
