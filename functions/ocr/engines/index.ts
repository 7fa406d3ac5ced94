/** The engines by name. */
import type { EngineName } from "../config.ts";
import type { Engine } from "./engine.ts";

export async function openEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case "pp-ocr":
      return (await import("./paddle.ts")).createPaddle();
  }
}

/** The first run of a model is slow: it must not be a viewer's. */
export async function warm(engine: Engine): Promise<void> {
  const [width, height] = [480, 60];
  await engine.readWords({ data: new Uint8Array(width * height).fill(40), width, height });
}
