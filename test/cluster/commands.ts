/** The commands of a document: what its ```sh blocks say to type, and what the block after each says comes out. */
export interface Command {
  /** As it stands there; one line or several. */
  text: string;
  /** Lines that must come out, in this order, among others. `…` stands for anything. */
  expected: string[];
}

/** @param heading Only what stands under this one. */
export function commandsOf(document: string, heading: string): Command[] {
  const [, rest = ""] = document.split(`## ${heading}\n`);
  const part = rest.split(/^## /m)[0] ?? "";
  const blocks = [...part.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```/gm)].map(
    ([, indent = "", language = "", text = ""]) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== "sh") return [];
    const next = blocks[index + 1];
    return [{ text: text.trim(), expected: next?.language === "" ? next.text.trim().split("\n") : [] }];
  });
}

/** Lines of `expected` that did not come out, or not in this order. */
export function missing(expected: string[], said: string): string[] {
  const lines = said.split("\n").map((line) => line.trim());
  let from = 0;
  return expected.filter((wanted) => {
    const pattern = new RegExp(`^${wanted.trim().split("…").map(escaped).join(".*")}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at === -1) return true;
    from = at + 1;
    return false;
  });
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
