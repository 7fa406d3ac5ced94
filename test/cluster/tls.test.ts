/** Certificates over http-01 through our own edge, and through an Ingress controller, with a real cert-manager and ACME server. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raw } from "../edge/harness.ts";
import { agreed, answersIn, dishonest, HANDSHAKES, openssl, REFUSAL, REFUSED_PATHS } from "../edge/hostile.ts";
import { within } from "./kube.ts";
import { ordersValid } from "./tls-orders.ts";
import {
  ACME_OTHER_NAME,
  ask,
  cluster,
  deploySite,
  edgeLog,
  edgeMetric,
  edgePod,
  haveTestCluster,
  named,
  nudge,
  renew,
  type Site,
  words,
} from "./tls-stage.ts";

const HOST = "rotisserie.test";
const PAIRS = Array.from({ length: 10 }, (_, index) => [`a${index}.rotisserie.test`, `b${index}.rotisserie.test`]);
const issuedByAcme = /Pebble/;
const INGRESS_HOST = "ingress.rotisserie.test";
let site: Site;
let other: Promise<Site> | undefined;
let pairsNamed: Promise<unknown> = Promise.resolve();

async function ingressSite(): Promise<Site> {
  await cluster("add", "contour");
  const made = await deploySite("ingress", [INGRESS_HOST], "ingress");
  await named(INGRESS_HOST, made.address);
  return made;
}

beforeAll(async () => {
  if (!(await haveTestCluster())) {
    throw new Error(
      "the TLS tests need cert-manager, an ACME server and names for it: ../shared/cluster/cluster is not there",
    );
  }
  await cluster("add", "acme");
  await cluster("add", "cert-manager");
}, 600_000);

afterAll(async () => {
  await site?.kubectl(["delete", "namespace", site.namespace, "--wait=false"]);
});

const serves = (host: string, check: (seen: Awaited<ReturnType<typeof ask>>) => boolean, seconds = 120) =>
  within(seconds, `https for ${host}`, async () => {
    const seen = await ask(site.address, "https", host);
    return check(seen) ? seen : undefined;
  });

describe("our own edge", () => {
  test("starts without a certificate and has one from the ACME server within 120 s", async () => {
    site = await deploySite("tls", [HOST, ...PAIRS.flat()], "nginx");
    const began = Date.now();
    await named(HOST, site.address);
    // Needed below only, and this test waits for its certificate anyway.
    for (const host of PAIRS.flat()) pairsNamed = named(host, site.address);
    pairsNamed.catch(() => {});
    // One host is asked for; the others' turn comes below.
    await tlsHosts([HOST]);
    await within(60, "the edge", async () =>
      (await ask(site.address, "http", "nobody.test")).status === 404 ? true : undefined,
    );
    const seen = await serves(HOST, ({ issuer }) => issuedByAcme.test(issuer));
    const seconds = Math.round((Date.now() - began) / 1000);
    process.stdout.write(`https with a certificate from the ACME server after ${seconds} s\n`);
    expect(seconds).toBeLessThanOrEqual(120);
    expect(seen).toMatchObject({ status: 200, headers: { "strict-transport-security": "max-age=31536000" } });
    expect(await words(site)).toMatch(/^certificate rotisserie-tls for rotisserie\.test: ready, \d+(\.\d)? days left$/);
  }, 300_000);

  test("keeps the documented contract", async () => {
    for (const host of ["nobody.test", site.address]) {
      expect(await ask(site.address, "http", host)).toMatchObject({ status: 404, body: "default backend - 404" });
      const unknown = await ask(site.address, "https", "nobody.test");
      expect(unknown).toMatchObject({ status: 404, body: "default backend - 404" });
      expect(unknown.issuer).toBe("Rotisserie stand-in certificate");
    }
    expect(await ask(site.address, "http", HOST, "/all?x=1")).toMatchObject({
      status: 308,
      headers: { location: `https://${HOST}/all?x=1` },
    });
    expect((await ask(site.address, "http", HOST, "/.well-known/acme-challenge/none")).status).toBe(404);
    expect((await ask(site.address, "https", HOST, "/current/%2e%2e/")).status).toBe(400);
    // The poller is not part of this stage: the gateway says so.
    expect(await ask(site.address, "https", HOST, "/current")).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
  });

  test("refuses what is no honest request, and the protocols and ciphers of the past", async () => {
    for (const [name, method, path, status] of REFUSED_PATHS) {
      expect((await ask(site.address, "https", HOST, path, { method })).status, name).toBe(status);
    }
    const answers = await Promise.all(
      dishonest(HOST).map(async ([name, bytes]) => ({
        name,
        answer: await raw(80, Buffer.from(bytes, "latin1"), 3_000, site.address),
      })),
    );
    for (const { name, answer } of answers) {
      expect(answer, name).toMatch(REFUSAL);
      expect(answer, name).not.toContain("nginx/");
      expect(answersIn(answer), name).toBeLessThanOrEqual(1);
    }
    const taken = HANDSHAKES.map(([name, args]) => [name, agreed(openssl(`${site.address}:443`, HOST, args))]);
    expect(taken).toEqual(HANDSHAKES.map(([name, , wanted]) => [name, wanted]));
  });

  test("serves the others as fast beside slow clients and large headers", async () => {
    const normal = await p99();
    const slow = Array.from({ length: 150 }, () => connect(80, site.address).on("error", () => {}));
    for (const socket of slow) socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: `);
    const large = dishonest(HOST).find(([name]) => name === "1 MB of headers")?.[1] ?? "";
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write("a");
      void raw(80, large, 1_000, site.address);
    }, 500);
    try {
      const beside = await p99();
      process.stdout.write(`p99 of a page over TLS: ${normal} ms, beside 150 slow clients ${beside} ms\n`);
      // Under 25 ms it is the noise of one machine that plays both sides.
      expect(beside).toBeLessThan(Math.max(2 * normal, 25));
    } finally {
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    }
  });

  test("is renewed under 100 requests/s: none fails, a client sees the new serial, the pod stays", async () => {
    const pod = await edgePod(site);
    const before = (await ask(site.address, "https", HOST)).serial;
    const failures: string[] = [];
    let asked = 0;
    const load = setInterval(() => {
      asked++;
      ask(site.address, "https", HOST).then(
        ({ status }) => status !== 200 && failures.push(String(status)),
        (error: Error) => failures.push(error.message),
      );
    }, 10);
    try {
      await renew(site);
      await within(90, "a new Secret", async () => {
        const ready = await site.kubectl(["get", "certificate", "rotisserie-tls", "-o", "jsonpath={.status.revision}"]);
        return Number(ready) >= 2 || undefined;
      });
      await nudge(site);
      const after = await serves(HOST, ({ serial }) => serial !== before);
      expect(after.issuer).toMatch(issuedByAcme);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    } finally {
      clearInterval(load);
    }
    process.stdout.write(`${asked} requests during the renewal, ${failures.length} failed\n`);
    expect(failures).toEqual([]);
    expect(await edgePod(site)).toBe(pod);
    expect(await edgeLog(site)).toContain("ConfigMap or Secret changed: reloaded");
  }, 240_000);

  test("survives a broken Secret and a deleted one", async () => {
    const before = (await ask(site.address, "https", HOST)).serial;
    const pod = await edgePod(site);
    // cert-manager mends what it sees: it must not see, for as long as this takes.
    await site.kubectl(["delete", "certificate", "rotisserie-tls"]);
    await site.kubectl(["scale", "deployment", "kube-lego", "--replicas=0"]);
    await site.kubectl([
      "patch",
      "secret",
      "rotisserie-tls",
      "-p",
      JSON.stringify({ stringData: { "tls.crt": "garbage" } }),
    ]);
    await nudge(site);
    await within(90, "the word about it", async () =>
      (await edgeLog(site)).includes("Secret rotisserie-tls cannot be served: tls.crt is not a PEM certificate")
        ? true
        : undefined,
    );
    await within(
      20,
      "the number about it",
      async () => (await edgeMetric(site, "certificate_broken")) === 1 || undefined,
    );
    expect((await ask(site.address, "https", HOST)).serial).toBe(before);
    await site.kubectl(["delete", "secret", "rotisserie-tls"]);
    await nudge(site);
    await within(90, "the word about it", async () =>
      (await edgeLog(site)).includes("Secret rotisserie-tls is gone") ? true : undefined,
    );
    expect(await ask(site.address, "https", HOST)).toMatchObject({ serial: before, status: 200 });
    await site.kubectl(["scale", "deployment", "kube-lego", "--replicas=1"]);
    await within(
      90,
      "a new Secret",
      async () => (await site.kubectl.attempt(["get", "secret", "rotisserie-tls"])).code === 0 || undefined,
    );
    await nudge(site);
    await serves(HOST, ({ serial, issuer }) => serial !== before && issuedByAcme.test(issuer));
    expect(await edgePod(site)).toBe(pod);
  }, 400_000);

  test("two hosts in one order, ten orders at once: 10 of 10 at the first attempt", async () => {
    await pairsNamed;
    // Comes up while certificates are waited for here.
    other = ingressSite();
    other.catch(() => {});
    // Twenty solvers at the same time, each of which knows one token.
    const items = PAIRS.map((dnsNames, index) => ({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: `pair-${index}` },
      spec: { secretName: `pair-${index}`, dnsNames, issuerRef: { name: "kube-lego" } },
    }));
    await site.kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    const names = items.map(({ metadata }) => `certificate/${metadata.name}`);
    // cert-manager has five workers, each busy for 8 s and more with one challenge's self-check, and looks again after 10 s:
    // 20 challenges take 40 s at least.
    const seconds = await ordersValid(site, "pair-", PAIRS.length, 180);
    process.stdout.write(`ten certificates for two hosts each, seconds: ${seconds.join(", ")}\n`);
    await site.kubectl(["wait", "--for=condition=Ready", ...names, "--timeout=30s"]);
    const orders = await site.kubectl.objects(["get", "orders.acme.cert-manager.io"]);
    // One order for each: none was made a second time.
    expect(orders.filter(({ metadata }) => metadata.name.startsWith("pair-"))).toHaveLength(PAIRS.length);
    for (const { status } of await site.kubectl.objects(["get", ...names])) {
      expect(status).not.toHaveProperty("failedIssuanceAttempts");
    }
    await site.kubectl(["delete", ...names]);
  }, 300_000);

  test("a changed host in rotisserie-ingress: the bridge has a certificate for it", async () => {
    const pair = PAIRS[9] ?? [];
    await tlsHosts(pair);
    await within(120, "the words", async () =>
      (await words(site)).startsWith(`certificate rotisserie-tls for ${pair.join(", ")}: ready`) ? true : undefined,
    );
  });

  test("follows a changed host: the old one gets the default backend", async () => {
    const [first = "", second = ""] = PAIRS[9] ?? [];
    await site.kubectl([
      "patch",
      "configmap",
      "nginx",
      "-p",
      JSON.stringify({ data: { hosts: `${first} ${second}` } }),
    ]);
    await nudge(site);
    await within(90, "the old host's default backend", async () =>
      (await ask(site.address, "https", HOST)).body === "default backend - 404" ? true : undefined,
    );
    expect((await serves(first, ({ status }) => status === 200)).issuer).toMatch(issuedByAcme);
    expect(await edgeLog(site)).toContain(`reloaded","hosts":"${first} ${second}"`);
  }, 200_000);

  test("names what is no setting, and stays as it was", async () => {
    await site.kubectl([
      "patch",
      "configmap",
      "nginx",
      "-p",
      JSON.stringify({ data: { hosts: "https://rotisserie.test" } }),
    ]);
    await nudge(site);
    await within(90, "the word about it", async () =>
      (await edgeLog(site)).includes("ConfigMap nginx is not usable: hosts=https") ? true : undefined,
    );
    expect((await ask(site.address, "https", PAIRS[9]?.[0] ?? "")).status).toBe(200);
  }, 200_000);

  test.each([
    [
      "ACME v1",
      { "lego.url": "https://acme-v01.api.letsencrypt.org/directory" },
      "set it to https://acme-v02.api.letsencrypt.org/directory",
    ],
    ["the placeholder", { "lego.email": "INSERT_EMAIL_HERE" }, "lego.email is not set"],
  ])("refuses %s in words", async (_, data, said) => {
    const [before] = await site.kubectl.objects(["get", "configmap", "kube-lego"]);
    await site.kubectl(["patch", "configmap", "kube-lego", "-p", JSON.stringify({ data })]);
    await within(60, "the words", async () => ((await words(site)).includes(said) ? true : undefined));
    await site.kubectl(["patch", "configmap", "kube-lego", "-p", JSON.stringify({ data: before?.data })]);
    await within(60, "the end of it", async () => ((await words(site)).includes(": ready") ? true : undefined));
  });

  test("asks anew at once when lego.url names another server", async () => {
    const revision = async () =>
      Number(await site.kubectl(["get", "certificate", "rotisserie-tls", "-o", "jsonpath={.status.revision}"]));
    const before = await revision();
    const data = { "lego.url": ACME_OTHER_NAME };
    await site.kubectl(["patch", "configmap", "kube-lego", "-p", JSON.stringify({ data })]);
    await within(120, "a new certificate", async () => ((await revision()) > before ? true : undefined));
    await within(60, "the words", async () => ((await words(site)).includes(": ready") ? true : undefined));
  });

  test("refuses a second Certificate for the same Secret", async () => {
    const other = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "mine" },
      spec: { secretName: "rotisserie-tls", dnsNames: [HOST], issuerRef: { name: "nobody" } },
    };
    await site.kubectl(["apply", "-f", "-"], { input: JSON.stringify(other) });
    await within(60, "the words", async () =>
      (await words(site)).includes("kubectl delete certificate mine") ? true : undefined,
    );
    await site.kubectl(["delete", "certificate", "mine"]);
  });
});

describe("an Ingress controller instead", () => {
  let there: Site;
  beforeAll(async () => {
    there = await (other ?? ingressSite());
  }, 1_200_000);
  afterAll(async () => {
    await there?.kubectl(["delete", "namespace", there.namespace, "--wait=false"]);
  });

  test("serves the same routes, redirect and a certificate from the same objects", async () => {
    expect((await there.kubectl.attempt(["get", "deployment", "nginx"])).code).not.toBe(0);
    const seen = await within(150, "https", async () => {
      const answer = await ask(there.address, "https", INGRESS_HOST);
      return issuedByAcme.test(answer.issuer) ? answer : undefined;
    });
    expect(seen).toMatchObject({ status: 200, headers: { "cache-control": "no-cache" } });
    expect((await ask(there.address, "https", INGRESS_HOST, "/current")).status).toBe(503);
    expect((await ask(there.address, "https", INGRESS_HOST, "/all/pubg")).status).toBe(503);
    const redirect = await ask(there.address, "http", INGRESS_HOST, "/all?x=1");
    expect([301, 308]).toContain(redirect.status);
    expect(redirect.headers.location).toBe(`https://${INGRESS_HOST}/all?x=1`);
    expect(await ask(there.address, "http", "nobody.test")).toMatchObject({
      status: 404,
      body: "default backend - 404",
    });
    // Answered on port 80, not sent to https.
    expect((await ask(there.address, "http", INGRESS_HOST, "/.well-known/acme-challenge/none")).status).not.toBe(
      redirect.status,
    );
  }, 240_000);
});

/** ms of a page over TLS, of 200 fetched one after the other. */
async function p99(): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 200; count++) {
    const began = performance.now();
    expect((await ask(site.address, "https", HOST)).status).toBe(200);
    times.push(performance.now() - began);
  }
  return Math.round(times.sort((one, other) => other - one)[2] ?? 0);
}

/** What rotisserie-ingress asks a certificate for. */
async function tlsHosts(hosts: string[]): Promise<void> {
  const patch = JSON.stringify([
    { op: "replace", path: "/spec/tls", value: [{ hosts, secretName: "rotisserie-tls" }] },
  ]);
  await site.kubectl(["patch", "ingress", "rotisserie-ingress", "--type=json", "-p", patch]);
}
