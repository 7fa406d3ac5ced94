/**
 * Open fonts (OFL) close to the faces on game HUDs, registered once. Chinese, Japanese and Korean come in about a
 * hundred files by code point; only those that hold a label's letters are opened.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GlobalFonts } from "@napi-rs/canvas";
import { labels } from "./labels.ts";
import type { Language } from "./scene.ts";

const packages = createRequire(import.meta.url);
const registered = new Set<string>();

/** A CSS family list; the first face that has a letter draws it. */
export const faces = {
  /** Digits and Latin labels of the second and third HUD generation. */
  condensed: () => latin("saira-extra-condensed", 600, ["latin", "latin-ext", "vietnamese"]),
  /** A squarer cousin, so that no reader learns one font. */
  square: () => latin("teko", 500, ["latin", "latin-ext"]),
  /** The round bold digits of 2017. */
  round: () => latin("open-sans", 800, ["latin"]),
  /** Names, kill feed, menus; also the only condensed face with Cyrillic. */
  plain: () => latin("roboto-condensed", 600, ["latin", "latin-ext", "vietnamese", "cyrillic"]),
};

export function labelFace(language: Language): string {
  if (language === "ru") return faces.plain();
  if (language === "th") return latin("noto-sans-thai", 600, ["thai", "latin"]);
  const cjk = { "zh-Hans": "noto-sans-sc", "zh-Hant": "noto-sans-tc", ko: "noto-sans-kr", ja: "noto-sans-jp" } as const;
  if (language in cjk) return ideographs(cjk[language as keyof typeof cjk], language);
  return `${faces.condensed()},${faces.plain()}`;
}

/** Letters that take the whole em and need stroking to look bold. */
export function isWide(language: Language): boolean {
  return language.startsWith("zh") || language === "ko" || language === "ja";
}

function latin(name: string, weight: number, subsets: readonly string[]): string {
  return subsets.map((subset) => register(`@fontsource/${name}`, `${name}-${subset}-${weight}-normal`)).join(",");
}

function ideographs(name: string, language: Language): string {
  const folder = folderOf(`@fontsource-variable/${name}`);
  const ranges: Record<string, string> = JSON.parse(readFileSync(join(folder, "unicode.json"), "utf8"));
  const letters = new Set([...Object.values(labels[language]).join("")].map((letter) => letter.codePointAt(0) ?? 0));
  const subsets = Object.entries(ranges).filter(([, list]) => [...letters].some((letter) => covers(list, letter)));
  return subsets
    .map(([key]) => register(`@fontsource-variable/${name}`, `${name}-${key.replace(/[[\]]/g, "")}-wght-normal`))
    .join(",");
}

/** `U+4e00,U+4e10-4e1f` */
function covers(list: string, letter: number): boolean {
  return list.split(",").some((range) => {
    const [low = "", high = low] = range.trim().replace(/^U\+/i, "").split("-");
    return letter >= Number.parseInt(low, 16) && letter <= Number.parseInt(high, 16);
  });
}

function folderOf(name: string): string {
  return dirname(packages.resolve(`${name}/LICENSE`));
}

function register(name: string, file: string): string {
  if (!registered.has(file)) {
    const key = GlobalFonts.register(readFileSync(join(folderOf(name), "files", `${file}.woff2`)), file);
    if (!key) throw new Error(`font ${file}: cannot be read`);
    registered.add(file);
  }
  return `"${file}"`;
}
