/** Wrong and unread pictures side by side in one HTML page: what was shown, what was read, why. */
import { writeFileSync } from "node:fs";
import sharp from "sharp";
import { type Card, debugPage } from "../../functions/ocr/debug-page.ts";
import { load } from "./cache.ts";
import { type Read, verdict } from "./tally.ts";

const MOST = 400;

/** Returns how many there are; the page shows the first 400, the worst first. */
export async function writePage(path: string, reads: readonly Read[], accept: number): Promise<number> {
  const order = ["invented", "wrong", "unread"];
  const shown = reads
    .map((read) => ({ read, kind: verdict(read, accept) }))
    .filter(({ kind }) => order.includes(kind))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const cards: Card[] = [];
  for (const { read, kind } of shown.slice(0, MOST)) {
    const { sample, sight, engine, confidence } = read;
    const sure = `confidence ${confidence.toFixed(3)}`;
    const said =
      "alive" in sight
        ? `${sight.phase} ${sight.alive}, certainty ${sight.certainty.toFixed(3)}, ${sure}`
        : sight.reason;
    const want = sample.want ? `${sample.want.phase} ${sample.want.alive}` : "nothing";
    cards.push({
      image: await imageOf(read),
      kind,
      text: `read ${said}; there is ${want}`,
      facts: [sample.name, sample.game, sample.hud, sample.degradation, engine],
    });
  }
  writeFileSync(path, debugPage("OCR: wrong and unread", cards));
  return shown.length;
}

async function imageOf({ picture: { key, place } }: Read): Promise<string> {
  const picture = load(key)?.[place]?.strip.picture;
  if (!picture) return "data:,";
  const { data, width, height } = picture;
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
