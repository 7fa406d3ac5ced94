/**
 * Builds everything that runs: `node build.js [--production]`. Types are checked apart from this, by `npm run check`.
 *
 * Each server entry becomes one file with its JavaScript dependencies inside, because a container that starts from
 * nothing spends its time on opening modules. Packages with native code or workers stay outside.
 */
import { existsSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

const outdir = "dist";
const entries = [
  "functions/poller/main.ts",
  "functions/capture/main.ts",
  "functions/ocr/main.ts",
  "cert/kube-lego/main.ts",
  "local/main.ts",
  "local/twitch/main.ts",
].filter((entry) => existsSync(entry));

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: entries,
  outdir,
  outbase: ".",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "linked",
  logLevel: "warning",
  external: ["sharp", "onnxruntime-node", "tesseract.js", "@napi-rs/canvas"],
  // CommonJS packages inside an ES module still call require, __dirname and __filename.
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { fileURLToPath as __fileURLToPath } from "node:url";',
      'import { dirname as __pathDirname } from "node:path";',
      "const require = __createRequire(import.meta.url);",
      "const __filename = __fileURLToPath(import.meta.url);",
      "const __dirname = __pathDirname(__filename);",
    ].join("\n"),
  },
});

if (existsSync("functions/ocr/models")) {
  await cp("functions/ocr/models", `${outdir}/functions/ocr/models`, { recursive: true });
}

if (existsSync("static/page/build.js")) {
  const { buildPage } = await import("./static/page/build.js");
  await buildPage(`${outdir}/static`, { site: process.env.SITE_URL, code: process.env.CODE_URL });
} else if (existsSync("static/page")) {
  await cp("static/page", `${outdir}/static`, { recursive: true });
}
if (existsSync(`${outdir}/static`)) {
  const { compressFolder } = await import("./static/nginx/compress.js");
  await compressFolder(`${outdir}/static`);
}
