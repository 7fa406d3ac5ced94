/**
 * `npm start`: the whole system on one machine. No account, no cluster: without Twitch credentials the streams are
 * simulated. What runs is what is deployed: the same functions, wired by the same manifests.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../functions/runtime/config.ts";
import { startBroker } from "./broker/broker.ts";
import { parseWiring } from "./broker/wiring.ts";
import { describeDelivery, describeLog, wordLog } from "./lines.ts";
import { type Options, parseOptions } from "./options.ts";
import { demandFree, freePort, startChild } from "./processes.ts";
import { type Settings, tellPrograms } from "./settings.ts";
import { startWebTier } from "./webtier.ts";

const root = findRoot(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const functions = ["poller", "capture", "ocr"] as const;

/** Undone in reverse when the program ends, however it ends. */
const undo: (() => Promise<void>)[] = [];
let ending = false;

async function start(options: Options): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  await demandFree(options.port);
  const wiring = parseWiring(await manifests(join(root, "knative", "base")));
  const ports = {
    poller: await freePort(),
    capture: await freePort(),
    ocr: await freePort(),
    simulator: await freePort(),
  };
  let startClock = () => {};
  const broker = await startBroker({
    wiring,
    ticksAfter: new Promise((resolve) => {
      startClock = resolve;
    }),
    addressOf: (service) => {
      const name = functions.find((known) => service === `rotisserie-${known}`);
      return name && new URL(`http://localhost:${ports[name]}/`);
    },
    port: await freePort(),
    log: wordLog("broker", options.logLevel, print),
    onDelivery: (fact, event) => {
      if (!options.quiet) print(describeDelivery(fact, event.body));
    },
  });
  undo.push(() => broker.stop());

  const told = tellPrograms({
    env: process.env,
    ports,
    sink: broker.url,
    logLevel: options.logLevel === "silent" ? "error" : "info",
    simulated: !options.realTwitch,
    framesDir: options.framesDir && resolve(options.framesDir),
    simulatorCache: join(root, ".cache", "simulator"),
  });
  const child = (name: string, script: string, env: Settings) => {
    const started = startChild({
      name,
      command: process.execPath,
      args: ["--enable-source-maps", join(dist, script)],
      env,
      inherited: { PATH: process.env.PATH, HOME: process.env.HOME },
      onLog: (from, line) => {
        const words = describeLog(from, line, options.logLevel);
        if (words) print(words);
      },
      onExit: (from, code) => void end(1, `${from} ended by itself with code ${code}`),
    });
    undo.push(() => started.stop());
    return started.ready;
  };
  if (told.simulator) {
    print("No Twitch credentials are set: simulated streams. Encoding the first ones ...");
    await child("simulator", "local/twitch/main.js", told.simulator);
  }
  await Promise.all(functions.map((name) => child(name, `functions/${name}/main.js`, told[name])));
  startClock();

  const web = await startWebTier({
    kind: options.web,
    port: options.port,
    pageDir: join(dist, "static"),
    pollerPort: ports.poller,
    simulatorPort: told.simulator && ports.simulator,
    root,
    path: process.env.PATH,
    onLine: (line) => {
      if (!/ \[(notice|info)\] /.test(line)) print(`nginx: ${line}`);
    },
    onExit: (reason) => void end(1, reason),
  });
  undo.push(() => web.stop());
  const twitch = told.simulator ? "simulated streams" : "real Twitch";
  print(`\nRotisserie is on http://localhost:${options.port}  (${web.name}; ${twitch}; Ctrl-C ends it)\n`);
}

async function manifests(dir: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(dir)).filter((name) => /^\d.*\.yaml$/.test(name)).sort();
  if (names.length === 0) throw new ConfigError(`${dir} has no manifests`);
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(dir, name), "utf8") })));
}

/** The folder with package.json, whether this runs from dist/ or from the sources. */
function findRoot(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("package.json not found above this program");
  return findRoot(parent);
}

async function end(code: number, reason?: string): Promise<void> {
  if (ending) return;
  ending = true;
  if (reason) process.stderr.write(`rotisserie: ${reason}\n`);
  for (const step of undo.reverse()) await step().catch(() => {});
  process.exit(code);
}

process.on("SIGINT", () => void end(0));
process.on("SIGTERM", () => void end(0));
process.on("uncaughtException", (error) => void end(1, error.message));

try {
  await start(parseOptions(process.argv.slice(2), process.env));
} catch (error) {
  await end(1, error instanceof Error ? error.message : String(error));
}
