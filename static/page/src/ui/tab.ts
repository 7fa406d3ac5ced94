/** The tab's icon carries the count, so that a tab in the background still tells how close it is. */
import { type Zone, zoneOf } from "../words.ts";

const colours: Record<Zone, string> = {
  final: "#ff3d2e",
  closing: "#ff9a1f",
  middle: "#f2c94c",
  early: "#8fb3c9",
  none: "#8a817a",
};

export function createTabIcon() {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const usual = link?.getAttribute("href") ?? "";
  let shown = "";
  return (count: number | undefined, zone: Zone = zoneOf(count)) => {
    const text = count === undefined ? "" : String(count);
    if (!link || text === shown) return;
    shown = text;
    if (text === "") {
      link.href = usual;
      return;
    }
    const size = [40, 40, 34, 26][text.length] ?? 26;
    const picture =
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10" fill="#14100e"/>` +
      `<text x="24" y="${24 + size * 0.36}" font-family="Arial Narrow,Arial,sans-serif" font-weight="700" font-size="${size}" ` +
      `text-anchor="middle" fill="${colours[zone]}">${text}</text></svg>`;
    link.href = `data:image/svg+xml,${encodeURIComponent(picture)}`;
  };
}
