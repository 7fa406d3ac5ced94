/**
 * What one flipped bit does to a picture: `npm run bench:capture -- --flips N`. H.264 has no checksum, so some flips decode
 * without a complaint; this counts them, and how much of the HUD's region they change.
 */
import sharp from "sharp";
import { findFfmpeg } from "../../functions/capture/ffmpeg.ts";
import { createTakePicture } from "../../functions/capture/frame.ts";
import type { KeyFrame } from "../../functions/capture/h264.ts";
import { Missed } from "../../functions/capture/missed.ts";
import { createMpegTsReader } from "../../functions/capture/mpegts.ts";
import { makeClip } from "../../functions/capture/testing/clips.ts";
import { findGame } from "../../functions/contracts/games.ts";
import { createGate } from "../../functions/runtime/gate.ts";
import { random } from "../../local/scenes/random.ts";

const KINDS: [string, string[]][] = [
  ["CABAC, one slice (Twitch's transcodes)", ["-preset", "veryfast", "-crf", "30"]],
  ["CABAC, eight slices", ["-preset", "veryfast", "-crf", "30", "-x264-params", "slices=8"]],
  ["CAVLC (baseline)", ["-profile:v", "baseline", "-crf", "30"]],
];
const WIDTH = 640;
const HEIGHT = 360;

export async function flips(count: number, ffmpeg: string, say: (text: string) => void): Promise<object> {
  const game = findGame("pubg");
  if (!game) throw new Error("no game");
  const program = findFfmpeg(ffmpeg === "system" ? undefined : ffmpeg, process.env.PATH ?? "");
  const limits = { timeoutMs: 60_000, maxMemoryMb: 1024 };
  const take = createTakePicture({ ffmpeg: program, gate: createGate({ width: 2, queue: count }), limits });
  const pixels = async (frame: KeyFrame) =>
    sharp((await take(frame, game, new AbortController().signal)).image)
      .toColourspace("b-w")
      .raw()
      .toBuffer();
  const rows = [];
  say(
    "one bit flipped                          pictures  refused  HUD unchanged  HUD changed: pixels, grey levels at most",
  );
  for (const [kind, encoder] of KINDS) {
    const picture = `testsrc2=size=${WIDTH}x${HEIGHT}:rate=10,noise=alls=14:allf=t`;
    const clip = await makeClip({
      container: "ts",
      width: WIDTH,
      height: HEIGHT,
      seconds: 1,
      rate: 10,
      picture,
      encoder,
    });
    const frame = createMpegTsReader().push(clip.segments[0] ?? Buffer.alloc(0));
    if (!frame) throw new Error("no key frame");
    const clean = await pixels(frame);
    const dice = random(7);
    const changes = await Promise.all(
      Array.from({ length: count }, async () => {
        const annexB = Buffer.from(frame.annexB);
        const bit = dice.whole(0, annexB.length * 8 - 1);
        annexB.writeUInt8(annexB.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        return pixels({ ...frame, annexB }).then(
          (seen) => difference(seen, clean),
          (error: unknown) => {
            if (error instanceof Missed) return undefined;
            throw error;
          },
        );
      }),
    );
    const taken = changes.filter((change) => change !== undefined);
    const changed = taken.filter(({ count: pixelCount }) => pixelCount > 0);
    const row = {
      kind,
      pictures: count,
      refused: count - taken.length,
      unchanged: taken.length - changed.length,
      changed: changed.map(({ count: pixelCount, most }) => [pixelCount, most]),
    };
    rows.push(row);
    const cells = [kind.padEnd(40), String(count).padStart(8), String(row.refused).padStart(8)];
    say(`${cells.join(" ")} ${String(row.unchanged).padStart(14)}  ${changed.length} ${JSON.stringify(row.changed)}`);
  }
  return { flips: rows };
}

function difference(seen: Buffer, clean: Buffer): { count: number; most: number } {
  let count = 0;
  let most = 0;
  for (const [at, value] of seen.entries()) {
    const by = Math.abs(value - (clean[at] ?? 0));
    if (by > 0) count++;
    most = Math.max(most, by);
  }
  return { count, most };
}
