/** The small forms that playlists are written in: lines, tags, attribute lists, times, ranges. Pure. */

const MAX_LINE = 8192;
/** No programme runs longer; a number beyond it is garbage. */
const MAX_SECONDS = 86_400;

export interface ByteRange {
  offset: number;
  length: number;
}

/** Lines without their ends, empty ones left out, over-long ones left out; without making a list of them all. */
export function* lines(text: string): Generator<string> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (end - start <= MAX_LINE) {
      const line = text.slice(start, end).trim();
      if (line !== "") yield line;
    }
    start = end + 1;
  }
}

/** `#EXT-X-MAP:URI="x"` as its tag and what follows the colon. */
export function splitTag(line: string): [string, string] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
}

/** `NAME=value,NAME="quoted, value"` (RFC 8216, 4.2). What does not fit the form ends the list. */
export function parseAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  const form = /\s*([A-Z0-9-]{1,100})=(?:"([^"]*)"|([^",]*))(?:,|$)/gy;
  for (let match = form.exec(text); match && attributes.size < 100; match = form.exec(text)) {
    const [, name = "", quoted, plain] = match;
    attributes.set(name, quoted ?? plain ?? "");
  }
  return attributes;
}

/** An http or https URL, or undefined. Whether its host may be asked is decided where it is fetched. */
export function resolve(uri: string, baseUrl: string): string | undefined {
  if (uri === "") return undefined;
  try {
    const url = new URL(uri, baseUrl);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

export function seconds(text: string): number | undefined {
  if (!/^\s*\d{1,9}(\.\d{0,9})?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return value <= MAX_SECONDS ? value : undefined;
}

export function dateTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const value = Date.parse(text);
  return Number.isFinite(value) ? value : undefined;
}

export function byteRange(text: string, nextOffset: number): ByteRange | undefined {
  const match = /^(\d{1,12})(?:@(\d{1,12}))?$/.exec(text);
  return match
    ? { length: Number(match[1]), offset: match[2] === undefined ? nextOffset : Number(match[2]) }
    : undefined;
}
