/** `npm run send -- stream.found`: posts an example event to a function or a Broker and shows what comes back. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { contracts } from "../functions/contracts/events.ts";
import { newTrace } from "../functions/runtime/trace.ts";
import { readEvent, writeEvent } from "../functions/runtime/wire.ts";
import { type EventDocument, freshen, parseSend } from "./example.ts";

const folder = new URL("../functions/contracts/examples/", import.meta.url);
/** Where each function listens when nobody says otherwise. */
const PORTS: Record<string, number> = { poller: 3000, ocr: 3001, capture: 3003 };
const TIMEOUT_MS = 60_000;

try {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
  const { name, to, login } = parseSend(process.argv.slice(2), names);
  const example = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as EventDocument;
  const unique = randomUUID().slice(0, 8);
  const document = freshen(example, { now: Date.now(), unique, traceparent: newTrace(), ...(login && { login }) });
  const contract = contracts.find(({ type }) => type === document.type);
  const url = to ?? process.env.K_SINK ?? `http://localhost:${PORTS[contract?.receivers[0] ?? "poller"]}`;
  await post(url, document, contract);
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  process.stderr.write(`send: ${error instanceof Error ? error.message : String(error)}${cause}\n`);
  process.exitCode = 1;
}

async function post(url: string, document: EventDocument, contract: (typeof contracts)[number] | undefined) {
  const structured = { "content-type": "application/cloudevents+json" };
  const text = JSON.stringify(document);
  const sent = contract
    ? writeEvent(contract.parse(readEvent(structured, Buffer.from(text))))
    : { headers: structured, body: Buffer.from(text) };
  process.stdout.write(`${document.type} (${document.subject ?? "no subject"}) -> ${url}\n`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { headers, body } = sent;
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body), signal });
  const bytes = Buffer.from(await answer.arrayBuffer());
  process.stdout.write(`${answer.status} ${describe(answer.headers, bytes)}\n`);
  if (!answer.ok) process.exitCode = 1;
}

function describe(headers: Headers, body: Buffer): string {
  const type = headers.get("ce-type");
  if (!type) return body.toString().trim() || (headers.get("content-length") === "0" ? "" : "(no reply)");
  const json = headers.get("content-type")?.includes("json");
  return `${type} ${json ? body.toString() : `${headers.get("content-type")}, ${body.byteLength} bytes`}`;
}
