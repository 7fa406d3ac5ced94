/** Real nginx processes, a poller that does what it is told, and clients that speak raw bytes. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Nginx, type NginxOptions, type Role, startNginx } from "../../static/nginx/launch.ts";

export const FILES = resolve("static/nginx");

/** What a test has started, ended in reverse order. */
export class Stage {
  readonly dir = mkdtempSync(join(tmpdir(), "edge-"));
  readonly lines: string[] = [];
  private readonly ends: (() => Promise<void> | void)[] = [];

  onEnd(end: () => Promise<void> | void): void {
    this.ends.push(end);
  }

  async end(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
    rmSync(this.dir, { recursive: true, force: true });
  }

  folder(name: string): string {
    const path = join(this.dir, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async nginx(
    role: Role,
    listens: number,
    env: Record<string, string>,
    more: Partial<NginxOptions> = {},
  ): Promise<Nginx> {
    const dir = this.folder(`nginx-${role}-${listens}`);
    const nginx = await startNginx({
      role,
      files: FILES,
      dir,
      path: process.env.PATH,
      listens,
      env: { ACCESS_LOG: join(dir, "access.log"), ...env },
      onLine: (line) => this.lines.push(line),
      ...more,
    });
    this.onEnd(() => nginx.stop());
    return nginx;
  }

  /** A page as the build makes it, small. */
  page(): string {
    const root = this.folder("page");
    mkdirSync(join(root, "assets"), { recursive: true });
    const script = `console.log("${"x".repeat(2000)}");`;
    writeFileSync(join(root, "index.html"), "<!doctype html><title>Rotisserie</title>");
    writeFileSync(join(root, "404.html"), "<!doctype html><title>Not here</title>");
    writeFileSync(join(root, "assets", "app-0123abcd.js"), script);
    writeFileSync(join(root, "assets", "app-0123abcd.js.gz"), execFileSync("gzip", ["-c"], { input: script }));
    writeFileSync(join(root, "site.webmanifest"), "{}");
    return root;
  }

  /** An HTTP server on a free port. */
  async server(listener: RequestListener): Promise<{ port: number; server: Server }> {
    const server = createServer(listener);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    this.onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, server };
  }

  async poller(): Promise<FakePoller> {
    const poller = new FakePoller();
    const { port, server } = await this.server(poller.listener);
    poller.port = port;
    poller.server = server;
    return poller;
  }
}

/** Answers like the poller; `behave` makes it fail. */
export class FakePoller {
  port = 0;
  server: Server | undefined;
  readonly seen: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
  behave: "well" | "fails" | "hangs" | "unknown route" = "well";
  delayMs = 0;

  readonly listener: RequestListener = (incoming, outgoing) => {
    const url = incoming.url ?? "";
    this.seen.push({ method: incoming.method ?? "", url, headers: incoming.headers });
    if (this.behave === "hangs") return;
    setTimeout(() => {
      if (this.behave === "fails") {
        outgoing.writeHead(500, { "content-type": "text/plain" }).end("internal error\n");
      } else if (this.behave === "unknown route") {
        outgoing.writeHead(404, { server: "envoy" }).end();
      } else if (/^\/(current|all)(\/pubg)?$/.test(url)) {
        const body = JSON.stringify({ number: this.seen.length, filler: "x".repeat(600) });
        const headers = {
          "content-type": "application/json",
          etag: '"board-7"',
          "cache-control": "max-age=1",
          "rotisserie-progress": "streams=4",
          "set-cookie": "secret=1",
          "content-length": String(Buffer.byteLength(body)),
        };
        outgoing.writeHead(200, headers).end(incoming.method === "HEAD" ? undefined : body);
      } else {
        outgoing.writeHead(404, { "content-type": "text/plain" }).end("no such game\n");
      }
    }, this.delayMs);
  };
}

export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  ms: number;
}

/** One request on a connection of its own, the path sent as it is written. */
export function get(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const started = performance.now();
  return new Promise((done, failed) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("error", failed);
      incoming.once("end", () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString("utf8"),
          ms: performance.now() - started,
        }),
      );
    });
    outgoing.once("error", failed);
    outgoing.end();
  });
}

/** Sends bytes and returns everything that comes back until the other side closes, or `ms` have passed. */
export function raw(port: number, bytes: string | Buffer, ms = 2_000, address = "127.0.0.1"): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, address);
    const chunks: Buffer[] = [];
    const finish = () => {
      socket.destroy();
      done(Buffer.concat(chunks).toString("latin1"));
    };
    const timer = setTimeout(finish, ms);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("close", () => {
      clearTimeout(timer);
      finish();
    });
    socket.once("error", () => {});
    socket.write(bytes);
  });
}

export const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Tries until it holds; the last failure is the one that is reported. */
export async function eventually<T>(check: () => Promise<T> | T, ms = 10_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** A self-signed pair for tests, as files tls.crt and tls.key. Returns the serial number. */
export function writeCertificate(folder: string, hosts: string[], days = 30): string {
  mkdirSync(folder, { recursive: true });
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const [key, certificate] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${hosts[0]}`, "-addext", `subjectAltName=${names}`, "-days", String(days)];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", certificate], {
    stdio: "ignore",
  });
  return execFileSync("openssl", ["x509", "-noout", "-serial", "-in", certificate], { encoding: "utf8" })
    .trim()
    .replace("serial=", "");
}
