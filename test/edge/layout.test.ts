/**
 * The documented layout stands twice: as Ingress objects, for controllers and for the bridge, and as nginx configuration,
 * for our own edge. Here both are read back and must say the same.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { hostPatches } from "../../cert/hosts.ts";

interface Backend {
  service: { name: string; port: { number: number } };
}
interface Container {
  env: { name: string; value: string }[];
  ports: { containerPort: number }[];
  livenessProbe: unknown;
  securityContext: unknown;
  volumeMounts: { name: string; mountPath: string; subPath?: string }[];
}
interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: {
    securityContext: { seccompProfile: { type: string } };
    containers: [Container];
    volumes: { name: string; secret?: { secretName: string } }[];
  };
}
/** The fields of all kinds in cert/ that are looked at here. */
interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  spec: {
    template: PodTemplate;
    ingressClassName: string;
    tls: [{ hosts: string[]; secretName: string }];
    rules: [{ http: { paths: { path: string; pathType: string; backend: Backend }[] } }];
    ports: [{ name: string; port: number }];
  };
  data: Record<string, string>;
}

const manifests = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(`cert/${file}`, "utf8")).map((document) => document.toJS());
const all = ["10-nginx", "20-default-http-backend", "30-ingress", "40-kube-lego", "50-challenges"].flatMap((name) =>
  manifests(`${name}.yaml`),
);
const one = (kind: string, name: string): Manifest => {
  const found = all.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  expect(found.length, `${kind} ${name}`).toBe(1);
  return found[0] as Manifest;
};
const deployment = one("Deployment", "nginx");
const container = deployment.spec.template.spec.containers[0];
const variables: Record<string, string> = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));

interface Layout {
  hosts: string[];
  secret: string;
  /** path -> service:port */
  routes: Record<string, string>;
  challenges: string;
  redirect: boolean;
}

function fromIngress(): Layout {
  const [routes, challenges] = [one("Ingress", "rotisserie-ingress"), one("Ingress", "kube-lego-nginx")];
  const backends = (ingress: Manifest) =>
    Object.fromEntries(
      ingress.spec.rules[0].http.paths.map(({ path, backend: { service } }) => [
        path,
        `${service.name}:${service.port.number}`,
      ]),
    );
  return {
    hosts: routes.spec.tls[0].hosts,
    secret: routes.spec.tls[0].secretName,
    routes: backends(routes),
    challenges: Object.keys(backends(challenges)).join(),
    redirect: routes.metadata.annotations?.["ingress.kubernetes.io/ssl-redirect"] === "true",
  };
}

/** The configuration as the Deployment's own variables make it, its upstream names left as they are. */
function fromNginx(): Layout {
  const hosts = one("ConfigMap", "nginx").data.hosts ?? "";
  const volume = deployment.spec.template.spec.volumes.find(({ secret }) => secret !== undefined);
  const mounted = container.volumeMounts.find(({ name }) => name === volume?.name)?.mountPath;
  expect(mounted).toBe("/etc/rotisserie/tls");
  const text = execFileSync(
    "awk",
    ["-v", "folder=static/nginx", "-f", "static/nginx/render.awk", "static/nginx/edge.conf"],
    {
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(
          [
            ...readFileSync("static/nginx/head.conf", "utf8")
              .concat(readFileSync("static/nginx/edge.conf", "utf8"))
              .matchAll(/\$\{([A-Z0-9_]+)\}/g),
          ].map(([, name]) => [name, "1"]),
        ),
        HOSTS: hosts,
        APP_ADDRESS: variables.APP_UPSTREAM,
        STATIC_ADDRESS: variables.STATIC_UPSTREAM,
        HTTPS_LISTEN: "*:8443",
        CERTIFICATE: mounted,
        SIMULATOR_ADDRESS: "",
        BACKEND_ADDRESS: "",
      },
    },
  );
  const upstreams = Object.fromEntries(
    [...text.matchAll(/upstream (\w+) \{\s+server ([^;]+);/g)].map(([, name, server]) => [name, server]),
  );
  const servers = text.split(/^ {2}server \{$/m).slice(1);
  const ours = servers.filter((server) => server.includes(`server_name ${hosts};`));
  const [plain = "", secure = ""] = ours;
  expect(ours.length).toBe(2);
  const routes = [...secure.matchAll(/location (?:= )?(\/\S*) \{\s+proxy_pass http:\/\/(\w+);/g)].map(
    ([, path = "", upstream = ""]) => [path === "/" ? path : path.replace(/\/$/, ""), upstreams[upstream]],
  );
  return {
    hosts: /server_name ([^;]+);/.exec(secure)?.[1]?.split(" ") ?? [],
    secret: volume?.secret?.secretName ?? "",
    routes: Object.fromEntries(routes),
    challenges: /location \^~ (\/\.well-known\/\S+)\/ \{/.exec(plain)?.[1] ?? "",
    redirect: /location \/ \{\s+return 308 https:/.test(plain),
  };
}

test("Ingress and nginx name the same hosts, Secret, routes, challenge path and redirect", () => {
  expect(fromNginx()).toEqual(fromIngress());
  expect(fromIngress()).toEqual({
    hosts: ["rotisserie.tv"],
    secret: "rotisserie-tls",
    routes: { "/": "rotisserie-static:8082", "/all": "rotisserie-app:3000", "/current": "rotisserie-app:3000" },
    challenges: "/.well-known/acme-challenge",
    redirect: true,
  });
});

describe("as documented", () => {
  test("Service nginx", () => {
    const { spec } = one("Service", "nginx");
    expect(spec).toMatchObject({ type: "LoadBalancer", externalTrafficPolicy: "Local", selector: { app: "nginx" } });
    expect(spec.ports.map(({ name, port }) => [name, port])).toEqual([
      ["http", 80],
      ["https", 443],
    ]);
  });

  test("Deployment nginx", () => {
    expect(deployment.metadata.labels).toMatchObject({ app: "nginx" });
    expect(deployment.spec.template.metadata.labels).toMatchObject({ app: "nginx" });
    expect(container.livenessProbe).toEqual({
      httpGet: { path: "/healthz", port: 10254 },
      initialDelaySeconds: 30,
      timeoutSeconds: 5,
    });
    // Mounted whole: a file mounted alone never changes.
    expect(container.volumeMounts.every((mount) => mount.subPath === undefined)).toBe(true);
  });

  test.each([
    [
      "rotisserie-ingress",
      {
        "kubernetes.io/ingress.class": "nginx",
        "kubernetes.io/tls-acme": "true",
        "ingress.kubernetes.io/ssl-redirect": "true",
      },
    ],
    [
      "kube-lego-nginx",
      {
        "kubernetes.io/ingress.class": "nginx",
        "kubernetes.io/tls-acme-challenge-endpoints": "true",
        "ingress.kubernetes.io/ssl-redirect": "false",
        "ingress.kubernetes.io/whitelist-source-range": "0.0.0.0/0,::/0",
      },
    ],
  ])("Ingress %s", (name, annotations) => {
    const ingress = one("Ingress", name);
    expect(ingress.metadata.annotations).toMatchObject(annotations);
    expect(ingress.spec.ingressClassName).toBe("nginx");
    for (const rule of ingress.spec.rules) {
      expect(rule.http.paths.every(({ pathType }) => pathType === "Prefix")).toBe(true);
    }
  });

  test("kube-lego", () => {
    expect(Object.keys(one("ConfigMap", "kube-lego").data)).toEqual(["lego.email", "lego.url"]);
    const { template } = one("Deployment", "kube-lego").spec;
    const [lego] = template.spec.containers;
    expect(template.metadata.labels).toMatchObject({ app: "kube-lego" });
    expect(lego.env.map(({ name }) => name)).toEqual(expect.arrayContaining(["LEGO_EMAIL", "LEGO_URL", "LEGO_POD_IP"]));
    expect(lego.ports[0]?.containerPort).toBe(3002);
    expect(one("Service", "kube-lego-nginx").spec).toMatchObject({
      clusterIP: "None",
      ports: [{ port: 8080, targetPort: 8089 }],
    });
  });

  test("default-http-backend", () => {
    expect(one("Service", "default-http-backend").spec.ports[0].port).toBe(80);
  });

  test("no pod runs as root, writes to its image or has a right it does not need", () => {
    for (const { spec } of all.filter(({ kind }) => kind === "Deployment")) {
      const pod = spec.template.spec;
      expect(pod.securityContext.seccompProfile.type).toBe("RuntimeDefault");
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 10001,
        capabilities: { drop: ["ALL"] },
      });
    }
    const secrets = JSON.stringify(one("Role", "kube-lego")).includes("secrets");
    expect(secrets).toBe(false);
  });
});

test("other names reach every object that carries them", () => {
  const patches = hostPatches(["a.tv", "b.tv"]);
  expect(patches.map(({ target }) => `${target.kind} ${target.name}`)).toEqual([
    "ConfigMap nginx",
    "Ingress rotisserie-ingress",
    "Ingress kube-lego-nginx",
  ]);
  // With one host they say what the files say.
  const [config, routes, challenges] = hostPatches(["rotisserie.tv"]).map(({ patch }) =>
    parseAllDocuments(patch)[0]?.toJS(),
  );
  expect(config[0].value).toBe(one("ConfigMap", "nginx").data.hosts);
  expect(routes[0].value).toEqual(one("Ingress", "rotisserie-ingress").spec.tls);
  expect(routes[1].value).toEqual(one("Ingress", "rotisserie-ingress").spec.rules);
  expect(challenges[0].value).toEqual(one("Ingress", "kube-lego-nginx").spec.rules);
  expect(hostPatches(["a.tv"], "ingress").map(({ target }) => target.kind)).toEqual(["Ingress", "Ingress"]);
});
