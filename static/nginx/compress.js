/** Writes FILE.gz beside every file that shrinks, at the best level, once: nginx's gzip_static serves them as they are. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

const SHRINKS = /\.(html|css|js|json|svg|webmanifest|txt|wasm)$/;
/** Below this the headers of a packet are all that counts. */
const SMALLEST = 300;

/** @param {string} folder @returns {Promise<void>} */
export async function compressFolder(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !SHRINKS.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(path);
    if (bytes.byteLength < SMALLEST) continue;
    const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    if (packed.byteLength < bytes.byteLength) await writeFile(`${path}.gz`, packed);
  }
}
