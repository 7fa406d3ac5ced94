/** TLS, and what changes while the edge runs: certificate, settings, addresses. Each change through the files that Kubernetes mounts. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, freePort, get, Stage, sleep, writeCertificate } from "./harness.ts";
import { agreed, HANDSHAKES, openssl } from "./hostile.ts";

const HOST = "rotisserie.test";
let stage: Stage;
let http = 0;
let https = 0;
let status = 0;
let tls = "";
let config = "";
let master = 0;

beforeEach(async () => {
  stage = new Stage();
  [http, https, status] = [await freePort(), await freePort(), await freePort()];
  tls = stage.folder("tls");
  config = stage.folder("config");
  writeFileSync(join(config, "hosts"), HOST);
});
afterEach(() => stage.end());

async function edge(env: Record<string, string> = {}): Promise<void> {
  const app = await stage.server((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": "application/json" }).end('{"alive":7}');
  });
  const running = await stage.nginx("edge", https, {
    HTTP_LISTEN: `127.0.0.1:${http}`,
    HTTPS_LISTEN: `127.0.0.1:${https}`,
    STATUS_LISTEN: `127.0.0.1:${status}`,
    TLS_DIR: tls,
    CONFIG_DIR: config,
    APP_UPSTREAM: `127.0.0.1:${app.port}`,
    STATIC_UPSTREAM: `127.0.0.1:${app.port}`,
    BACKEND_UPSTREAM: "",
    CHALLENGE_UPSTREAM: "127.0.0.1:1",
    CLIENT_REQUESTS_PER_SECOND: "100000",
    CLIENT_BURST: "100000",
    WATCH_SECONDS: "1",
    ...env,
  });
  master = running.pid;
}

interface Seen {
  serial: string;
  hsts: string | undefined;
  retryAfter: string | undefined;
  status: number;
  body: string;
}

/** A new connection's certificate and answer. */
function see(host = HOST, path = "/current"): Promise<Seen> {
  return new Promise((done, failed) => {
    const options = {
      host: "127.0.0.1",
      port: https,
      path,
      servername: host,
      headers: { host },
      rejectUnauthorized: false,
    };
    const outgoing = request({ ...options, agent: false }, (incoming) => {
      const socket = incoming.socket as import("node:tls").TLSSocket;
      const { serialNumber } = socket.getPeerCertificate();
      const { "strict-transport-security": hsts, "retry-after": retryAfter } = incoming.headers;
      let body = "";
      incoming.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      incoming.once("end", () =>
        done({ serial: serialNumber, hsts, retryAfter, status: incoming.statusCode ?? 0, body }),
      );
    });
    outgoing.once("error", failed);
    outgoing.end();
  });
}

async function metric(name: string): Promise<number> {
  const { body } = await get(status, "/metrics");
  return Number(new RegExp(`^rotisserie_edge_${name} (.*)$`, "m").exec(body)?.[1]);
}

const log = () => stage.lines.join("\n");

describe("protocols and ciphers", () => {
  const handshake = (...args: string[]) => openssl(`127.0.0.1:${https}`, HOST, args);

  test("as in the table", async () => {
    writeCertificate(tls, [HOST]);
    await edge();
    const measured = HANDSHAKES.map(([name, args]) => {
      const { stdout, status: code } = handshake(...args);
      return [name, agreed({ stdout, status: code })];
    });
    expect(measured).toEqual(HANDSHAKES.map(([name, , accepted]) => [name, accepted]));
    const resumed = handshake("-tls1_2", "-no_ticket").stdout;
    expect(resumed).toContain("Secure Renegotiation IS supported");
    expect(resumed).not.toContain("TLS session ticket:");
  });

  test("HTTP/2 is spoken, and HTTP/1.1 to who asks for it", async () => {
    writeCertificate(tls, [HOST]);
    await edge();
    for (const [offered, chosen] of [
      ["h2,http/1.1", "h2"],
      ["http/1.1", "http/1.1"],
    ]) {
      expect(handshake("-alpn", offered ?? "").stdout).toContain(`ALPN protocol: ${chosen}`);
    }
    const url = `https://${HOST}:${https}/current`;
    const resolve = `${HOST}:${https}:127.0.0.1`;
    const args = ["-sk", "--http2", "--resolve", resolve, "-w", " %{http_version}", url];
    // Not the blocking kind: the server behind the edge runs in this process.
    expect((await promisify(execFile)("curl", args)).stdout).toBe('{"alive":7} 2');
  });

  test("an unknown name gets the self-signed certificate, never ours", async () => {
    const ours = writeCertificate(tls, [HOST]);
    await edge();
    const unknown = await see("example.com");
    expect(unknown).toMatchObject({ status: 404, body: "default backend - 404", hsts: undefined });
    expect(unknown.serial).not.toBe(ours);
    expect((await see()).serial).toBe(ours);
  });
});

describe("the certificate", () => {
  test("is a stand-in without HSTS until there is one, then the real one with HSTS, in the same process", async () => {
    await edge();
    const before = await see();
    expect(before).toMatchObject({ status: 200, hsts: undefined });
    expect(await metric("certificate_issued")).toBe(0);
    const serial = writeCertificate(tls, [HOST]);
    const after = await eventually(async () => {
      const seen = await see();
      expect(seen.serial).toBe(serial);
      return seen;
    });
    expect(after.hsts).toBe("max-age=31536000");
    await eventually(async () => expect(await metric("certificate_issued")).toBe(1));
    expect(await metric("reloads_total")).toBe(1);
    expect(await metric("certificate_not_after_seconds")).toBeGreaterThan(Date.now() / 1000 + 29 * 86_400);
    expect(log()).toContain(
      `"msg":"ConfigMap or Secret changed: reloaded","hosts":"${HOST}","certificate":"issued","serial":"${serial}"`,
    );
  });

  test("is renewed under load: no request fails, requests under way finish, the process stays", async () => {
    writeCertificate(tls, [HOST]);
    const slow = await stage.server((_, outgoing) => {
      outgoing.writeHead(200, { "content-type": "text/plain" });
      let sent = 0;
      const timer = setInterval(() => {
        outgoing.write("x".repeat(1000));
        if (++sent === 20) {
          clearInterval(timer);
          outgoing.end();
        }
      }, 250);
    });
    await edge({ STATIC_UPSTREAM: `127.0.0.1:${slow.port}` });
    const underWay = see(HOST, "/slow");
    const agent = new Agent({ keepAlive: true, maxSockets: 20, rejectUnauthorized: false, servername: HOST });
    stage.onEnd(() => agent.destroy());
    const outcomes: string[] = [];
    let going = true;
    // As a browser does: a kept connection that was closed before the answer began is no failure, the request goes again,
    // on a new one, which must not fail.
    const ask = (kept = true): Promise<string> =>
      new Promise((done) => {
        const headers = { host: HOST };
        const options = { host: "127.0.0.1", port: https, path: "/current", headers, servername: HOST };
        const connection = kept ? agent : false;
        const outgoing = request({ ...options, rejectUnauthorized: false, agent: connection }, (incoming) => {
          incoming.resume();
          incoming.once("end", () => done(String(incoming.statusCode)));
          incoming.once("error", (error) => done(error.message));
        });
        outgoing.once("error", (error) => {
          if (kept && outgoing.reusedSocket) ask(false).then(done, () => done("failed"));
          else done(error.message);
        });
        outgoing.end();
      });
    const load = async () => {
      while (going) {
        outcomes.push(await ask());
        await sleep(100);
      }
    };
    const clients = Array.from({ length: 20 }, load);
    const serials = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const serial = writeCertificate(tls, [HOST]);
      await eventually(async () => expect((await see()).serial).toBe(serial));
      serials.add(serial);
    }
    expect((await underWay).body.length).toBe(20_000);
    going = false;
    await Promise.all(clients);
    expect(serials.size).toBe(3);
    expect(outcomes.length).toBeGreaterThan(300);
    expect(outcomes.filter((outcome) => outcome !== "200")).toEqual([]);
    expect(() => process.kill(master, 0)).not.toThrow();
    await eventually(async () => expect(await metric("reloads_total")).toBe(3));
  }, 60_000);

  test.each<[string, (folder: string) => void, string]>([
    [
      "is no certificate",
      (folder) => writeFileSync(join(folder, "tls.crt"), "garbage"),
      "tls.crt is not a PEM certificate",
    ],
    ["is empty", (folder) => writeFileSync(join(folder, "tls.crt"), ""), "tls.crt is empty or missing"],
    ["has no key", (folder) => rmSync(join(folder, "tls.key")), "tls.key is empty or missing"],
    [
      "has a key that is none",
      (folder) => writeFileSync(join(folder, "tls.key"), "garbage"),
      "tls.key is not a PEM private key",
    ],
    [
      "has another's key",
      (folder) => {
        const certificate = readFileSync(join(folder, "tls.crt"));
        writeCertificate(folder, [HOST]);
        writeFileSync(join(folder, "tls.crt"), certificate);
      },
      "tls.key does not belong to tls.crt",
    ],
  ])("that %s leaves the last good one, with a word and a number", async (_, damage, words) => {
    const serial = writeCertificate(tls, [HOST]);
    await edge();
    damage(tls);
    await eventually(() => expect(log()).toContain(`Secret rotisserie-tls cannot be served: ${words}`));
    await eventually(async () => expect(await metric("certificate_broken")).toBe(1));
    expect(await see()).toMatchObject({ serial, hsts: "max-age=31536000", status: 200 });
    const mended = writeCertificate(tls, [HOST]);
    await eventually(async () => expect((await see()).serial).toBe(mended));
    await eventually(async () => expect(await metric("certificate_broken")).toBe(0));
    expect(log()).not.toContain("PRIVATE KEY");
  });

  test("that is deleted stays served", async () => {
    const serial = writeCertificate(tls, [HOST]);
    await edge();
    for (const file of ["tls.crt", "tls.key"]) rmSync(join(tls, file));
    await eventually(() => expect(log()).toContain("Secret rotisserie-tls is gone"));
    expect((await see()).serial).toBe(serial);
  });

  test("that was never good is the stand-in's reason to stay", async () => {
    writeFileSync(join(tls, "tls.crt"), "garbage");
    writeFileSync(join(tls, "tls.key"), "garbage");
    await edge();
    expect(await see()).toMatchObject({ status: 200, hsts: undefined });
    expect(await metric("certificate_broken")).toBe(1);
  });
});

describe("ConfigMap nginx", () => {
  const set = (key: string, value: string) => writeFileSync(join(config, key), value);

  test("a changed host: the new one is served, the old one gets the default backend", async () => {
    writeCertificate(tls, [HOST, "new.test"]);
    await edge();
    set("hosts", "new.test www.new.test\n");
    await eventually(async () => expect((await see("new.test")).status).toBe(200));
    // The old workers take connections for another moment.
    await eventually(async () => expect(await see(HOST)).toMatchObject({ status: 404, body: "default backend - 404" }));
    await eventually(() => expect(log()).toContain('reloaded","hosts":"new.test www.new.test"'));
    expect(log()).toContain("the certificate is not for www.new.test");
  });

  test("HSTS can be switched off", async () => {
    writeCertificate(tls, [HOST]);
    await edge();
    set("hsts", "false");
    await eventually(async () => expect((await see()).hsts).toBeUndefined());
  });

  test.each([
    ["a host that is none", "hosts", "https://rotisserie.test", "hosts=https://rotisserie.test: set it to host names"],
    ["a host that ends a directive", "hosts", "rotisserie.test; include /etc/passwd", "set it to host names"],
    ["an empty list of hosts", "hosts", "", "hosts=: set it to host names"],
    ["a time that is none", "proxy-read-timeout", "soon", "proxy-read-timeout=soon: set it to seconds"],
    ["HSTS for other names", "hsts-include-subdomains", "true", "are not ours to decide"],
    ["a limit of nothing", "client-connections", "0", "client-connections=0: set it to a whole number from 1"],
  ])("%s is named and changes nothing", async (_, key, value, words) => {
    writeCertificate(tls, [HOST]);
    await edge();
    set(key, value);
    await eventually(() => expect(log()).toContain(words));
    await eventually(async () => expect(await metric("configuration_broken")).toBe(1));
    expect((await see()).status).toBe(200);
    expect(await metric("reloads_total")).toBe(0);
  });

  test("a key that means nothing is said, once, and does not stop the others", async () => {
    writeCertificate(tls, [HOST]);
    set("enable-vts-status", "true");
    await edge();
    expect(log()).toContain("a key that means nothing here: enable-vts-status");
    expect((await see()).status).toBe(200);
  });

  test("a start with a host that is none is refused by name", async () => {
    set("hosts", "not a host!");
    await expect(edge()).rejects.toThrow("hosts=not a host!: set it to host names");
  });
});

describe("limits", () => {
  test("requests per client: 429 with Retry-After, and afterwards served again", async () => {
    writeFileSync(join(config, "client-requests-per-second"), "5");
    writeFileSync(join(config, "client-burst"), "10");
    writeCertificate(tls, [HOST]);
    await edge();
    const answers = await Promise.all(Array.from({ length: 40 }, () => see()));
    const refused = answers.filter(({ status: code }) => code === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused[0]).toMatchObject({ retryAfter: "1", body: "too many requests: try again in a second\n" });
    await sleep(1_500);
    expect((await see()).status).toBe(200);
  });

  test("connections per client", async () => {
    writeFileSync(join(config, "client-connections"), "10");
    writeCertificate(tls, [HOST]);
    const hangs = await stage.server(() => {});
    await edge({ STATIC_UPSTREAM: `127.0.0.1:${hangs.port}` });
    const held = Array.from({ length: 10 }, () => see(HOST, "/held").catch(() => undefined));
    await sleep(300);
    expect((await see()).status).toBe(429);
    await stage.end();
    await Promise.all(held);
    stage = new Stage();
  });

  test("clients that send a byte now and then are let go, and do not slow the others", async () => {
    writeCertificate(tls, [HOST]);
    await edge({ WORKER_CONNECTIONS: "4096" });
    let closed = 0;
    const slow = Array.from({ length: 500 }, (_, index) => {
      const socket =
        index % 2 === 0
          ? connectTcp(http, "127.0.0.1")
          : connect({ host: "127.0.0.1", port: https, servername: HOST, rejectUnauthorized: false });
      socket.on("error", () => {});
      socket.once("close", () => closed++);
      socket.write("GET / HTTP/1.1\r\nHost: rotisserie.test\r\nX: ");
      return socket;
    });
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write("a");
    }, 500);
    stage.onEnd(() => {
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    });
    await sleep(500);
    // How much slower the others become is measured in bench/edge.ts; here: nobody waits for a slow client's end.
    for (let i = 0; i < 300; i++) {
      const { status: code, ms } = await get(http, "/", { host: HOST });
      expect(code).toBe(308);
      expect(ms).toBeLessThan(5_000);
    }
    await eventually(() => expect(closed).toBe(500), 15_000);
  }, 60_000);
});
