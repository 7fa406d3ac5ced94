import { expect, test } from "vitest";
import { list } from "../sources.ts";
import { findTool, missingMessage, missingTools, tools } from "./tools.ts";

test("a tool is found on PATH, and in /usr/sbin where PATH leaves it out", () => {
  expect(findTool("sh")).toMatch(/\/sh$/);
  expect(findTool("nginx", "/nowhere")).toBe("/usr/sbin/nginx");
  expect(findTool("no-such-program")).toBeUndefined();
});

test("what is missing is said with the tests that need it and the package that has it", () => {
  const missing = missingTools(["test/page/a.test.ts"], (name) => (name === "chromium" ? undefined : "/bin/true"));
  expect(missingMessage(missing)).toBe(
    "programs are missing:\n  chromium, needed by the tests in test/page/, test/e2e/\non Debian: apt-get install chromium",
  );
});

test("tests that run no programs need none", () => {
  expect(missingTools(["functions/contracts/events.test.ts"], () => undefined)).toEqual([]);
});

test("the table names folders that have tests", () => {
  const files = list(["functions", "local", "cert", "static", "test"], [".test.ts"]);
  const starts = new Set(tools.flatMap(({ neededBy }) => neededBy));
  expect([...starts].filter((start) => !files.some((file) => file.startsWith(start)))).toEqual([]);
});
