/** `npm run bench:ocr` on a directory that is not ours: other names, other columns, a broken file; and the object it ends with. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHANGES } from "../../bench/ocr/changes.ts";
import { renderScene, type SceneState } from "../../local/scenes/index.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "frames-"));
  await mkdir(join(directory, "pictures of mine"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function picture(file: string, state: SceneState, width: number, height: number): Promise<void> {
  const scene = {
    game: "pubg",
    hud: "gen3",
    language: "en",
    background: "dark",
    seed: 5,
    state,
    width,
    height,
  } as const;
  const { data } = renderScene(scene);
  await sharp(data, { raw: { width, height, channels: 4 } }).toFile(join(directory, file));
}

function bench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = ["--import", "tsx", "bench/ocr.ts", "--page", join(directory, "page.html"), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { maxBuffer: 8 << 20 }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

test("a directory of a stranger gives one row for each kind, and broken files by name", async () => {
  await picture("pictures of mine/a b.png", { kind: "alive", count: 23 }, 1600, 900);
  await picture("two.webp", { kind: "none" }, 1000, 700);
  await writeFile(join(directory, "three.jpg"), "no picture at all");
  const rows = [
    "kind\tfile\tvalue\tgame\tof no meaning",
    "alive\tpictures of mine/a b.png\t23\tpubg\tx",
    "none\ttwo.webp\t-\tPUBG: BATTLEGROUNDS",
    "alive\tthree.jpg\t4\tpubg",
    "alive\tnowhere.png\t4\tpubg",
    "alive\tpictures of mine\t4\tpubg",
    "alive\ttwo.webp\tmany\tpubg",
    "alive\tboard.png\t4\tchess",
    "alive\tclip.mp4\t4\tpubg",
  ];
  await writeFile(join(directory, "manifest.tsv"), `\uFEFF${rows.join("\r\n")}\r\n\r\n`);
  const { code, out } = await bench("--frames", directory, "--engines", "vote,ancestor", "--json");
  const lines = out.trimEnd().split("\n");
  const result = JSON.parse(lines.at(-1) ?? "") as { rows: Record<string, unknown>[] };
  expect(Object.keys(result)).toEqual(["rows"]);
  for (const row of result.rows) {
    expect(row).toEqual({
      ...{ game: "pubg", hud: expect.stringMatching(/^(only|none)$/), degradation: expect.any(String) },
      ...{ engine: expect.stringMatching(/^(vote|ancestor)$/), default: row.engine === "vote" },
      ...{
        visible: expect.any(Number),
        exact: expect.any(Number),
        unread: expect.any(Number),
        wrong: expect.any(Number),
      },
      ...{ negatives: expect.any(Number), invented: expect.any(Number) },
      ...{ p50ms: expect.any(Number), p95ms: expect.any(Number) },
    });
  }
  const clean = result.rows.filter(({ degradation, engine }) => degradation === "clean" && engine === "vote");
  expect(clean).toMatchObject([
    { hud: "none", visible: 0, negatives: 1, invented: 0 },
    { hud: "only", visible: 1, exact: 1, negatives: 0 },
  ]);
  expect(new Set(result.rows.map(({ degradation }) => degradation))).toEqual(new Set(["clean", "720p", "480p"]));
  expect(out).toMatch(/CANNOT USE .*three\.jpg: .*unsupported image format/);
  expect(out).toMatch(/CANNOT USE .*nowhere\.png: ENOENT/);
  expect(out).toMatch(/CANNOT USE .*pictures of mine: EISDIR/);
  expect(out).toMatch(/CANNOT USE manifest.tsv line 7: two\.webp: kind alive needs a number as value, not "many"/);
  expect(out).toMatch(/skipped: 1 pictures of "chess", a game without a profile/);
  expect(out).toMatch(/skipped: 1 videos/);
  expect(code).toBe(1);
}, 120_000);

test("the same frames after every change", async () => {
  const { code, out } = await bench("--frames", directory, "--changed", "--engines", "vote", "--json");
  const { rows } = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as { rows: Record<string, unknown>[] };
  expect(new Set(rows.map(({ degradation }) => degradation))).toEqual(new Set(Object.keys(CHANGES)));
  expect(rows.filter(({ hud }) => hud === "only")).toHaveLength(Object.keys(CHANGES).length);
  expect(rows.find(({ hud, degradation }) => hud === "only" && degradation === "title of 2 %")).toMatchObject({
    ...{ visible: 1, exact: 1 },
  });
  expect(rows.every(({ wrong, invented }) => wrong === 0 && invented === 0)).toBe(true);
  expect(out).toMatch(/CANNOT USE .*three\.jpg: .*unsupported image format/);
  expect(code).toBe(1);
}, 120_000);

test.each([
  ["no such directory", ["--frames", "/nowhere"], /--frames \/nowhere: no manifest\.tsv there/],
  [
    "an engine nobody has",
    ["--engines", "eyes"],
    /--engines eyes: one of all, strip, vote, pp-ocr, tesseract, ancestor/,
  ],
  ["a game nobody reads", ["--game", "chess"], /nothing to read of --game chess/],
  ["a share above 1", ["--accept", "7"], /--accept 7: a number from 0 to 1/],
  ["an option nobody knows", ["--frame", "x"], /^Unknown option '--frame'/],
  [
    "a page that cannot be written",
    ["--page", "/nowhere/page.html"],
    /--page \/nowhere\/page\.html: no such directory/,
  ],
])(
  "%s ends at once with the reason",
  async (_name, args, reason) => {
    const { code, err } = await bench(...args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(reason) });
  },
  60_000,
);
