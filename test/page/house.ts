/** Everything a browser test of the page needs, opened once per file and closed again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterEach, expect, vi } from "vitest";
import { buildPage } from "../../static/page/build.js";
import { launch, type Visit, type VisitOptions, visit } from "./browser.ts";
import { evening, everybody, leader } from "./documents.ts";
import { startWeb, type Web } from "./web.ts";

// A machine with more to do than it has cores draws a page in seconds; what is waited for comes, or a test fails.
vi.setConfig({ testTimeout: 90_000 });

/** Waits until what the page shows is as expected. */
export const until = (check: () => Promise<unknown>, timeout = 25_000) =>
  expect.poll(check, { timeout, interval: 100 });

// The page of a test that failed would go on asking the server of the next.
const visits: Visit[] = [];
afterEach(async () => {
  await Promise.all(visits.splice(0).map((one) => one.close()));
});

export interface House {
  web: Web;
  browser: Browser;
  root: string;
  /** Opens the page; `path` may carry a query. */
  open(options?: VisitOptions & { path?: string }): Promise<Visit>;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const root = await mkdtemp(join(tmpdir(), "rotisserie-page-"));
  await buildPage(root);
  const web = await startWeb(root);
  const browser = await launch();
  return {
    web,
    browser,
    root,
    open: async ({ path = "/", ...options } = {}) => {
      const one = await visit(browser, web.url + path, options);
      visits.push(one);
      return one;
    },
    close: async () => {
      await browser.close();
      await web.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A usual evening: nine matches, the first of them on air. */
export function usualEvening(web: Web): void {
  const [first] = evening;
  if (!first) throw new Error("no evening without a stream");
  web.say("/current", { body: leader(first), headers: everybody });
  web.say("/all", { body: evening, headers: everybody });
}
