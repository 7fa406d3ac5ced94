/** Encoded segments: made once, kept on disk, a few in memory; what is asked for goes before what is made ahead. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MARGIN } from "../scenes/background.ts";
import { renderBackground, renderOverlay } from "../scenes/render.ts";
import { createEncoder, type EncodeInput, type EncodeJob } from "./encode.ts";
import { type Fmp4Segment, prepareFmp4 } from "./fmp4.ts";
import { type Folder, openFolder } from "./folder.ts";
import { prepareTs, type TsSegment } from "./mpegts.ts";
import { type Channel, type Picture, SEGMENT_SECONDS, type Variant } from "./script.ts";

export type Prepared = { container: "ts"; ts: TsSegment } | { container: "fmp4"; fmp4: Fmp4Segment };

export interface Store {
  /** The segment of a picture; made now if need be. */
  get(picture: Picture, variant: Variant, container: Channel["container"]): Promise<Prepared>;
  /** Make it when nothing is waiting. */
  ahead(picture: Picture, variant: Variant, container: Channel["container"]): void;
  /** Resolves when the segment is on disk, having made it if need be; `soon` goes before what is made ahead. */
  ensure(picture: Picture, variant: Variant, container: Channel["container"], soon: boolean): Promise<void>;
  stop(): void;
}

export interface StoreOptions {
  cacheDir: string;
  /** What the folder may hold. */
  cacheBytes: number;
  ffmpegPath: string;
  /** Encoders at a time. */
  encoders: number;
  onError(error: unknown): void;
}

/** Part of every key: another encoding makes another cache. */
const VERSION = 4;
const MEMORY_BYTES = 96 * 1024 * 1024;
const MAX_AHEAD = 64;

interface Task {
  key: string;
  wanted: boolean;
  run(wanted: boolean): Promise<void>;
}

export function createStore(options: StoreOptions): Store {
  const encoder = createEncoder();
  const folder = openFolder(options.cacheDir, options.cacheBytes);
  const memory = new Map<string, Prepared>();
  let memoryBytes = 0;
  const pending = new Map<string, Promise<Prepared>>();
  let queue: Task[] = [];
  let busy = 0;
  let stopped = false;

  const remember = (key: string, prepared: Prepared) => {
    memory.set(key, prepared);
    memoryBytes += sizeOf(prepared);
    for (const [old, value] of memory) {
      if (memoryBytes <= MEMORY_BYTES || old === key) break;
      memory.delete(old);
      memoryBytes -= sizeOf(value);
    }
    return prepared;
  };

  const pump = () => {
    while (busy < options.encoders && queue.length > 0) {
      const index = Math.max(
        0,
        queue.findIndex((task) => task.wanted),
      );
      const [task] = queue.splice(index, 1);
      if (!task) return;
      busy++;
      void task.run(task.wanted).finally(() => {
        busy--;
        pump();
      });
    }
  };

  const make = (key: string, picture: Picture, variant: Variant, container: Channel["container"], wanted: boolean) => {
    const known = pending.get(key);
    if (known !== undefined) {
      for (const task of queue) if (task.key === key && wanted) task.wanted = true;
      return known;
    }
    const made = new Promise<Prepared>((resolve, reject) => {
      const run = (now: boolean) =>
        produce(options, folder, (job) => encoder.encode({ ...job, idle: !now }), key, picture, variant, container)
          .then((prepared) => resolve(remember(key, prepared)), reject)
          .finally(() => pending.delete(key));
      queue.push({ key, wanted, run });
    });
    pending.set(key, made);
    pump();
    return made;
  };

  return {
    get: async (picture, variant, container) => {
      if (stopped) throw new Error("the simulator is stopping");
      const key = await keyOf(options.ffmpegPath, picture, variant, container);
      const known = memory.get(key);
      if (!known) return make(key, picture, variant, container, true);
      // Last used goes last, so that the oldest is dropped first.
      memory.delete(key);
      memory.set(key, known);
      return known;
    },
    ahead: (picture, variant, container) => {
      const later = async () => {
        const key = await keyOf(options.ffmpegPath, picture, variant, container);
        if (stopped || memory.has(key) || pending.has(key) || queue.length >= MAX_AHEAD) return;
        await make(key, picture, variant, container, false);
      };
      later().catch((error) => {
        if (!stopped) options.onError(error);
      });
    },
    ensure: async (picture, variant, container, soon) => {
      const key = await keyOf(options.ffmpegPath, picture, variant, container);
      if (memory.has(key)) return;
      const there = await stat(join(options.cacheDir, nameOf(key, container))).catch(() => undefined);
      if (!there?.size && !stopped) await make(key, picture, variant, container, soon);
    },
    stop: () => {
      stopped = true;
      queue = [];
      encoder.stop();
    },
  };
}

async function produce(
  { ffmpegPath, cacheDir }: StoreOptions,
  folder: Folder,
  encode: (job: Omit<EncodeJob, "idle">) => Promise<Buffer>,
  key: string,
  picture: Picture,
  variant: Variant,
  container: Channel["container"],
): Promise<Prepared> {
  const name = nameOf(key, container);
  const known = await folder.read(name);
  try {
    if (known) return prepare(known, container);
  } catch {
    // Damaged: made again.
  }
  const input = await inputOf(picture, cacheDir, folder);
  const bytes = await encode({ ffmpegPath, input, variant, container });
  const prepared = prepare(bytes, container);
  await folder.save(name, bytes);
  return prepared;
}

function nameOf(key: string, container: Channel["container"]): string {
  return `${key}.${container === "ts" ? "ts" : "mp4"}`;
}

function prepare(bytes: Buffer, container: Channel["container"]): Prepared {
  return container === "ts" ? { container, ts: prepareTs(bytes) } : { container, fmp4: prepareFmp4(bytes) };
}

async function inputOf(picture: Picture, cacheDir: string, folder: Folder): Promise<EncodeInput> {
  if (picture.kind === "image") return { kind: "image", path: picture.path };
  if (picture.kind === "video") return { kind: "video", path: picture.path, from: picture.part * SEGMENT_SECONDS };
  const { scene } = picture;
  const place = scene.state.kind === "map" ? "map" : scene.background;
  const name = `world-${digest([place, scene.width, scene.height, scene.seed, VERSION])}.jpg`;
  const background = join(cacheDir, name);
  const there = await stat(background).catch(() => undefined);
  if (!there?.size) await folder.save(name, await renderBackground(scene).encode("jpeg", 92));
  const overlay = await renderOverlay(scene).overlay.encode("png");
  return { kind: "layers", background, overlay, margin: MARGIN };
}

async function keyOf(
  ffmpegPath: string,
  picture: Picture,
  variant: Variant,
  container: Channel["container"],
): Promise<string> {
  const { width, height, fps, bandwidth } = variant;
  // A file of the same name may hold another picture tomorrow.
  const file = picture.kind === "scene" ? undefined : await stat(picture.path);
  // Segments of two encoders do not share an initialisation, so they share no cache either.
  return digest([VERSION, ffmpegPath, picture, file?.size, file?.mtimeMs, width, height, fps, bandwidth, container]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

function sizeOf(prepared: Prepared): number {
  return prepared.container === "ts"
    ? prepared.ts.bytes.length
    : prepared.fmp4.fragment.length + prepared.fmp4.init.length;
}
