/** Wrong and unread pictures side by side in one HTML page: what was shown, what was read, why. */
import { writeFileSync } from "node:fs";
import sharp from "sharp";
import { type Read, verdict } from "./tally.ts";

const MOST = 400;

export async function writePage(path: string, reads: readonly Read[], accept: number): Promise<number> {
  const order = ["invented", "wrong", "unread"];
  const shown = reads
    .map((read) => ({ read, kind: verdict(read, accept) }))
    .filter(({ kind }) => order.includes(kind))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const cards: string[] = [];
  for (const { read, kind } of shown.slice(0, MOST)) {
    const { sample, sight, engine, confidence } = read;
    const { data, width, height } = sample.strip.picture;
    const png = await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    const said =
      "alive" in sight
        ? `${sight.phase} ${sight.alive} (certainty ${sight.certainty.toFixed(3)}, confidence ${confidence.toFixed(3)})`
        : sight.reason;
    const want = sample.want ? `${sample.want.phase} ${sample.want.alive}` : "nothing";
    const facts = [sample.name, sample.game, sample.hud, sample.degradation, engine].map(escaped).join(" · ");
    cards.push(
      `<figure class="${kind}"><img alt="" src="data:image/png;base64,${png.toString("base64")}">` +
        `<figcaption><b>${kind}</b>: read ${escaped(said)}, there is ${escaped(want)}<br><small>${facts}</small></figcaption></figure>`,
    );
  }
  const style =
    "body{font:14px sans-serif;margin:1em;display:grid;grid-template-columns:repeat(auto-fill,minmax(26em,1fr));gap:1em}" +
    "figure{margin:0;border-left:6px solid #999;padding-left:.5em}img{max-width:100%}.wrong,.invented{border-color:#c00}";
  writeFileSync(
    path,
    `<!doctype html><meta charset="utf-8"><title>OCR: wrong and unread</title><style>${style}</style>${cards.join("\n")}`,
  );
  return shown.length;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
