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
import { type Child, demandFree, freePort, startChild } from "./processes.ts";
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

  const child = async (name: string, script: string, port: number, env: Record<string, string>) => {
    const started = startChild({
      name,
      command: process.execPath,
      args: ["--enable-source-maps", join(dist, script)],
      env: { PORT: String(port), LOG_LEVEL: options.logLevel === "silent" ? "error" : "info", ...env },
      inherited: { PATH: process.env.PATH, HOME: process.env.HOME },
      onLog: (from, line) => {
        const words = describeLog(from, line, options.logLevel);
        if (words) print(words);
      },
      onExit: (from, code) => void end(1, `${from} ended by itself with code ${code}`),
    });
    undo.push(() => started.stop());
    return started;
  };

  const twitch = options.twitch ? realTwitch(options.twitch) : await startSimulator(options, child, print);
  const ports = { poller: await freePort(), capture: await freePort(), ocr: await freePort() };
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

  const children: Child[] = [];
  for (const name of functions) {
    const env = { ...twitch.env[name], ...(name === "poller" && { K_SINK: broker.url }) };
    children.push(await child(name, `functions/${name}/main.js`, ports[name], env));
  }
  await Promise.all(children.map(({ ready }) => ready));
  startClock();

  const web = await startWebTier({
    kind: options.web,
    port: options.port,
    pageDir: join(dist, "static"),
    pollerPort: ports.poller,
    simulatorPort: twitch.simulatorPort,
    root,
    path: process.env.PATH,
    onLine: (line) => {
      if (!/ \[(notice|info)\] /.test(line)) print(`nginx: ${line}`);
    },
    onExit: (reason) => void end(1, reason),
  });
  undo.push(() => web.stop());
  print(`\nRotisserie is on http://localhost:${options.port}  (${web.name}; ${twitch.words}; Ctrl-C ends it)\n`);
}

interface Twitch {
  words: string;
  simulatorPort: number | undefined;
  env: Record<(typeof functions)[number], Record<string, string>>;
}

/** Settings an operator may give the functions on this machine too. */
function passedOn(names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

const POLLER_SETTINGS = [
  "GAMES",
  "LANGUAGES",
  "ROTISSERIE_ALLOWLIST",
  "ROTISSERIE_BLOCKLIST",
  "SAMPLES_PER_MINUTE",
  "IDLE_AFTER",
  "ALWAYS_ON",
  "REDIS_URL",
];
const CAPTURE_SETTINGS = ["FFMPEG_PATH"];
const OCR_SETTINGS = ["OCR_DEBUG", "OCR_ACCEPT", "OCR_ENGINE"];

function realTwitch(credentials: Record<string, string>): Twitch {
  return {
    words: "real Twitch",
    simulatorPort: undefined,
    env: {
      poller: { ...credentials, ...passedOn(POLLER_SETTINGS) },
      capture: passedOn(CAPTURE_SETTINGS),
      ocr: passedOn(OCR_SETTINGS),
    },
  };
}

async function startSimulator(
  options: Options,
  child: (name: string, script: string, port: number, env: Record<string, string>) => Promise<Child>,
  print: (line: string) => void,
): Promise<Twitch> {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  print("No Twitch credentials are set: simulated streams. Encoding the first ones ...");
  const simulator = await child("simulator", "local/twitch/main.js", port, {
    SIMULATOR_URL: base,
    SIMULATOR_CACHE: process.env.SIMULATOR_CACHE ?? join(root, ".cache", "simulator"),
    ...passedOn(["SIMULATOR_SEED", "SIMULATOR_CHANNELS", "SIMULATOR_FRAMES_FILTER", "SIMULATOR_FRAMES_HEIGHTS"]),
    ...passedOn(CAPTURE_SETTINGS),
    ...(process.env.GAMES && { SIMULATOR_GAMES: process.env.GAMES }),
    ...(options.framesDir && { SIMULATOR_FRAMES: resolve(options.framesDir) }),
  });
  await simulator.ready;
  return {
    words: "simulated streams",
    simulatorPort: port,
    env: {
      poller: {
        ...passedOn(POLLER_SETTINGS),
        TWITCH_API_URL: `${base}/helix`,
        TWITCH_AUTH_URL: `${base}/oauth2`,
        clientID: "simulated",
        clientSecret: "simulated",
        STREAM_URL: "/simulator/hls/{login}.m3u8",
      },
      capture: {
        ...passedOn(CAPTURE_SETTINGS),
        TWITCH_GQL_URL: `${base}/gql`,
        TWITCH_USHER_URL: base,
        ALLOWED_HOSTS: base,
      },
      ocr: passedOn(OCR_SETTINGS),
    },
  };
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
