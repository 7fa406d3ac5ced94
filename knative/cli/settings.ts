/** What an operator may say to `task`, by environment variable. Pure: environment in, typed settings out. */
import { parseConfig as parsePoller } from "../../functions/poller/config.ts";
import {
  ConfigError,
  type Env,
  fail,
  flag,
  oneOf,
  optionalText,
  text,
  url,
  words,
} from "../../functions/runtime/config.ts";

export const COMPONENTS = [
  "twitch",
  "simulated",
  "redis",
  "always-on",
  "size-small",
  "size-large",
  "kafka",
  "network-policies",
] as const;
export const IMAGES = ["app", "capture", "ocr", "static", "simulator"] as const;
export type Image = (typeof IMAGES)[number];

/** The poller's settings that `task deploy` passes on when they are set. */
const POLLER_SETTINGS = [
  "GAMES",
  "LANGUAGES",
  "ROTISSERIE_ALLOWLIST",
  "ROTISSERIE_BLOCKLIST",
  "SAMPLES_PER_MINUTE",
  "IDLE_AFTER",
] as const;

export interface Settings {
  namespace: string;
  /** twitch: the real one. simulated: no account. */
  overlay: "twitch" | "simulated";
  /** Besides the one that the overlay brings. */
  components: string[];
  /** What stands before /rotisserie-app: a Docker Hub user or registry/path. */
  user: string | undefined;
  tag: string | undefined;
  /** Names of the site, the first is the main one. */
  hosts: string[];
  /** The edge in front: nginx of our own, an Ingress, or none. */
  edge: "nginx" | "ingress" | "none";
  containerTool: "docker" | "podman" | "buildah" | undefined;
  /** What the images are for, when not only for the builder's own processor. */
  platforms: string[];
  context: string | undefined;
  imagePullSecrets: string[];
  poller: Record<string, string>;
  /** What ConfigMap kube-lego says; what is not set here stays as it is in the cluster. */
  lego: { email: string | undefined; url: string | undefined };
  /** The simulator's settings, in a demonstration. */
  simulator: Record<string, string>;
  /** Where Redis comes from, when not from Docker Hub. */
  redisImage: string | undefined;
  /** Where the simulator comes from, when a roll must leave the world that it plays as it is. */
  simulatorImage: string | undefined;
  /** What the page says of itself: where it is found (whole addresses in shared links), and where its code is. */
  page: { site: string | undefined; code: string | undefined };
  /** Do not ask. */
  yes: boolean;
  /** Documented once, replaced by the Trigger. */
  ocrHost: string | undefined;
}

const PLATFORMS = ["linux/amd64", "linux/arm64"];

/** Where a demonstration says it is: browsers take every name under localhost for this machine. */
export const DEMO_HOST = "rotisserie.localhost";

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** @throws ConfigError naming the variable, what was given and what is allowed. */
export function parseSettings(env: Env): Settings {
  const namespace = text(env, "NAMESPACE", "default");
  if (!NAME.test(namespace)) fail("NAMESPACE", namespace, "letters, digits and - (63 at most)");
  const components = words(env, "COMPONENTS");
  for (const name of components) {
    if (!COMPONENTS.some((known) => known === name)) fail("COMPONENTS", name, `any of ${COMPONENTS.join(", ")}`);
  }
  if (components.includes("size-small") && components.includes("size-large")) {
    throw new ConfigError("COMPONENTS: size-small and size-large exclude each other");
  }
  const hosts = words(env, "APP_HOSTNAME", words(env, "APP_DOMAIN")).map((host) => host.toLowerCase());
  for (const host of hosts) {
    if (!HOST.test(host)) fail("APP_HOSTNAME", host, "host names such as rotisserie.tv, without scheme and path");
  }
  const overlay = oneOf(env, "OVERLAY", ["twitch", "simulated"], "twitch");
  const named = hosts[0];
  if (hosts.length === 0 && overlay === "simulated") hosts.push(DEMO_HOST);
  const user = optionalText(env, "docker_username");
  if (user !== undefined && !/^[a-z0-9][a-z0-9._:/-]*[a-z0-9]$/.test(user)) {
    fail("docker_username", user, "a Docker Hub user, or registry/path such as ghcr.io/me");
  }
  const tag = optionalText(env, "IMAGE_TAG");
  if (tag !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag)) {
    fail("IMAGE_TAG", tag, "letters, digits, dot, - and _ (128 at most)");
  }
  const tool = optionalText(env, "CONTAINER_TOOL");
  const platforms = words(env, "PLATFORMS");
  for (const name of platforms) {
    if (!PLATFORMS.includes(name)) fail("PLATFORMS", name, `any of ${PLATFORMS.join(", ")}`);
  }
  return {
    namespace,
    overlay,
    components,
    user,
    tag,
    hosts,
    edge: oneOf(env, "EDGE", ["nginx", "ingress", "none"], "nginx"),
    containerTool: tool ? oneOf(env, "CONTAINER_TOOL", ["docker", "podman", "buildah"], "docker") : undefined,
    platforms,
    context: optionalText(env, "KUBE_CONTEXT"),
    imagePullSecrets: words(env, "imagePullSecrets", words(env, "IMAGE_PULL_SECRETS")),
    poller: pollerSettings(env),
    simulator: passedOn(env, ["SIMULATOR_CHANNELS", "SIMULATOR_SEED"]),
    lego: { email: optionalText(env, "LEGO_EMAIL"), url: optionalText(env, "LEGO_URL") && url(env, "LEGO_URL") },
    redisImage: optionalText(env, "REDIS_IMAGE"),
    simulatorImage: optionalText(env, "SIMULATOR_IMAGE"),
    page: {
      site: optionalText(env, "SITE_URL") ? url(env, "SITE_URL") : named && `https://${named}`,
      code: optionalText(env, "CODE_URL") && url(env, "CODE_URL"),
    },
    yes: flag(env, "YES"),
    ocrHost: optionalText(env, "OCR_HOST"),
  };
}

/** Read as the poller will read them: a bad one is named here, before a revision fails with it. */
function pollerSettings(env: Env): Record<string, string> {
  const given = passedOn(env, POLLER_SETTINGS);
  parsePoller({ ...given, K_SINK: "http://broker", clientID: "checked", token: "checked" });
  return given;
}

function passedOn(env: Env, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = optionalText(env, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The name of one of our images in the registry. @throws ConfigError naming the variable that is missing. */
export function imageName({ user, tag }: Settings, image: Image): { name: string; tag: string } {
  if (!user) throw new ConfigError("docker_username is not set: docker_username=YOU task ... (or registry/path)");
  if (!tag) throw new ConfigError("IMAGE_TAG is not set and .make-rev-check is not there: run task set-rev");
  return { name: `${user}/rotisserie-${image}`, tag };
}
