/** The big number. A digit that changes rolls down, as on a scoreboard; the box never changes its size. */
import { calm, make } from "./dom.ts";

export function createDigits(mount: HTMLElement, className = "") {
  const box = make("span", `digits ${className}`);
  box.setAttribute("aria-hidden", "true");
  mount.prepend(box);
  let shown = "";

  return (value: number | undefined) => {
    const text = value === undefined ? "–" : String(value);
    if (text === shown) return;
    const animate = shown !== "" && !calm();
    const before = shown.padStart(text.length, " ");
    shown = text;
    const cells = [...text].map((digit, index) => {
      const old = before[before.length - text.length + index] ?? " ";
      return { digit, old, cell: make("span", "digit", make("span", "face", digit)) };
    });
    box.replaceChildren(...cells.map(({ cell }) => cell));
    if (!animate) return;
    for (const { cell, digit, old } of cells) {
      if (digit === old) continue;
      const face = cell.firstElementChild;
      face?.animate([{ transform: "translateY(-100%)" }, { transform: "none" }], timing);
      if (old === " ") continue;
      const leaving = make("span", "face leaving", old);
      cell.append(leaving);
      const roll = leaving.animate([{ transform: "none" }, { transform: "translateY(100%)" }], timing);
      roll.onfinish = () => leaving.remove();
    }
  };
}

const timing: KeyframeAnimationOptions = { duration: 420, easing: "cubic-bezier(.2,.8,.2,1)", fill: "backwards" };
