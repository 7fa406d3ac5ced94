/** What the container tools are told, by a tool that only writes it down. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { buildImages, tagImages, uploadImages } from "./images.ts";
import { parseSettings } from "./settings.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
let folder = "";

/** `list`: whether a name is known as a list of images. `known`: whether a registry has the base by its digest. `plain`: without TLS. */
function tool(name: string, { list = false, known = true, plain = false } = {}): void {
  const script = `#!/bin/sh
echo "$@" >> ${folder}/said
case "$*" in
  "manifest exists"*) exit ${list ? 0 : 1} ;;
  *tls-verify=false*) ;;
  "manifest push"*) ${plain ? 'echo "http: server gave HTTP response to HTTPS client" >&2; exit 125' : ""} ;;
  pull*@*) exit ${known ? 0 : 1} ;;
  "images --json"*) echo '[{"digest": "${DIGEST}"}]' ;;
  "image inspect"*) echo '[{"RepoDigests": ["node@${DIGEST}"]}]' ;;
esac
`;
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
}
const said = () => readFileSync(join(folder, "said"), "utf8").trim().split("\n");
const settings = (more: Record<string, string>) => parseSettings({ docker_username: "me", IMAGE_TAG: "1", ...more });
const quietly = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotisserie-tool-"));
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("task images", () => {
  const both = "linux/amd64 linux/arm64";
  test.each([
    {
      name: "buildah, this processor",
      env: { CONTAINER_TOOL: "buildah" },
      has: "--layers --build-arg NODE_IMAGE=node@sha256",
      ends: "--tag rotisserie-ocr:built .",
    },
    {
      name: "buildah, both",
      env: { CONTAINER_TOOL: "buildah", PLATFORMS: both },
      has: "--build-arg BUILDPLATFORM=linux/",
      ends: "--platform linux/amd64,linux/arm64 --manifest rotisserie-ocr:built .",
    },
    {
      name: "docker, both",
      env: { CONTAINER_TOOL: "docker", PLATFORMS: both },
      has: `--build-arg NODE_IMAGE=node@${DIGEST}`,
      ends: "--platform linux/amd64,linux/arm64 --tag rotisserie-ocr:built .",
    },
  ])("$name", async ({ env, has, ends }) => {
    tool(env.CONTAINER_TOOL);
    await buildImages(settings(env), folder, quietly);
    const line = said().find((words) => words.startsWith("build") && words.includes("--target ocr")) ?? "";
    expect(line).toContain(has);
    expect(line.endsWith(ends), line).toBe(true);
  });

  test.each([
    { image: "ocr", labels: [`revision=1`, `base.digest=${DIGEST}`] },
    { image: "static", labels: ["revision=1", `base.digest=${DIGEST}`] },
  ])("$image is labelled with what it was made of, whatever a cache has", async ({ image, labels }) => {
    tool("buildah");
    await buildImages(settings({ CONTAINER_TOOL: "buildah" }), folder, quietly);
    const line = said().find((words) => words.includes(`--target ${image}`)) ?? "";
    for (const label of labels) expect(line).toContain(`--label org.opencontainers.image.${label}`);
  });

  test("for both, buildah's bases keep their names: a list's digest would be answered with the one image it has", async () => {
    tool("buildah");
    await buildImages(settings({ CONTAINER_TOOL: "buildah", PLATFORMS: both }), folder, quietly);
    expect(said().join("\n")).toContain("--build-arg NODE_IMAGE=node:24-bookworm-slim");
  });

  test("a base that no registry knows by its digest keeps its name", async () => {
    tool("buildah", { known: false });
    await buildImages(settings({ CONTAINER_TOOL: "buildah" }), folder, quietly);
    expect(said().join("\n")).toContain("--build-arg NODE_IMAGE=node:24-bookworm-slim");
  });
});

test.each([
  { name: "one image", list: false, push: "push me/rotisserie-app:1" },
  { name: "a list", list: true, push: "manifest push --all me/rotisserie-app:1 docker://me/rotisserie-app:1" },
])("$name is named and pushed whole", async ({ list, push }) => {
  tool("podman", { list });
  const chosen = settings({ CONTAINER_TOOL: "podman" });
  await tagImages(chosen, quietly);
  await uploadImages(chosen, quietly);
  expect(said()).toContain("tag rotisserie-app:built me/rotisserie-app:1");
  expect(said()).toContain(push);
});

test("a list goes without TLS only where one image went so, as registries.conf allows", async () => {
  tool("buildah", { list: true, plain: true });
  await uploadImages(settings({ CONTAINER_TOOL: "buildah" }), quietly);
  const lines = said();
  const at = lines.indexOf("push me/rotisserie-app:1");
  expect(lines[at + 1]).toBe("manifest push --all --tls-verify=false me/rotisserie-app:1 docker://me/rotisserie-app:1");
});
