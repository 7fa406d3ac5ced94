/** The manifests against the contracts and against what every workload here promises; without kubectl. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contracts, tick } from "../functions/contracts/events.ts";
import { DEPLOYMENTS, FUNCTIONS, NAMES, PORTS } from "../test/cluster/names.ts";
import { objectsOf } from "./cli/render.ts";

const base = join(import.meta.dirname, "base");
const files = readdirSync(base).filter((name) => /^\d/.test(name));
const texts = new Map(files.map((name) => [name, readFileSync(join(base, name), "utf8")]));
const objects = [...texts.values()].flatMap(objectsOf);

interface TriggerSpec {
  broker: string;
  filters: { exact: { type: string } }[];
  subscriber: { ref: { name: string } };
  delivery: {
    retry: number;
    backoffPolicy: string;
    backoffDelay: string;
    timeout: string;
    deadLetterSink: { ref: { name: string } };
  };
}
const triggers = objects.filter(({ kind }) => kind === "Trigger").map(({ spec }) => spec as TriggerSpec);

describe("Triggers", () => {
  test("there is one for each arrow of the contracts, and no other", () => {
    const arrows = [...contracts, tick].flatMap(({ type, receivers }) =>
      receivers.map((to) => `${type} -> rotisserie-${to}`),
    );
    const wired = triggers.map(({ filters, subscriber }) => `${filters[0]?.exact.type} -> ${subscriber.ref.name}`);
    expect(wired.sort()).toEqual(arrows.sort());
  });

  test.each(triggers)("$filters.0.exact.type has its whole delivery", ({ filters, delivery, broker }) => {
    expect(broker).toBe("rotisserie");
    expect(filters.length).toBe(1);
    expect(delivery.retry).toBeGreaterThan(0);
    expect(delivery).toMatchObject({
      backoffPolicy: "exponential",
      backoffDelay: expect.stringMatching(/^PT/),
      timeout: expect.stringMatching(/^PT\d+S$/),
      deadLetterSink: { ref: { name: "rotisserie-poller" }, uri: "/" },
    });
  });
});

interface Container {
  name: string;
  image: string;
  resources: { requests: object; limits: { memory: string } };
  securityContext: { runAsUser: number; readOnlyRootFilesystem: boolean };
  readinessProbe: object;
}
const pods = objects.filter(({ kind, apiVersion }) => kind === "Deployment" || apiVersion.startsWith("serving."));

describe("workloads", () => {
  test.each(pods)("$metadata.name is what Pod Security calls restricted, with bounds and probes", ({ spec }) => {
    const { containers } = (spec as { template: { spec: { containers: Container[] } } }).template.spec;
    for (const { image, resources, securityContext, readinessProbe } of containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(securityContext.runAsUser).toBeGreaterThan(0);
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      expect(readinessProbe).toBeDefined();
      expect(image).toMatch(/^rotisserie-/);
    }
  });

  test.each(objects.filter(({ apiVersion }) => apiVersion.startsWith("serving.")))(
    "$metadata.name is private",
    ({ metadata }) => {
      expect(metadata.labels?.["networking.knative.dev/visibility"]).toBe("cluster-local");
    },
  );
});

describe("the documented names", () => {
  const read = (folder: string) =>
    readdirSync(join(import.meta.dirname, folder))
      .filter((name) => /\.yaml$/.test(name) && name !== "kustomization.yaml")
      .flatMap((name) => objectsOf(readFileSync(join(import.meta.dirname, folder, name), "utf8")));
  const demo = [...objects, ...read("components/simulated"), ...read("../cert")];
  const group = (apiVersion: string) => (apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "");
  const of = (resource: string) =>
    demo.filter(({ kind, apiVersion }) =>
      [`${kind.toLowerCase()}s${group(apiVersion)}`, `${kind.toLowerCase()}es${group(apiVersion)}`].includes(resource),
    );

  test.each(Object.entries(NAMES))("%s", (resource, names) => {
    expect(
      of(resource)
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(names);
  });

  test.each(Object.entries(PORTS))("Service %s has its ports", (name, ports) => {
    const service = of("services").find(({ metadata }) => metadata.name === name) ?? fail(name);
    const found = (service.spec as { ports: { port: number; name: string }[] }).ports;
    expect(found.map(({ port, name: called }) => ({ port, name: called }))).toEqual(ports);
  });

  test.each([
    ...Object.entries(FUNCTIONS).map(([name, runs]) => ({ name, ...runs, resource: "services.serving.knative.dev" })),
    ...Object.entries(DEPLOYMENTS).map(([name, runs]) => ({ name, ...runs, resource: "deployments.apps" })),
  ])("$name runs $image on $port", ({ name, image, port, resource }) => {
    const found = of(resource).find(({ metadata }) => metadata.name === name) ?? fail(name);
    const { metadata, spec } = (found.spec as { template: { metadata?: { labels?: object }; spec: Running } }).template;
    expect(spec.containers[0]).toMatchObject({
      image,
      ports: expect.arrayContaining([expect.objectContaining({ containerPort: port })]),
    });
    if (resource === "deployments.apps") expect(metadata?.labels).toEqual({ app: name });
  });
});
const fail = (name: string): never => {
  throw new Error(`${name} is not in the files`);
};
interface Running {
  containers: { image: string; ports: { containerPort: number }[] }[];
}

test("the clock ticks every 5 s into the Broker, with a content type and data", () => {
  const clock = objects.find(({ kind }) => kind === "PingSource");
  expect(clock?.spec).toEqual({
    schedule: "*/5 * * * * *",
    timezone: "UTC",
    contentType: "application/json",
    data: "{}",
    sink: { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "rotisserie" } },
  });
});

test.each([...texts])("%s says who wakes it and what it sends", (_name, text) => {
  const [first = "", second = ""] = text.split("\n");
  expect(first).toMatch(/^# Woken by: /);
  expect(second).toMatch(/^# Sends: /);
});
