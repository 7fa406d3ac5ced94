import { describe, expect, test } from "vitest";
import { imageName, parseSettings } from "./settings.ts";

describe("settings", () => {
  test("without any variable: production in namespace default", () => {
    expect(parseSettings({})).toMatchObject({
      namespace: "default",
      overlay: "twitch",
      edge: "nginx",
      components: [],
      hosts: [],
    });
  });

  test.each([
    { name: "APP_DOMAIN stands for APP_HOSTNAME", env: { APP_DOMAIN: "a.tv" }, hosts: ["a.tv"] },
    {
      name: "several hosts, the first is the main one",
      env: { APP_HOSTNAME: "a.tv, WWW.a.tv" },
      hosts: ["a.tv", "www.a.tv"],
    },
    { name: "a demonstration has a host of its own", env: { OVERLAY: "simulated" }, hosts: ["rotisserie.localhost"] },
  ])("$name", ({ env, hosts }) => {
    expect(parseSettings(env).hosts).toEqual(hosts);
  });

  test.each([
    { name: "a scheme in the host", env: { APP_HOSTNAME: "https://a.tv" }, says: "APP_HOSTNAME" },
    { name: "an unknown component", env: { COMPONENTS: "redis mongodb" }, says: "mongodb" },
    { name: "both sizes", env: { COMPONENTS: "size-small size-large" }, says: "exclude each other" },
    { name: "a namespace with capitals", env: { NAMESPACE: "Prod" }, says: "NAMESPACE" },
    { name: "a tag with a slash", env: { IMAGE_TAG: "a/b" }, says: "IMAGE_TAG" },
    { name: "a tool nobody has", env: { CONTAINER_TOOL: "kaniko" }, says: "docker, podman, buildah" },
    { name: "a rate that is none", env: { SAMPLES_PER_MINUTE: "many" }, says: 'SAMPLES_PER_MINUTE="many"' },
    { name: "a game nobody plays", env: { GAMES: "chess" }, says: "known games are pubg" },
    { name: "a processor nobody builds for", env: { PLATFORMS: "linux/amd64 linux/s390x" }, says: "linux/s390x" },
    { name: "an address of the code that is none", env: { CODE_URL: "github" }, says: "CODE_URL" },
    { name: "a lego.url that is none", env: { LEGO_URL: "acme" }, says: "LEGO_URL" },
  ])("$name is refused by name", ({ env, says }) => {
    expect(() => parseSettings(env as Record<string, string>)).toThrow(says);
  });

  test("an image is called after the user and the tag, whatever the registry", () => {
    const settings = parseSettings({ docker_username: "ghcr.io/me", IMAGE_TAG: "abc" });
    expect(imageName(settings, "ocr")).toEqual({ name: "ghcr.io/me/rotisserie-ocr", tag: "abc" });
    expect(() => imageName(parseSettings({ IMAGE_TAG: "abc" }), "ocr")).toThrow("docker_username");
  });

  test.each([
    { name: "the first host", env: { APP_HOSTNAME: "rotisserie.tv www.rotisserie.tv" }, site: "https://rotisserie.tv" },
    { name: "what is set", env: { APP_HOSTNAME: "b.test", SITE_URL: "https://a.test" }, site: "https://a.test" },
    { name: "nowhere: a demonstration has no address of its own", env: { OVERLAY: "simulated" }, site: undefined },
  ])("the page is found at $name", ({ env, site }) => {
    expect(parseSettings(env as Record<string, string>).page.site).toBe(site);
  });
});
