/**
 * `npm run bench:wake [-- --json] [--times N] [--idle SECONDS]`: the whole system on this machine, idle again and again, and
 * what its first viewer gets. After SECONDS without a request (35: longer than any reading may lead) a viewer asks every half second:
 * the first answer must be "looking", and the number that follows must be what the simulated stream showed at that moment.
 * Run `npm run build` first.
 */
import { spawn } from "node:child_process";
import { request } from "undici";
import type { CurrentDocument } from "../functions/contracts/api.ts";
import { freePort } from "../local/processes.ts";
import type { ChannelTruth } from "../local/twitch/truth.ts";

const args = process.argv.slice(2);
const option = (name: string, fallback: number) => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : Number(args[at + 1]);
};
const times = option("--times", 10);
const idleSeconds = option("--idle", 35);
/** A viewer who waited this long has left. */
const PATIENCE_MS = 30_000;
/** A segment of the simulated stream lasts 2 s, and its frame times are rounded to it. */
const SAME_MOMENT_MS = 3_000;
const json = args.includes("--json");
const print = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Row {
  first: string;
  progress: string;
  secondsToNumber: number | undefined;
  stream: string | undefined;
  alive: number | null | undefined;
  age: number | undefined;
  right: boolean;
}

const port = await freePort();
const system = spawn(process.execPath, ["dist/local/main.js", "--quiet"], {
  env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), IDLE_AFTER: "5" },
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise<never>((_, reject) =>
  system.once("exit", (code) => reject(new Error(`the system ended with ${code}`))),
);
ended.catch(() => {});
process.on("exit", () => system.kill("SIGTERM"));
await Promise.race([
  ended,
  new Promise<void>((resolve) => system.stdout.on("data", (text: Buffer) => text.includes("is on http") && resolve())),
]);

async function get(path: string) {
  const answer = await request(`http://localhost:${port}${path}`);
  return { headers: answer.headers, body: await answer.body.json() };
}

/** Whether the simulated stream really showed this number at the time of its picture. */
async function isRight({ stream_name, alive, updated }: NonNullable<CurrentDocument>): Promise<boolean> {
  const truth = ((await get("/simulator/truth")).body as Record<string, ChannelTruth>)[stream_name];
  return (truth?.recent ?? []).some(
    ({ at, kind, value }) =>
      kind === "alive" && value === alive && Math.abs(at - Date.parse(updated)) <= SAME_MOMENT_MS,
  );
}

async function wake(): Promise<Row> {
  const started = Date.now();
  const row: Row = {
    first: "",
    progress: "",
    secondsToNumber: undefined,
    stream: undefined,
    alive: undefined,
    age: undefined,
    right: false,
  };
  while (Date.now() - started < PATIENCE_MS) {
    const { headers, body } = await get("/current");
    const current = body as CurrentDocument;
    row.first ||= current === null ? "looking" : `${current.stream_name} ${current.alive}`;
    if (current === null) row.progress = String(headers["rotisserie-progress"]);
    if (current?.phase === "match") {
      const { stream_name: stream, alive, age } = current;
      const secondsToNumber = (Date.now() - started) / 1000;
      return { ...row, secondsToNumber, stream, alive, age, right: await isRight(current) };
    }
    await sleep(500);
  }
  return row;
}

// The very first look resolves every stream: it is a cold start, not a waking.
await wake();
const rows: Row[] = [];
print(`${times} wakings after ${idleSeconds} s without a viewer (IDLE_AFTER=5)\n`);
print(
  ["first answer", "number after", "alive", "age s", "right", "last progress"].map((name) => name.padEnd(15)).join(""),
);
for (let i = 0; i < times; i++) {
  await sleep(idleSeconds * 1000);
  const row = await Promise.race([ended, wake()]);
  rows.push(row);
  const cells = [
    row.first,
    row.secondsToNumber === undefined ? "never" : `${row.secondsToNumber.toFixed(1)} s`,
    String(row.alive),
    String(row.age),
    row.right ? "yes" : "NO",
    row.progress,
  ];
  print(cells.map((cell) => cell.padEnd(15)).join(""));
}
const waits = rows.map(({ secondsToNumber }) => secondsToNumber ?? Number.POSITIVE_INFINITY);
const good = rows.filter(({ first, right }, i) => first === "looking" && right && (waits[i] ?? 0) <= 10).length;
print(
  `\nslowest ${Math.max(...waits).toFixed(1)} s; first "looking", then a right number within 10 s: ${good} of ${times}`,
);
if (json) process.stdout.write(`${JSON.stringify({ idleSeconds, rows })}\n`);
system.kill("SIGTERM");
process.exit(good === times ? 0 : 1);
