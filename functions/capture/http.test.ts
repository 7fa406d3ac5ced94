/** What the client refuses before and while it connects. What it does with answers is in playback.test.ts. */
import type { lookup } from "node:dns";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { createHostRule, TWITCH_HOSTS } from "./hosts.ts";
import { createHttp } from "./http.ts";
import { Missed } from "./missed.ts";

const options = { timeoutMs: 500, userAgent: "test" };

/** A resolver that says what it is told. */
function resolver(...addresses: string[]): typeof lookup {
  const answer = (
    _name: string,
    _options: object,
    callback: (error: null, found: { address: string; family: number }[]) => void,
  ) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  return answer as unknown as typeof lookup;
}

async function refusal(url: string, lookupFunction: typeof lookup) {
  const http = createHttp({ ...options, hosts: createHostRule(TWITCH_HOSTS), lookup: lookupFunction });
  const error = await http.open(url, { signal: new AbortController().signal }).catch((problem: unknown) => problem);
  await http.close();
  if (error instanceof Missed) return { reason: error.reason, detail: error.message };
  throw error;
}

describe("an allowed name", () => {
  it.each([["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["::1"], ["::ffff:192.168.0.1"]])(
    "that resolves to the private address %s is not connected to",
    async (address) => {
      const expected = { reason: "upstream", detail: "the connection failed: EPRIVATE" };
      expect(await refusal("https://usher.ttvnw.net/x", resolver(address))).toEqual(expected);
    },
  );

  it("is connected to at its public addresses only", async () => {
    // TEST-NET-3 (RFC 5737) answers nobody: the attempt runs into the time limit, which shows that it was made.
    const answer = await refusal("https://usher.ttvnw.net/x", resolver("10.0.0.7", "203.0.113.7"));
    expect(answer.detail).not.toContain("EPRIVATE");
  });
});

describe("a server", () => {
  it.each<[string, string]>([
    ["that is no web server", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["that ends in the middle of its headers", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["that says two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde"],
    ["that promises more than it sends", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nabcde"],
  ])("%s is an upstream fault", async (_, bytes) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const http = createHttp({ ...options, hosts: createHostRule([origin]) });
    const answer = http.text(`${origin}/x`, { signal: new AbortController().signal, maxBytes: 1000 });
    await expect(answer).rejects.toMatchObject({ name: "Missed", reason: "upstream" });
    await http.close();
    server.close();
  });
});
