/**
 * Environment in, typed value out, once, at the start. A bad variable stops the start with its name, what was given and
 * what is allowed. Secrets are never repeated in the message.
 */
export type Env = Record<string, string | undefined>;

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export function fail(name: string, given: string, allowed: string): never {
  throw new ConfigError(`${name}=${JSON.stringify(given.slice(0, 100))}: ${allowed}`);
}

/** A variable set to the empty string counts as not set: that is what an optional Secret key looks like. */
export function text(env: Env, name: string, fallback?: string): string {
  const value = env[name]?.trim();
  if (value) return value;
  if (fallback === undefined) throw new ConfigError(`${name} is not set`);
  return fallback;
}

export function optionalText(env: Env, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

export function integer(env: Env, name: string, fallback: number, minimum: number, maximum: number): number {
  return Math.trunc(bounded(env, name, fallback, minimum, maximum, /^-?\d{1,15}$/, "a whole number"));
}

export function number(env: Env, name: string, fallback: number, minimum: number, maximum: number): number {
  return bounded(env, name, fallback, minimum, maximum, /^-?\d{1,15}(\.\d{1,9})?$/, "a number");
}

function bounded(env: Env, name: string, fallback: number, low: number, high: number, form: RegExp, kind: string) {
  const given = env[name]?.trim();
  if (!given) return fallback;
  const value = Number(given);
  if (!form.test(given) || value < low || value > high) fail(name, given, `${kind} from ${low} to ${high}`);
  return value;
}

export function flag(env: Env, name: string, fallback = false): boolean {
  const given = env[name]?.trim();
  if (!given) return fallback;
  if (given === "true" || given === "1") return true;
  if (given === "false" || given === "0") return false;
  return fail(name, given, "true or false");
}

export function oneOf<const T extends string>(env: Env, name: string, allowed: readonly T[], fallback: T): T {
  const given = env[name]?.trim();
  if (!given) return fallback;
  return allowed.find((value) => value === given) ?? fail(name, given, `one of ${allowed.join(", ")}`);
}

/** Space- or comma-separated words. */
export function words(env: Env, name: string, fallback: readonly string[] = []): string[] {
  const given = env[name]?.trim();
  return given ? given.split(/[\s,]+/).filter(Boolean) : [...fallback];
}

export function url(env: Env, name: string, fallback?: string): string {
  const given = text(env, name, fallback);
  let parsed: URL;
  try {
    parsed = new URL(given);
  } catch {
    return fail(name, given, "an http or https URL");
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") fail(name, given, "an http or https URL");
  return given.replace(/\/+$/, "");
}
