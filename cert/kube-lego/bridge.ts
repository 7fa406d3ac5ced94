/** One look: read what there is, make it what it should be, say how it stands. */
import { isDeepStrictEqual } from "node:util";
import { type Cluster, NoCertManager } from "./kubernetes.ts";
import type { Certificate } from "./objects.ts";
import { INGRESS, ISSUER, isOurs, type Plan, plan, SECRET } from "./reconcile.ts";
import { type Standing, standing } from "./report.ts";

/** On our Certificate: the ACME server it was asked from. Another server means: ask anew, do not wait for the renewal. */
export const ASKED_FROM = "rotisserie.tv/acme-server";

export interface Look {
  standing: Standing;
  /** What was changed, in words. */
  changes: string[];
}

export async function look(cluster: Cluster, namespace: string): Promise<Look> {
  const changes: string[] = [];
  let certificates: Certificate[];
  try {
    certificates = await cluster.certificates();
  } catch (error) {
    if (!(error instanceof NoCertManager)) throw error;
    return { changes, standing: { state: "refused", hosts: [], notAfter: undefined, error: error.message } };
  }
  const [configMap, ingress] = [await cluster.configMap("kube-lego"), await cluster.ingress(INGRESS)];
  const wanted = plan({ namespace, configMap, ingress, certificates });
  const ours = certificates.find((one) => isOurs(one) && one.metadata.name === SECRET);
  if (wanted.ok) await establish(cluster, wanted, ours, changes);
  return {
    changes,
    standing: standing({
      problem: wanted.ok ? undefined : wanted.problem,
      certificate: wanted.ok && changes.length > 0 ? undefined : ours,
      issuer: await cluster.issuer(ISSUER),
      orders: await cluster.orders(),
      challenges: await cluster.challenges(),
    }),
  };
}

async function establish(
  cluster: Cluster,
  { issuer, certificate }: Plan & { ok: true },
  ours: Certificate | undefined,
  changes: string[],
): Promise<void> {
  const { server } = issuer.spec.acme;
  const current = await cluster.issuer(ISSUER);
  if (
    !current ||
    !covers(current.spec, issuer.spec) ||
    !covers(current.metadata.ownerReferences, issuer.metadata.ownerReferences)
  ) {
    await cluster.apply(issuer);
    changes.push(`Issuer ${ISSUER}: ${server}`);
  }
  const marked = { ...certificate, metadata: { ...certificate.metadata, annotations: { [ASKED_FROM]: server } } };
  const before = ours?.metadata.annotations?.[ASKED_FROM];
  if (ours && before !== undefined && before !== server) {
    await cluster.renew(SECRET, `ConfigMap kube-lego names another ACME server: ${server}`);
    changes.push(`Certificate ${SECRET}: asked for anew from ${server}`);
  }
  const same =
    ours &&
    covers(ours.spec, certificate.spec) &&
    before === server &&
    covers(ours.metadata.ownerReferences, certificate.metadata.ownerReferences);
  if (!same) {
    await cluster.apply(marked);
    changes.push(`Certificate ${SECRET}: ${certificate.spec.dnsNames?.join(", ")}`);
  }
}

/** Every field of `wanted` is in `actual`, equal; lists are equal as a whole. The server may have added defaults. */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((item, index) => covers(actual[index], item))
    );
  }
  if (wanted === null || typeof wanted !== "object") return isDeepStrictEqual(actual, wanted);
  if (actual === null || typeof actual !== "object") return false;
  return Object.entries(wanted).every(([key, value]) => covers((actual as Record<string, unknown>)[key], value));
}
