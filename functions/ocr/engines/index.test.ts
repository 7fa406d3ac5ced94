import { expect, test } from "vitest";
import type { Box, Grey } from "../picture.ts";
import { LINE_HEIGHT } from "./engine.ts";
import { warm } from "./index.ts";

test("warm runs every model that a reading runs, each on a line as a reading has it", async () => {
  const runs: { name: string; line: Grey; box?: Box }[] = [];
  await warm({
    name: "fake",
    readWords: async (line, labels) => {
      runs.push({ name: labels, line });
      return [];
    },
    readAnew: ["second", "third"].map((name) => async (line) => {
      runs.push({ name, line });
      return [];
    }),
    readAgain: async (line, box) => {
      runs.push({ name: "again", line, box });
      return { text: "", confidence: 0 };
    },
    close: async () => {},
  });
  expect(runs.map(({ name }) => name)).toEqual(["words", "icons", "second", "third", "again"]);
  for (const { line } of runs)
    expect(line).toMatchObject({ height: LINE_HEIGHT, width: line.data.length / LINE_HEIGHT });
});
