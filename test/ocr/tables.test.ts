/** What the bench counts with, and that docs/reading.md promises what the profiles say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fitCurve, fitThreshold, withCurve } from "../../bench/ocr/calibrate.ts";
import { differences, documented, languageRows } from "../../bench/ocr/languages.ts";
import { parseManifest } from "../../bench/ocr/manifest.ts";
import { bins, type Read, rows, verdict } from "../../bench/ocr/tally.ts";
import { along } from "../../functions/ocr/calibration.ts";
import { profiles } from "../../functions/ocr/games/index.ts";
import words from "../../functions/ocr/games/pubg.words.json" with { type: "json" };

interface Shown {
  want?: number;
  said?: number;
  certainty?: number;
  confidence?: number;
  origin?: "real" | "drawn";
  language?: string;
}

function read({ want, said, certainty = 1, confidence = 1, origin = "real", language = "en" }: Shown): Read {
  const label = { name: "", game: "pubg", hud: "gen3", source: "a", degradation: "clean", origin, language } as const;
  const sample = { ...label, want: want === undefined ? undefined : ({ phase: "match", alive: want } as const) };
  const at = { x: 0, width: 0 };
  const sight: Read["sight"] =
    said === undefined ? { reason: "no-counter" } : { phase: "match", alive: said, certainty, at };
  return { sample, engine: "vote", sight, confidence, ms: 1, picture: { key: "", place: 0 } };
}

test.each([
  ["the number", { want: 7, said: 7 }, "exact"],
  ["another number", { want: 7, said: 1 }, "wrong"],
  ["nothing where a number is", { want: 7 }, "unread"],
  ["a number not sure enough", { want: 7, said: 7, confidence: 0.8 }, "unread"],
  ["nothing where nothing is", {}, "quiet"],
  ["a number where none is", { said: 7 }, "invented"],
  ["a number where none is, not sure enough", { said: 7, confidence: 0.8 }, "quiet"],
] as const)("verdict: %s", (_name, shown, kind) => {
  expect(verdict(read(shown), 0.9)).toBe(kind);
});

test("a row counts each reading once", () => {
  const reads = [{ want: 7, said: 7 }, { want: 7, said: 1 }, { want: 7 }, {}, { said: 7 }].map(read);
  expect(rows(reads, 0.9, "vote")).toEqual([
    {
      ...{ game: "pubg", hud: "gen3", degradation: "clean", engine: "vote", default: true },
      ...{ visible: 3, exact: 1, unread: 1, wrong: 1, negatives: 2, invented: 1, p50ms: 1, p95ms: 1 },
    },
  ]);
});

test("the error of five bins is the distance between said and right, by how many there are", () => {
  const sure = Array.from({ length: 10 }, (_, i) => read({ want: 1, said: i < 9 ? 1 : 2, confidence: 0.9 }));
  const unsure = Array.from({ length: 10 }, (_, i) => read({ want: 1, said: i < 1 ? 1 : 2, confidence: 0.3 }));
  expect(bins([...sure, ...unsure]).error).toBeCloseTo(0.1);
  expect(bins([...sure, ...unsure]).list.map(({ count }) => count)).toEqual([10, 0, 10, 0, 0]);
});

test("a fitted curve says what share was right, and the threshold keeps the wrong ones out", () => {
  const low = Array.from({ length: 100 }, (_, i) => read({ want: 1, said: i < 50 ? 1 : 2, certainty: 0.3 + i / 1e4 }));
  const high = Array.from({ length: 300 }, (_, i) => read({ want: 1, said: 1, certainty: 0.9 + i / 1e4 }));
  const curve = fitCurve([...low, ...high]);
  expect(along(curve, 0.305)).toBeCloseTo(0.5, 1);
  expect(along(curve, 0.92)).toBeGreaterThan(0.98);
  const again = withCurve([...low, ...high], curve);
  const accept = fitThreshold(again);
  expect(again.filter((one) => verdict(one, accept) === "wrong")).toEqual([]);
  expect(again.filter((one) => verdict(one, accept) === "exact")).not.toHaveLength(0);
});

test.each([
  ["no manifest's text", "hello", /no column file, game, kind, value/],
  ["commas instead of tabs", "file,game,kind,value\na.png,pubg,alive,3", /tab-separated/],
  ["a column missing", "file\tgame\tvalue\na.png\tpubg\t3", /no column kind/],
])("a manifest with %s is refused", (_name, text, reason) => {
  expect(() => parseManifest(text, "frames")).toThrow(reason);
});

test.each([
  ["another kind", "a.png\tpubg\tdead\t3", /line 2: a\.png: kind "dead" is none of alive/],
  ["a count in words", "a.png\tpubg\talive\tmany", /line 2: a\.png: kind alive needs a number/],
  ["no file", "\tpubg\talive\t3", /line 2: no file/],
])("a row with %s is told by line", (_name, row, reason) => {
  const { frames, problems } = parseManifest(`file\tgame\tkind\tvalue\n${row}\n`, "frames");
  expect(frames).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(reason)]);
});

test.each([
  ["plain", "file\tgame\tkind\tvalue\tbbox_of_digits\na.png\tpubg\talive\t3\t1,2,3,4"],
  [
    "as a spreadsheet saves it",
    '\uFEFF"File"\t"Game"\t"Kind"\t"Value"\t"bbox_of_digits"\r\n"a.png"\t"pubg"\t"alive"\t"3"\t"1, 2, 3, 4"\r\n',
  ],
  ["columns in another order", "value\tbbox_of_digits\tmore\tkind\tgame\tfile\n3\t1,2,3,4\tx\tALIVE\tPUBG\ta.png"],
])("a manifest: %s", (_name, text) => {
  const { frames, problems } = parseManifest(text, "frames");
  expect(problems).toEqual([]);
  expect(frames).toMatchObject([
    { name: "a.png", game: "pubg", want: { phase: "match", alive: 3 }, box: { x: 1, y: 2, width: 3, height: 4 } },
  ]);
});

test.each(["", "-", "1,2,3", "1,2,0,4", "-1,2,3,4", "x,2,3,4", "1,2,3,4e999x"])(
  "a place of the digits that is none is left out: %s",
  (box) => {
    const { frames } = parseManifest(
      `file\tgame\tkind\tvalue\tbbox_of_digits\na.png\tpubg\talive\t3\t${box}`,
      "frames",
    );
    expect(frames).toMatchObject([{ name: "a.png", box: undefined }]);
  },
);

describe("docs/reading.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/reading.md"), "utf8");
  const said = documented(page);

  test.each(Object.keys(words))("%s has a status for each game that shows words", (language) => {
    const status: unknown = expect.stringMatching(/^(supported|unread)$/);
    expect(said.get(language)).toEqual({ pubg: status, "pubg-mobile": status });
  });

  test("no language is promised that has no words", () => {
    expect([...said.keys()].sort()).toEqual([...Object.keys(words), "-"].sort());
  });

  test.each(profiles.map((profile) => [profile.game, profile] as const))(
    "%s is on or off as its profile says",
    (game, profile) => {
      const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${game}\``)) ?? "";
      expect(row.split("|").at(-2)?.trim()).toBe(profile.verified ? "on" : "off");
    },
  );

  test("a language that is read worse than promised is told", () => {
    const drawn = Array.from({ length: 40 }, () => read({ want: 1, origin: "drawn", language: "tr" }));
    expect(languageRows(drawn, 0.9)).toMatchObject([
      { language: "tr", status: "unread", clean: { strips: 40, unread: 40 } },
    ]);
    const text = page.replace(/(\| Turkish \| tr \|)[^|]*\|/, "$1 supported |");
    expect(differences(languageRows(drawn, 0.9), text)).toEqual([
      expect.stringMatching(/pubg tr: .* says supported, this run says unread/),
    ]);
  });
});
