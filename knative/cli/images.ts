/** `task images tag-images upload-images`, with docker, podman or buildah. */
import { attempt, type Ended, run } from "./command.ts";
import { IMAGES, type Image, imageName, type Settings } from "./settings.ts";

type Tool = "docker" | "podman" | "buildah";

const BASES = { NODE_IMAGE: "node:24-bookworm-slim", DEBIAN_IMAGE: "debian:bookworm-slim" };

/** What is called so before `tag-images` gives it its name in a registry. */
const local = (image: Image) => `rotisserie-${image}:built`;

/** The images that this choice needs; the simulator only where it runs and is not another's. */
export function neededImages({ overlay, simulatorImage }: Settings): Image[] {
  return IMAGES.filter((image) => image !== "simulator" || (overlay === "simulated" && !simulatorImage));
}

/** The tool that was asked for, or the first that works: a docker client without its engine does not. */
export async function containerTool({ containerTool: wanted }: Settings): Promise<Tool> {
  const tools: Tool[] = wanted ? [wanted] : ["docker", "podman", "buildah"];
  for (const tool of tools) {
    const { code } = await attempt(tool, ["info"]).catch(() => ({ code: 127 }));
    if (code === 0) return tool;
  }
  throw new Error(`${tools.join(", ")}: none works here. Install docker, podman or buildah, or set CONTAINER_TOOL`);
}

export async function buildImages(settings: Settings, root: string, say: (line: string) => void): Promise<void> {
  const tool = await containerTool(settings);
  const bases = await Promise.all(
    Object.entries(BASES).map(async ([name, image]) => ({
      name,
      image: await pinned(tool, image, settings.platforms),
    })),
  );
  const created = (await run("git", ["log", "-1", "--format=%cI"], { cwd: root }).catch(() => "")).trim();
  const buildArgs = [
    ...bases.map(({ name, image }) => `${name}=${image}`),
    `REVISION=${settings.tag ?? "unknown"}`,
    `SITE_URL=${settings.page.site ?? ""}`,
    `CODE_URL=${settings.page.code ?? ""}`,
    // Docker's builder knows this by itself.
    ...(tool === "docker" ? [] : [`BUILDPLATFORM=linux/${process.arch === "x64" ? "amd64" : process.arch}`]),
  ];
  for (const image of neededImages(settings)) {
    const base = bases[image === "static" ? 1 : 0]?.image.split("@")[1];
    const labels = Object.entries({ revision: settings.tag, created, "base.digest": base }).filter(
      ([, value]) => value,
    );
    const began = Date.now();
    // A list of an earlier build would grow by this one.
    if (await isList(tool, local(image))) await run(tool, ["manifest", "rm", local(image)]);
    await run(
      tool,
      [
        "build",
        // Buildah keeps no layers unless told to; docker and podman do.
        ...(tool === "buildah" ? ["--layers"] : []),
        ...buildArgs.flatMap((arg) => ["--build-arg", arg]),
        ...labels.flatMap(([name, value]) => ["--label", `org.opencontainers.image.${name}=${value}`]),
        ...["--target", image, ...named(tool, image, settings.platforms), "."],
      ],
      { cwd: root },
    );
    say(`rotisserie-${image} built (${Math.round((Date.now() - began) / 1000)} s)`);
  }
}

/** One image, or one for each processor under one name: docker makes such a list by itself, the others are asked to. */
function named(tool: Tool, image: Image, platforms: string[]): string[] {
  if (platforms.length === 0) return ["--tag", local(image)];
  return ["--platform", platforms.join(","), tool === "docker" ? "--tag" : "--manifest", local(image)];
}

/** Docker's command treats a list like an image. */
async function isList(tool: Tool, reference: string): Promise<boolean> {
  return tool !== "docker" && (await attempt(tool, ["manifest", "exists", reference])).code === 0;
}

/** The base by its digest, where there is one to be had; else by its name. */
async function pinned(tool: Tool, image: string, platforms: string[]): Promise<string> {
  // By the digest of a list buildah and podman take whichever of its images they have already (buildah 1.28).
  if (tool !== "docker" && platforms.length > 0) return image;
  const pull = (reference: string) =>
    attempt(tool, ["pull", ...(tool === "buildah" ? ["--policy", "missing"] : []), reference], { timeoutMs: 120_000 });
  await pull(image);
  const asked = tool === "buildah" ? ["images", "--json", image] : ["image", "inspect", image];
  const { stdout } = await attempt(tool, asked);
  // Docker and podman: under which digest it was pulled. Buildah has that in its list of images.
  const [, digest] = /(?:@|"digest": ")(sha256:[0-9a-f]{64})/.exec(stdout) ?? [];
  if (!digest) return image;
  const exactly = `${image.split(":")[0]}@${digest}`;
  // One that was made here has a digest, too, and no registry knows it.
  return (await pull(exactly)).code === 0 ? exactly : image;
}

export async function tagImages(settings: Settings, say: (line: string) => void): Promise<void> {
  const tool = await containerTool(settings);
  for (const image of neededImages(settings)) {
    const { name, tag } = imageName(settings, image);
    await run(tool, ["tag", local(image), `${name}:${tag}`]);
    say(`${name}:${tag}`);
  }
}

export async function uploadImages(settings: Settings, say: (line: string) => void): Promise<void> {
  const tool = await containerTool(settings);
  for (const image of neededImages(settings)) {
    const { name, tag } = imageName(settings, image);
    const reference = `${name}:${tag}`;
    const { code, stderr } = await push(tool, reference);
    if (code !== 0) {
      const reason = stderr.trim().split("\n").at(-1);
      throw new Error(`${reference} was not taken: ${reason} (log in: ${tool} login ${name.split("/")[0]})`);
    }
    say(`${reference} uploaded`);
  }
}

/** What a client says that wants TLS, to a registry without. */
const PLAIN_HTTP = /server gave HTTP response to HTTPS client/;

async function push(tool: Tool, reference: string): Promise<Ended> {
  const one = () => attempt(tool, ["push", reference]);
  if (!(await isList(tool, reference))) return one();
  const list = (...more: string[]) =>
    attempt(tool, ["manifest", "push", "--all", ...more, reference, `docker://${reference}`]);
  const ended = await list();
  if (ended.code === 0 || !PLAIN_HTTP.test(ended.stderr)) return ended;
  // For a list buildah 1.28 does not look into registries.conf, where a registry may be called insecure. For one image
  // it does: if that goes through, plain http is what the operator said.
  const allowed = await one();
  return allowed.code === 0 ? list("--tls-verify=false") : allowed;
}
