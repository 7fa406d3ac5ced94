/** A real Chromium on the built page, with Twitch replaced at the network's edge and every violation written down. */
import { readFile } from "node:fs/promises";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../setup/tools.ts";

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export const sizes = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1366, height: 768 },
  tv: { width: 1920, height: 1080 },
} as const;
export type Size = keyof typeof sizes;

export interface Visit {
  page: Page;
  /** CSP violations, uncaught errors and console errors so far. */
  faults: string[];
  /**
   * What an expression is in the page. Everything else that looks (evaluate, textContent, title, a locator) is a gesture of the
   * viewer to Chromium, because Playwright asks with one; after a gesture the browser allows sound.
   */
  look<T>(expression: string): Promise<T>;
  /** Every call of the embed script and every event that it fired. Looks without a gesture. */
  calls(): Promise<unknown[][]>;
  /** How the embed script answers from now on. */
  embed(how: Embed): void;
  close(): Promise<void>;
}

/** As the stand-in, not at all, or with an error. */
type Embed = "stand-in" | "hangs" | "fails";

export interface VisitOptions extends BrowserContextOptions {
  theme?: "dark" | "light";
  embed?: Embed;
  /** Runs in the page before its own scripts. */
  initScript?: () => void;
  /** The page's timers and its clock run so many times as fast. */
  hurry?: number;
  /** What Twitch's frame shows. */
  frameBody?: string;
}

/** The inside of Twitch's frame: its own size is what Twitch measures. */
const FRAME = `<!doctype html><title>frame</title><style>html{background:#19171c;color:#adadb8;height:100%}button{all:unset;font:600 5vw system-ui}
body{margin:0;height:100%;display:grid;place-items:center}</style><button>Twitch player (stand-in)</button>`;

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  let { embed = "stand-in" } = options;
  const { theme, embed: _, hurry = 1, initScript, frameBody = FRAME, ...rest } = options;
  const context = await browser.newContext({ viewport: sizes.laptop, ...rest });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refused or failed request is what some tests are about; a violation of the policy never is.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(message.text());
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      reportError(
        new Error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
      );
    });
  });
  // Runs in every frame; only the page itself keeps anything.
  const keep = (name: string) =>
    window === window.top && localStorage.setItem("rotisserie.theme", JSON.stringify(name));
  if (theme) await page.addInitScript(keep, theme);
  if (hurry !== 1) await page.addInitScript({ content: fast(hurry) });
  if (initScript) await page.addInitScript(initScript);
  const script = await readFile("test/page/embed.js", "utf8");
  await context.route("https://player.twitch.tv/**", async (route) => {
    if (!route.request().url().includes("/js/embed/"))
      return route.fulfill({ contentType: "text/html", body: frameBody });
    if (embed === "hangs") return undefined;
    if (embed === "fails") return route.abort();
    return route.fulfill({ contentType: "text/javascript", body: script });
  });
  const session = await context.newCDPSession(page);
  const look = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  };
  await page.goto(url);
  return {
    page,
    faults,
    look,
    calls: () => look("globalThis.twitchCalls ?? []"),
    embed: (how) => {
      embed = how;
    },
    close: () => context.close(),
  };
}

const fast = (factor: number) => `{
  const { setTimeout: once, setInterval: often } = window;
  const now = performance.now.bind(performance);
  performance.now = () => now() * ${factor};
  window.setTimeout = (run, ms = 0) => once(run, ms / ${factor});
  window.setInterval = (run, ms = 0) => often(run, ms / ${factor});
}`;
