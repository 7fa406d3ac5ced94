/**
 * `npm run test:streamlink`: unmodified streamlink (PyPI) lists and records a simulated channel, advertisements filtered.
 * Twitch's host names point at the simulator inside a network namespace of its own, with a certificate authority made
 * for the run. Needs Linux, root, python3 with venv, openssl and ffmpeg; the first run downloads streamlink.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomChannels } from "../../local/twitch/channels.ts";
import { type Channel, variantsOf } from "../../local/twitch/script.ts";
import { startSimulator } from "../../local/twitch/simulator.ts";

const VERSION = "8.6.3";
const ENVIRONMENT = ".cache/streamlink";
const STREAMLINK = join(ENVIRONMENT, "bin", "streamlink");
const PLAYLIST_HOST = "simulated.playlist.ttvnw.net";
const HOSTS = ["www.twitch.tv", "gql.twitch.tv", "usher.ttvnw.net", PLAYLIST_HOST];
const RECORD_SECONDS = 12;
const PREROLL = 4;

async function main(): Promise<void> {
  if (process.argv.includes("--inside")) return inside();
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    throw new Error("needs Linux and root, for a network namespace");
  if (!existsSync(STREAMLINK)) {
    must("python3", ["-m", "venv", ENVIRONMENT]);
    must(join(ENVIRONMENT, "bin", "pip"), ["install", "--quiet", `streamlink==${VERSION}`]);
  }
  const again = [...process.execArgv, process.argv[1] ?? "", "--inside"];
  const { status } = spawnSync("unshare", ["--net", "--mount", process.execPath, ...again], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

async function inside(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streamlink-"));
  try {
    must("ip", ["link", "set", "lo", "up"]);
    await writeFile(join(folder, "hosts"), `127.0.0.1 localhost ${HOSTS.join(" ")}\n`);
    must("mount", ["--bind", join(folder, "hosts"), "/etc/hosts"]);
    await watch(folder);
  } finally {
    must("umount", ["/etc/hosts"]);
    await rm(folder, { recursive: true });
  }
}

async function watch(folder: string): Promise<void> {
  const [model] = randomChannels(1, 1);
  if (!model) throw new Error("no channel");
  const variants = variantsOf(1920, 1080);
  const channel: Channel = { ...model, login: "sim_streamlink", variants, preroll: PREROLL };
  const simulator = await startSimulator({
    port: 443,
    tls: await certificate(folder),
    url: `https://${PLAYLIST_HOST}`,
    cacheDir: ".cache/simulator",
    channels: [channel],
    pacedSeconds: 60,
    log: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  });
  try {
    const env = { PATH: process.env.PATH, HOME: folder, REQUESTS_CA_BUNDLE: join(folder, "ca.pem") };
    const page = `https://www.twitch.tv/${channel.login}`;
    const listed = JSON.parse((await run(STREAMLINK, ["--json", page], env)).out) as {
      streams: Record<string, unknown>;
      metadata: { title: string };
    };
    const qualities = Object.keys(listed.streams);
    for (const { name } of variants)
      check(qualities.includes(name), `streamlink lists ${name} (of ${qualities.join(", ")})`);
    check(listed.metadata.title === channel.title, `streamlink reads the title: ${listed.metadata.title}`);

    const file = join(folder, "recorded.ts");
    const duration = ["--hls-duration", String(RECORD_SECONDS), "--output", file];
    const recorded = await run(STREAMLINK, [...duration, "--loglevel", "debug", page, "480p"], env);
    check(/pre-roll ads/.test(recorded.out), "streamlink sees the pre-roll and waits");
    const ad = /Detected advertisement break of \d+ seconds/.exec(recorded.out)?.[0];
    check(ad !== undefined, `streamlink says: ${ad}`);
    const times = must("ffprobe", [..."-v error -show_entries packet=pts_time -of csv=p=0".split(" "), file]);
    const frames = new Set(times.split(/[\s,]+/).filter(Boolean)).size;
    check(frames >= RECORD_SECONDS * 30 - 60, `${frames} pictures recorded in ${RECORD_SECONDS} s at 30 a second`);
    const strict = [..."-v error -xerror -err_detect explode -i".split(" "), file, "-f", "null", "-"];
    check(must("ffmpeg", strict) === "", "a strict decoder has no complaint");
    check(!showsAd(file, RECORD_SECONDS), "no advertisement is in the recording");
    const low = ["--twitch-low-latency", "--hls-duration", "6", "--output", join(folder, "low.ts")];
    const fresh = await run(STREAMLINK, [...low, "--loglevel", "debug", page, "480p"], env);
    check(
      /Low latency streaming/.test(fresh.out),
      "streamlink takes the prefetched segments of a low-latency playlist",
    );
    check(!/not a low latency stream/.test(fresh.out), "and finds the stream to be one");
    const number = /Segment (\d+) complete/.exec(recorded.out)?.[1];
    await fetchAd(`${channel.login}/480p/${number}-ad.ts`, folder);
    check(showsAd(join(folder, "ad.ts"), 2), "though this check finds one where there is one");
  } finally {
    await simulator.stop();
  }
}

/** The advertisement's card is white in the middle, on a plain colour: a bright strip of every second, averaged. */
function showsAd(file: string, seconds: number): boolean {
  const filter = "fps=1,crop=iw*0.7:ih*0.06:iw*0.15:ih*0.31,scale=1:1:flags=area,format=gray";
  const { stdout } = spawnSync("ffmpeg", ["-v", "error", "-i", file, "-vf", filter, "-f", "rawvideo", "-"]);
  if (stdout.length < seconds - 3 || stdout.length === 0) throw new Error(`only ${stdout.length} pictures to look at`);
  return stdout.some((light) => light > 215);
}

/** Every segment has an advertisement that would stand in its place. */
async function fetchAd(name: string, folder: string): Promise<void> {
  const to = ["--cacert", join(folder, "ca.pem"), "-o", join(folder, "ad.ts")];
  await run("curl", ["-sSf", ...to, `https://${PLAYLIST_HOST}/hls-media/segment/${name}`], { PATH: process.env.PATH });
}

async function certificate(folder: string): Promise<{ cert: string; key: string }> {
  const at = (name: string) => join(folder, name);
  const names = HOSTS.map((host) => `DNS:${host}`).join(",");
  const request = "req -newkey rsa:2048 -nodes -subj /CN=simulated -keyout".split(" ");
  must("openssl", [...request, at("ca.key"), "-x509", "-days", "2", "-out", at("ca.pem")]);
  must("openssl", [...request, at("key.pem"), "-out", at("request.pem")]);
  await writeFile(at("names"), `subjectAltName=${names}\n`);
  const sign = ["x509", "-req", "-days", "2", "-in", at("request.pem"), "-CA", at("ca.pem"), "-CAkey", at("ca.key")];
  must("openssl", [...sign, "-CAcreateserial", "-extfile", at("names"), "-out", at("cert.pem")]);
  return { cert: await readFile(at("cert.pem"), "utf8"), key: await readFile(at("key.pem"), "utf8") };
}

function must(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.trim()}`);
  return stdout;
}

/** Not spawnSync: the simulator answers from this very process. */
function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<{ out: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve({ out });
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${out}`));
    });
  });
}

function check(good: boolean, fact: string): void {
  if (!good) throw new Error(`NOT: ${fact}`);
  process.stdout.write(`ok  ${fact}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`streamlink: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
