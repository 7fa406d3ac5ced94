/** What `task` runs: `tsx knative/cli/main.ts VERB`. The only place here that reads the environment. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check } from "./check.ts";
import { render } from "./render.ts";
import { parseSettings } from "./settings.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const say = (line: string) => {
  process.stdout.write(`${line}\n`);
};

const verbs: Record<string, () => Promise<void>> = {
  check: async () => {
    const problems = await check(root, say);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  },
  render: async () => {
    say(await render(parseSettings(process.env), { root }));
  },
};

const verb = process.argv[2] ?? "";
try {
  const chosen = verbs[verb];
  if (!chosen) throw new Error(`say one of: ${Object.keys(verbs).join(", ")}`);
  await chosen();
} catch (error) {
  process.stderr.write(`rotisserie: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
