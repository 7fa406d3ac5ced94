/**
 * OCR_DEBUG=DIR: keeps the pictures of readings that failed (and of some that did not), so that a HUD change can be seen and
 * made into a fixture. Pictures of strangers' streams are not kept: everything is gone within 24 hours.
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { Reading } from "../contracts/events.ts";
import { type Card, debugPage } from "./debug-page.ts";
import type { Sight, Strip } from "./reader.ts";

/** An hour less than the promise, because the sweep runs every ten minutes and a clock may jump. */
const KEEP_MS = 23 * 3600_000;
const SWEEP_MS = 10 * 60_000;
/** About 20 KB each: 10 MB at most. */
const MOST = 500;
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

export async function openDebugView(
  directory: string,
  now: () => number,
  warn: (problem: unknown) => void,
): Promise<DebugView> {
  await mkdir(directory, { recursive: true });
  let good = 0;
  let working: Promise<void> = Promise.resolve();
  const sweep = async () => {
    const files = await Promise.all(
      (await ours(directory)).map(async (name) => ({ name, at: await modified(join(directory, name)) })),
    );
    files.sort((a, b) => b.at - a.at);
    const old = files.filter(({ at }, place) => now() - at > KEEP_MS || place >= 2 * MOST);
    await Promise.all(old.map(({ name }) => rm(join(directory, name), { force: true })));
    await writeFile(join(directory, "index.html"), debugPage("OCR debug view", await cardsOf(directory)));
  };
  const inTurn = (work: () => Promise<void>) => {
    working = working.then(work).catch(warn);
    return working;
  };
  await inTurn(sweep);
  const timer = setInterval(() => void inTurn(sweep), SWEEP_MS);
  timer.unref();
  return {
    save: (entry, { picture: { data, width, height } }) => {
      if (entry.reading.ok && good++ % GOOD_SHARE !== 0) return Promise.resolve();
      return inTurn(async () => {
        const name = `${new Date(now()).toISOString().replace(/[:.]/g, "-")}-${entry.game}-${entry.login}`.replace(
          /[^\w-]/g,
          "",
        );
        await sharp(data, { raw: { width, height, channels: 1 } })
          .png()
          .toFile(join(directory, `${name}.png`));
        await writeFile(join(directory, `${name}.json`), `${JSON.stringify(entry, null, 2)}\n`);
        await sweep();
      });
    },
    close: () => clearInterval(timer),
  };
}

/** Only what this view wrote: the directory may hold other things. */
async function ours(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^\d{4}-\d\d-\d\dT[\w-]+\.(png|json)$/.test(name));
}

async function modified(path: string): Promise<number> {
  return (await stat(path)).mtimeMs;
}

async function cardsOf(directory: string): Promise<Card[]> {
  const names = (await ours(directory))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .reverse();
  const cards: Card[] = [];
  for (const name of names.slice(0, MOST)) {
    const { login, game, frametime, engine, sight, reading } = JSON.parse(
      await readFile(join(directory, name), "utf8"),
    ) as DebugEntry;
    const seen =
      "alive" in sight ? `${sight.phase} ${sight.alive}, certainty ${sight.certainty.toFixed(3)}` : sight.reason;
    const text = reading.ok
      ? `${reading.alive}, confidence ${reading.confidence.toFixed(3)}`
      : `${reading.reason} (saw: ${seen})`;
    const kind = reading.ok ? reading.phase : "unread";
    cards.push({ image: name.replace(/json$/, "png"), kind, text, facts: [game, login, frametime, engine] });
  }
  return cards;
}
