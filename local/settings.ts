/** What each program is told on this machine. Pure. */
import { parseConfig as parseCapture } from "../functions/capture/config.ts";
import { parseConfig as parseOcr } from "../functions/ocr/config.ts";
import { parseConfig as parsePoller } from "../functions/poller/config.ts";
import type { Env } from "../functions/runtime/config.ts";
import { parseConfig as parseSimulator } from "./twitch/config.ts";

export type Settings = Record<string, string>;

export interface Surroundings {
  /** This process's own environment: whatever a function reads may be set there. */
  env: Env;
  ports: Record<"poller" | "capture" | "ocr" | "simulator", number>;
  /** Where events go. */
  sink: string;
  logLevel: string;
  /** Whether the streams are simulated; otherwise they are Twitch's. */
  simulated: boolean;
  /** Directory of real frames for the simulator. */
  framesDir: string | undefined;
  simulatorCache: string;
}

export interface Told {
  poller: Settings;
  capture: Settings;
  ocr: Settings;
  simulator: Settings | undefined;
}

/** @throws ConfigError of the program that would not start with what it is told: better now than one by one. */
export function tellPrograms({ env, ports, sink, logLevel, simulated, framesDir, simulatorCache }: Surroundings): Told {
  const base = `http://localhost:${ports.simulator}`;
  const wire = (program: keyof typeof ports, more: Settings) => ({
    ...env,
    PORT: String(ports[program]),
    LOG_LEVEL: logLevel,
    ...more,
  });
  const machine = { hostname: "localhost", cores: 1 };
  return {
    poller: read(parsePoller, wire("poller", { K_SINK: sink, ...(simulated && simulatedTwitch(base)) })),
    capture: read((given) => parseCapture(given, machine), wire("capture", simulated ? simulatedPlayback(base) : {})),
    ocr: read(parseOcr, wire("ocr", {})),
    simulator: simulated
      ? read(parseSimulator, {
          SIMULATOR_CACHE: simulatorCache,
          ...(env.GAMES && { SIMULATOR_GAMES: env.GAMES }),
          ...wire("simulator", { SIMULATOR_URL: base, ...(framesDir && { SIMULATOR_FRAMES: framesDir }) }),
        })
      : undefined,
  };
}

function simulatedTwitch(base: string): Settings {
  return {
    TWITCH_API_URL: `${base}/helix`,
    TWITCH_AUTH_URL: `${base}/oauth2`,
    clientID: "simulated",
    clientSecret: "simulated",
    STREAM_URL: "/simulator/hls/{login}.m3u8",
  };
}

function simulatedPlayback(base: string): Settings {
  return { TWITCH_GQL_URL: `${base}/gql`, TWITCH_USHER_URL: base, ALLOWED_HOSTS: base };
}

/** The variables that `parse` looks at: a program is told what it reads and nothing else. */
function read(parse: (env: Env) => unknown, env: Env): Settings {
  const settings: Settings = {};
  parse(
    new Proxy(env, {
      get: (target, name) => {
        const value = target[String(name)];
        if (value !== undefined) settings[String(name)] = value;
        return value;
      },
    }),
  );
  return settings;
}
