/** What /proc says about a process and its children. Linux only. */
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of /proc/PID/stat are hundredths of a second on every Linux of today. */
const TICKS = 100;

/** CPU seconds: its own, and those of the children it has waited for. */
export function cpuSeconds(pid: number): { own: number; children: number } {
  const fields = statOf(pid);
  const at = (index: number) => Number(fields[index] ?? 0) / TICKS;
  // After the name: state is field 3 of proc(5), utime 14, stime 15, cutime 16, cstime 17.
  return { own: at(11) + at(12), children: at(13) + at(14) };
}

/** Megabytes of a process and all below it; memory that several share is counted in parts. */
export function memoryOfTree(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const fields = statOf(Number(name));
    parents.set(Number(name), Number(fields[1] ?? 0));
  }
  const isBelow = (one: number): boolean => one === pid || (parents.has(one) && isBelow(parents.get(one) ?? 0));
  const kilobytes = [...parents.keys()].filter(isBelow).map((one) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0; // It has ended meanwhile.
    }
  });
  return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 102.4) / 10;
}

/** The fields after the program's name, which may hold anything. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
