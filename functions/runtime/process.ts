/** A function as a process: environment, log, signals, exit codes. */
import { type Env, integer, oneOf } from "./config.ts";
import { createLog, errorFields, LOG_LEVELS, type Log, type LogLevel } from "./log.ts";
import type { Running } from "./serve.ts";

/** What every process is told: PORT and LOG_LEVEL. */
export interface ProcessConfig {
  port: number;
  logLevel: LogLevel;
}

export function parseProcess(env: Env, defaultPort: number): ProcessConfig {
  return {
    port: integer(env, "PORT", defaultPort, 0, 65_535),
    logLevel: oneOf(env, "LOG_LEVEL", LOG_LEVELS, "info"),
  };
}

/**
 * Runs `start` as a process: SIGTERM and SIGINT drain and exit 0; a bad variable or a start that fails is told in one
 * log line and exits 1.
 */
export function runMain<C extends ProcessConfig>(
  name: string,
  parse: () => C,
  start: (config: C, log: Log) => Promise<Running>,
): void {
  let log = createLog(name, "info");
  const crash = (error: unknown) => {
    log.error(errorFields(error), "stopped by an error");
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  let running: Running | undefined;
  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    // While it still starts there is nothing in flight to wait for.
    (running?.stop() ?? Promise.resolve()).then(() => process.exit(0), crash);
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  const run = async () => {
    const config = parse();
    log = createLog(name, config.logLevel);
    running = await start(config, log);
  };
  run().catch(crash);
}
