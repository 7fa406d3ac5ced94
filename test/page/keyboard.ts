/** Walks a page with Tab alone and says what a viewer without a mouse would stumble over. */
import type { Page } from "playwright-core";

const MOST_STOPS = 80;

/** `stops`: id, class or tag of each, in order, BODY at the end. `bad`: too small, without a visible focus, or covered. */
export async function tabThrough(page: Page): Promise<{ stops: string[]; bad: string[] }> {
  const stops: string[] = [];
  const bad: string[] = [];
  for (let step = 0; step < MOST_STOPS; step++) {
    await page.keyboard.press("Tab");
    // A frame of another site takes the focus a moment after the page has given it up.
    if (await nothingFocused(page)) await page.waitForTimeout(300);
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const name = element.id || element.className || element.tagName;
      // Twitch's own buttons are inside.
      if (element === document.body || element.tagName === "IFRAME") return { name, bad: "" };
      const box = element.getBoundingClientRect();
      // A link inside a sentence may be as low as its line (WCAG 2.5.8).
      const small = (box.width < 24 || box.height < 24) && !element.closest("p");
      const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const covered = !middle || !(element.contains(middle) || middle.contains(element));
      const plain = getComputedStyle(element).outlineStyle === "none";
      return {
        name,
        bad: [small && "small", covered && "covered", plain && "no focus to see"].filter(Boolean).join(", "),
      };
    });
    stops.push(stop.name);
    if (stop.bad) bad.push(`${stop.name}: ${stop.bad}`);
    if (stop.name === "BODY") break;
  }
  return { stops, bad };
}

const nothingFocused = (page: Page) => page.evaluate(() => document.activeElement === document.body);
