import { describe, expect, test } from "vitest";
import type { Certificate, Condition } from "./objects.ts";
import { daysLeft, type Evidence, standing, words } from "./report.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const certificate = (conditions: Condition[], notAfter?: string): Certificate => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "rotisserie-tls" },
  spec: { secretName: "rotisserie-tls", dnsNames: ["rotisserie.tv"], issuerRef: { name: "kube-lego" } },
  status: { conditions, ...(notAfter && { notAfter }) },
});
const ready: Condition = { type: "Ready", status: "True" };
const notReady: Condition = { type: "Ready", status: "False" };
const issuing: Condition = { type: "Issuing", status: "True" };

function said(evidence: Partial<Evidence>): string {
  const all = {
    problem: undefined,
    certificate: undefined,
    issuer: undefined,
    orders: [],
    challenges: [],
    ...evidence,
  };
  return words(standing(all), NOW);
}

describe("how the certificate stands, in words", () => {
  test.each<[string, Partial<Evidence>, string]>([
    ["nothing yet", {}, "certificate rotisserie-tls: issuing"],
    [
      "good",
      { certificate: certificate([ready], "2027-02-20T12:00:00Z") },
      "certificate rotisserie-tls for rotisserie.tv: ready, 90 days left",
    ],
    [
      "being renewed: the old one is still served",
      { certificate: certificate([ready, issuing], "2026-12-02T00:00:00Z") },
      "certificate rotisserie-tls for rotisserie.tv: issuing, 9.5 days left",
    ],
    [
      "ended",
      { certificate: certificate([notReady], "2026-11-20T12:00:00Z") },
      "certificate rotisserie-tls for rotisserie.tv: issuing, expired 2 days ago",
    ],
    [
      "refused, with a certificate from before",
      { problem: "lego.email is not set", certificate: certificate([ready], "2026-11-23T12:00:00Z") },
      "certificate rotisserie-tls for rotisserie.tv: refused, 1 days left: lego.email is not set",
    ],
    [
      "the challenge is waited for",
      {
        certificate: certificate([notReady, issuing]),
        challenges: [
          {
            spec: { dnsName: "rotisserie.tv" },
            status: { state: "pending", reason: "wrong status code '404', expected '200'" },
          },
        ],
      },
      "certificate rotisserie-tls for rotisserie.tv: issuing: challenge for rotisserie.tv is pending: wrong status code '404', expected '200'",
    ],
    [
      "the challenge failed",
      {
        certificate: certificate([notReady, issuing]),
        challenges: [
          { spec: { dnsName: "rotisserie.tv" }, status: { state: "invalid", reason: "DNS problem: NXDOMAIN" } },
        ],
      },
      "certificate rotisserie-tls for rotisserie.tv: failing: challenge for rotisserie.tv is invalid: DNS problem: NXDOMAIN",
    ],
    [
      "the attempt failed and waits an hour",
      {
        certificate: certificate([
          notReady,
          { type: "Issuing", status: "False", reason: "Failed", message: "The certificate request has failed" },
        ]),
        orders: [{ status: { state: "invalid", reason: "Failed to finalize" } }],
      },
      "certificate rotisserie-tls for rotisserie.tv: failing: order is invalid: Failed to finalize; The certificate request has failed",
    ],
    [
      "no account",
      {
        certificate: certificate([notReady]),
        issuer: {
          apiVersion: "cert-manager.io/v1",
          kind: "Issuer",
          metadata: {},
          spec: { acme: { email: "", server: "", privateKeySecretRef: { name: "" }, solvers: [] } },
          status: { conditions: [{ type: "Ready", status: "False", message: "contact email has forbidden domain" }] },
        },
      },
      "certificate rotisserie-tls for rotisserie.tv: issuing: the ACME account: contact email has forbidden domain",
    ],
  ])("%s", (_, evidence, line) => {
    expect(said(evidence)).toBe(line);
  });
});

test.each([
  ["a day and a half", "2026-11-24T00:00:00Z", 1.5],
  ["a broken date", "soon", undefined],
  ["no date", undefined, undefined],
])("days left: %s", (_, notAfter, days) => {
  expect(daysLeft(notAfter, NOW)).toBe(days);
});
