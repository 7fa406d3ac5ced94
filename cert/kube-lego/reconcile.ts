/**
 * What there should be, from what there is. Pure: observed objects in; an Issuer, a Certificate or the reason why not out.
 */
import type { Certificate, ConfigMap, Ingress, Issuer, Metadata } from "./objects.ts";

export const SECRET = "rotisserie-tls";
export const ISSUER = "kube-lego";
export const INGRESS = "rotisserie-ingress";
/** kube-lego's own name for the account's key, with the same field in it: a cluster that had kube-lego keeps its account. */
const ACCOUNT_SECRET = "kube-lego-account";
const MADE_BY = { "app.kubernetes.io/managed-by": "kube-lego", "app.kubernetes.io/part-of": "rotisserie" };
export const ACME_V2 = "https://acme-v02.api.letsencrypt.org/directory";
export const ACME_V2_STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

export interface Observed {
  namespace: string;
  configMap: ConfigMap | undefined;
  ingress: Ingress | undefined;
  /** All of the namespace. */
  certificates: Certificate[];
}

export type Plan = { ok: true; issuer: Issuer; certificate: Certificate } | { ok: false; problem: string };

export function plan({ namespace, configMap, ingress, certificates }: Observed): Plan {
  if (!configMap) return refuse("ConfigMap kube-lego is not there: apply cert/40-kube-lego.yaml (task deploy does)");
  const email = (configMap.data?.["lego.email"] ?? "").trim();
  const server = (configMap.data?.["lego.url"] ?? "").trim();
  const authority = configMap.data?.["lego.ca"];
  const problem =
    emailProblem(email) ?? serverProblem(server) ?? authorityProblem(authority) ?? claimProblem(certificates);
  if (problem) return refuse(problem);
  if (!ingress) return refuse(`Ingress ${INGRESS} is not there: apply cert/30-ingress.yaml (task deploy does)`);
  const hosts = [
    ...new Set(
      (ingress.spec?.tls ?? []).filter(({ secretName }) => secretName === SECRET).flatMap((tls) => tls.hosts ?? []),
    ),
  ];
  if (hosts.length === 0) return refuse(`Ingress ${INGRESS} names no TLS host for Secret ${SECRET}: set APP_HOSTNAME`);
  for (const host of hosts) {
    const wrong = hostProblem(host);
    if (wrong) return refuse(wrong);
  }
  const metadata = (name: string): Metadata => ({ name, namespace, labels: MADE_BY, ...owner(configMap) });
  return {
    ok: true,
    issuer: {
      apiVersion: "cert-manager.io/v1",
      kind: "Issuer",
      metadata: metadata(ISSUER),
      spec: {
        acme: {
          email,
          server,
          ...(authority !== undefined && { caBundle: Buffer.from(authority).toString("base64") }),
          privateKeySecretRef: { name: ACCOUNT_SECRET },
          // cert-manager makes an Ingress of this class for each challenge. Without a controller nobody serves it, and our
          // edge finds the solver through Service kube-lego-nginx.
          solvers: [{ http01: { ingress: { ingressClassName: "nginx", serviceType: "ClusterIP" } } }],
        },
      },
    },
    certificate: {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: metadata(SECRET),
      spec: {
        secretName: SECRET,
        dnsNames: hosts,
        issuerRef: { name: ISSUER, kind: "Issuer", group: "cert-manager.io" },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        revisionHistoryLimit: 3,
        // No renewBefore: cert-manager renews after two thirds of whatever lifetime it gets, and lifetimes are falling.
      },
    },
  };
}

export function isOurs({ metadata }: { metadata: Metadata }): boolean {
  return metadata.labels?.["app.kubernetes.io/managed-by"] === MADE_BY["app.kubernetes.io/managed-by"];
}

function refuse(problem: string): Plan {
  return { ok: false, problem };
}

/** What is wrong with lego.email, and the way out. */
export function emailProblem(email: string): string | undefined {
  const way = "kubectl edit configmap kube-lego";
  if (email === "" || email === "INSERT_EMAIL_HERE")
    return `lego.email is not set: put the address that answers for the site there (${way})`;
  if (!/^[^\s@<>,;:"()[\]\\]{1,64}@([a-zA-Z0-9-]{1,63}\.)+[a-zA-Z]{2,63}$/.test(email)) {
    return `lego.email=${clip(email)} is not an e-mail address: one address such as ops@rotisserie.tv (${way})`;
  }
  // RFC 2606: Let's Encrypt refuses accounts with them.
  if (/@(.*\.)?example\.(com|net|org)$/i.test(email))
    return `lego.email=${clip(email)} is an example: put a real address there (${way})`;
  return undefined;
}

/** What is wrong with lego.url, and the way out. */
export function serverProblem(server: string): string | undefined {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    return `lego.url=${clip(server)} is not a URL: set it to ${ACME_V2} (staging: ${ACME_V2_STAGING})`;
  }
  if (/^acme-(v01|staging)\.api\.letsencrypt\.org$/.test(url.hostname)) {
    const instead = url.hostname.startsWith("acme-staging") ? ACME_V2_STAGING : ACME_V2;
    return `lego.url=${clip(server)} is ACME v1, which was switched off in June 2021: set it to ${instead}`;
  }
  if (url.protocol !== "https:")
    return `lego.url=${clip(server)} is not an https address: ACME is spoken over https only`;
  if (url.username || url.password) return "lego.url holds a user or password: ACME knows none, leave them out";
  return undefined;
}

/** lego.ca: for an ACME server of one's own, the PEM certificate that signed the server's. */
function authorityProblem(authority: string | undefined): string | undefined {
  return authority === undefined || /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(authority)
    ? undefined
    : "lego.ca is not a PEM certificate: leave it out, or put the one there that signed the ACME server's";
}

function hostProblem(host: string): string | undefined {
  const where = `host ${clip(host)} in ${INGRESS}`;
  if (host.startsWith("*."))
    return `${where} is a wildcard, which http-01 cannot prove: name each host, or use DNS-01 (docs/tls.md)`;
  if (/^[\d.]+$/.test(host)) return `${where} is an address: certificates are asked for names only`;
  if (host.length > 253 || !/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(host)) {
    return `${where} is not a host name: lower case, at least one dot, no scheme and no path, such as rotisserie.tv`;
  }
  return undefined;
}

/** Two that write one Secret overwrite each other's certificate for ever. */
export function claimProblem(certificates: Certificate[]): string | undefined {
  const other = certificates.find(
    (one) => !isOurs(one) && (one.spec.secretName === SECRET || one.metadata.name === SECRET),
  );
  if (!other) return undefined;
  const maker =
    other.metadata.ownerReferences?.find(({ controller }) => controller) ?? other.metadata.ownerReferences?.[0];
  const { name } = other.metadata;
  return maker
    ? `Certificate ${name}, made from ${maker.kind} ${maker.name}, claims Secret ${SECRET} too: take the annotation cert-manager.io/cluster-issuer or cert-manager.io/issuer off ${maker.kind} ${maker.name} (or cert-manager's default issuer), then kubectl delete certificate ${name}`
    : `Certificate ${name} claims Secret ${SECRET} too: kubectl delete certificate ${name}, or give it another secretName`;
}

/** They go when the ConfigMap goes. The Secret stays: cert-manager gives it no owner. */
function owner({ metadata }: ConfigMap): Pick<Metadata, "ownerReferences"> {
  const { name, uid } = metadata ?? {};
  return name && uid ? { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name, uid }] } : {};
}

function clip(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
