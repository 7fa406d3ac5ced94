/** Events that nobody can handle: told once, with a reason, and without what they carried. */
import { beforeAll, describe, expect, test } from "vitest";
import { sumOf } from "../../knative/cli/status.ts";
import { agent, listen } from "./agent.ts";
import { frame, plain } from "./frames.ts";
import { NAMESPACE, podGet, pods, within } from "./kube.ts";

interface Letter {
  id: string;
  type: string;
  subject: string;
  code: string;
  reason: string;
}

const sink = { ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: "rotisserie-poller" }, uri: "/" };
const delivery = { backoffPolicy: "exponential", backoffDelay: "PT0.2S", deadLetterSink: sink };

async function poller(path: string): Promise<string> {
  const [pod] = await pods("rotisserie-poller");
  return podGet(pod ?? "", 3000, path);
}
const letters = async (id: string) =>
  (JSON.parse(await poller("/dead-letters")) as Letter[]).filter((letter) => letter.id === id);

/** The letter about an event; and, after the last retry could have come, still just one. */
async function onlyLetter(id: string): Promise<Letter> {
  await within(60, `a dead letter about ${id}`, async () => ((await letters(id)).length > 0 ? true : undefined));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const found = await letters(id);
  expect(found.length).toBe(1);
  return found[0] as Letter;
}

let number = 0;
/** An id of its own for each attempt. */
const fresh = (name: string) => `${name}-${++number}`;

describe("dead letters", () => {
  beforeAll(async () => {
    await listen("test-fails", "test.fails", "500", { ...delivery, retry: 2 });
    await listen("test-hangs", "test.hangs", "hang", { ...delivery, retry: 0, timeout: "PT2S" });
    await listen("test-talks", "test.talks", "html", { ...delivery, retry: 0 });
    await agent.forget();
  });

  test("a picture that is none is refused for good: one letter, no retry", async () => {
    const before = sumOf(await poller("/metrics"), "rotisserie_dead_letters_total");
    const id = fresh("poison-picture");
    await agent.send([frame(id, "poison", 120, Buffer.from("no picture at all"))]);
    const letter = await onlyLetter(id);
    expect(letter).toMatchObject({ type: "tv.rotisserie.frame.captured.v1", subject: "poison" });
    expect(letter.code).toMatch(/^4(15|22|00)$/);
    expect(letter.reason).not.toBe("");
    expect(sumOf(await poller("/metrics"), "rotisserie_dead_letters_total") - before).toBe(1);
  });

  test.each([
    { name: "500 three times", type: "test.fails", code: /^500$/, attempts: 3 },
    { name: "no answer in time", type: "test.hangs", code: /./, attempts: 1 },
    { name: "a body that is no CloudEvent", type: "test.talks", code: /./, attempts: 1 },
  ])("$name: one letter after $attempts attempts", async ({ type, code, attempts }) => {
    const id = fresh(type);
    await agent.send([plain(id, type, "somebody")]);
    const letter = await onlyLetter(id);
    expect(letter).toMatchObject({ type, subject: "somebody" });
    expect(letter.code).toMatch(code);
    expect((await agent.events(type)).filter((event) => event.id === id).length).toBe(attempts);
    expect(JSON.stringify(letter)).not.toContain("picture bytes");
  });

  test("a perished picture is dropped, counted, and no dead letter", async () => {
    await agent.send([frame("perished", "perished", -5)]);
    await within(60, "ocr counts it as expired", async () => {
      const texts = await Promise.all((await pods("rotisserie-ocr")).map((pod) => podGet(pod, 3001, "/metrics")));
      return texts.some((text) => sumOf(text, "rotisserie_events_total", 'outcome="expired"') > 0) ? true : undefined;
    });
    expect(await letters("perished")).toEqual([]);
  });

  test("the list is not to be had through the gateway", async () => {
    for (const path of ["/dead-letters", "/board", "/metrics"]) {
      expect((await agent.get(`http://rotisserie-app:3000${path}`)).status).toBe(404);
    }
    const internal = await agent.get(`http://rotisserie-poller.${NAMESPACE}.svc.cluster.local/dead-letters`);
    expect(internal.status).toBe(200);
  });
});
