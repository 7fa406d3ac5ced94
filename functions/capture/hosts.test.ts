import { describe, expect, it } from "vitest";
import { createHostRule, isPrivateAddress, problemOfEntry, TWITCH_HOSTS } from "./hosts.ts";

const twitch = createHostRule(TWITCH_HOSTS);
const refused = (url: string, rule = twitch) => {
  const answer = rule.check(url);
  return "refused" in answer ? answer.refused : undefined;
};

describe("a URL may be fetched", () => {
  it.each([
    "https://gql.twitch.tv/gql",
    "https://usher.ttvnw.net/api/v2/channel/hls/x.m3u8?sig=1",
    "https://fra05.playlist.ttvnw.net/v1/playlist/x.m3u8",
    "https://video-weaver.fra05.hls.ttvnw.net/v1/playlist/x.m3u8",
    "https://a1b2.j.cloudfront.hls.ttvnw.net/v1/segment/x.ts",
    "https://USHER.TTVNW.NET/x",
    "https://usher.ttvnw.net:443/x",
  ])("%s", (url) => {
    expect(refused(url)).toBeUndefined();
  });

  it("of an origin that an entry names, exactly", () => {
    const local = createHostRule(["http://localhost:9000", "http://127.0.0.1:9001"]);
    expect(refused("http://localhost:9000/x", local)).toBeUndefined();
    expect(refused("http://127.0.0.1:9001/x", local)).toBeUndefined();
    expect(refused("http://localhost:9001/x", local)).toBe("http is not allowed for localhost");
    expect(refused("https://localhost:9000/x", local)).toBe("port 9000 of localhost is not allowed");
  });
});

describe("a URL is refused", () => {
  it.each([
    ["another host", "https://evil.example/x", "host evil.example is not allowed"],
    ["a host that only ends alike", "https://evilttvnw.net/x", "host evilttvnw.net is not allowed"],
    ["the bare domain of a pattern", "https://ttvnw.net/x", "host ttvnw.net is not allowed"],
    [
      "an allowed host as another's beginning",
      "https://usher.ttvnw.net.evil.example/",
      "host usher.ttvnw.net.evil.example is not allowed",
    ],
    ["a trailing dot", "https://usher.ttvnw.net./", "host usher.ttvnw.net. is not allowed"],
    ["a user name", "https://usher.ttvnw.net@evil.example/", "a URL with a user name is not allowed"],
    ["a password for an allowed host", "https://a:b@usher.ttvnw.net/", "a URL with a user name is not allowed"],
    ["plain http", "http://usher.ttvnw.net/", "http is not allowed for usher.ttvnw.net"],
    ["another port", "https://usher.ttvnw.net:8443/", "port 8443 of usher.ttvnw.net is not allowed"],
    ["an IPv4 address", "https://127.0.0.1/", "host 127.0.0.1 is not allowed"],
    ["an IPv4 address in disguise", "https://2130706433/", "host 127.0.0.1 is not allowed"],
    ["an IPv4 address in octal", "https://0177.0.0.1/", "host 127.0.0.1 is not allowed"],
    ["an IPv6 address", "https://[::1]/", "host [::1] is not allowed"],
    ["cloud metadata", "http://169.254.169.254/latest", "http is not allowed for 169.254.169.254"],
    ["a file", "file:///etc/passwd", "scheme file: is not allowed"],
    ["ffmpeg's own schemes", "concat:http://x|y", "scheme concat: is not allowed"],
    ["data", "data:text/plain,x", "scheme data: is not allowed"],
    ["no URL", "//usher.ttvnw.net/x", "not a URL"],
    ["an endless one", `https://usher.ttvnw.net/${"x".repeat(9000)}`, "not a URL"],
  ])("%s", (_, url, reason) => {
    expect(refused(url)).toBe(reason);
  });
});

describe("an entry of the allow list", () => {
  it.each(["usher.ttvnw.net", "*.ttvnw.net", "http://localhost:9000", "https://simulator.test", "http://[::1]:9000"])(
    "may be %s",
    (entry) => {
      expect(problemOfEntry(entry)).toBeUndefined();
    },
  );
  it.each(["*", "*.*", "ttvnw", "*ttvnw.net", "http://x/path", "ftp://x", "127.0.0.1", "a b", "http://u@x:1"])(
    "may not be %s",
    (entry) => {
      expect(problemOfEntry(entry)).toBeDefined();
    },
  );
});

describe("an address", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
  ])("%s is private", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each([
    "52.223.193.1",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "192.169.0.1",
    "2600:9000::1",
    "::ffff:52.223.193.1",
  ])("%s is public", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});
