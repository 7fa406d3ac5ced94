import { describe, expect, test } from "vitest";
import type { Certificate } from "./objects.ts";
import { type Observed, plan } from "./reconcile.ts";

const good = { "lego.email": "ops@rotisserie.tv", "lego.url": "https://acme-v02.api.letsencrypt.org/directory" };
const ingress = (...hosts: string[]) => ({ spec: { tls: [{ hosts, secretName: "rotisserie-tls" }] } });
const observed = (more: Partial<Observed> = {}): Observed => ({
  namespace: "web",
  configMap: { metadata: { name: "kube-lego", uid: "u-1" }, data: good },
  ingress: ingress("rotisserie.tv"),
  certificates: [],
  ...more,
});
const problemOf = (more: Partial<Observed>) => {
  const planned = plan(observed(more));
  return planned.ok ? "none" : planned.problem;
};

test("ConfigMap and Ingress become one Issuer and one Certificate", () => {
  const planned = plan(observed({ ingress: ingress("rotisserie.tv", "www.rotisserie.tv") }));
  if (!planned.ok) throw new Error(planned.problem);
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "kube-lego", uid: "u-1" }];
  expect(planned.issuer).toMatchObject({
    kind: "Issuer",
    metadata: { name: "kube-lego", namespace: "web", ownerReferences },
    spec: {
      acme: {
        email: "ops@rotisserie.tv",
        server: "https://acme-v02.api.letsencrypt.org/directory",
        privateKeySecretRef: { name: "kube-lego-account" },
        solvers: [{ http01: { ingress: { ingressClassName: "nginx", serviceType: "ClusterIP" } } }],
      },
    },
  });
  expect(planned.issuer.spec.acme).not.toHaveProperty("caBundle");
  expect(planned.certificate).toMatchObject({
    kind: "Certificate",
    metadata: { name: "rotisserie-tls", namespace: "web", ownerReferences },
    spec: {
      secretName: "rotisserie-tls",
      dnsNames: ["rotisserie.tv", "www.rotisserie.tv"],
      issuerRef: { name: "kube-lego", kind: "Issuer" },
    },
  });
  // Lifetimes fall to 45 days: a fixed 30 days before the end would be wrong soon.
  expect(planned.certificate.spec).not.toHaveProperty("renewBefore");
  expect(planned.certificate.spec).not.toHaveProperty("duration");
});

test("hosts of several TLS entries are taken once each, those of other Secrets not at all", () => {
  const tls = [
    { hosts: ["a.tv", "b.tv"], secretName: "rotisserie-tls" },
    { hosts: ["b.tv", "c.tv"], secretName: "rotisserie-tls" },
    { hosts: ["d.tv"], secretName: "other" },
  ];
  const planned = plan(observed({ ingress: { spec: { tls } } }));
  expect(planned.ok && planned.certificate.spec.dnsNames).toEqual(["a.tv", "b.tv", "c.tv"]);
});

test("an authority of one's own goes into the Issuer", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const planned = plan(observed({ configMap: { data: { ...good, "lego.ca": pem } } }));
  expect(planned.ok && planned.issuer.spec.acme.caBundle).toBe(Buffer.from(pem).toString("base64"));
});

describe("what is refused, in words and with the way out", () => {
  const withData = (data: Record<string, string>) => ({ configMap: { data: { ...good, ...data } } });
  test.each<[string, Partial<Observed>, string]>([
    ["no ConfigMap", { configMap: undefined }, "ConfigMap kube-lego is not there"],
    ["the documented placeholder", withData({ "lego.email": "INSERT_EMAIL_HERE" }), "lego.email is not set"],
    ["no address", withData({ "lego.email": " " }), "lego.email is not set"],
    ["a word", withData({ "lego.email": "ops" }), 'lego.email="ops" is not an e-mail address'],
    ["two addresses", withData({ "lego.email": "a@b.tv, c@d.tv" }), "is not an e-mail address"],
    ["an address with a new line", withData({ "lego.email": "a@b.tv\nx: y" }), "is not an e-mail address"],
    ["an example address", withData({ "lego.email": "me@example.com" }), "is an example"],
    [
      "ACME v1",
      withData({ "lego.url": "https://acme-v01.api.letsencrypt.org/directory" }),
      `switched off in June 2021: set it to ${good["lego.url"]}`,
    ],
    [
      "ACME v1 staging",
      withData({ "lego.url": "https://acme-staging.api.letsencrypt.org/directory" }),
      "set it to https://acme-staging-v02.api.letsencrypt.org/directory",
    ],
    ["plain http", withData({ "lego.url": "http://acme.test/dir" }), "not an https address"],
    ["no URL", withData({ "lego.url": "letsencrypt" }), 'lego.url="letsencrypt" is not a URL'],
    ["a URL with a password", withData({ "lego.url": "https://u:hunter2@acme.test/dir" }), "holds a user or password"],
    ["an authority that is none", withData({ "lego.ca": "yes" }), "lego.ca is not a PEM certificate"],
    ["no Ingress", { ingress: undefined }, "Ingress rotisserie-ingress is not there"],
    ["an Ingress without TLS", { ingress: { spec: {} } }, "names no TLS host"],
    [
      "an upper-case host",
      { ingress: ingress("Rotisserie.tv") },
      'host "Rotisserie.tv" in rotisserie-ingress is not a host name',
    ],
    ["a host with a scheme", { ingress: ingress("https://rotisserie.tv") }, "is not a host name"],
    ["a host without a dot", { ingress: ingress("rotisserie") }, "is not a host name"],
    ["a host with an underscore", { ingress: ingress("a_b.tv") }, "is not a host name"],
    ["a label of 64", { ingress: ingress(`${"a".repeat(64)}.tv`) }, "is not a host name"],
    ["a wildcard", { ingress: ingress("*.rotisserie.tv") }, "is a wildcard"],
    ["an address", { ingress: ingress("192.0.2.7") }, "is an address"],
    ["one good and one bad host", { ingress: ingress("rotisserie.tv", "-x.tv") }, 'host "-x.tv"'],
  ])("%s", (_, more, words) => {
    expect(problemOf(more)).toContain(words);
  });

  test("a password in lego.url is not repeated", () => {
    expect(
      problemOf({ configMap: { data: { ...good, "lego.url": "https://u:hunter2@acme.test/dir" } } }),
    ).not.toContain("hunter2");
  });

  const other = (metadata: Certificate["metadata"], secretName = "rotisserie-tls"): Certificate => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata,
    spec: { secretName, issuerRef: { name: "x" } },
  });

  test("a second Certificate that claims the Secret", () => {
    expect(problemOf({ certificates: [other({ name: "mine" })] })).toBe(
      "Certificate mine claims Secret rotisserie-tls too: kubectl delete certificate mine, or give it another secretName",
    );
  });

  test("a second Certificate that cert-manager made from an annotation", () => {
    const ownerReferences = [
      { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "rotisserie-ingress", uid: "u", controller: true },
    ];
    const words = problemOf({ certificates: [other({ name: "rotisserie-tls", ownerReferences })] });
    expect(words).toContain("made from Ingress rotisserie-ingress");
    expect(words).toContain("kubectl delete certificate rotisserie-tls");
  });

  test("but not our own, nor one for another Secret", () => {
    const ours = other({ name: "rotisserie-tls", labels: { "app.kubernetes.io/managed-by": "kube-lego" } });
    expect(plan(observed({ certificates: [ours, other({ name: "blog" }, "blog-tls")] })).ok).toBe(true);
  });
});
