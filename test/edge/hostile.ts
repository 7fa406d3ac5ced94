/** What the edge must refuse, and what it must agree to: the same rows for nginx on this machine and for the one that is deployed. */
import { spawnSync } from "node:child_process";

/** What is asked, how, for which path, and the answer's status. */
export const REFUSED_PATHS: [string, string, string, number][] = [
  ["POST to the page", "POST", "/", 405],
  ["POST to the api", "POST", "/current", 405],
  ["DELETE", "DELETE", "/all", 405],
  ["TRACE", "TRACE", "/", 405],
  ["OPTIONS", "OPTIONS", "/current", 405],
  ["metrics", "GET", "/metrics", 404],
  ["health", "GET", "/healthz", 404],
  ["readiness", "GET", "/readyz", 404],
  ["dead letters", "GET", "/deadletters", 404],
  ["a dot segment", "GET", "/current/../", 400],
  ["dot segments to a good path", "GET", "/x/../current", 400],
  ["encoded dot segments", "GET", "/current/%2e%2e/metrics", 400],
  ["encoded dots in capitals", "GET", "/%2E%2E/current", 400],
  ["an encoded slash", "GET", "/current%2F..%2Fmetrics", 400],
  ["a double slash", "GET", "//current", 400],
  ["an encoded null", "GET", "/current%00.json", 400],
  ["an encoded line end", "GET", "/current%0d%0ax:%20y", 400],
  ["passwords", "GET", "/assets/..%2f..%2fetc/passwd", 400],
];

/** Bytes on a plain connection that are no honest request. */
export function dishonest(host: string): [string, string][] {
  const head = `Host: ${host}\r\n`;
  return [
    [
      "both a length and chunks",
      `GET /current HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n${head}\r\n`,
    ],
    ["two lengths", `GET /current HTTP/1.1\r\n${head}Content-Length: 0\r\nContent-Length: 30\r\n\r\n`],
    ["chunks by another name", `GET /current HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n`],
    ["chunks twice", `GET /current HTTP/1.1\r\n${head}Transfer-Encoding: chunked, identity\r\n\r\n`],
    ["a length that is none", `GET /current HTTP/1.1\r\n${head}Content-Length: +5\r\n\r\n`],
    ["a space before the colon", `GET /current HTTP/1.1\r\n${head}Content-Length : 5\r\n\r\nabcde`],
    ["two hosts", `GET /current HTTP/1.1\r\n${head}Host: other\r\n\r\n`],
    ["no host", "GET /current HTTP/1.1\r\n\r\n"],
    ["a line end in the path", `GET /cur\rrent HTTP/1.1\r\n${head}\r\n`],
    ["a null in a header", `GET /current HTTP/1.1\r\n${head}X: a\0b\r\n\r\n`],
    ["HTTP/0.9", "GET /current\r\n"],
    ["HTTP/3 on a TCP connection", `GET /current HTTP/3.0\r\n${head}\r\n`],
    ["TLS on the plain port", Buffer.from([0x16, 3, 1, 0, 0xc5, 1, 0, 0, 0xc1, 3, 3]).toString("latin1")],
    ["a proxy request", "CONNECT rotisserie-poller:80 HTTP/1.1\r\nHost: rotisserie-poller:80\r\n\r\n"],
    ["1 MB of one header", `GET /current HTTP/1.1\r\n${head}X: ${"a".repeat(1_000_000)}\r\n\r\n`],
    ["1 MB of headers", `GET /current HTTP/1.1\r\n${head}${"X: aaaaaaaaaaaaaaaaaaaa\r\n".repeat(43_000)}\r\n`],
    ["a path of 100 KB", `GET /${"a".repeat(100_000)} HTTP/1.1\r\n${head}\r\n`],
    ["a large body", `GET /current HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n`],
  ];
}

/** How a dishonest request is answered: 4xx, 501, 505, or not at all. */
export const REFUSAL = /^(HTTP\/1\.1 (4\d\d|50[15])|$|<html>\r\n<head><title>4\d\d)/;

/** One connection carries one answer, or something was smuggled behind the first. */
export const answersIn = (bytes: string) => bytes.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;

const AT_ANY_LEVEL = ["-cipher", "ALL:@SECLEVEL=0"];

/** What is offered, by openssl's options, and whether it is taken. */
export const HANDSHAKES: [string, string[], boolean][] = [
  ["TLS 1.3", ["-tls1_3"], true],
  ["TLS 1.2", ["-tls1_2"], true],
  ["TLS 1.1", ["-tls1_1", ...AT_ANY_LEVEL], false],
  ["TLS 1.0", ["-tls1", ...AT_ANY_LEVEL], false],
  ["ECDHE-ECDSA-AES128-GCM-SHA256", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], true],
  ["ECDHE-ECDSA-AES256-GCM-SHA384", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"], true],
  ["ECDHE-ECDSA-CHACHA20-POLY1305", ["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], true],
  ["CBC: ECDHE-ECDSA-AES128-SHA", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], false],
  ["CBC: ECDHE-ECDSA-AES256-SHA384", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"], false],
  ["no forward secrecy: AES128-GCM-SHA256", ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], false],
  ["no encryption", ["-tls1_2", "-cipher", "NULL:eNULL:@SECLEVEL=0"], false],
  ["no authentication", ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"], false],
  ["X25519", ["-tls1_3", "-groups", "X25519"], true],
  ["P-256", ["-tls1_3", "-groups", "P-256"], true],
];

export function openssl(address: string, host: string, args: string[]): { stdout: string; status: number | null } {
  return spawnSync("openssl", ["s_client", "-connect", address, "-servername", host, ...args], {
    input: "",
    encoding: "utf8",
    timeout: 10_000,
  });
}

export const agreed = ({ stdout, status }: { stdout: string; status: number | null }) =>
  status === 0 && /Cipher is (?!\(NONE\))/.test(stdout);
