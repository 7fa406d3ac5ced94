/**
 * `node knative/images/modules.js PROCESSOR FOLDER BUNDLE [PACKAGE...]`: copies the packages that a bundle left outside, those that
 * are named, and what they all need, without other platforms' binaries and what only development reads. Runs while an image
 * is built; the image may be for another processor than the builder's (x64, arm64). `@scope/*` means every package of the scope.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";

const root = "node_modules";
const [processor, target, bundle, ...named] = process.argv.slice(2);

/** Packages that only install scripts or other platforms call. */
const NOT_AT_RUN_TIME = new Set(["adm-zip", "global-agent", "opencollective-postinstall", "ajv"]);
/** onnxruntime-node ships every platform's library: 288 MB, of which one counts. */
const OTHER_PLATFORM = new RegExp(`/bin/napi-v\\d+/(?!linux(/${processor}|$))`);
const NOT_CODE = /\.(md|map|ts|mts|cts|flow|markdown)$|\/(test|tests|docs|examples|benchmarks|script)(\/|$)/;
/** tesseract.js-core has one build for the browser beside each for Node; the data has one for each way of reading. */
const NOT_USED = /\/tesseract-core[^/]*\.wasm\.js$|\/4\.0\.0(_fast)?\/|\/ch_ppocr_mobile_v2\.0_cls/;

/** Packages whose names stand in the bundle where a module is loaded or looked up. */
function outside(file) {
  const loads = /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\.resolve\()\s*"([^"./][^"]*)"/g;
  const names = [...readFileSync(file, "utf8").matchAll(loads)].map(([, specifier = ""]) =>
    specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  return names.filter((name) => /^[@\w]/.test(name) && existsSync(join(root, name, "package.json")));
}

const wanted = named.flatMap((name) => {
  if (!name.endsWith("/*")) return [name];
  const scope = name.slice(0, -2);
  return readdirSync(join(root, scope)).map((inner) => `${scope}/${inner}`);
});

const needed = new Set();
const queue = [...wanted, ...outside(bundle)];
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (needed.has(name) || NOT_AT_RUN_TIME.has(name)) continue;
  const manifest = join(root, name, "package.json");
  if (!existsSync(manifest)) {
    // Optional: a platform package of another platform. A wanted one must be there.
    if (wanted.includes(name)) throw new Error(`${name} is not in ${root}`);
    continue;
  }
  needed.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  queue.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
}

for (const name of needed) {
  const from = realpathSync(join(root, name));
  const into = join(target, name);
  mkdirSync(into, { recursive: true });
  cpSync(from, into, {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const inside = `/${relative(from, path).split(sep).join("/")}`;
      const left = OTHER_PLATFORM.test(inside) || NOT_CODE.test(inside) || NOT_USED.test(inside);
      return !left && basename(path) !== "node_modules";
    },
  });
}
process.stdout.write(`${target}: ${[...needed].sort().join(" ")}\n`);
