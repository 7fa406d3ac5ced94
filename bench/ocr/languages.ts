/** Drawn strips by language, and whether docs/reading.md says the same. */
import { columns, percent, type Read, verdict } from "./tally.ts";

export type Status = "supported" | "unread";
/** Of the clean strips of a language so many must be exact for "supported", and none wrong. */
const SUPPORTED = 0.9;
/** Fewer strips say nothing. */
const LEAST = 40;

export interface LanguageRow {
  game: string;
  language: string;
  clean: Counts;
  streamed: Counts;
  status: Status | undefined;
}

interface Counts {
  strips: number;
  exact: number;
  unread: number;
  wrong: number;
}

export function languageRows(reads: readonly Read[], accept: number): LanguageRow[] {
  const drawn = reads.filter(({ sample: { origin, want, game } }) => {
    return origin === "drawn" && want && (game === "pubg" || game === "pubg-mobile");
  });
  const keys = new Set(drawn.map(({ sample: { game, language } }) => `${game} ${language}`));
  return [...keys].map((key) => {
    const [game = "", language = ""] = key.split(" ");
    const own = drawn.filter(({ sample }) => sample.game === game && sample.language === language);
    const clean = counted(
      own.filter(({ sample }) => sample.degradation === "clean"),
      accept,
    );
    const streamed = counted(
      own.filter(({ sample }) => sample.degradation !== "clean"),
      accept,
    );
    const good = clean.exact >= SUPPORTED * clean.strips && clean.wrong === 0;
    return {
      game,
      language,
      clean,
      streamed,
      status: clean.strips < LEAST ? undefined : good ? "supported" : "unread",
    };
  });
}

function counted(reads: readonly Read[], accept: number): Counts {
  const kinds = reads.map((read) => verdict(read, accept));
  const [exact = 0, unread = 0, wrong = 0] = (["exact", "unread", "wrong"] as const).map(
    (kind) => kinds.filter((one) => one === kind).length,
  );
  return { strips: reads.length, exact, unread, wrong };
}

export function languageTable(rows: readonly LanguageRow[]): string {
  const cells = ({ strips, exact, unread, wrong }: Counts) => [
    ...[String(strips), String(exact), percent(exact, strips), String(unread), String(wrong)],
  ];
  const head = ["strips", "exact", "%", "unread", "wrong"];
  const lines = rows.map(({ game, language, clean, streamed, status }) => [
    ...[game, language, status ?? "too few", ...cells(clean), ...cells(streamed)],
  ]);
  return columns([["game", "language", "", ...head, ...head.map((name) => `${name} (stream)`)], ...lines], 3);
}

/** The status columns of the table under "## Languages": language id -> game -> what the page says. */
export function documented(page: string): Map<string, Record<string, string>> {
  const part = page.split("\n## ").find((text) => text.startsWith("Languages")) ?? "";
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [head = [], , ...rows] = part
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map(cells);
  const at = (name: string) => head.indexOf(name);
  return new Map(
    rows.map((row) => [
      row[at("id")] ?? "",
      { pubg: row[at("PUBG")] ?? "", "pubg-mobile": row[at("PUBG Mobile")] ?? "" } as Record<string, string>,
    ]),
  );
}

/** Where the page and this run differ, one sentence each. */
export function differences(rows: readonly LanguageRow[], page: string): string[] {
  const said = documented(page);
  return rows.flatMap(({ game, language, status }) => {
    const there = said.get(language)?.[game] ?? "nothing";
    return status && there !== status
      ? [`${game} ${language}: docs/reading.md says ${there}, this run says ${status}`]
      : [];
  });
}
