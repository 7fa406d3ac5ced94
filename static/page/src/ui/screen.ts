/** Puts a Screen on the page. Each part writes only what changed. */

import type { StreamDocument } from "../../../../functions/contracts/api.ts";
import { findGame } from "../../../../functions/contracts/games.ts";
import type { Screen } from "../app.ts";
import { byAlive } from "../choose.ts";
import { count, languageName, shortNumber, zoneWords } from "../words.ts";
import { type BoardRow, createBoard } from "./board.ts";
import { createChart, fallInWords } from "./chart.ts";
import { createDigits } from "./digits.ts";
import { find, make, setAttribute, setText } from "./dom.ts";
import { createTabIcon } from "./tab.ts";

export function createScreen(pick: (stream: StreamDocument) => void) {
  const drawDigits = createDigits(find("count"), "big");
  const chart = createChart("fall");
  find("chart").prepend(chart.element);
  const drawBoard = createBoard(find("rows"), pick);
  const tabIcon = createTabIcon();
  const root = document.documentElement;

  return (screen: Screen) => {
    setAttribute(root, "data-state", screen.state);
    setAttribute(root, "data-zone", screen.zone);
    if (document.title !== screen.tabTitle) document.title = screen.tabTitle;
    tabIcon(screen.count, screen.zone);
    drawNow(screen);
    drawSlate(screen);
    drawControls(screen);
    drawPickers(screen);
    drawBoard(rowsOf(screen));
    drawListState(screen);
  };

  function drawNow(screen: Screen): void {
    const stream = screen.shown?.document;
    drawDigits(screen.count);
    setText(find("count-label"), screen.countLabel);
    setText(find("count-said"), screen.count === undefined ? "no count" : `${screen.count} ${screen.countLabel}`);
    const lobby = screen.countLabel === "joined";
    setText(find("zone"), !screen.shown ? "" : lobby ? "Lobby" : zoneWords[screen.zone]);
    const name = find<HTMLAnchorElement>("name");
    setText(name, screen.shown?.name ?? "Rotisserie");
    // Only a channel of Twitch has a page to go to; a link without an address is no stop for the keyboard.
    if (screen.shown?.url.startsWith("https://player.twitch.tv/")) {
      setAttribute(name, "href", `https://www.twitch.tv/${screen.shown.login}`);
      setAttribute(name, "title", "The channel on Twitch");
    } else {
      name.removeAttribute("href");
      name.removeAttribute("title");
    }
    setText(find("title"), screen.shown ? (stream?.title ?? "") : "Always the closest finish");
    const watching = stream && `${shortNumber(stream.viewers)} watching`;
    setText(find("meta"), [screen.ageText, watching].filter(Boolean).join(" · "));
    setText(find("tag"), screen.tag);
    const banner = find("banner");
    if (banner.textContent !== screen.banner) banner.textContent = screen.banner;
    chart.draw(stream?.phase === "match" ? stream.history : []);
    setText(find("chart-said"), stream?.phase === "match" ? fallInWords(stream.history) : "");
  }

  function drawSlate(screen: Screen): void {
    const slate = find("slate");
    slate.hidden = screen.filled;
    setText(find("slate-heading"), screen.slate.heading);
    setText(find("slate-text"), screen.slate.text);
    const bar = find<HTMLProgressElement>("slate-progress");
    bar.hidden = screen.slate.done === undefined;
    if (screen.slate.done !== undefined) bar.value = screen.slate.done;
  }

  function drawControls(screen: Screen): void {
    const pin = find<HTMLButtonElement>("pin");
    setAttribute(pin, "aria-pressed", String(screen.pin !== undefined));
    setText(find("pin-label"), screen.pin ? "Unpin" : "Pin");
    pin.disabled = !screen.shown && !screen.pin;
    find<HTMLButtonElement>("previous").disabled = !screen.canGoBack;
    find<HTMLButtonElement>("next").disabled = !screen.canGoOn;
    find("play").hidden = !screen.blocked;
    find("retry").hidden = screen.state !== "offline" && screen.state !== "error";
  }

  function drawPickers(screen: Screen): void {
    const games = screen.games.length ? screen.games : screen.game ? [screen.game] : [];
    const game = find<HTMLSelectElement>("game");
    fill(game, games, screen.game ?? games[0] ?? "", (id) => findGame(id)?.twitchName ?? id);
    find("game-pick").hidden = games.length < 2;
    const codes = [...new Set((screen.everywhere ?? []).map((stream) => stream.language))];
    if (screen.language && !codes.includes(screen.language)) codes.push(screen.language);
    codes.sort((a, b) => languageName(a).localeCompare(languageName(b)));
    fill(find<HTMLSelectElement>("language"), ["", ...codes], screen.language, (code) =>
      code ? languageName(code) : "All languages",
    );
  }

  function drawListState(screen: Screen): void {
    const rows = screen.all?.length ?? 0;
    setText(find("board-count"), screen.all ? count(rows, "match", "matches") : "");
    const empty = find("board-empty");
    empty.hidden = rows > 0;
    find("board-wait").hidden = screen.all !== undefined || screen.listTrouble !== undefined;
    const words = screen.listTrouble
      ? `${screen.listTrouble.text}. The list comes back by itself.`
      : !screen.all
        ? ""
        : screen.language
          ? "No running match in this language."
          : screen.state === "looking"
            ? "Matches appear here as they are found."
            : screen.state === "waiting"
              ? "No match is running. The fullest lobby is on air until one starts."
              : "No match is running right now.";
    empty.hidden = rows > 0 || words === "";
    setText(empty, words);
    const late = find("board-late");
    late.hidden = !(rows > 0 && screen.listTrouble);
    setText(late, screen.listTrouble ? `${screen.listTrouble.text}. These counts may be old.` : "");
  }
}

function rowsOf(screen: Screen): BoardRow[] {
  return [...(screen.all ?? [])].sort(byAlive).map((stream) => ({
    stream,
    ageSeconds: screen.age(stream),
    onAir: stream.stream_name === screen.shown?.login,
    pinned: stream.stream_name === screen.pin?.login,
    skipped: screen.skip.has(stream.stream_name),
  }));
}

function fill(select: HTMLSelectElement, values: readonly string[], chosen: string, label: (value: string) => string) {
  const key = values.join("\n");
  if (select.dataset.values !== key) {
    select.dataset.values = key;
    select.replaceChildren(
      ...values.map((value) => {
        const option = make("option", "", label(value));
        option.value = value;
        return option;
      }),
    );
  }
  if (select.value !== chosen) select.value = chosen;
}
