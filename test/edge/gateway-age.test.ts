/** How old an answer may be. Each of these takes its time, so they run side by side, each with a gateway of its own. */
import { afterAll, test } from "vitest";
import { type FakePoller, freePort, get, Stage, sleep } from "./harness.ts";

const VIEWER = { "user-agent": "Mozilla/5.0" };
const stage = new Stage();
afterAll(() => stage.end());

async function gateway(): Promise<{ poller: FakePoller; port: number }> {
  const poller = await stage.poller();
  const port = await freePort();
  await stage.nginx("gateway", port, {
    LISTEN: `127.0.0.1:${port}`,
    POLLER_URL: `http://127.0.0.1:${poller.port}`,
    POLLER_HOST: "poller.test",
  });
  return { poller, port };
}

test.concurrent("one viewer always gets a fresh answer, however long ago the last one was", async ({ expect }) => {
  const { port } = await gateway();
  for (const number of [1, 2, 3]) {
    expect(JSON.parse((await get(port, "/current", VIEWER)).body)).toMatchObject({ number });
    await sleep(2_100);
  }
}, 120_000);

test.concurrent("who comes after 15 s of silence gets nothing old, even as a crowd and from a slow poller", async ({
  expect,
}) => {
  const { poller, port } = await gateway();
  await get(port, "/current", VIEWER);
  await sleep(16_500);
  poller.delayMs = 300;
  const answers = await Promise.all(Array.from({ length: 50 }, () => get(port, "/current", VIEWER)));
  expect(new Set(answers.map(({ body }) => JSON.parse(body).number))).not.toContain(1);
  expect(poller.seen.length).toBeLessThanOrEqual(4);
}, 120_000);

test.concurrent("has its answer kept for at most 60 s", async ({ expect }) => {
  const { poller, port } = await gateway();
  await get(port, "/current", VIEWER);
  const fetched = Date.now();
  poller.behave = "fails";
  const ages: number[] = [];
  for (;;) {
    const answer = await get(port, "/current", VIEWER);
    const age = (Date.now() - fetched) / 1000;
    if (answer.status === 503) {
      expect(age).toBeGreaterThan(55);
      expect(age).toBeLessThanOrEqual(61.5);
      expect(answer.headers["retry-after"]).toBe("5");
      break;
    }
    const said = answer.headers["rotisserie-stale"];
    if (said !== undefined) {
      expect(Math.abs(Number(said) - age)).toBeLessThanOrEqual(1.2);
      ages.push(Number(said));
    }
    await sleep(500);
  }
  expect(ages.length).toBeGreaterThan(80);
}, 120_000);
