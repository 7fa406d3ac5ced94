/**
 * `node knative/images/modules.js FOLDER PACKAGE...`: copies packages and what they need from node_modules, leaving out
 * other platforms' binaries and what only development reads. Runs while an image is built, on the image's own platform.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";

const root = "node_modules";
const [target, ...named] = process.argv.slice(2);
/** `@scope/*` means every package of the scope. */
const wanted = named.flatMap((name) => {
  if (!name.endsWith("/*")) return [name];
  const scope = name.slice(0, -2);
  return readdirSync(join(root, scope)).map((inner) => `${scope}/${inner}`);
});

/** Packages that only install scripts or other platforms call. */
const NOT_AT_RUN_TIME = new Set(["adm-zip", "global-agent", "opencollective-postinstall"]);
/** onnxruntime-node ships every platform's library: 288 MB, of which one counts. */
const OTHER_PLATFORM = new RegExp(`/bin/napi-v\\d+/(?!${process.platform}(/${process.arch}|$))`);
const NOT_CODE =
  /\.(md|map|ts|mts|cts|flow|markdown|wasm\.js\.map)$|\/(test|tests|docs|examples|benchmarks|script)(\/|$)/;

const needed = new Set();
const queue = [...wanted];
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
      return !OTHER_PLATFORM.test(inside) && !NOT_CODE.test(inside) && basename(path) !== "node_modules";
    },
  });
}
