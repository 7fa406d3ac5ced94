/**
 * Builds the page into a directory that any web server can serve: hashed assets (immutable), and the few files whose
 * names must stay. Called by the root build; tests call it for a directory of their own.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { drawIcons } from "./icons.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What a build may be told; package.json's repository is where the code is unless it is told otherwise. */
const repository = JSON.parse(await readFile(here("../../package.json"), "utf8")).repository;

function address(name, given) {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    throw new Error(`${name}=${given}: must be a whole address, https://...`);
  return url.href.replace(/\/$/, "").replaceAll("&", "&amp;");
}

/**
 * @param {string} outdir
 * @param {{ site?: string, code?: string }} [options] `site` (SITE_URL): where the page will be found; then the picture beside shared
 *   links has a whole address, which some networks want. `code` (CODE_URL): where the code of this installation is.
 */
export async function buildPage(outdir, { site, code } = {}) {
  const { metafile } = await build({
    entryPoints: { main: here("src/main.ts"), theme: here("src/theme.ts"), page: here("styles/page.css") },
    outdir: join(outdir, "assets"),
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16.4"],
    minify: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    sourcemap: false,
    legalComments: "none",
    logLevel: "warning",
  });
  const asset = (source) => {
    const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint?.endsWith(source));
    if (!found) throw new Error(`no output for ${source}`);
    return `/assets/${basename(found[0])}`;
  };
  const words = {
    "main.js": asset("src/main.ts"),
    "theme.js": asset("src/theme.ts"),
    "page.css": asset("styles/page.css"),
    flow: (await readFile(here("flow.svg"), "utf8")).trim(),
    site: site ? address("SITE_URL", site) : "",
    code: address("CODE_URL", code || repository),
  };
  const fill = (text, more = {}) =>
    text.replace(/\{\{([a-z.]+)\}\}/g, (whole, name) => {
      const value = { ...words, ...more }[name];
      if (value === undefined) throw new Error(`nothing to put for ${whole}`);
      return value;
    });
  await mkdir(outdir, { recursive: true });
  const about = fill((await readFile(here("about.html"), "utf8")).trim());
  const put = (name, content) => writeFile(join(outdir, name), content);
  await put("index.html", fill(await readFile(here("index.html"), "utf8"), { about }));
  await put("404.html", fill(await readFile(here("404.html"), "utf8")));
  await put("site.webmanifest", await readFile(here("site.webmanifest")));
  for (const [name, bytes] of Object.entries(await drawIcons())) await put(name, bytes);
  return metafile;
}
