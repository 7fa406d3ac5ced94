/**
 * `npm run bench:cluster`: what the line costs on the cluster that KUBECONFIG names, beside a trivial function in the same run.
 * Deploys the simulated system into a namespace of its own. IMAGE_TAG and ROTISSERIE_TEST_REGISTRY as for the cluster tests.
 *   --runs 10   cold starts of each   --json   one JSON object on the last line
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { sumOf } from "../knative/cli/status.ts";
import { agent, listen, startAgent } from "../test/cluster/agent.ts";
import { frame, plain } from "../test/cluster/frames.ts";
import { kubectl, mustTask, NAMESPACE, podGet, pods, REGISTRY, root, watchPods, within } from "../test/cluster/kube.ts";
import { current } from "../test/cluster/truth.ts";
import { drawPods } from "./cluster/picture.ts";
import { usage } from "./cluster/usage.ts";

const READ = "tv.rotisserie.count.read.v1";
const { values } = parseArgs({ options: { runs: { type: "string", default: "10" }, json: { type: "boolean" } } });
const runs = Number(values.runs);
const tag = process.env.IMAGE_TAG ?? "";
const say = (line: string) => {
  process.stdout.write(`${line}\n`);
};

const sorted = (numbers: number[]) => [...numbers].sort((one, other) => one - other);
const median = (numbers: number[]) => sorted(numbers)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const spread = (numbers: number[]) => ({ p50: Math.round(median(numbers)), max: Math.round(Math.max(...numbers)) });

/** A function that answers every event at once: what Knative itself takes. */
async function installTrivial(): Promise<void> {
  const objects = [
    {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { name: "bench-trivial", labels: { "networking.knative.dev/visibility": "cluster-local" } },
      spec: {
        template: {
          metadata: { annotations: { "autoscaling.knative.dev/window": "15s" } },
          spec: {
            timeoutSeconds: 10,
            containers: [
              {
                image: `${REGISTRY}/rotisserie-app:${tag}`,
                command: ["node", "/agent/agent.js"],
                securityContext: {
                  allowPrivilegeEscalation: false,
                  runAsNonRoot: true,
                  runAsUser: 10001,
                  capabilities: { drop: ["ALL"] },
                  seccompProfile: { type: "RuntimeDefault" },
                },
                volumeMounts: [{ name: "agent", mountPath: "/agent" }],
              },
            ],
            volumes: [{ name: "agent", configMap: { name: "test-agent" } }],
          },
        },
      },
    },
    {
      apiVersion: "eventing.knative.dev/v1",
      kind: "Trigger",
      metadata: { name: "bench-trivial" },
      spec: {
        broker: "rotisserie",
        filters: [{ exact: { type: "bench.trivial" } }],
        subscriber: {
          ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: "bench-trivial" },
          uri: "/reply?type=bench.answer",
        },
      },
    },
  ];
  const [service, trigger] = objects;
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(service) });
  await kubectl(["wait", "--for=condition=Ready", "ksvc/bench-trivial", "--timeout=60s"]);
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(trigger) });
  await kubectl(["wait", "--for=condition=Ready", "trigger/bench-trivial", "--timeout=60s"]);
}

async function asleep(service: string): Promise<void> {
  await within(150, `${service} at zero pods`, async () => {
    const listed = await kubectl.objects(["get", "pods", "-l", `serving.knative.dev/service=${service}`]);
    return listed.length === 0 ? true : undefined;
  });
}

let number = 0;

interface Trip {
  ms: number;
  /** Time of the start, for the parts. */
  began: number;
}

/** From the sending of an event to its answer's arrival behind the Broker. */
async function trip(kind: "ocr" | "trivial"): Promise<Trip> {
  const id = `bench-${++number}`;
  await agent.forget();
  const began = Date.now();
  await agent.send([kind === "ocr" ? frame(id, "bench") : plain(id, "bench.trivial", "bench")]);
  const seen = await within(
    60,
    `the answer to ${id}`,
    async () => (await agent.events(kind === "ocr" ? READ : "bench.answer"))[0],
  );
  return { ms: seen.at - began, began };
}

/** Where a cold start's time goes, from the process's own record. */
async function parts({ began, ms }: Trip): Promise<{ pod: number; process: number; rest: number }> {
  const [pod = ""] = await pods("rotisserie-ocr");
  const started = sumOf(await podGet(pod, 3001, "/metrics"), "process_start_time_seconds") * 1000;
  const logs = await kubectl(["logs", pod, "-c", "ocr"]);
  const line = logs.split("\n").find((text) => text.includes('"listening"')) ?? "{}";
  const listening = Date.parse((JSON.parse(line) as { time?: string }).time ?? "");
  // The process start is known to the second only.
  return { pod: started - began, process: listening - started, rest: began + ms - listening };
}

async function framesPerSecond(count: number): Promise<{ pods: number; perSecond: number }> {
  const patch = {
    spec: {
      template: {
        metadata: {
          annotations: {
            "autoscaling.knative.dev/min-scale": `${count}`,
            "autoscaling.knative.dev/max-scale": `${count}`,
          },
        },
      },
    },
  };
  await kubectl(["patch", "ksvc", "rotisserie-ocr", "--type", "merge", "--patch", JSON.stringify(patch)]);
  await kubectl(["wait", "--for=condition=Ready", "ksvc/rotisserie-ocr", "--timeout=120s"]);
  await within(60, `${count} pods of ocr`, async () =>
    (await pods("rotisserie-ocr")).length === count ? true : undefined,
  );
  await agent.forget();
  const total = 200;
  const began = Date.now();
  await agent.send(
    Array.from({ length: total }, () => frame(`bench-${++number}`, `bench_${number}`)),
    50,
  );
  const last = await within(120, `${total} readings`, async () => {
    const read = await agent.events(READ);
    return new Set(read.map(({ subject }) => subject)).size >= total
      ? Math.max(...read.map(({ at }) => at))
      : undefined;
  });
  return { pods: count, perSecond: (total * 1000) / (last - began) };
}

async function main(): Promise<void> {
  if (!tag)
    throw new Error(
      "IMAGE_TAG is not set: task images tag-images upload-images, then IMAGE_TAG=$(cat .make-rev-check)",
    );
  await mustTask("deploy", { IDLE_AFTER: "5" });
  await startAgent(tag);
  await installTrivial();
  await listen("bench-read", READ);
  await listen("bench-answer", "bench.answer");

  const cold: Record<"ocr" | "trivial", number[]> = { ocr: [], trivial: [] };
  const split: { pod: number; process: number; rest: number }[] = [];
  const warm: Record<"ocr" | "trivial", number[]> = { ocr: [], trivial: [] };
  for (let run = 0; run < runs; run++) {
    for (const kind of ["trivial", "ocr"] as const) {
      await asleep(kind === "ocr" ? "rotisserie-ocr" : "bench-trivial");
      const first = await trip(kind);
      cold[kind].push(first.ms);
      if (kind === "ocr") split.push(await parts(first));
      for (let again = 0; again < 5; again++) warm[kind].push((await trip(kind)).ms);
    }
  }
  const idle = await usage(NAMESPACE, kubectl, 20_000);
  const watch = watchPods();
  const rates = [];
  for (const count of [1, 2, 3]) rates.push(await framesPerSecond(count));
  await mustTask("deploy", { IDLE_AFTER: "5" });
  for (let second = 0; second < 40; second++) {
    await current().catch(() => null);
    await sleep(500);
  }
  const busy = await usage(NAMESPACE, kubectl, 15_000);
  await asleep("rotisserie-ocr");
  watch.stop();
  const folder = join(root, "docs/pictures");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pods.svg"), drawPods(watch.changes));

  const mean = (pick: (part: { pod: number; process: number; rest: number }) => number) =>
    Math.round(median(split.map(pick)));
  const result = {
    runs,
    coldMs: { ocr: spread(cold.ocr), trivial: spread(cold.trivial) },
    coldPartsMs: {
      podStart: mean(({ pod }) => pod),
      processAndEngine: mean(({ process }) => process),
      deliveryAndReading: mean(({ rest }) => rest),
    },
    warmMs: { ocr: spread(warm.ocr), trivial: spread(warm.trivial) },
    framesPerSecond: rates.map(({ pods: count, perSecond }) => ({
      pods: count,
      perSecond: Number(perSecond.toFixed(1)),
    })),
    idle,
    busy,
    idleCpu: Number(
      Object.values(idle)
        .reduce((sum, { cpu }) => sum + cpu, 0)
        .toFixed(3),
    ),
  };
  say(`event -> answer behind the Broker, ms        p50     max`);
  for (const [name, { p50, max }] of [
    ["cold, ocr", result.coldMs.ocr],
    ["cold, a trivial function", result.coldMs.trivial],
    ["warm, ocr", result.warmMs.ocr],
    ["warm, a trivial function", result.warmMs.trivial],
  ] as const) {
    say(`  ${name.padEnd(36)}${String(p50).padStart(9)}${String(max).padStart(8)}`);
  }
  say(`cold ocr, parts: ${JSON.stringify(result.coldPartsMs)}`);
  for (const { pods: count, perSecond } of result.framesPerSecond) say(`${count} pod(s): ${perSecond} frames/s`);
  say("pod                               CPU idle   CPU busy   MB idle   MB busy");
  for (const name of new Set([...Object.keys(idle), ...Object.keys(busy)])) {
    const cell = (value: number | undefined) => (value === undefined ? "-" : String(value)).padStart(10);
    say(
      `  ${name.padEnd(32)}${cell(idle[name]?.cpu)}${cell(busy[name]?.cpu)}${cell(idle[name]?.megabytes)}${cell(busy[name]?.megabytes)}`,
    );
  }
  say(`the product with nobody watching: ${result.idleCpu} CPU`);
  if (values.json) say(JSON.stringify(result));
}

await main();
