/** `npm start` with a manifest that the local broker cannot follow: a copy of the built program beside broken files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../local/processes.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rotisserie-manifest-"));
  await cp("dist/local/main.js", join(dir, "dist/local/main.js"));
  await cp("package.json", join(dir, "package.json"));
  await symlink(join(process.cwd(), "node_modules"), join(dir, "node_modules"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each([
  ["broken YAML", (text: string) => `${text}\n  - oops: [`, /40-capture\.yaml: not YAML: /],
  [
    "a delay that is none",
    (text: string) => text.replace("backoffDelay: PT0.5S", "backoffDelay: half a second"),
    /40-capture\.yaml: Trigger rotisserie-capture-stream-found: spec\.delivery\.backoffDelay: .*PT0\.5S/,
  ],
  [
    "a Broker that is nowhere",
    (text: string) => text.replace("broker: rotisserie", "broker: rotiserie"),
    /40-capture\.yaml: .* no Broker "rotiserie"/,
  ],
])("%s: one line that names file and problem, exit code 1", async (_, spoil, problem) => {
  await cp("knative/base", join(dir, "knative/base"), { recursive: true });
  const file = join(dir, "knative/base/40-capture.yaml");
  await writeFile(file, spoil(await readFile(file, "utf8")));
  const child = spawn(process.execPath, [join(dir, "dist/local/main.js")], {
    env: { PATH: process.env.PATH, PORT: String(await freePort()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(output.trim()).toMatch(problem);
  expect(output.trim()).not.toContain("\n");
});
