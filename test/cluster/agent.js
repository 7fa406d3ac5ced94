/**
 * What the cluster tests need inside the cluster, in one small program: it takes events as a Trigger's subscriber and
 * remembers them, sends events to a Broker, asks for URLs and counts the answers. Runs from a ConfigMap in the poller's image.
 */
import { request as ask, createServer } from "node:http";

const agent = { seen: [], sentAt: 0, load: undefined, counts: [], following: undefined };
const { PORT = "8080" } = process.env;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? "/", "http://agent");
  const json = (value) => {
    const text = JSON.stringify(value);
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    response.end(text);
  };
  try {
    if (url.pathname === "/events" && request.method === "POST") return take(request, body, url, response);
    if (url.pathname === "/events") return json(agent.seen);
    if (url.pathname === "/reply") return reply(request, url, response);
    if (url.pathname === "/forget") agent.seen.length = 0;
    if (url.pathname === "/forget") return json([]);
    if (url.pathname === "/follow")
      return json(await follow(url.searchParams.get("url"), url.searchParams.get("metric")));
    if (url.pathname === "/counts") return json(agent.counts);
    if (url.pathname === "/sent") return json({ at: agent.sentAt });
    if (url.pathname === "/send") return json(await sendAll(JSON.parse(body.toString())));
    if (url.pathname === "/get") return json(await get(url.searchParams.get("url"), url.searchParams.get("host")));
    if (url.pathname === "/load" && request.method === "POST") return json(startLoad(JSON.parse(body.toString())));
    if (url.pathname === "/load") return json(agent.load ?? null);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
// The API server asks again on a connection that it kept: longer than anybody here waits between two questions.
server.keepAliveTimeout = 300_000;
server.listen(Number(PORT));

/** Remembers an event; `?answer=` says how it is received. */
function take(request, body, url, response) {
  const attributes = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      name.startsWith("ce-") ? [[name.slice(3), value]] : [],
    ),
  );
  const isJson = (request.headers["content-type"] ?? "").includes("json");
  agent.seen.push({ at: Date.now(), ...attributes, bytes: body.length, ...(isJson && { data: parse(body) }) });
  const answer = url.searchParams.get("answer") ?? "204";
  if (answer === "hang") return;
  if (answer === "html") return void response.writeHead(200, { "content-type": "text/html" }).end("<p>hello</p>");
  response.writeHead(Number(answer)).end();
}

/** The trivial function: answers an event with one of type `?type=`, and does nothing else. */
function reply(request, url, response) {
  const kept = ["id", "subject", "roundid"].map((name) => [`ce-${name}`, request.headers[`ce-${name}`] ?? "none"]);
  const type = url.searchParams.get("type") ?? "test.reply";
  response.writeHead(200, {
    ...Object.fromEntries(kept),
    "ce-specversion": "1.0",
    "ce-source": "/test/agent",
    "ce-type": type,
    "ce-time": new Date().toISOString(),
    "content-type": "application/json",
  });
  response.end("{}");
}

function parse(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** `events`: lists of headers and a body in base64, sent `width` at a time. Answers how often each status came. */
async function sendAll({ sink, events, width = 20 }) {
  agent.sentAt = Date.now();
  const statuses = {};
  const queue = events.values();
  const worker = async () => {
    for (const { headers, body } of queue) {
      const { status } = await exchange(sink, { method: "POST", headers }, Buffer.from(body ?? "", "base64"));
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return statuses;
}

const get = (url, host) => exchange(url, { headers: { "user-agent": "Mozilla/5.0", ...(host && { host }) } });

function exchange(url, options, body) {
  return new Promise((resolve) => {
    const began = Date.now();
    const outgoing = ask(url, { timeout: 20_000, ...options }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", () => resolve({ status: 0, ms: Date.now() - began, headers: {}, body: "cut off" }));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode,
          ms: Date.now() - began,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 20 s")));
    outgoing.on("error", (error) => {
      // A kept connection that the server closed meanwhile: every browser and proxy asks again on a new one.
      const again = outgoing.reusedSocket && body === undefined;
      resolve(
        again
          ? exchange(url, { ...options, agent: false })
          : { status: 0, ms: Date.now() - began, headers: {}, body: error.message },
      );
    });
    outgoing.end(body);
  });
}

/** Looks at a counter ten times a second and remembers when it changed: cheaper than to be sent each event. */
async function follow(url, metric) {
  const look = async () => {
    const { status, body } = await get(url);
    if (status !== 200) return;
    const lines = body.split("\n").filter((line) => line.startsWith(metric));
    const sum = lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
    if (sum !== agent.counts.at(-1)?.sum) agent.counts.push({ at: Date.now(), sum });
  };
  agent.counts.length = 0;
  const own = {};
  agent.following = own;
  await look();
  const again = async () => {
    if (agent.following !== own) return;
    await look();
    setTimeout(again, 100);
  };
  setTimeout(again, 100);
  return agent.counts;
}

/** `rate` questions a second for `seconds`; GET /load tells how it stands. */
function startLoad({ url, rate, seconds }) {
  const load = { running: true, asked: 0, statuses: {}, empty: 0, slowestMs: 0, answers: {}, failures: [] };
  agent.load = load;
  const end = Date.now() + seconds * 1000;
  let open = 0;
  const timer = setInterval(async () => {
    if (Date.now() >= end) {
      clearInterval(timer);
      while (open > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      load.running = false;
      return;
    }
    open++;
    load.asked++;
    const { status, ms, body } = await get(url);
    open--;
    load.statuses[status] = (load.statuses[status] ?? 0) + 1;
    load.slowestMs = Math.max(load.slowestMs, ms);
    if (status !== 200) load.failures.push({ at: Date.now(), status, body: body.slice(0, 100) });
    else if (body === "null") load.empty++;
    else {
      const { stream_name: name, alive, updated } = JSON.parse(body);
      load.answers[`${name} ${alive} ${updated}`] = (load.answers[`${name} ${alive} ${updated}`] ?? 0) + 1;
    }
  }, 1000 / rate);
  return load;
}
