/** A function as a process: signals, exit codes. */
import { errorFields, type Log } from "./log.ts";
import type { Running } from "./serve.ts";

/** Runs `start` as a process: SIGTERM and SIGINT drain and exit 0; a start that fails says why and exits 1. */
export function runMain(log: Log, start: () => Promise<Running>): void {
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
  start().then((started) => {
    running = started;
  }, crash);
}
