/**
 * Which URLs may be fetched. URLs come from events, playlists and redirects, so every one of them is asked about here,
 * each time. Pure: names in, yes or no out; what a name resolves to is checked where the connection is made (http.ts).
 */
export interface HostRule {
  /** The parsed URL, or why it may not be fetched. The reason names the host, never the path or query (they are secrets). */
  check(url: string): URL | { refused: string };
  /** Whether an entry names this origin exactly: such a host may have a private address. */
  exact(url: URL): boolean;
}

/** Twitch's token service, and everything that serves playlists and segments. */
export const TWITCH_HOSTS = ["gql.twitch.tv", "*.ttvnw.net"];

const HOST_PATTERN = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const ALLOWED_FORMS = "host names, *.domain patterns, or origins like http://localhost:9000";

/** Undefined when the entry is one; otherwise what an entry may look like. */
export function problemOfEntry(entry: string): string | undefined {
  if (HOST_PATTERN.test(entry)) return undefined;
  const url = parse(entry);
  return url && isWeb(url) && url.origin === entry.toLowerCase().replace(/\/$/, "") ? undefined : ALLOWED_FORMS;
}

export function createHostRule(entries: readonly string[]): HostRule {
  const origins = new Set<string>();
  const names = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of entries.map((text) => text.toLowerCase())) {
    if (entry.includes("://")) origins.add(new URL(entry).origin);
    else if (entry.startsWith("*.")) suffixes.push(entry.slice(1));
    else names.add(entry);
  }
  const named = (host: string) => names.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
  const exact = (url: URL) => origins.has(url.origin);
  return {
    exact,
    check: (text) => {
      const url = parse(text);
      if (!url) return { refused: "not a URL" };
      if (!isWeb(url)) return { refused: `scheme ${url.protocol.slice(0, 20)} is not allowed` };
      if (url.username || url.password) return { refused: "a URL with a user name is not allowed" };
      if (exact(url)) return url;
      const host = url.hostname.slice(0, 100);
      // Patterns stand for https on its own port: anything else needs an entry that names the origin.
      if (url.protocol !== "https:") return { refused: `http is not allowed for ${host}` };
      if (url.port !== "") return { refused: `port ${url.port} of ${host} is not allowed` };
      return named(url.hostname) ? url : { refused: `host ${host} is not allowed` };
    },
  };
}

/**
 * Addresses no public host of Twitch has: loopback, private, link-local (cloud metadata), shared, multicast, and the
 * IPv6 forms of all of them. A name on the allow list that resolves to one is a mistake or an attack (DNS rebinding).
 */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const [a, b] = (mapped ?? address).split(".").map(Number);
  if (!address.includes(":") || mapped) {
    if (a === undefined || b === undefined) return true;
    if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
    return (
      (a === 100 && b >= 64 && b <= 127) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && (b === 168 || b === 0)) ||
      (a === 198 && (b === 18 || b === 19))
    );
  }
  // Global unicast is 2000::/3; all else is local, multicast, mapped or not assigned. 2002::/16 and 64:ff9b::/96 carry
  // IPv4 addresses inside.
  return !/^[23][0-9a-f]{0,3}:/i.test(address) || /^2002:/i.test(address);
}

function isWeb(url: URL): boolean {
  return url.protocol === "https:" || url.protocol === "http:";
}

function parse(text: string): URL | undefined {
  if (text.length > 8192) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
