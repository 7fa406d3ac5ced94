/** The project's own files as text, for tests that look at the code itself. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));

export interface Source {
  /** From the project's root, with slashes. */
  path: string;
  text: string;
  isTest: boolean;
}

const FOLDERS = ["functions", "local", "cert", "static", "knative", "test", "bench"];

/** Paths from the root of all files below these folders whose name ends in one of these ways. */
export function list(folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => {
      const below = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
      return below.map((path) => `${folder}/${path}`);
    })
    .filter((path) => endings.some((ending) => path.endsWith(ending)) && !/(^|\/)(node_modules|dist)\//.test(path))
    .sort();
}

export function codeFiles(): Source[] {
  const top = readdirSync(root).filter((name) => /\.(js|ts)$/.test(name));
  return [...top, ...list(FOLDERS, [".ts", ".tsx", ".js", ".mjs"])].map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
    // Helpers of tests count as tests: they may know what the code must not.
    isTest: /\.test\.ts$/.test(path) || /^(test|bench)\//.test(path) || /\/(testing|fixtures|training)\//.test(path),
  }));
}

export interface Import {
  /** A file of the project (path from the root) or a package (its name) or a module of Node (`node:fs`). */
  target: string;
  kind: "file" | "package" | "node";
  typeOnly: boolean;
}

const FROM = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"'\n]+)["']/g;
const DYNAMIC = /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

export function importsOf({ path, text }: Source): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  const stated = [...code.matchAll(FROM)].map(([, type, name = ""]) => ({ name, typeOnly: type !== undefined }));
  const dynamic = [...code.matchAll(DYNAMIC)].map(([, name = ""]) => ({ name, typeOnly: false }));
  return [...stated, ...dynamic].map(({ name, typeOnly }) => {
    if (name.startsWith("."))
      return { target: relative(root, resolve(root, dirname(path), name)), kind: "file", typeOnly };
    if (name.startsWith("node:")) return { target: name, kind: "node", typeOnly };
    return { target: name.split("/", name.startsWith("@") ? 2 : 1).join("/"), kind: "package", typeOnly };
  });
}

/** The code alone: no comments, no types. What remains is what runs. */
export function withoutComments({ path, text }: Source): string {
  const loader = path.endsWith(".tsx") ? "tsx" : /\.m?js$/.test(path) ? "js" : "ts";
  return transformSync(text, { loader, legalComments: "none", target: "node20" }).code;
}
