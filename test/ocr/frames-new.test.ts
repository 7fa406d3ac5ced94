/** From an unread picture in the debug view to a fixture, as an operator does it. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "../../bench/ocr/manifest.ts";
import { gameOf, greyFrame, sampleOf, stripOf } from "../../bench/ocr/picture.ts";
import { draw } from "../../bench/ocr/rendered.ts";
import { openDebugView } from "../../functions/ocr/debug.ts";

const NOW = Date.parse("2026-01-02T12:00:00Z");
const size = { width: 3840, height: 2160 } as const;
let debug = "";
let to = "";
let name = "";

beforeAll(async () => {
  debug = await mkdtemp(join(tmpdir(), "debug-view-"));
  to = await mkdtemp(join(tmpdir(), "fixtures-"));
  const state = { kind: "alive", count: 23 } as const;
  const scene = { game: "pubg", hud: "gen3", language: "en", background: "dark", seed: 5, state, ...size } as const;
  const strip = await stripOf(draw(scene).grey, gameOf("pubg"));
  const view = await openDebugView(
    debug,
    () => NOW,
    (problem) => expect.unreachable(String(problem)),
  );
  const { x, y, width, height } = strip.region;
  const unread = { sight: { reason: "unreadable" }, reading: { ok: false, reason: "unreadable" } } as const;
  const when = { login: "some_body", frametime: "2026-01-02T11:59:58Z" };
  const place = { game: "pubg", region: `${x},${y},${width},${height}`, frame: strip.frame, engine: "vote" };
  await view.save({ ...when, ...place, ...unread }, strip);
  view.close();
  name = join(debug, (await readdir(debug)).find((file) => file.endsWith(".png")) ?? "");
});
afterAll(() => Promise.all([debug, to].map((path) => rm(path, { recursive: true, force: true }))));

function framesNew(...args: string[]): Promise<string> {
  const command = ["--import", "tsx", "bench/frames-new.ts", "--to", to, ...args];
  return new Promise((resolve) => execFile(process.execPath, command, (_error, out, err) => resolve(out + err)));
}

test("a label lands beside the picture, without the login, and a second one replaces it", async () => {
  expect(await framesNew(name, "--value", "28", "--hud", "gen3")).toMatch(/pubg-28-\w{10}\.png: alive 28\n/);
  expect(await framesNew(name.replace(/png$/, "json"), "--value", "23", "--hud", "gen3")).toMatch(
    /alive 23, instead of/,
  );
  const files = await readdir(to);
  expect(files.sort()).toEqual(["manifest.tsv", expect.stringMatching(/^pubg-23-\w{10}\.png$/)]);
  expect(await readFile(join(to, "manifest.tsv"), "utf8")).not.toContain("some_body");
  const [frame, ...more] = readManifest(to);
  expect(more).toEqual([]);
  expect(frame).toMatchObject({ game: "pubg", hud: "gen3", want: { phase: "match", alive: 23 }, ...size });
  if (!frame) return;
  const { strip } = await sampleOf(frame, await greyFrame(frame.path), "clean");
  // The picture is a scaled-down copy of its region: the scale survives.
  expect(strip.picture.height / strip.region.height).toBeCloseTo(0.5, 1);
}, 60_000);

test.each([
  ["no picture", [], /name one picture of the debug directory/],
  ["a picture that is not there", ["/nowhere/a.png", "--value", "3"], /\/nowhere\/a\.png is not there/],
  ["no number", ["@", "--value", "many"], /--value is the number on the picture, 1 to 100, or -/],
  ["a number no game has", ["@", "--value", "101"], /--value is the number on the picture, 1 to 100, or -/],
  [
    "a kind that contradicts",
    ["@", "--value", "-", "--kind", "alive"],
    /--kind alive: one of .* none goes with --value -/,
  ],
  ["an option nobody knows", ["@", "--valeu", "3"], /--valeu/],
])(
  "%s is refused in one line",
  async (_name, args, reason) => {
    const said = await framesNew(...args.map((arg) => (arg === "@" ? name : arg)));
    expect(said).toMatch(/^frames:new: /);
    expect(said).toMatch(reason);
    expect(said.trimEnd().split("\n")).toHaveLength(1);
  },
  60_000,
);

test.each([
  ["half a file", (json: string) => json.slice(0, 40), /half\.json is not of the debug view: /],
  ["a game as a path", (json: string) => json.replace('"pubg"', '"../../pubg"'), /not of the debug view: a game id/],
  ["a game nobody reads", (json: string) => json.replace('"pubg"', '"chess"'), /chess is not a game that is read/],
  ["another region", (json: string) => json.replace(/"region": "[^"]*"/, '"region": "all"'), /x,y,width,height/],
])(
  "a picture whose JSON somebody changed is refused in one line: %s",
  async (_name, changed, reason) => {
    const other = join(debug, "half");
    await writeFile(`${other}.json`, changed(await readFile(name.replace(/png$/, "json"), "utf8")));
    await writeFile(`${other}.png`, "");
    const said = await framesNew(`${other}.json`, "--value", "23");
    expect(said).toMatch(reason);
    expect(said.trimEnd().split("\n")).toHaveLength(1);
  },
  60_000,
);

const png = (width: number, height: number) =>
  sharp(Buffer.alloc(width * height), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
test.each([
  ["empty", async () => Buffer.alloc(0), /no png picture/],
  ["cut off", async (good: Buffer) => good.subarray(0, good.length / 2), /a broken picture/],
  ["a text", async () => Buffer.from("<svg/>"), /no png picture/],
  ["a bomb", () => png(8000, 8000), /8000 x 8000|exceeds pixel limit/],
  ["of another shape than its region", () => png(100, 100), /the picture is 100 x 100, its region/],
  ["huge", async () => Buffer.alloc(2_000_001), /2000001 bytes, more than 2000000/],
])(
  "a picture that test/ocr could not read is refused in one line: %s",
  async (_name, bytes, reason) => {
    const other = join(debug, "other");
    await writeFile(`${other}.json`, await readFile(name.replace(/png$/, "json")));
    await writeFile(`${other}.png`, await bytes(await readFile(name)));
    const before = await readdir(to);
    const said = await framesNew(`${other}.png`, "--value", "23");
    expect(said).toMatch(/^frames:new: .*other\.png /);
    expect(said).toMatch(reason);
    expect(said.trimEnd().split("\n")).toHaveLength(1);
    expect(await readdir(to)).toEqual(before);
  },
  60_000,
);

test("a manifest that names a file elsewhere: that file stays", async () => {
  const manifest = join(to, "manifest.tsv");
  const before = await readFile(manifest, "utf8");
  const own = /^(pubg-23-(\w{10})\.png)\t/m.exec(before);
  const elsewhere = join(debug, `x-${own?.[2]}.png`);
  await writeFile(elsewhere, "kept");
  await writeFile(manifest, before.replace(own?.[1] ?? "", relative(to, elsewhere)));
  await framesNew(name, "--value", "23", "--hud", "gen3");
  expect(await readFile(elsewhere, "utf8")).toBe("kept");
  await writeFile(manifest, before);
}, 60_000);

test("a label that spreadsheets spoilt, or with tabs and line ends of its own, stays one row", async () => {
  const manifest = join(to, "manifest.tsv");
  await writeFile(manifest, (await readFile(manifest, "utf8")).replaceAll("\n", "\r\n"));
  expect(await framesNew(name, "--value", "23", "--hud", 'gen3\t"x"\n', "--source", "a\r\nb")).toMatch(/instead of/);
  const [frame, ...more] = readManifest(to);
  expect(more).toEqual([]);
  expect(frame).toMatchObject({ hud: "gen3", source: "a b", want: { phase: "match", alive: 23 } });
}, 60_000);
