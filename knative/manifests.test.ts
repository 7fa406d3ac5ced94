/** The manifests against the contracts and against what every workload here promises; without kubectl. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contracts, tick } from "../functions/contracts/events.ts";
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

test.each([...texts])("%s says who wakes it and what it sends", (_name, text) => {
  const [first = "", second = ""] = text.split("\n");
  expect(first).toMatch(/^# Woken by: /);
  expect(second).toMatch(/^# Sends: /);
});
