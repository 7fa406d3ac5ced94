/** The board in Redis: two pollers, one of them killed, and nothing is forgotten. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../../knative/cli/command.ts";
import { containerTool } from "../../knative/cli/images.ts";
import { parseSettings } from "../../knative/cli/settings.ts";
import { kubectl, mustTask, podGet, pods, REGISTRY, within } from "./kube.ts";
import { current, firstLeader, truth, wrong } from "./truth.ts";

/** Redis from Debian's package: a cluster without a way out cannot pull the public image. */
const REDIS = `FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
`;

describe("component redis", () => {
  beforeAll(async () => {
    const tool = await containerTool(parseSettings(process.env));
    const image = `${REGISTRY}/redis:test`;
    const context = await mkdtemp(join(tmpdir(), "rotisserie-redis-"));
    await writeFile(join(context, "Dockerfile"), REDIS);
    await run(tool, ["build", "--tag", image, context]);
    await rm(context, { recursive: true });
    await run(tool, ["push", image]);
    await mustTask("deploy", { COMPONENTS: "redis size-small", REDIS_IMAGE: image });
    await within(60, "two pollers", async () => ((await pods("rotisserie-poller")).length === 2 ? true : undefined));
  });

  test("one of two pollers is killed and the board stays", async () => {
    await firstLeader(60);
    const [first = "", second = ""] = await pods("rotisserie-poller");
    const streams = async (pod: string) =>
      (JSON.parse(await podGet(pod, 3000, "/all")) as { stream_name: string }[]).map(({ stream_name }) => stream_name);
    const before = await streams(second);
    expect(before.length).toBeGreaterThan(0);
    await kubectl(["delete", "pod", first, "--force", "--grace-period=0"]);
    expect((await streams(second)).sort()).toEqual(expect.arrayContaining(before.slice(0, 1)));
    const answer = await current();
    expect(answer).not.toBeNull();
    expect(answer && wrong(answer, await truth())).toBeUndefined();
    const third = await within(60, "a new poller", async () =>
      (await pods("rotisserie-poller")).find((pod) => pod !== first && pod !== second),
    );
    const again = await within(30, "its board", async () => {
      const names = await streams(third);
      return names.length > 0 ? names : undefined;
    });
    expect(before.some((name) => again.includes(name))).toBe(true);
  });
});
