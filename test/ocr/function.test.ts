/** The function as a process: warm before it is ready, one event in, one reading out, refusals final, metrics counted. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gameOf } from "../../bench/ocr/picture.ts";
import { countRead, frameCaptured } from "../../functions/contracts/events.ts";
import { cropOf } from "../../functions/contracts/games.ts";
import { readEvent, writeEvent } from "../../functions/runtime/wire.ts";
import { renderScene } from "../../local/scenes/index.ts";

let child: ChildProcess;
let base = "";
let debug = "";

beforeAll(async () => {
  debug = await mkdtemp(join(tmpdir(), "rotisserie-debug-"));
  child = spawn(process.execPath, ["--import", "tsx", "functions/ocr/main.ts"], {
    env: { ...process.env, PORT: "0", OCR_DEBUG: debug, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  base = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /"port":(\d+)/.exec(text)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    child.once("exit", (code) => reject(new Error(`stopped with ${code}: ${text}`)));
  });
}, 60_000);

afterAll(async () => {
  child.kill("SIGTERM");
  await rm(debug, { recursive: true, force: true });
});

const scene = {
  game: "pubg",
  hud: "gen3",
  language: "en",
  width: 1920,
  height: 1080,
  background: "dark",
  seed: 5,
} as const;

async function post(
  state: Parameters<typeof renderScene>[0]["state"],
  attributes: object = {},
  bytes?: Uint8Array<ArrayBuffer>,
  crop: { left: number; top: number; width: number; height: number } = cropOf(gameOf("pubg"), 1920, 1080),
) {
  const { data, width, height } = renderScene({ ...scene, state });
  const image = sharp(data, { raw: { width, height, channels: 4 } })
    .extract(crop)
    .greyscale();
  const event = frameCaptured.create({
    ...{ id: "frame-7", subject: "somebody", time: "2026-01-01T00:00:00Z", datacontenttype: "image/webp" },
    data: new Uint8Array(await image.webp({ quality: 80 }).toBuffer()),
    attributes: {
      ...{
        roundid: "round",
        traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
        deadline: "2099-01-01T00:00:00Z",
      },
      ...{ frametime: "2026-01-01T00:00:00Z", game: "pubg", framewidth: width, frameheight: height },
      region: `${crop.left},${crop.top},${crop.width},${crop.height}`,
      ...attributes,
    },
  });
  // Set afterwards: the contract would not let some of them be sent.
  const { headers, body } = writeEvent(bytes ? { ...event, data: bytes } : event);
  return fetch(base, { method: "POST", headers, body: new Uint8Array(body) });
}

/** Nothing but black: a few kilobytes. */
async function bomb(side: number): Promise<Uint8Array<ArrayBuffer>> {
  const create = { width: side, height: side, channels: 3, background: "#000" } as const;
  return new Uint8Array(
    await sharp({ create, limitInputPixels: false }).webp({ lossless: true, effort: 0 }).toBuffer(),
  );
}

test("a count", async () => {
  const response = await post({ kind: "alive", count: 23 });
  expect(response.status).toBe(200);
  const reply = countRead.parse(
    readEvent(Object.fromEntries(response.headers), new Uint8Array(await response.arrayBuffer())),
  );
  expect(reply).toMatchObject({
    id: "frame-7.read",
    subject: "somebody",
    data: { ok: true, phase: "match", alive: 23 },
  });
});

test("a count in the whole width of the frame: only the game's region is searched", async () => {
  const response = await post({ kind: "alive", count: 23 }, {}, undefined, {
    left: 0,
    top: 0,
    width: 1920,
    height: 194,
  });
  expect(await response.json()).toMatchObject({ ok: true, phase: "match", alive: 23 });
});

test("no count is an answer", async () => {
  const response = await post({ kind: "none" });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: false, reason: "no-counter" });
});

test.each([
  ["a broken picture", {}, new Uint8Array(100).fill(7), 422, /no webp picture/],
  ["more than an event may carry", {}, new Uint8Array(64 * 1024 + 1).fill(7), 422, /at most 65536 bytes/],
  ["a picture that unpacks to 36 million pixels", {}, await bomb(6_000), 422, /pixel limit|6000 x 6000/],
  ["an unknown game", { game: "chess" }, undefined, 422, /chess/],
  ["a game without a verified profile", { game: "blackout" }, undefined, 422, /blackout/],
  ["a region of another size", { region: "0,0,300,300" }, undefined, 422, /region 300 x 300/],
])("%s is refused for good", async (_name, attributes, bytes, status, reason) => {
  const response = await post({ kind: "alive", count: 23 }, attributes, bytes);
  expect(response.status).toBe(status);
  expect(await response.text()).toMatch(reason);
});

test("what could not be read is counted by game, and kept to look at", async () => {
  const metrics = await (await fetch(`${base}/metrics`)).text();
  expect(metrics).toMatch(/rotisserie_readings_total\{game="pubg",result="match",[^}]*\} 2/);
  expect(metrics).toMatch(/rotisserie_readings_total\{game="pubg",result="no-counter",[^}]*\} 1/);
  const kept = (await readdir(debug)).filter((name) => name.endsWith(".json"));
  expect(kept).toHaveLength(2);
  expect(await readFile(join(debug, "index.html"), "utf8")).toContain("no-counter");
});
