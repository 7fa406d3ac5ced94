import { describe, expect, test } from "vitest";
import { figures, sumOf } from "./status.ts";

const poller = (samples: number, unread: number) => `# HELP rotisserie_samples_total x
rotisserie_samples_total{game="pubg",service="poller"} ${samples}
rotisserie_answers_total{game="pubg",kind="read",service="poller"} ${samples}
rotisserie_unread_total{game="pubg",reason="no-counter",service="poller"} ${unread}
rotisserie_streams{game="pubg",service="poller"} 12
rotisserie_watched{game="pubg",service="poller"} 1
`;

describe("figures", () => {
  test("are counted per minute between two looks", () => {
    const first = { at: 0, poller: poller(100, 10), capture: "" };
    const second = { at: 10_000, poller: poller(120, 15), capture: "rotisserie_capture_segment_bytes_total 2000000" };
    expect(figures(first, second)).toEqual([
      "streams                   12",
      "watched                   yes",
      "samples/min               120",
      "MB/min                    12.0",
      "unread                    25 %",
      "dead letters              0",
    ]);
  });

  test("a pod that went takes its counters along: never less than nothing", () => {
    const lines = figures(
      { at: 0, poller: poller(100, 0), capture: "" },
      { at: 60_000, poller: poller(3, 0), capture: "" },
    );
    expect(lines[2]).toBe("samples/min               0");
  });

  test.each([
    { name: "all labels", label: "", sum: 3 },
    { name: "one label", label: 'code="500"', sum: 2 },
  ])("a metric is summed over $name", ({ label, sum }) => {
    expect(sumOf('dead{code="500"} 2\ndead{code="415"} 1\ndead_more{code="500"} 7\n', "dead", label)).toBe(sum);
  });
});
