/** The site's names, into every object of this folder that carries them. Pure: names in, kustomize patches out. */
import { stringify } from "yaml";

export interface KustomizePatch {
  target: { version?: string; group?: string; kind: string; name: string };
  patch: string;
}

const backend = (name: string, port: number) => ({ service: { name, port: { number: port } } });
const prefix = (path: string, name: string, port: number) => ({
  path,
  pathType: "Prefix",
  backend: backend(name, port),
});

/**
 * Patches for cert/kustomization.yaml. One TLS entry holds all hosts: one certificate is asked for them together.
 * @param hosts Checked host names, the main one first.
 * @param edge With "ingress" there is no ConfigMap nginx to patch.
 */
export function hostPatches(
  hosts: readonly string[],
  edge: "nginx" | "ingress" = "nginx",
  simulated = false,
): KustomizePatch[] {
  const replace = (path: string, value: unknown) => ({ op: "replace", path, value });
  const routes = [
    prefix("/current", "rotisserie-app", 3000),
    prefix("/all", "rotisserie-app", 3000),
    // The page's player asks there for simulated streams; our own edge knows it from SIMULATOR_UPSTREAM.
    ...(simulated && edge === "ingress" ? [prefix("/simulator", "rotisserie-simulator", 8080)] : []),
    prefix("/", "rotisserie-static", 8082),
  ];
  const challenges = [prefix("/.well-known/acme-challenge", "kube-lego-nginx", 8080)];
  const rules = (paths: unknown) => hosts.map((host) => ({ host, http: { paths } }));
  const ingress = (name: string, operations: unknown[]): KustomizePatch => ({
    target: { group: "networking.k8s.io", kind: "Ingress", name },
    patch: stringify(operations, { aliasDuplicateObjects: false }),
  });
  return [
    ...(edge === "nginx"
      ? [
          {
            target: { version: "v1", kind: "ConfigMap", name: "nginx" },
            patch: stringify([replace("/data/hosts", hosts.join(" "))]),
          },
        ]
      : []),
    ingress("rotisserie-ingress", [
      replace("/spec/tls", [{ hosts, secretName: "rotisserie-tls" }]),
      replace("/spec/rules", rules(routes)),
    ]),
    ingress("kube-lego-nginx", [replace("/spec/rules", rules(challenges))]),
  ];
}
