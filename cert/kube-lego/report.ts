/** How the certificate stands, in words for an operator and in numbers for a graph. Pure. */
import type { Attempt, Certificate, Condition, Issuer } from "./objects.ts";

export interface Standing {
  /** ready: served until notAfter. issuing: being asked for. failing: the last attempt failed. refused: not asked for. */
  state: "ready" | "issuing" | "failing" | "refused" | "unknown";
  hosts: string[];
  notAfter: string | undefined;
  /** What is wrong, with what to do; empty when nothing is. */
  error: string;
}

export interface Evidence {
  problem: string | undefined;
  certificate: Certificate | undefined;
  issuer: Issuer | undefined;
  /** Newest last. */
  orders: Attempt[];
  challenges: Attempt[];
}

export function standing({ problem, certificate, issuer, orders, challenges }: Evidence): Standing {
  const hosts = certificate?.spec.dnsNames ?? [];
  const notAfter = certificate?.status?.notAfter;
  const of = (error: string, state: Standing["state"]): Standing => ({ state, hosts, notAfter, error });
  if (problem !== undefined) return of(problem, "refused");
  if (!certificate) return of("", "issuing");
  const ready = condition(certificate.status?.conditions, "Ready");
  const issuing = condition(certificate.status?.conditions, "Issuing");
  if (ready?.status === "True" && issuing?.status !== "True") return of("", "ready");

  const account = condition(issuer?.status?.conditions, "Ready");
  const words = [
    account?.status === "False" ? `the ACME account: ${account.message ?? account.reason ?? "not registered"}` : "",
    ...challenges.map((one) => attemptWords("challenge for ", one)),
    attemptWords("order", orders.filter(({ status }) => isFailure(status?.state)).at(-1)),
    issuing?.reason === "Failed" || issuing?.status === "False" ? `${issuing.message ?? ""}` : "",
  ].filter(Boolean);
  const failed = issuing?.status === "False" || challenges.some(({ status }) => isFailure(status?.state));
  return of(words.slice(0, 3).join("; ").slice(0, 1_000), failed ? "failing" : "issuing");
}

/** Whole days are not enough near the end: one digit. */
export function daysLeft(notAfter: string | undefined, now: number): number | undefined {
  const end = notAfter === undefined ? Number.NaN : Date.parse(notAfter);
  return Number.isFinite(end) ? Math.round((end - now) / 8_640_000) / 10 : undefined;
}

/** One line: `certificate rotisserie-tls for rotisserie.tv: ready, 89.9 days left`. */
export function words({ state, hosts, notAfter, error }: Standing, now: number): string {
  const left = daysLeft(notAfter, now);
  const what = hosts.length > 0 ? ` for ${hosts.join(", ")}` : "";
  const life = left === undefined ? "" : left < 0 ? `, expired ${-left} days ago` : `, ${left} days left`;
  return `certificate rotisserie-tls${what}: ${state}${life}${error && `: ${error}`}`;
}

function condition(conditions: Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

function isFailure(state: string | undefined): boolean {
  return state === "invalid" || state === "errored" || state === "expired";
}

function attemptWords(what: string, attempt: Attempt | undefined): string {
  const { state = "pending", reason } = attempt?.status ?? {};
  if (!attempt || state === "valid" || state === "ready" || (!reason && !isFailure(state))) return "";
  return `${what}${attempt.spec?.dnsName ?? ""} is ${state}${reason ? `: ${reason}` : ""}`;
}
