/** `npm start` as its user meets it: it works alone, says what is wrong in one line, and leaves nothing behind. */
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AllDocument, CurrentDocument } from "../../functions/contracts/api.ts";
import { type System, startSystem, within } from "./system.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rotisserie-start-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("simulated streams, without a system ffmpeg or nginx", () => {
  let system: System;
  beforeAll(async () => {
    // A PATH with node alone: ffmpeg must come from the npm package and the web tier from node.
    const bin = join(dir, "bin");
    await mkdir(bin);
    await symlink(process.execPath, join(bin, "node"));
    system = await startSystem({
      env: { PATH: bin, WEB: "node", SIMULATOR_CACHE: join(dir, "cache"), SIMULATOR_SEED: "7" },
    });
    await system.up;
  }, 120_000);

  test("a leader with a right number within 60 s, and the lowest of /all", async () => {
    await within(60, "a leader", async () => {
      const current = parse(CurrentDocument, await getJson(`${system.url}/current`));
      return current?.phase === "match" ? current : undefined;
    });
    const all = parse(AllDocument, await getJson(`${system.url}/all`));
    expect(all.length).toBeGreaterThan(0);
    for (const { title, stream_name } of all) expect(`${title} ${stream_name}`).toMatch(/sim/i);
  }, 70_000);

  test("events are told on the terminal, one line each, without a secret", () => {
    expect(system.lines.filter((line) => line.includes("stream.found")).length).toBeGreaterThan(0);
    expect(system.lines.filter((line) => line.includes("frame.captured")).length).toBeGreaterThan(0);
    expect(system.lines.filter((line) => /playbackhint|token=|sig=|\.m3u8/i.test(line))).toEqual([]);
  });

  test("Ctrl-C ends it with 0 and leaves no process", async () => {
    expect(await system.stop()).toBe(0);
    expect(processesOf(system)).toEqual([]);
  }, 20_000);
});

test("npm start in a fresh copy, where nothing is built; a supervisor that ends npm alone ends everything", async () => {
  const copy = join(dir, "copy");
  await cp(".", copy, { recursive: true, filter: (path) => !/^(node_modules|dist|\.git|\.cache)(\/|$)/.test(path) });
  await symlink(resolve("node_modules"), join(copy, "node_modules"));
  const system = await startSystem({
    command: ["npm", "start"],
    cwd: copy,
    env: { WEB: "node", SIMULATOR_CACHE: join(dir, "cache"), SIMULATOR_SEED: "7" },
  });
  await system.up;
  system.process.kill("SIGTERM");
  await system.exited;
  await within(10, "no process", async () => (processesOf(system).length === 0 ? true : undefined));
}, 120_000);

describe("bad input: one clear line, exit code 1, nothing left running", () => {
  test.each([
    { name: "a bad variable", env: { PORT: "eighty" }, says: /PORT="eighty": a whole number from 1 to 65535/ },
    { name: "a bad variable of a function", env: { SAMPLES_PER_MINUTE: "lots" }, says: /SAMPLES_PER_MINUTE="lots"/ },
    { name: "a secret without an id", env: { TWITCH_CLIENT_SECRET: "x" }, says: /TWITCH_CLIENT_ID .*is not set/ },
    { name: "a frame directory that is none", args: ["--frames", "/nonexistent"], says: /\/nonexistent/ },
    { name: "an unknown option", args: ["--frame"], says: /--frame/ },
  ])(
    "$name",
    async ({ env = {}, args = [], says }) => {
      const system = await startSystem({ args, env: { SIMULATOR_CACHE: join(dir, "cache"), ...env } });
      expect(await system.exited).toBe(1);
      expect(system.lines.filter((line) => line.startsWith("rotisserie: ")).join("\n")).toMatch(says);
    },
    90_000,
  );

  test("a port in use", async () => {
    const server = createServer().listen(0);
    const address = server.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    const system = await startSystem({ env: { PORT: port } });
    expect(await system.exited).toBe(1);
    expect(system.lines.join("\n")).toContain(`port ${port} is in use`);
    server.close();
  });

  test("a broken manifest in a frame directory", async () => {
    await writeFile(join(dir, "manifest.tsv"), "this is\nno manifest\n");
    const system = await startSystem({ args: ["--frames", dir], env: { SIMULATOR_CACHE: join(dir, "cache") } });
    expect(await system.exited).toBe(1);
    expect(system.lines.filter((line) => line.startsWith("rotisserie: ")).join("\n")).toContain("manifest.tsv");
  }, 60_000);
});

/** Of its process group, the dead that nobody has buried left out. */
function processesOf(system: System): string[] {
  return execFileSync("ps", ["-eo", "pid=,pgid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => {
      const [, group, state] = line.trim().split(/\s+/);
      return group === String(system.process.pid) && !state?.startsWith("Z");
    });
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { headers: { "user-agent": "Mozilla/5.0 (end-to-end test)" } });
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}
