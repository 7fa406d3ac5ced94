/** docs/settings.md names what the programs read, no more and no less, and the defaults that hold. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig as parseKubeLego } from "../cert/kube-lego/config.ts";
import { parseConfig as parseCapture } from "../functions/capture/config.ts";
import { parseConfig as parseOcr } from "../functions/ocr/config.ts";
import { parseConfig as parsePoller } from "../functions/poller/config.ts";
import type { Env } from "../functions/runtime/config.ts";
import { parseOptions } from "../local/options.ts";
import { parseConfig as parseSimulator } from "../local/twitch/config.ts";

const machine = { hostname: "somewhere", cores: 2 };
const path = { PATH: process.env.PATH };
/** What a program does not start without, beside its settings. */
const programs: Record<string, { parse: (env: Env) => unknown; needed: Env }> = {
  poller: { parse: parsePoller, needed: { K_SINK: "http://broker", clientID: "id", token: "token" } },
  capture: { parse: (env) => parseCapture(env, machine), needed: {} },
  ocr: { parse: parseOcr, needed: {} },
  "kube-lego": { parse: parseKubeLego, needed: {} },
  simulator: { parse: parseSimulator, needed: path },
  "npm start": { parse: (env) => parseOptions([], env), needed: {} },
};

/** Section -> variable -> its default as the page has it, where that is a value. */
function readPage(): Record<string, Map<string, string | undefined>> {
  const [, ...sections] = readFileSync("docs/settings.md", "utf8").split(/^## /m);
  return Object.fromEntries(
    sections.map((section) => {
      const rows = section.split("\n").filter((line) => line.startsWith("| `"));
      const variables = rows.flatMap((row) => {
        const [, names = "", value = ""] = row.split("|").map((cell) => cell.trim());
        const given = /^`(.*)`$/.exec(value)?.[1];
        return names.split(", ").map((name) => [name.replaceAll("`", ""), given] as const);
      });
      return [section.split("\n")[0], new Map(variables)];
    }),
  );
}

const page = readPage();

test("there is a section for every program", () => {
  expect(Object.keys(page).sort()).toEqual(Object.keys(programs).sort());
});

describe.each(Object.entries(programs))("%s", (name, { parse, needed }) => {
  const documented = page[name] ?? new Map<string, string | undefined>();

  test("reads what the page names", () => {
    const seen = new Set<string>();
    parse(
      new Proxy(needed, {
        get: (target, variable) => {
          if (variable !== "PATH") seen.add(String(variable));
          return target[String(variable)];
        },
      }),
    );
    expect([...documented.keys()].sort()).toEqual([...seen].sort());
  });

  test.each([...documented].filter(([, value]) => value !== undefined))("has %s=%s", (variable, value) => {
    expect(parse({ ...needed, [variable]: value })).toEqual(parse(needed));
  });
});
