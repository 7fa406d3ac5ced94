/**
 * `tsx knative/schemas/generate.ts`: writes kubernetes.json, the schemas that check:manifests holds manifests against, from
 * the cluster that kubectl points to (Knative and cert-manager installed). Only the kinds used here, without descriptions.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../cli/command.ts";

const KINDS: Record<string, string[]> = {
  "api/v1": ["ConfigMap", "Secret", "Service", "ServiceAccount", "Namespace"],
  "apis/apps/v1": ["Deployment"],
  "apis/policy/v1": ["PodDisruptionBudget"],
  "apis/networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
  "apis/rbac.authorization.k8s.io/v1": ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
  "apis/serving.knative.dev/v1": ["Service"],
  "apis/eventing.knative.dev/v1": ["Broker", "Trigger"],
  "apis/sources.knative.dev/v1": ["PingSource", "SinkBinding"],
  "apis/cert-manager.io/v1": ["Certificate", "Issuer", "ClusterIssuer"],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const definitions: Record<string, Json> = {};
const roots: Record<string, string> = {};

for (const [path, kinds] of Object.entries(KINDS)) {
  const document = JSON.parse(await run("kubectl", ["get", "--raw", `/openapi/v3/${path}`])) as {
    components: { schemas: Record<string, Json> };
  };
  const { schemas } = document.components;
  const keep = (name: string) => {
    if (definitions[name] !== undefined) return;
    definitions[name] = true; // Taken before its contents: schemas refer to themselves.
    definitions[name] = strict(schemas[name] ?? null, keep);
  };
  for (const kind of kinds) {
    const found = Object.entries(schemas).find(([, schema]) => {
      const names = isObject(schema) ? schema["x-kubernetes-group-version-kind"] : undefined;
      return (
        Array.isArray(names) &&
        names.some((name) => isObject(name) && name.kind === kind && `${groupPath(name)}` === path)
      );
    });
    if (!found) throw new Error(`the cluster does not serve ${kind} of ${path}`);
    keep(found[0]);
    roots[`${path.replace(/^apis?\//, "")}/${kind}`] = found[0];
  }
}

function groupPath(name: { [key: string]: Json }): string {
  return name.group ? `apis/${name.group}/${name.version}` : `api/${name.version}`;
}

/** The same schema in JSON Schema's words, which allows no field that it does not name. */
function strict(schema: Json, keep: (name: string) => void): Json {
  if (Array.isArray(schema)) return schema.map((item) => strict(item, keep));
  if (!isObject(schema)) return schema;
  const reference = typeof schema.$ref === "string" ? schema.$ref : undefined;
  if (reference) {
    const name = reference.replace("#/components/schemas/", "");
    keep(name);
    return { $ref: `#/definitions/${name}` };
  }
  if (Array.isArray(schema.allOf) && schema.allOf.length === 1) return strict(schema.allOf[0] ?? null, keep);
  if (schema["x-kubernetes-int-or-string"] === true || schema.format === "int-or-string") {
    return { type: ["integer", "string"] };
  }
  const kept: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (["type", "required", "enum", "pattern", "minimum", "maximum", "minItems", "maxLength"].includes(key))
      kept[key] = value;
    if (["items", "additionalProperties", "oneOf", "anyOf"].includes(key)) kept[key] = strict(value, keep);
  }
  if (isObject(schema.properties)) {
    kept.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, value]) => [name, strict(value, keep)]),
    );
    // Fields of a delivery that Knative 1.23 takes and leaves out of its schema.
    if ("backoffDelay" in schema.properties) Object.assign(kept.properties, { timeout: { type: "string" } });
    // Knative's own schemas let unknown fields through, and so would a misspelt one come through.
    kept.additionalProperties ??= false;
  }
  return kept;
}

const file = join(import.meta.dirname, "kubernetes.json");
await writeFile(file, `${JSON.stringify({ roots, definitions })}\n`);
