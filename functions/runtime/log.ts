/** One JSON line per fact on standard output. Hints, tokens and URLs with a query never reach it. */
import { pino } from "pino";

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRETS = ["playbackhint", "playbackHint", "token", "clientSecret", "authorization", "sig"];

export function createLog(name: string, level: LogLevel): Log {
  return pino({
    name,
    level,
    redact: {
      paths: [...SECRETS, ...SECRETS.map((key) => `*.${key}`), ...SECRETS.map((key) => `*.*.${key}`)],
      remove: true,
    },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    base: { name },
  });
}

/** An error as log fields: name, message and stack, its URLs without query (a signed URL is a password). */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { error: withoutQueries(String(error)) };
  const cause = error.cause instanceof Error ? withoutQueries(error.cause.message) : undefined;
  return {
    error: withoutQueries(error.message),
    errorName: error.name,
    cause,
    stack: withoutQueries(error.stack ?? ""),
  };
}

export function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/[^\s"'?/]+)(\/[^\s"'?]*)?(\?[^\s"']*)?/g, (_, host: string, path?: string) =>
    path && path.length > 1 ? `${host}/…` : host,
  );
}
