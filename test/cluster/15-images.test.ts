/** What is inside the images, and what is not. */
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../../knative/cli/command.ts";
import { containerTool } from "../../knative/cli/images.ts";
import { parseSettings } from "../../knative/cli/settings.ts";
import { CANARY, kubectl, podGet, pods, REGISTRY, root, within } from "./kube.ts";
import { current } from "./truth.ts";

const BASE = { app: "node:24-bookworm-slim", capture: "node:24-bookworm-slim", ocr: "node:24-bookworm-slim" };
const { devDependencies: development } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  devDependencies: Record<string, string>;
};
/** Own layers over the base, MB. */
const LIMIT = { app: 40, capture: 150, ocr: 250 };

describe("in the pods", () => {
  beforeAll(async () => {
    await within(60, "a pod of each function", async () => {
      await current();
      const all = await Promise.all(["capture", "ocr"].map((name) => pods(`rotisserie-${name}`)));
      return all.every((names) => names.length > 0) ? true : undefined;
    });
  });

  const aFunction = (name: string) => ({
    name,
    own: "main.js",
    pod: async () => [(await pods(`rotisserie-${name}`))[0] ?? "", "-c", name],
  });
  test.each([
    ...["poller", "capture", "ocr"].map(aFunction),
    { name: "simulator", own: "main.js", pod: async () => ["deployment/rotisserie-simulator"] },
    { name: "static", own: "", pod: async () => ["deployment/rotisserie-static"] },
  ])("$name: no npm, no compiler, nothing of development, no root, nothing to write to", async ({ own, pod }) => {
    const script = `for tool in npm npx gcc cc make python3; do command -v $tool; done; id -u; touch /etc/x 2>&1;
      cd /app 2>/dev/null && ls && cd node_modules 2>/dev/null && ls -d * @*/*`;
    const answers = await within(60, "a pod that is ready", async () => {
      const { stdout } = await kubectl.attempt(["exec", ...(await pod()), "--", "sh", "-c", script]);
      return stdout.includes("file system") ? stdout.trim().split("\n") : undefined;
    });
    expect(answers[0]).toBe("10001");
    expect(answers[1]).toContain("Read-only file system");
    if (own) expect(answers).toContain(own);
    // The simulator draws its pictures: fonts and canvas are for development only elsewhere.
    expect(
      answers.filter(
        (line) =>
          line.endsWith(".ts") ||
          line === "package-lock.json" ||
          (line in development && !/^@(fontsource|napi-rs)/.test(line)),
      ),
    ).toEqual([]);
  });

  test("the functions' /metrics name the service", async () => {
    const [pod = ""] = await pods("rotisserie-poller");
    expect(await podGet(pod, 3000, "/metrics")).toContain('service="poller"');
  });
});

describe("as built", () => {
  const image = (name: string) => `${REGISTRY}/rotisserie-${name}:${process.env.IMAGE_TAG}`;

  test.each(["app", "capture", "ocr", "static"])(
    "%s: labelled, with no secret in its configuration or history",
    async (name) => {
      const tool = await containerTool(parseSettings(process.env));
      const inspect = tool === "buildah" ? ["inspect", "--type", "image"] : ["image", "inspect"];
      const text = await run(tool, [...inspect, image(name)]);
      expect(text).toContain(`"org.opencontainers.image.revision": "${process.env.IMAGE_TAG}"`);
      expect(text).not.toMatch(/(client_?secret|password|oauth|private key|auth_token)["'=: ]/i);
    },
  );

  test.each(["app", "capture", "ocr", "static", "simulator"])(
    "%s: no layer has a secret of the builder's",
    async (name) => {
      const tool = await containerTool(parseSettings(process.env));
      const folder = await mkdtemp(join(tmpdir(), "rotisserie-layers-"));
      const file = join(folder, "image.tar");
      const saved =
        tool === "buildah" ? ["push", image(name), `docker-archive:${file}`] : ["save", "-o", file, image(name)];
      await run(tool, saved);
      let [found, bytes] = [false, 0];
      let rest: Buffer = Buffer.alloc(0);
      // Layers in such an archive are not compressed: what is in a file is there to be read.
      for await (const chunk of createReadStream(file, { highWaterMark: 4 << 20 }) as AsyncIterable<Buffer>) {
        found ||= Buffer.concat([rest, chunk]).includes(CANARY);
        rest = chunk.subarray(-CANARY.length);
        bytes += chunk.length;
      }
      await rm(folder, { recursive: true });
      expect(bytes).toBeGreaterThan(10e6);
      expect(found).toBe(false);
    },
  );

  test.each(Object.keys(LIMIT) as (keyof typeof LIMIT)[])("%s: its own layers are small", async (name) => {
    const tool = await containerTool(parseSettings(process.env));
    const bytes = async (reference: string) => {
      if (tool !== "buildah") return Number(await run(tool, ["image", "inspect", "--format", "{{.Size}}", reference]));
      const [found] = JSON.parse(await run(tool, ["images", "--json", reference])) as { size: string }[];
      const [, number = "", unit = "MB"] = /^([\d.]+) ?(\wB)/.exec(found?.size ?? "") ?? [];
      return Number(number) * ({ kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1);
    };
    const own = ((await bytes(image(name))) - (await bytes(BASE[name]))) / 1e6;
    process.stdout.write(`rotisserie-${name}: ${own.toFixed(0)} MB over its base\n`);
    expect(own).toBeLessThanOrEqual(LIMIT[name]);
  });
});
