import { expect, test } from "vitest";
import { frameCaptured, type Reading } from "../contracts/events.ts";
import { createHandler, type Dependencies } from "./handler.ts";

const event = (attributes: object = {}) =>
  frameCaptured.create({
    id: "frame-1",
    subject: "shroud",
    time: "2026-01-02T03:04:05Z",
    datacontenttype: "image/png",
    attributes: {
      roundid: "round-1",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      deadline: "2026-01-02T03:05:05Z",
      frametime: "2026-01-02T03:04:01Z",
      playbackhint: "https://example.test/secret",
      game: "pubg",
      region: "1272,0,648,194",
      framewidth: 1920,
      frameheight: 1080,
      ...attributes,
    },
    data: new Uint8Array([1]),
  });

const read: Reading = { ok: true, phase: "match", alive: 12, confidence: 0.99, engine: "strip" };
const unread: Reading = { ok: false, reason: "no-counter" };

function handlerWith(reading: Reading, more: Partial<Dependencies> = {}) {
  const observed: Reading[] = [];
  const handler = createHandler({
    decode: async () => ({ data: new Uint8Array(648 * 194), width: 648, height: 194 }),
    read: async () => ({ sight: { reason: "no-counter" }, reading }),
    enabled: (game) => game !== "blackout",
    now: () => "2026-01-02T03:04:06Z",
    observe: (_event, _strip, _sight, got) => observed.push(got),
    ...more,
  });
  return { handler, observed };
}

test.each([
  ["a count", read],
  ["no count", unread],
])("the reply carries %s and everything the board needs", async (_name, reading) => {
  const { handler, observed } = handlerWith(reading);
  const reply = await handler(event());
  expect(reply).toMatchObject({
    id: "frame-1.read",
    type: "tv.rotisserie.count.read.v1",
    subject: "shroud",
    data: reading,
  });
  expect(reply.attributes).toMatchObject({
    game: "pubg",
    roundid: "round-1",
    frametime: "2026-01-02T03:04:01Z",
    playbackhint: "https://example.test/secret",
    deadline: "2026-01-02T03:05:05Z",
  });
  expect(String(reply.attributes.traceparent)).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
  expect(observed).toEqual([reading]);
});

test("the same frame twice is the same reading", async () => {
  const { handler } = handlerWith(read);
  expect((await handler(event())).id).toBe((await handler(event())).id);
});

test.each([
  ["a game nobody knows", { game: "chess" }, /chess/],
  ["a game that is off", { game: "blackout" }, /blackout/],
  ["a region outside the frame", { region: "1900,0,648,194" }, /outside the 1920 x 1080 frame/],
  ["a region of another shape", { region: "0,0,100,194" }, /the picture is 648 x 194, its region 100 x 194/],
  ["a picture larger than its region", { region: "0,0,324,97" }, /the picture is 648 x 194/],
])("refused for good: %s", async (_name, attributes, reason) => {
  const { handler } = handlerWith(read);
  await expect(handler(event(attributes))).rejects.toMatchObject({
    name: "Rejected",
    status: 422,
    message: expect.stringMatching(reason),
  });
});
