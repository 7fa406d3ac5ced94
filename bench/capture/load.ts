/** What capture and the reader take of two cores with 100 channels. */
import { countRead } from "../../functions/contracts/events.ts";
import { readEvent } from "../../functions/runtime/wire.ts";
import type { Live } from "./live.ts";
import { cpuSeconds, median, round, startCapture, startFunction } from "./processes.ts";
import { countOf } from "./scenes.ts";
import { takeOurs } from "./ways.ts";

/** 100 channels every 30 s, as the poller sends them: a burst every 5 s. With the reader, so that both share the cores. */
export async function load(live: Live, seconds: number, ffmpeg: string, say: (text: string) => void): Promise<object> {
  const capture = await startCapture(live, ffmpeg);
  const reader = await startFunction("functions/ocr/main.ts", {});
  const channels = Array.from({ length: 100 }, (_, index) => ({
    login: `p${index % 10 === 0 ? 1080 : 720}_${index}`,
    hint: undefined as string | undefined,
  }));
  const walls: number[] = [];
  const failures = new Map<string, number>();
  const readings = { right: 0, unread: 0, wrong: 0 };
  const fail = (what: string) => failures.set(what, (failures.get(what) ?? 0) + 1);
  const one = async (channel: (typeof channels)[number]) => {
    const begun = performance.now();
    try {
      const { event, hint } = await takeOurs(capture.url, channel.login, channel.hint);
      channel.hint = hint;
      walls.push((performance.now() - begun) / 1000);
      if (event) readings[await read(reader.url, event, live)]++;
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  for (const channel of channels.slice(0, 20)) await one(channel);
  walls.length = 0;
  failures.clear();
  Object.assign(readings, { right: 0, unread: 0, wrong: 0 });
  const before = { capture: cpuSeconds(capture.pid), reader: cpuSeconds(reader.pid) };
  const begun = performance.now();
  const ticks = Math.max(1, Math.round(seconds / 5));
  const bursts: Promise<void>[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const due = channels.slice(Math.floor(((tick % 6) * 100) / 6), Math.floor((((tick % 6) + 1) * 100) / 6));
    bursts.push(...due.map(one));
    const next = (tick + 1) * 5000 - (performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next)));
  }
  await Promise.all(bursts);
  const took = (performance.now() - begun) / 1000;
  const share = (after: ReturnType<typeof cpuSeconds>, earlier: ReturnType<typeof cpuSeconds>) =>
    (after.own + after.children - earlier.own - earlier.children) / took / 2;
  const shares = {
    capture: share(cpuSeconds(capture.pid), before.capture),
    reader: share(cpuSeconds(reader.pid), before.reader),
  };
  await Promise.all([capture.stop(), reader.stop()]);
  const sorted = walls.toSorted((a, b) => a - b);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  say(
    `\n100 channels every 30 s (10 of them 1080p) for ${took.toFixed(0)} s: ${walls.length} pictures, failed: ${JSON.stringify(Object.fromEntries(failures))}`,
  );
  say(
    `of two cores: capture ${percent(shares.capture)}, reader ${percent(shares.reader)}, together ${percent(shares.capture + shares.reader)}`,
  );
  say(`readings: ${readings.right} right, ${readings.unread} unread, ${readings.wrong} wrong`);
  say(
    `event to reply: median ${median(walls).toFixed(2)} s, 99 of 100 within ${(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(2)} s`,
  );
  return {
    channels: 100,
    seconds: round(took),
    pictures: walls.length,
    failures: Object.fromEntries(failures),
    readings,
    shareOfTwoCores: shares,
  };
}

/** The event through the reader, and its answer against what the picture shows. */
async function read(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: Buffer },
  live: Live,
): Promise<"right" | "unread" | "wrong"> {
  const answer = await fetch(url, { method: "POST", headers: eventHeaders(headers), body: new Uint8Array(body) });
  const reply = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(`the reader answered ${answer.status}`);
  const { attributes, data } = countRead.parse(readEvent(Object.fromEntries(answer.headers), reply));
  if (!data.ok) return "unread";
  return data.alive === countOf(live.indexAt(Date.parse(attributes.frametime))) ? "right" : "wrong";
}

/** Of the reply, what belongs to the event and not to the connection. */
function eventHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("ce-") || name === "content-type"),
  );
}
