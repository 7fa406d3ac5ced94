import { expect, test } from "vitest";
import { ASKED_FROM, covers, look } from "./bridge.ts";
import { type Cluster, NoCertManager } from "./kubernetes.ts";
import type { Certificate, Issuer } from "./objects.ts";

/** A cluster in memory: what is applied is there at the next look. */
function cluster(url: string, hosts: string[]) {
  const state = {
    data: { "lego.email": "ops@rotisserie.tv", "lego.url": url },
    hosts,
    certificates: [] as Certificate[],
    issuer: undefined as Issuer | undefined,
    calls: [] as string[],
  };
  const api: Cluster = {
    configMap: async () => ({ metadata: { name: "kube-lego", uid: "u" }, data: state.data }),
    ingress: async () => ({ spec: { tls: [{ hosts: state.hosts, secretName: "rotisserie-tls" }] } }),
    certificates: async () => state.certificates,
    issuer: async () => state.issuer,
    orders: async () => [],
    challenges: async () => [],
    apply: async (object) => {
      state.calls.push(`apply ${object.kind}`);
      // The server adds defaults; they are not a difference.
      if (object.kind === "Issuer") state.issuer = structuredClone(object);
      else
        state.certificates = [
          { ...structuredClone(object), status: { conditions: [{ type: "Ready", status: "True" }] } },
        ];
    },
    renew: async () => void state.calls.push("renew"),
    writeConfigMap: async () => {},
  };
  return { state, api };
}

const LIVE = "https://acme-v02.api.letsencrypt.org/directory";
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

test("makes Issuer and Certificate once, and then leaves them alone", async () => {
  const { state, api } = cluster(LIVE, ["rotisserie.tv"]);
  const first = await look(api, "web");
  expect(first.changes).toEqual([`Issuer kube-lego: ${LIVE}`, "Certificate rotisserie-tls: rotisserie.tv"]);
  expect(first.standing.state).toBe("issuing");
  const second = await look(api, "web");
  expect(second.changes).toEqual([]);
  expect(second.standing.state).toBe("ready");
  expect(state.calls).toEqual(["apply Issuer", "apply Certificate"]);
});

test("follows a changed host", async () => {
  const { state, api } = cluster(LIVE, ["rotisserie.tv"]);
  await look(api, "web");
  state.hosts = ["new.tv", "www.new.tv"];
  expect((await look(api, "web")).changes).toEqual(["Certificate rotisserie-tls: new.tv, www.new.tv"]);
  expect(state.certificates[0]?.spec.dnsNames).toEqual(["new.tv", "www.new.tv"]);
});

test("asks anew when the ACME server changes, before it notes that it has", async () => {
  const { state, api } = cluster(STAGING, ["rotisserie.tv"]);
  await look(api, "web");
  state.data["lego.url"] = LIVE;
  state.calls.length = 0;
  await look(api, "web");
  expect(state.calls).toEqual(["apply Issuer", "renew", "apply Certificate"]);
  expect(state.certificates[0]?.metadata.annotations).toEqual({ [ASKED_FROM]: LIVE });
});

test("takes back what somebody else has changed", async () => {
  const { state, api } = cluster(LIVE, ["rotisserie.tv"]);
  await look(api, "web");
  if (state.issuer) state.issuer.spec.acme.email = "other@rotisserie.tv";
  await look(api, "web");
  expect(state.issuer?.spec.acme.email).toBe("ops@rotisserie.tv");
});

test("refuses and leaves what is there", async () => {
  const { state, api } = cluster(LIVE, ["rotisserie.tv"]);
  await look(api, "web");
  state.data["lego.url"] = "https://acme-v01.api.letsencrypt.org/directory";
  state.calls.length = 0;
  expect((await look(api, "web")).standing).toMatchObject({
    state: "refused",
    error: expect.stringContaining("ACME v1"),
  });
  expect(state.calls).toEqual([]);
});

test("without cert-manager says how to install it", async () => {
  const { api } = cluster(LIVE, ["rotisserie.tv"]);
  const none = { ...api, certificates: () => Promise.reject(new NoCertManager()) };
  expect((await look(none, "web")).standing.error).toContain(
    "cert-manager is not installed: kubectl apply -f https://",
  );
});

test.each([
  ["equal", { a: [1, 2] }, { a: [1, 2] }, true],
  ["more than wanted", { a: 1, b: 2 }, { a: 1 }, true],
  ["another value", { a: 2 }, { a: 1 }, false],
  ["a longer list", { a: [1, 2, 3] }, { a: [1, 2] }, false],
  ["nothing there", undefined, { a: 1 }, false],
  ["nothing wanted", { a: 1 }, undefined, false],
])("covers: %s", (_, actual, wanted, expected) => {
  expect(covers(actual, wanted)).toBe(expected);
});
