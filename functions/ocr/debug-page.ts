/** The debug view: pictures with what was read and why, on one HTML page. Pure; the function and the bench share it. */

export interface Card {
  /** Address of the picture, or a data: URL. */
  image: string;
  /** One word: wrong, unread, read ... It is also the card's class. */
  kind: string;
  /** What was read and why. */
  text: string;
  /** Game, HUD, engine, where it comes from. */
  facts: readonly string[];
}

const STYLE =
  "body{font:14px sans-serif;margin:1em;display:grid;grid-template-columns:repeat(auto-fill,minmax(26em,1fr));gap:1em}" +
  "figure{margin:0;border-left:6px solid #999;padding-left:.5em}img{max-width:100%}.wrong,.invented{border-color:#c00}.match,.lobby{border-color:#080}";

export function debugPage(title: string, cards: readonly Card[]): string {
  const figures = cards.map(
    ({ image, kind, text, facts }) =>
      `<figure class="${safe(kind)}"><img alt="" src="${safe(image)}">` +
      `<figcaption><b>${safe(kind)}</b>: ${safe(text)}<br><small>${facts.map(safe).join(" · ")}</small></figcaption></figure>`,
  );
  const head = `<meta charset="utf-8"><title>${safe(title)}</title><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>\n${figures.join("\n")}\n</body></html>\n`;
}

const safe = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
