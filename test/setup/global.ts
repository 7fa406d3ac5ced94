/** Before any test: the programs the selected tests need, and for tests of the whole system the built files. */
import { execFileSync } from "node:child_process";
import { list, root } from "../sources.ts";
import { canInstall, install, missingMessage, missingTools } from "./tools.ts";

/** Tests that start what `npm start` starts. */
const NEED_BUILD = ["test/e2e/"];

export default function setup(): void {
  const selected = select(list(["functions", "local", "cert", "static", "knative", "test", "bench"], [".test.ts"]));
  const missing = missingTools(selected);
  if (missing.length > 0) {
    if (!canInstall()) throw new Error(missingMessage(missing));
    process.stdout.write(`installing ${missing.map((tool) => tool.package).join(", ")} ...\n`);
    install(missing);
    const still = missingTools(selected);
    if (still.length > 0) throw new Error(missingMessage(still));
  }
  if (selected.some((file) => NEED_BUILD.some((start) => file.startsWith(start)))) {
    execFileSync(process.execPath, ["build.js"], { cwd: root, stdio: "inherit" });
  }
}

/** `npx vitest run functions/ocr` needs less than `npm test`. Words that choose no test file may be an option's value. */
function select(files: string[]): string[] {
  const words = process.argv.slice(2).filter((word) => !word.startsWith("-") && word !== "run" && word !== "watch");
  const chosen = files.filter((file) => words.some((word) => file.includes(word.replace(/^\.\//, ""))));
  return chosen.length > 0 ? chosen : files;
}
