import type { Metafile } from "esbuild";

export function buildPage(
  outdir: string,
  options?: { site?: string | undefined; code?: string | undefined },
): Promise<Metafile>;
