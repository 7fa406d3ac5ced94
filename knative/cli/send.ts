/** `task send -- frame.captured http://localhost:3001`: an example from the contracts, as if it had happened just now. */
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** As long as a picture is worth anything. */
const LIFE_MS = 90_000;

export async function send(root: string, name: string | undefined, url: string | undefined): Promise<string> {
  const folder = join(root, "functions/contracts/examples");
  const known = (await readdir(folder)).map((file) => file.replace(/\.json$/, ""));
  if (!name || !known.includes(name)) throw new Error(`say which event: ${known.join(", ")}`);
  if (!url || !URL.canParse(url)) throw new Error(`say where to: task send -- ${name} http://localhost:3001`);
  const event = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as Record<string, unknown>;
  const now = Date.now();
  event.id = randomUUID();
  event.time = new Date(now).toISOString();
  if ("frametime" in event) event.frametime = new Date(now - 1000).toISOString();
  if ("deadline" in event) event.deadline = new Date(now + LIFE_MS).toISOString();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(event),
  });
  const reply = [...answer.headers].filter(([header]) => header.startsWith("ce-"));
  return [`${answer.status}`, ...reply.map(([header, value]) => `${header}: ${value}`), await answer.text()]
    .join("\n")
    .trim();
}
