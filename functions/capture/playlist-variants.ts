/** Usher's multivariant playlist: which qualities a stream has, and the one to look at. Pure. */
import { lines, parseAttributes, resolve, splitTag } from "./playlist-text.ts";

export interface Variant {
  url: string;
  /** Bits per second at most. */
  bandwidth: number;
  /** Lines of a picture; undefined when the playlist does not say. */
  height: number | undefined;
  /** "1080p60", "audio_only": IVS-NAME in usher v2, the NAME of the EXT-X-MEDIA group in v1. */
  name: string;
  /** "chunked", "720p60": VIDEO in v1, STABLE-VARIANT-ID in v2. Restrictions go by it or by the name. */
  group: string;
  codecs: string;
}

const MAX_VARIANTS = 64;

/** Undefined: not a multivariant playlist. */
export function parseMultivariant(text: string, baseUrl: string): Variant[] | undefined {
  const variants: Variant[] = [];
  const names = new Map<string, string>();
  let pending: Map<string, string> | undefined;
  let first = true;
  for (const line of lines(text)) {
    if (first) {
      if (!line.startsWith("#EXTM3U")) return undefined;
      first = false;
      continue;
    }
    const [tag, value] = splitTag(line);
    if (tag === "#EXT-X-MEDIA") {
      const media = parseAttributes(value);
      const group = media.get("GROUP-ID");
      if (media.get("TYPE") === "VIDEO" && group && names.size < MAX_VARIANTS)
        names.set(group, media.get("NAME") ?? "");
    } else if (tag === "#EXT-X-STREAM-INF") {
      pending = parseAttributes(value);
    } else if (!line.startsWith("#") && pending) {
      const url = resolve(line, baseUrl);
      if (url !== undefined && variants.length < MAX_VARIANTS) variants.push(toVariant(url, pending, names));
      pending = undefined;
    }
  }
  return first ? undefined : variants;
}

function toVariant(url: string, attributes: Map<string, string>, names: Map<string, string>): Variant {
  const group = attributes.get("VIDEO") ?? attributes.get("STABLE-VARIANT-ID") ?? "";
  const name = attributes.get("IVS-NAME") ?? names.get(group) ?? group;
  const bandwidth = /^\d{1,10}$/.exec(attributes.get("BANDWIDTH") ?? "")?.[0];
  const height = /^\d{1,5}x(\d{1,5})$/.exec(attributes.get("RESOLUTION") ?? "")?.[1] ?? /^(\d{3,4})p/.exec(name)?.[1];
  return {
    url,
    bandwidth: bandwidth === undefined ? 0 : Number(bandwidth),
    height: height === undefined ? undefined : Number(height),
    name,
    group,
    codecs: attributes.get("CODECS") ?? "",
  };
}

/**
 * The lowest quality of at least `minHeight` lines, else the best there is: a counter's digits need lines, and every
 * further line costs bytes and time. Only H.264 pictures; of equals the one with fewer bytes.
 */
export function chooseVariant(
  variants: readonly Variant[],
  { minHeight, restricted = [] }: { minHeight: number; restricted?: readonly string[] },
): Variant | undefined {
  const usable = variants.filter(
    (variant) => isVideo(variant) && !restricted.includes(variant.group) && !restricted.includes(variant.name),
  );
  const byHeight = [...usable].sort((a, b) => (a.height ?? 0) - (b.height ?? 0) || a.bandwidth - b.bandwidth);
  const enough = byHeight.find(({ height }) => height !== undefined && height >= minHeight);
  const best = byHeight.at(-1)?.height;
  return enough ?? byHeight.find(({ height }) => height === best);
}

function isVideo({ name, group, codecs, height }: Variant): boolean {
  if (name === "audio_only" || group === "audio_only") return false;
  if (codecs === "") return true;
  return /\bavc[13]\b/i.test(codecs) || (height !== undefined && !/\b(hvc1|hev1|av01|vp0?9)\b/i.test(codecs));
}
