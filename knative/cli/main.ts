/** What `task` runs: `tsx knative/cli/main.ts VERB`. The only place here that reads the environment and the terminal. */
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { check } from "./check.ts";
import { deploy, keepEdits, makeNamespace } from "./deploy.ts";
import { buildImages, tagImages, uploadImages } from "./images.ts";
import { createKubectl, type Kubectl } from "./kubectl.ts";
import { followLogs } from "./logs.ts";
import { nextSteps } from "./next.ts";
import { precheck, unreachable } from "./precheck.ts";
import { deleteFunctions, purge } from "./purge.ts";
import { type KubeObject, objectsOf, render } from "./render.ts";
import { savedRevision, setRevision } from "./revision.ts";
import { makeSecret, secretFrom, secretVersion } from "./secrets.ts";
import { send } from "./send.ts";
import { parseSettings, type Settings } from "./settings.ts";
import { status } from "./status.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const say = (line: string) => {
  process.stdout.write(`${line}\n`);
};

async function settings(): Promise<Settings> {
  const parsed = parseSettings(process.env);
  return { ...parsed, tag: parsed.tag ?? (await savedRevision(root)) };
}

/** What a deploy applies: the manifests, and what of the cluster's own state goes into them (none without a cluster). */
async function wanted(chosen: Settings, kubectl: Kubectl): Promise<KubeObject[]> {
  const reachable = await kubectl.attempt(["get", "--raw", "/readyz", "--request-timeout", "5s"]);
  const there = reachable.code === 0;
  const version = there && chosen.overlay === "twitch" ? await secretVersion(kubectl) : undefined;
  const objects = objectsOf(await render(chosen, { root, secretVersion: version }));
  if (!there) return objects;
  const { email, url } = chosen.lego;
  const given = [
    ...(chosen.hosts.length > 0 ? ["hosts"] : []),
    ...(email ? ["lego.email"] : []),
    ...(url ? ["lego.url"] : []),
  ];
  return keepEdits(objects, given, kubectl);
}

/** @throws when no cluster answers: what cannot be asked must not look like nothing there. */
async function answering(chosen: Settings): Promise<Kubectl> {
  const kubectl = createKubectl(chosen);
  const silent = await unreachable(chosen, kubectl);
  if (silent !== undefined) throw new Error(silent);
  return kubectl;
}

async function ownNamespace({ namespace }: Settings, kubectl: Kubectl): Promise<void> {
  if (await makeNamespace(namespace, kubectl)) say(`namespace ${namespace} made`);
}

async function confirm(question: string, { yes }: Settings): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new Error(`${question} Say YES=1 to do it without being asked`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("nothing was deleted");
}

const verbs: Record<string, () => Promise<void>> = {
  check: async () => {
    const problems = await check(root, say);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  },
  "set-rev": async () => say(await setRevision(root)),
  images: async () => buildImages(await settings(), root, say),
  "tag-images": async () => tagImages(await settings(), say),
  "upload-images": async () => uploadImages(await settings(), say),
  secrets: async () => {
    const chosen = await settings();
    const secret = secretFrom(process.env);
    const kubectl = await answering(chosen);
    // It is the first thing that a new namespace needs: the check before a deploy asks for it.
    await ownNamespace(chosen, kubectl);
    say(await makeSecret(secret, kubectl));
  },
  render: async () => {
    const chosen = await settings();
    const objects = await wanted(chosen, createKubectl(chosen));
    for (const object of objects) say(`---\n${stringify(object, { aliasDuplicateObjects: false })}`.trimEnd());
  },
  precheck: async () => {
    const chosen = await settings();
    const missing = await precheck(chosen, createKubectl(chosen));
    if (missing.length > 0) throw new Error(missing.join("\nrotisserie: "));
  },
  deploy: async () => {
    const chosen = await settings();
    const kubectl = createKubectl(chosen);
    if (chosen.ocrHost)
      say("OCR_HOST is not used any more: the Trigger in knative/base/50-ocr.yaml finds the function");
    const missing = await precheck(chosen, kubectl);
    if (missing.length > 0) throw new Error(missing.join("\nrotisserie: "));
    await ownNamespace(chosen, kubectl);
    const { objects, changed } = await deploy(await wanted(chosen, kubectl), kubectl, say);
    say(`${objects.length} objects, ${changed.length} changed${changed.length > 0 ? `: ${changed.join(", ")}` : ""}`);
    for (const line of await nextSteps(chosen, kubectl)) say(line);
  },
  "delete-deployments": async () => deleteFunctions(await answering(await settings()), say),
  purge: async () => {
    const chosen = await settings();
    const kubectl = await answering(chosen);
    await confirm(`Delete everything of rotisserie in namespace ${chosen.namespace}?`, chosen);
    await purge(kubectl, chosen.namespace, say);
  },
  logs: async () => followLogs(await answering(await settings()), say),
  send: async () => say(await send(root, process.argv[3], process.argv[4])),
  status: async () => {
    const chosen = await settings();
    await status(chosen.namespace, await answering(chosen), say);
  },
};

const verb = process.argv[2] ?? "";
try {
  const chosen = verbs[verb];
  if (!chosen) throw new Error(`say one of: ${Object.keys(verbs).join(", ")}`);
  await chosen();
} catch (error) {
  process.stderr.write(`rotisserie: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
