import { describe, expect, test } from "vitest";
import { kustomization } from "./render.ts";
import { parseSettings } from "./settings.ts";

const chosen = (env: Record<string, string>) =>
  kustomization(parseSettings({ docker_username: "me", IMAGE_TAG: "1", ...env }), "../..") as {
    resources: string[];
    components: string[];
    images: { name: string; newName: string; newTag: string }[];
    patches: { target: { name?: string }; patch: string }[];
  };

describe("the kustomization that settings choose", () => {
  test.each([
    {
      name: "production",
      env: { APP_HOSTNAME: "a.tv" },
      resources: ["knative/overlays/twitch", "cert"],
      components: [],
    },
    { name: "no edge", env: { EDGE: "none" }, resources: ["knative/overlays/twitch"], components: [] },
    {
      name: "a demonstration",
      env: { OVERLAY: "simulated" },
      resources: ["knative/overlays/simulated", "cert"],
      components: ["cert/components/simulated"],
    },
    {
      name: "large, behind an Ingress controller",
      env: { APP_HOSTNAME: "a.tv", COMPONENTS: "size-large", EDGE: "ingress" },
      resources: ["knative/overlays/twitch", "cert"],
      components: ["knative/components/size-large", "cert/components/ingress"],
    },
  ])("$name", ({ env, resources, components }) => {
    const { resources: given, components: added } = chosen(env as Record<string, string>);
    expect(given.map((path) => path.replace("../../", ""))).toEqual(resources);
    expect(added.map((path) => path.replace("../../", ""))).toEqual(components);
  });

  test("a demonstration behind an Ingress controller has its streams there, too; a real one has none", () => {
    const routes = (env: Record<string, string>) => JSON.stringify(chosen({ ...env, EDGE: "ingress" }).patches);
    expect(routes({ OVERLAY: "simulated" })).toContain("rotisserie-simulator");
    expect(routes({ APP_HOSTNAME: "a.tv" })).not.toContain("rotisserie-simulator");
  });

  test("Redis comes from a registry with a port", () => {
    const redis = chosen({ REDIS_IMAGE: "registry.test:5000/redis:7" }).images.find(({ name }) =>
      name.endsWith("/redis"),
    );
    expect(redis).toMatchObject({ newName: "registry.test:5000/redis", newTag: "7" });
  });

  test("the poller's settings reach the poller, and no secret does", () => {
    const { patches } = chosen({ SAMPLES_PER_MINUTE: "90", clientSecret: "hush" });
    expect(
      patches.some(({ target, patch }) => target.name === "rotisserie-poller" && /SAMPLES_PER_MINUTE/.test(patch)),
    ).toBe(true);
    expect(JSON.stringify(patches)).not.toContain("hush");
  });
});
