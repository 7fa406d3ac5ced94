/** Names that change or come late, answered by a DNS server of the test's own. */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually, freePort, get, Stage } from "./harness.ts";

const NAME = "rotisserie-poller.web.svc.cluster.local";
const VIEWER = { "user-agent": "Mozilla/5.0" };
let stage: Stage;
let dns = 0;
/** What the name stands for now; none: it does not exist. */
let addresses: string[] = [];

beforeEach(async () => {
  stage = new Stage();
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => socket.send(answer(query), from.port, from.address));
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  dns = socket.address().port;
  stage.onEnd(() => void socket.close());
});
afterEach(() => stage.end());

/** A response to a query of one name, with a life of 30 s that must not be believed. */
function answer(query: Buffer): Buffer {
  let end = 12;
  while (query[end]) end += (query[end] ?? 0) + 1;
  const question = query.subarray(12, end + 5);
  const isA = query.readUInt16BE(end + 1) === 1;
  const found = isA ? addresses : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(addresses.length === 0 ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  const records = found.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([header, question, ...records]);
}

async function serverAt(address: string, port: number, handler: (path: string) => [number, string]): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    const [status, body] = handler(incoming.url ?? "");
    outgoing.writeHead(status, { "content-type": "text/plain" }).end(body);
  });
  await new Promise<void>((done) => server.listen(port, address, done));
  stage.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
}

/** An address that answers nothing at all, as that of a pod that has gone: its queue is full and nobody takes from it. */
async function silenceAt(address: string, port: number): Promise<void> {
  const source = `
    const { parentPort } = require("node:worker_threads");
    require("node:net").createServer().listen(${port}, "${address}", 1, () => {
      parentPort.postMessage("listening");
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const worker = new Worker(source, { eval: true });
  await new Promise((done) => worker.once("message", done));
  const fill = Array.from({ length: 4 }, () => connect(port, address).on("error", () => {}));
  stage.onEnd(async () => {
    for (const socket of fill) socket.destroy();
    await worker.terminate();
  });
}

test("the gateway starts before the poller's name exists and follows its address within 10 s", async () => {
  addresses = [];
  const [port, poller] = [await freePort(), await freePort()];
  await serverAt("127.0.0.2", poller, () => [200, "first"]);
  await serverAt("127.0.0.3", poller, () => [200, "second"]);
  await stage.nginx("gateway", port, {
    LISTEN: `127.0.0.1:${port}`,
    POLLER_URL: `http://${NAME}:${poller}`,
    POLLER_HOST: NAME,
    RESOLVER: `127.0.0.1:${dns}`,
  });
  expect((await get(port, "/current", VIEWER)).status).toBe(503);
  addresses = ["127.0.0.2"];
  await eventually(async () => expect((await get(port, "/current", VIEWER)).body).toBe("first"), 10_000);
  addresses = ["127.0.0.3"];
  await eventually(async () => expect((await get(port, "/current", VIEWER)).body).toBe("second"), 10_000);
}, 60_000);

/** An edge whose solvers are behind NAME's addresses. What it answers for a token. */
async function edgeWithSolversAt(port: number) {
  const [http, https] = [await freePort(), await freePort()];
  await stage.nginx("edge", https, {
    HTTP_LISTEN: `127.0.0.1:${http}`,
    HTTPS_LISTEN: `127.0.0.1:${https}`,
    STATUS_LISTEN: "",
    HOSTS: "a.test b.test c.test",
    CONFIG_DIR: "",
    TLS_DIR: stage.folder("tls"),
    APP_UPSTREAM: "127.0.0.1:1",
    STATIC_UPSTREAM: "127.0.0.1:1",
    BACKEND_UPSTREAM: "",
    CHALLENGE_UPSTREAM: `kube-lego-nginx.web.svc.cluster.local:${port}`,
    RESOLVER: `127.0.0.1:${dns}`,
  });
  return (token: string) => get(http, `/.well-known/acme-challenge/${token}`, { host: "b.test" });
}

const solverAt = (address: string, port: number) =>
  serverAt(address, port, (path) => (path.endsWith(`/token-${address}`) ? [200, address] : [404, "no"]));

test("a challenge is answered by whichever solver knows it, whatever their number and order", async () => {
  const port = await freePort();
  const hosts = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
  for (const host of hosts) await solverAt(host, port);
  addresses = hosts;
  const ask = await edgeWithSolversAt(port);
  for (let round = 0; round < 40; round++) {
    const host = hosts[round % 3] ?? "";
    expect(await ask(`token-${host}`), `round ${round}`).toMatchObject({ status: 200, body: host });
  }
  expect((await ask("token-of-nobody")).status).toBe(404);
  // One solver gone, its address still in the answer: the others are asked all the same.
  addresses = ["127.0.0.9", ...hosts];
  for (let round = 0; round < 12; round++) expect((await ask("token-127.0.0.4")).status).toBe(200);
}, 60_000);

test("the last of twenty hosts is proven while the others' solvers go and their addresses swallow what is sent", async () => {
  const port = await freePort();
  const gone = Array.from({ length: 19 }, (_, index) => `127.0.1.${index + 1}`);
  for (const address of gone) await silenceAt(address, port);
  await solverAt("127.0.0.2", port);
  addresses = [...gone, "127.0.0.2"];
  const ask = await edgeWithSolversAt(port);
  // As many as an ACME server asks at once, and more; it waits 10 s at most.
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask("token-127.0.0.2")));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(performance.now() - began).toBeLessThan(8_000);
}, 60_000);
