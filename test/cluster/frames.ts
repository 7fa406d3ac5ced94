/** Events to send: pictures that ocr reads, from the contracts' own examples, each with an id and a subject of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sending } from "./agent.ts";
import { root } from "./kube.ts";

interface Example {
  [attribute: string]: string | number;
}

const example = (name: string) =>
  JSON.parse(readFileSync(join(root, "functions/contracts/examples", `${name}.json`), "utf8")) as Example;

const seconds = (from: number) => new Date(Date.now() + from * 1000).toISOString();

/** A frame.captured whose picture shows a counter. `lifeSeconds`: how long it is worth reading. */
export function frame(id: string, subject: string, lifeSeconds = 120, picture?: Buffer): Sending {
  const { data_base64: body, datacontenttype, ...attributes } = example("frame.captured");
  const own = { id, subject, time: seconds(0), frametime: seconds(-1), deadline: seconds(lifeSeconds), roundid: id };
  return {
    headers: headers({ ...attributes, ...own }, String(datacontenttype)),
    body: picture ? picture.toString("base64") : String(body),
  };
}

/** A stream.found for a channel of the simulator. */
export function found(id: string, login: string, lifeSeconds = 60): Sending {
  const { data, datacontenttype, ...attributes } = example("stream.found") as Example & { data: object };
  const own = { id, subject: login, time: seconds(0), deadline: seconds(lifeSeconds), roundid: id };
  const { playbackHint: _, ...stream } = data as { playbackHint?: string };
  return {
    headers: headers({ ...attributes, ...own }, String(datacontenttype)),
    body: Buffer.from(JSON.stringify({ ...stream, login })).toString("base64"),
  };
}

/** An event that only the test's own Triggers take. */
export function plain(id: string, type: string, subject: string): Sending {
  return {
    headers: headers({ specversion: "1.0", id, source: "/test", type, subject, time: seconds(0) }, "application/json"),
    body: Buffer.from('{"secret": "picture bytes"}').toString("base64"),
  };
}

function headers(attributes: Example, contentType: string): Record<string, string> {
  const named = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]);
  return { ...Object.fromEntries(named), "content-type": contentType };
}
