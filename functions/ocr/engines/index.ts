/** The engines by name. Loaded when asked for: one that is not used costs no memory and no start time. */
import type { EngineName } from "../config.ts";
import { type Engine, LINE_HEIGHT } from "./engine.ts";

export async function openEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case "strip":
      return (await import("./strip.ts")).createStrip();
    case "vote":
      return (await import("./vote.ts")).createVote();
    case "pp-ocr":
      return (await import("./paddle.ts")).createPaddle();
    case "tesseract":
      return (await import("./tesseract.ts")).createTesseract();
  }
}

/** The first run of a model is slow: it must not be a viewer's. */
export async function warm(engine: Engine): Promise<void> {
  const width = 10 * LINE_HEIGHT;
  const line = { data: new Uint8Array(width * LINE_HEIGHT).fill(40), width, height: LINE_HEIGHT };
  for (const labels of ["words", "icons"] as const) await engine.readWords(line, labels);
  for (const read of engine.readAnew ?? []) await read(line, "words");
  await engine.readAgain?.(line, { x: width / 2, y: LINE_HEIGHT / 3, width: LINE_HEIGHT, height: LINE_HEIGHT / 3 });
}
