/** Numbers and times as people say them. */

export type Zone = "final" | "closing" | "middle" | "early" | "none";

/** How close to its end a match is; the word stands beside the colour, never the colour alone. */
export function zoneOf(alive: number | null | undefined): Zone {
  if (alive === null || alive === undefined) return "none";
  if (alive <= 10) return "final";
  if (alive <= 25) return "closing";
  return alive <= 50 ? "middle" : "early";
}

export const zoneWords: Record<Zone, string> = {
  final: "Final ten",
  closing: "Closing in",
  middle: "Mid match",
  early: "Early",
  none: "No count",
};

/** 950, 1.2k, 12k, 1.2M. */
export function shortNumber(value: number): string {
  if (value < 1000) return String(value);
  const [unit, size] = value < 999_500 ? (["k", 1000] as const) : (["M", 1_000_000] as const);
  const scaled = value / size;
  return `${scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, "") : Math.round(scaled)}${unit}`;
}

/** "now", "4 s ago", "2 min ago", "3 h ago". */
export function ago(seconds: number): string {
  if (seconds < 1) return "now";
  return `${duration(seconds)} ago`;
}

/** "4 s", "2 min", "3 h". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.floor(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** English name of a language code; the code itself where there is none ("other" on Twitch). */
export function languageName(code: string): string {
  if (code === "other") return "Other";
  if (code === "") return "Unknown";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const count = (value: number, one: string, many = `${one}s`) => `${value} ${value === 1 ? one : many}`;
