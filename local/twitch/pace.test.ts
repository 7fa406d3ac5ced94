import { describe, expect, test } from "vitest";
import { createPace } from "./pace.ts";
import { type Channel, momentAt, type Picture, type Step, variantsOf } from "./script.ts";

const picture = (count: number): Picture => ({
  kind: "scene",
  scene: {
    game: "pubg",
    hud: "gen3",
    language: "en",
    background: "bright",
    seed: 1,
    width: 640,
    height: 360,
    state: { kind: "alive", count },
  },
});

/** Two segments for each count; the break without pictures is an offline time. */
function channelOf(counts: (number | "offline")[]): Channel {
  const steps = counts.map((count): Step => {
    if (count === "offline") return { phase: "offline", segments: 2, pictures: [], truth: { kind: "none" } };
    return { phase: "match", segments: 2, pictures: [picture(count)], truth: { kind: "alive", value: count } };
  });
  return {
    login: "sim_pace",
    displayName: "sim_pace",
    userId: "1",
    title: "[simulated]",
    game: "pubg",
    language: "en",
    viewers: 1,
    labels: [],
    container: "ts",
    naming: "ivs",
    variants: variantsOf(1280, 720),
    steps,
    offset: 0,
    preroll: 0,
  };
}

function play(counts: (number | "offline")[], readyAt: Record<number, number>, until: number) {
  const channel = channelOf(counts);
  let now = 100;
  const pace = createPace(channel, ({ kind, ...rest }) => {
    const state = kind === "scene" && "scene" in rest ? rest.scene.state : undefined;
    return state?.kind === "alive" && now >= (readyAt[state.count] ?? 0);
  });
  channel.pace = (segment) => pace.at(segment);
  for (now = 100; now <= until; now++) pace.advance(now);
  const shown = (segment: number) => {
    const { step } = momentAt(channel, segment);
    return step.phase === "offline" ? "off" : step.truth.value;
  };
  return { pace, channel, shown: Array.from({ length: until - 99 }, (_, index) => shown(100 + index)) };
}

describe("pace", () => {
  test("plays by the clock when every picture is ready", () => {
    expect(play([9, 8, 7], {}, 107).shown).toEqual([9, 9, 8, 8, 7, 7, 9, 9]);
  });

  test("stays with a picture until the next is ready, and decides three segments ahead", () => {
    // 8 is ready when 104 is the newest: 105 to 107 were decided before, with 9.
    expect(play([9, 8], { 8: 104 }, 110).shown).toEqual([9, 9, 9, 9, 9, 9, 9, 8, 8, 9, 9]);
  });

  test("is off the air until its first picture is ready, then has a full past", () => {
    const { shown, channel } = play([9], { 9: 103 }, 104);
    expect(shown).toEqual([9, 9, 9, 9, 9]);
    expect(momentAt(channel, 103 - 13).step.phase).toBe("offline");
  });

  test("needs no picture to go offline", () => {
    expect(play([9, "offline", 8], {}, 106).shown).toEqual([9, 9, "off", "off", 8, 8, 9]);
  });

  test("knows when a step began, however long it lasts", () => {
    const { channel } = play([9, 8], { 8: 104 }, 110);
    expect(momentAt(channel, 107)).toMatchObject({ begin: 107, into: 0 });
    expect(momentAt(channel, 108)).toMatchObject({ begin: 107, into: 1 });
  });

  test("wants the nearest missing pictures first", () => {
    const { pace } = play([9, 8, 7, 6], { 8: 999, 7: 999, 6: 999 }, 103);
    expect(
      pace.wanted().map((one) => (one.kind === "scene" && "count" in one.scene.state ? one.scene.state.count : 0)),
    ).toEqual([8, 7, 6]);
  });

  test("does not play a night's sleep of the machine one segment at a time", () => {
    const { pace } = play([9, 8], {}, 101);
    pace.advance(1_000_000);
    expect(pace.at(1_000_000)).toBeDefined();
    expect(pace.at(200)).toBeUndefined();
  });
});
