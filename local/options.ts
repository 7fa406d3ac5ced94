/** What `npm start` takes from the command line and the environment. Pure. */
import { parseArgs } from "node:util";
import { ConfigError, type Env, integer, oneOf, optionalText } from "../functions/runtime/config.ts";
import { LOG_LEVELS, type LogLevel } from "../functions/runtime/log.ts";

export interface Options {
  /** Port of the page. */
  port: number;
  /** Directory of real frames with a manifest.tsv, for the simulator only. */
  framesDir: string | undefined;
  /** Whether credentials are set; without them the simulator runs. */
  realTwitch: boolean;
  logLevel: LogLevel;
  /** Whether a line per event is printed. */
  quiet: boolean;
  /** nginx: the machine's nginx with the deployed files. node: without nginx. auto: nginx where there is one. */
  web: "auto" | "nginx" | "node";
}

export const USAGE = `npm start -- [--frames DIR] [--quiet]
  --frames DIR   simulated streams show the pictures of DIR (with a manifest.tsv)
  --quiet        no line per event
  PORT=8080      port of the page
  TWITCH_CLIENT_ID, TWITCH_CLIENT_SECRET (or clientID and token): real Twitch instead of the simulator`;

/** Any of them alone means real Twitch is wanted: the poller says which one is missing. */
const CREDENTIALS = ["TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET", "clientID", "clientSecret", "token"];

/** @throws ConfigError naming the option or variable that is wrong. */
export function parseOptions(args: string[], env: Env): Options {
  const { values } = parse(args);
  return {
    port: integer(env, "PORT", 8080, 1, 65_535),
    framesDir: values.frames,
    realTwitch: CREDENTIALS.some((name) => optionalText(env, name) !== undefined),
    logLevel: oneOf(env, "LOG_LEVEL", LOG_LEVELS, "warn"),
    quiet: values.quiet ?? false,
    web: oneOf(env, "WEB", ["auto", "nginx", "node"], "auto"),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { frames: { type: "string" }, quiet: { type: "boolean" } } });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}
