/** The rules of the layout (ARCHITECTURE.md), checked. A rule that nobody enforces is no rule. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contracts, tick } from "../functions/contracts/events.ts";
import { codeFiles, type Import, importsOf, list, root, type Source, withoutComments } from "./sources.ts";

const files = codeFiles();
const program = files.filter(({ isTest }) => !isTest);
const byPath = new Map(files.map((file) => [file.path, file]));
const folder = (path: string) => path.split("/").slice(0, 2).join("/");

/** A file calls itself pure in its first comment, and is held to it. */
const isPure = ({ text }: Source) => /\bPure\b/.test(/^\s*\/\*\*(?:(?!\*\/)[\s\S])*/.exec(text)?.[0] ?? "");
const pure = program.filter((source) => /^(functions|local\/broker)\//.test(source.path) && isPure(source));

/** All sentences of the form "file: what is wrong"; an empty list is what a rule wants. */
function offences(sources: Source[], wrong: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => wrong(source).map((what) => `${source.path}: ${what}`));
}
const badImports = (sources: Source[], isBad: (found: Import, source: Source) => boolean) =>
  offences(sources, (source) =>
    importsOf(source)
      .filter((found) => isBad(found, source))
      .map(({ target }) => `imports ${target}`),
  );

test("there is code to look at", () => {
  expect(program.length).toBeGreaterThan(20);
  expect(files.flatMap(importsOf).filter(({ kind }) => kind === "file").length).toBeGreaterThan(50);
});

describe("pure files", () => {
  test.each([
    "functions/poller/schedule.ts",
    "functions/poller/board.ts",
    "functions/poller/director.ts",
    "functions/capture/playlist.ts",
    "functions/ocr/hud.ts",
  ])("%s is one", (path) => {
    expect(pure.map((source) => source.path)).toContain(path);
  });

  /** Packages that turn values into values. */
  const CALCULATING = ["valibot", "yaml", "croner"];

  /** Imports nothing that could do more than calculate, itself and through others. */
  const isHarmless = (source: Source, seen = new Set<string>()): boolean => {
    if (seen.has(source.path)) return true;
    seen.add(source.path);
    return importsOf(source).every(({ target, kind, typeOnly }) => {
      if (typeOnly) return true;
      if (kind !== "file") return CALCULATING.includes(target);
      const file = byPath.get(target);
      return file !== undefined && isHarmless(file, seen);
    });
  };

  test("import contracts, other pure files and types, nothing else", () => {
    const bad = badImports(pure, ({ target, kind, typeOnly }) => {
      if (typeOnly) return false;
      if (kind !== "file") return !CALCULATING.includes(target);
      const file = byPath.get(target);
      return !file || !isHarmless(file);
    });
    expect(bad).toEqual([]);
  });

  test("read no clock, no environment, no chance", () => {
    const banned =
      /\bDate\.now\(|new Date\(\)|\bprocess\.|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(|\bfetch\(|\bperformance\.|\bcrypto\./;
    const bad = offences(pure, (source) => banned.exec(withoutComments(source))?.slice(0, 1) ?? []);
    expect(bad).toEqual([]);
  });
});

describe("folders", () => {
  test("contracts import the schema library and each other", () => {
    const mine = program.filter(({ path }) => path.startsWith("functions/contracts/"));
    const bad = badImports(mine, ({ target, kind }) =>
      kind === "file" ? !target.startsWith("functions/contracts/") : target !== "valibot",
    );
    expect(bad).toEqual([]);
  });

  test("a function imports itself, contracts and runtime, and runtime imports contracts", () => {
    const mine = program.filter(({ path }) => path.startsWith("functions/"));
    const bad = badImports(mine, ({ target, kind }, { path }) => {
      if (kind !== "file") return false;
      const allowed = [
        folder(path),
        "functions/contracts",
        ...(folder(path) === "functions/runtime" ? [] : ["functions/runtime"]),
      ];
      return !allowed.includes(folder(target));
    });
    expect(bad).toEqual([]);
  });

  test("nobody imports a main.ts: wiring is not for reuse", () => {
    expect(badImports(files, ({ target, kind }) => kind === "file" && /(^|\/)main\.ts$/.test(target))).toEqual([]);
  });

  test("programs do not import tests or benches", () => {
    const bad = badImports(program, ({ target, kind }) => kind === "file" && byPath.get(target)?.isTest === true);
    expect(bad).toEqual([]);
  });

  test("runtime alone knows CloudEvents and functions-framework", () => {
    const bad = badImports(
      files.filter(({ path }) => !path.startsWith("functions/runtime/")),
      ({ target }) => target === "cloudevents" || target === "@google-cloud/functions-framework",
    );
    expect(bad).toEqual([]);
  });

  test("every import of a file names one that is there", () => {
    const bad = badImports(files, ({ target, kind }) => {
      return kind === "file" && /\.(ts|tsx|js|mjs)$/.test(target) && !byPath.has(target);
    });
    expect(bad).toEqual([]);
  });
});

test("process.env is read in main.ts only", () => {
  const mine = program.filter(({ path }) => !/(^|\/)(main|send)\.ts$/.test(path) && !/^[^/]+\.(js|ts)$/.test(path));
  expect(offences(mine, (source) => (withoutComments(source).includes("process.env") ? ["reads it"] : []))).toEqual([]);
});

describe("event names", () => {
  const known = new Set<string>([tick.type, ...contracts.map(({ type }) => type)]);
  const NAME = /\b(tv\.rotisserie\.[a-z0-9.]+|dev\.knative\.sources\.ping)\b/g;

  test("stand in code in contracts only", () => {
    const mine = program.filter(({ path }) => !path.startsWith("functions/contracts/"));
    const bad = offences(mine, (source) => withoutComments(source).match(NAME) ?? []);
    expect(bad).toEqual([]);
  });

  test("in manifests are names that exist", () => {
    const manifests = list(["knative", "cert"], [".yaml", ".yml"]);
    const named = manifests.flatMap((path) => {
      const found = readFileSync(join(root, path), "utf8").match(NAME) ?? [];
      return found.map((name) => ({ path, name }));
    });
    expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
    // Each is wired to somebody: an event no Trigger names would go nowhere.
    const base = new Set(named.filter(({ path }) => path.startsWith("knative/base/")).map(({ name }) => name));
    expect(base).toEqual(known);
  });
});

describe("dependencies", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string>
  >;
  const scripts = Object.values(manifest.scripts ?? {}).join("\n");
  const texts = files.map(({ text }) => text).join("\n");
  /** A package is used when code names it, or a script runs a program of its. */
  const used = (name: string): boolean => {
    if (name.startsWith("@types/")) return name === "@types/node" || used(name.slice("@types/".length));
    if (
      ["'", '"', "`"].some((quote) => texts.includes(`${quote}${name}${quote}`) || texts.includes(`${quote}${name}/`))
    )
      return true;
    // A family of packages is opened by a name put together: `@fontsource/${name}`.
    const [scope, rest = ""] = name.split("/");
    if (texts.includes(`\`${scope}/$`) && texts.includes(`"${rest}"`)) return true;
    const { bin = {} } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as {
      bin?: string | Record<string, string>;
    };
    const programs = typeof bin === "string" ? [name.split("/").at(-1) ?? ""] : Object.keys(bin);
    return programs.some((one) => new RegExp(`(^|[\\s&])${one}\\b`, "m").test(scripts));
  };

  test.each(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))("%s is used", (name) => {
    expect(used(name)).toBe(true);
  });

  test("what is imported is declared, and a program needs no development package", () => {
    const declared = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(badImports(files, ({ target, kind }) => kind === "package" && !(target in declared))).toEqual([]);
  });
});
