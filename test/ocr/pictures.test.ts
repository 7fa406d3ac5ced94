/** Frames of a stranger's directory: whatever a picture file can be, it is what people see on it, in grey. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCrops } from "../../bench/ocr/crops.ts";
import { greyFrame, sampleOf } from "../../bench/ocr/picture.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pictures-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Dark above, bright below: 40 x 20. */
const halves = () => {
  const rows = Array.from({ length: 20 }, (_, y) => Buffer.alloc(40 * 3, y < 10 ? 20 : 220));
  return sharp(Buffer.concat(rows), { raw: { width: 40, height: 20, channels: 3 } });
};
async function written(name: string, picture: Sharp): Promise<string> {
  await picture.toFile(join(directory, name));
  return join(directory, name);
}

test.each([
  ["8-bit PNG", "a.png", () => halves()],
  ["16-bit PNG", "b.png", () => halves().toColourspace("rgb16")],
  ["16-bit grey PNG", "c.png", () => halves().toColourspace("grey16")],
  ["palette PNG", "d.png", () => halves().png({ palette: true })],
  ["PNG with alpha", "e.png", () => halves().ensureAlpha(0.2)],
  ["progressive JPEG", "f.jpg", () => halves().jpeg({ quality: 100, progressive: true })],
  ["CMYK JPEG", "g.jpg", () => halves().toColourspace("cmyk").jpeg({ quality: 100 })],
  [
    "JPEG that a camera turned",
    "h.jpg",
    () => halves().rotate(90).jpeg({ quality: 100 }).withMetadata({ orientation: 8 }),
  ],
  ["WebP", "i.webp", () => halves().webp({ lossless: true })],
  ["AVIF", "j.avif", () => halves().avif({ quality: 90 })],
])("greyFrame: %s", async (_name, file, picture) => {
  const { data, width, height } = await greyFrame(await written(file, picture()));
  expect({ width, height }).toEqual({ width: 40, height: 20 });
  expect(data[5 * 40 + 20]).toBeLessThan(40);
  expect(data[15 * 40 + 20]).toBeGreaterThan(190);
});

test("a crop whose size is not what the manifest says is no picture of that region", async () => {
  const grey = await greyFrame(await written("k.png", halves()));
  const row = { name: "k.png", path: "", game: "pubg", hud: "gen3", source: "a", want: undefined, box: undefined };
  const frame = { ...row, width: 1920, height: 1080, region: { x: 1800, y: 0, width: 20, height: 40 } };
  await expect(sampleOf(frame, grey, "clean")).rejects.toThrow(/the picture is 40 x 20, its region 20 x 40/);
});

test("crops that cannot be set into a frame are told, and their manifest by its own name", async () => {
  const head = "file\tgame\tkind\tvalue\twidth\theight\tsource_repo";
  const rows = [
    ["a.png", "pubg", "alive", "23", "22", "22", "one"],
    ["b.png", "pubg", "alive", "23", "99", "22", "one"],
    ["c.png", "fortnite", "alive", "23", "22", "22", "one"],
    ["d.png", "apex", "alive", "23", "", "", "one"],
    ["e.png", "pubg", "dead", "23", "22", "22", "one"],
  ].map((row) => row.join("\t"));
  await writeFile(join(directory, "manifest_crops.tsv"), [head, ...rows].join("\n"));
  const { crops, problems, skipped } = readCrops(directory, []);
  expect(crops).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^manifest_crops\.tsv line 6: e\.png: kind "dead"/)]);
  expect(skipped).toEqual([
    "crops of gen2: no frame of another source to set them into",
    "crops of pubg, 99 x 22: where in a frame they belong is not known",
    "crops of fortnite, 22 x 22: where in a frame they belong is not known",
    "crops of apex, 0 x 0: where in a frame they belong is not known",
  ]);
});
