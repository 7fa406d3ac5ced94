/** All running matches, fewest alive first. Rows keep their element, so that focus stays and moving is a slide. */
import type { StreamDocument } from "../../../../functions/contracts/api.ts";
import { ago, languageName, shortNumber, zoneOf, zoneWords } from "../words.ts";
import { createChart, fallInWords } from "./chart.ts";
import { createDigits } from "./digits.ts";
import { calm, icon, make, setAttribute, setText } from "./dom.ts";

export interface BoardRow {
  stream: StreamDocument;
  /** Seconds since its count was on air. */
  ageSeconds: number;
  onAir: boolean;
  pinned: boolean;
  /** It would not play here. */
  skipped: boolean;
}

interface Row {
  element: HTMLLIElement;
  index: number;
  draw(row: BoardRow): void;
}

/** Older than this, a count is greyed: a full lobby is looked at once a minute, so up to that nothing is amiss. */
const OLD_SECONDS = 60;

export function createBoard(list: HTMLElement, pick: (stream: StreamDocument) => void) {
  const rows = new Map<string, Row>();

  return (wanted: readonly BoardRow[]) => {
    const keep = new Set(wanted.map(({ stream }) => stream.stream_name));
    for (const [login, row] of rows) {
      if (keep.has(login)) continue;
      row.element.remove();
      rows.delete(login);
    }
    // The list's height is the one thing that may move what is below it.
    list.style.setProperty("--rows", String(wanted.length));
    wanted.forEach((entry, index) => {
      const login = entry.stream.stream_name;
      let row = rows.get(login);
      if (!row) {
        row = createRow(pick);
        rows.set(login, row);
        row.element.style.setProperty("--index", String(index));
        list.append(row.element);
        if (!calm()) row.element.animate([{ opacity: 0 }, { opacity: 1 }], 300);
      } else if (row.index !== index) slide(row, index);
      row.index = index;
      row.draw(entry);
    });
    restoreOrder(
      list,
      wanted.map(({ stream }) => rows.get(stream.stream_name)?.element).filter((one) => one !== undefined),
    );
  };
}

function slide(row: Row, index: number): void {
  row.element.style.setProperty("--index", String(index));
  if (calm()) return;
  const from = `translateY(calc(var(--row) * ${row.index}))`;
  const to = `translateY(calc(var(--row) * ${index}))`;
  row.element.animate([{ transform: from }, { transform: to }], { duration: 450, easing: "cubic-bezier(.2,.8,.2,1)" });
}

/** Tab order and reading order are the document's order; moving an element takes its focus, so that is given back. */
function restoreOrder(list: HTMLElement, ordered: readonly HTMLElement[]): void {
  const focused = document.activeElement;
  ordered.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

function createRow(pick: (stream: StreamDocument) => void): Row {
  const number = make("span", "row-count");
  const drawDigits = createDigits(number);
  const said = make("span", "vh");
  const word = make("span", "row-zone");
  number.append(said, word);
  const name = make("span", "row-name");
  const badge = make("span", "row-badge");
  const watching = make("span", "row-viewers");
  const code = make("span", "row-code");
  code.setAttribute("aria-hidden", "true");
  const spoken = make("span", "vh");
  const read = make("span", "row-age");
  const meta = make(
    "span",
    "row-meta",
    icon("eye"),
    watching,
    make("span", "vh", " watching, "),
    code,
    spoken,
    make("span", "vh", ", read "),
    read,
  );
  const fell = make("span", "vh");
  const chart = createChart("row-chart");
  const button = make(
    "button",
    "row",
    number,
    make("span", "row-who", name, meta, fell),
    make("span", "row-fall", badge, chart.element),
  );
  button.type = "button";
  const element = make("li", "", button);
  let stream: StreamDocument | undefined;
  button.addEventListener("click", () => stream && pick(stream));

  return {
    element,
    index: 0,
    draw: (row) => {
      stream = row.stream;
      const shownName = stream.display_name || stream.stream_name;
      const lobby = stream.phase === "lobby";
      const value = lobby ? stream.joined : (stream.alive ?? undefined);
      const zone = lobby ? "none" : zoneOf(value);
      const old = row.ageSeconds > OLD_SECONDS;
      const language = languageName(stream.language);
      const state = lobby ? "In the lobby" : zoneWords[zone];
      drawDigits(value);
      setText(word, state);
      setText(name, shownName);
      setText(watching, shortNumber(stream.viewers));
      setText(code, stream.language.slice(0, 5).toUpperCase());
      setText(spoken, language);
      setText(read, ago(row.ageSeconds));
      const mark = row.pinned ? "Pinned" : row.onAir ? "On air" : row.skipped ? "Will not play" : "";
      if (badge.textContent !== mark) badge.replaceChildren(...(row.pinned ? [icon("pin")] : []), mark);
      chart.draw(stream.history);
      setAttribute(element, "data-zone", zone);
      element.classList.toggle("on-air", row.onAir);
      element.classList.toggle("old", old);
      setAttribute(button, "aria-current", row.onAir ? "true" : "false");
      // The name is the visible text itself; only what the digits and the line show to the eye is added in words.
      setText(said, value === undefined ? "No count. " : `${value} ${lobby ? "joined" : "alive"}. `);
      setText(fell, fallInWords(stream.history));
    },
  };
}
