/**
 * `npm run bench:cluster`: what the line costs on the cluster that KUBECONFIG names, beside a trivial function in the same run.
 * Deploys the simulated system. IMAGE_TAG, ROTISSERIE_TEST_REGISTRY and CONTAINER_TOOL as for the cluster tests: without a tag the
 * images are built and pushed.
 *   --part cold,pods,rates,load   some of it   --runs 10   cold starts of each   --json   one JSON object on the last line
 */
import { parseArgs } from "node:util";
import { startAgent } from "../test/cluster/agent.ts";
import { pushImages } from "../test/cluster/images.ts";
import { mustTask } from "../test/cluster/kube.ts";
import { type Bare, bareRates } from "./cluster/bare.ts";
import { FRAMES } from "./cluster/burst.ts";
import { load } from "./cluster/load.ts";
import { pods } from "./cluster/pods.ts";
import { rates } from "./cluster/rates.ts";
import { coldAndWarm } from "./cluster/starts.ts";

/** In this order: from rates on the agent keeps asking the poller for its counter, which an idle pod would be charged for. */
const PARTS = { cold: coldAndWarm, pods, rates, load };
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

export interface BenchOptions {
  runs: number;
  /** Tag of the images in the registry. */
  tag: string;
  /** What two bare cores read: measured once, when it is first asked for. */
  bare(): Promise<Bare>;
  say(line: string): void;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      part: { type: "string", default: NAMES.join(",") },
      runs: { type: "string", default: "10" },
      json: { type: "boolean" },
    },
  });
  const parts = values.part.split(",");
  const unknown = parts.filter((part) => !NAMES.some((name) => name === part));
  if (unknown.length > 0) throw new Error(`--part ${unknown.join(",")}: any of ${NAMES.join(", ")}`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: a number from 1`);
  const say = (line: string) => {
    process.stdout.write(`${line}\n`);
  };
  const tag = process.env.IMAGE_TAG || (await pushImages(say));
  process.env.IMAGE_TAG = tag;
  let measured: Promise<Bare> | undefined;
  const bare = async () => {
    measured ??= bareRates(FRAMES).then((rates) => {
      say(
        `two bare cores: ${rates.warm.toFixed(1)} frames/s; ${rates.fromNothing.toFixed(1)} with the start of their processes`,
      );
      return rates;
    });
    return measured;
  };
  await mustTask("deploy");
  await startAgent(tag);
  const results: Record<string, unknown> = {};
  for (const part of NAMES.filter((name) => parts.includes(name)))
    results[part] = await PARTS[part]({ runs, tag, bare, say });
  if (values.json) say(JSON.stringify(results));
}

await main();
