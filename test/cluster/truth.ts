/** What the simulated streams really show, to hold answers against. The functions never see it. */
import { agent } from "./agent.ts";

interface Shown {
  at: number;
  phase: string;
  kind: "alive" | "joined" | "none" | "mobile";
  value?: number;
}
export type Truth = Record<string, { game: string; recent: Shown[] }>;

export async function truth(): Promise<Truth> {
  return JSON.parse((await agent.get("http://rotisserie-simulator:8080/simulator/truth")).body) as Truth;
}

/** Streams that show a running match now. Asks the simulator only: nobody counts as a viewer. */
export async function running(): Promise<string[]> {
  const shown = Object.entries(await truth());
  return shown.flatMap(([login, { recent }]) => (recent.at(-1)?.kind === "alive" ? [login] : []));
}

export interface Stream {
  stream_name: string;
  alive: number | null;
  phase: string;
  updated: string;
}

/** Segments last two seconds, and the time in a playlist is the segment's, not the picture's. */
const SLACK_MS = 4_000;

/** Why an answer is not what the stream showed at that time; undefined when it is. */
export function wrong({ stream_name, alive, phase, updated }: Stream, all: Truth): string | undefined {
  const at = Date.parse(updated);
  const shown = (all[stream_name]?.recent ?? []).filter((segment) => Math.abs(segment.at - at) <= SLACK_MS);
  if (shown.length === 0) return `${stream_name} showed nothing that is known at ${updated}`;
  const kind = phase === "match" ? "alive" : "joined";
  const right = shown.some((segment) => segment.kind === kind && (phase !== "match" || segment.value === alive));
  return right ? undefined : `${stream_name}: ${phase} ${alive} at ${updated}, shown was ${JSON.stringify(shown)}`;
}

/** GET /current as a viewer sees it, through the gateway. */
export async function current(): Promise<Stream | null> {
  const { status, body } = await agent.get("http://rotisserie-app:3000/current");
  if (status !== 200) throw new Error(`/current answered ${status}: ${body.slice(0, 200)}`);
  return JSON.parse(body) as Stream | null;
}

/** The first answer that is a running match, and when it came. @throws when its number is not the one on the picture. */
export async function firstLeader(seconds: number): Promise<{ leader: Stream; ms: number }> {
  const began = Date.now();
  while (Date.now() - began < seconds * 1000) {
    const answer = await current().catch(() => null);
    if (answer?.phase === "match") {
      const ms = Date.now() - began;
      const problem = wrong(answer, await truth());
      if (problem) throw new Error(problem);
      return { leader: answer, ms };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no leader within ${seconds} s`);
}
