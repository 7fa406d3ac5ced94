"""Draws pictures with everything that looks like a counter and is none: for the bench, no part of the training.

    python traps.py --out /tmp/traps
    npm run bench:ocr -- --frames /tmp/traps --clean --engines vote

Half of PUBG's have a number beside a word that is nearly a label; some are real lobbies, so that a reader that says nothing is found out.
"""

import argparse
import os

import cv2
import numpy as np

import fonts as typefaces
import scenes
import strips
from strips import ALIKE, OTHER_WORDS, WORDS, pick

# Width, height, anchor and top of each game's region, in frame heights: functions/contracts/games.ts.
REGIONS = {"pubg": (0.6, 0.18, "right", 0), "pubg-mobile": (0.6, 0.14, "left", 0), "fortnite": (0.6, 0.12, "right", 0.24),
           "warzone": (0.45, 0.12, "right", 0), "apex": (0.5, 0.1, "right", 0.02)}
LINES = 1080
NEARLY = [*ALIKE, *OTHER_WORDS, "OLIVER", "RELIVE", "NATIVE", "ABOVE", "AGILE", "SERVE", "ELITE", "ADVISE", "SURVIVE", "REVIVE", "DEAD", "DOWNED",
          "JOINER", "JOINTS", "JOINING", "VOTED", "ONLINE", "QUEUED", "SPECTATORS", "FOLLOWED", "INVITED", "AMMO", "ARENA", "WINS", "SOLD"]
KINDS = ["killed", "rank", "frames", "time", "text", "scene", "joined", "teams", "edge", "numbers", "cut"]


class Region(strips.Canvas):
    """A game's whole region in place of one strip."""

    def __init__(self, rng, pool, game):
        super().__init__(rng, pool, 8)
        self.w, self.h = (round(share * LINES) for share in REGIONS[game][:2])
        self.image = scenes.background(rng, pool, self.w, self.h)


def number(rng, low, high):
    return str(int(rng.integers(low, high)))


def field(rng, canvas, value, word, right, centre, source, word_source, first=True):
    """Number and word, or word and number, that end at `right`. Returns where the next field ends."""
    parts = [(word, 20, word_source, rng.uniform(190, 240)), (value, 24, source, 250)]
    for text, cap, face, light in parts if first else reversed(parts):
        right = canvas.text(text, right, centre, cap, face, light, anchor="right")[0] - 8
    return right + 8 - rng.uniform(14, 40)


def trap(rng, canvas, sets, kind):
    """Draws one; returns the number of a lobby, for "joined"."""
    centre, right = pick(rng, [40, 48]), canvas.w - rng.uniform(25, 60)
    source = pick(rng, sets["near"] + sets["narrow"] + sets["words"])
    language = pick(rng, list(WORDS))

    def meant(name, value, end, first=True):
        word = pick(rng, WORDS[language][name])
        return field(rng, canvas, value, word, end, centre, source, strips.label_font(rng, sets, language, [word]), first)

    if kind == "near":
        field(rng, canvas, number(rng, 1, 101), pick(rng, NEARLY), right, centre, source, source, rng.random() < 0.7)
    elif kind == "killed":
        right = meant(pick(rng, ["killed", "assisted"]), number(rng, 0, 30), right, rng.random() < 0.7)
        if rng.random() < 0.5:
            meant("killed", number(rng, 0, 30), right)
    elif kind == "rank":
        y, cap = pick(rng, [centre, 60]), pick(rng, [24, 44, 62])
        left = canvas.text(f"/{number(rng, 2, 101)}", right, y, cap * 0.85, source, pick(rng, [120, 235]), 0.6, anchor="right")[0]
        canvas.text(f"#{number(rng, 1, 100)}", left - 4, y, cap, source, 200, anchor="right")
    elif kind == "frames":
        text = pick(rng, ["{n} FPS", "FPS {n}", "{n}fps", "{n} ms", "{n}%", "CPU {n}", "{n} C"]).format(n=number(rng, 1, 150))
        canvas.text(text, right, centre, pick(rng, [14, 20, 24]), source, 240, anchor="right")
    elif kind == "time":
        meant("time", strips.timer(rng), right)
    elif kind == "text":
        for _ in range(int(rng.integers(1, 5))):
            line = " ".join(strips.name_of(rng) for _ in range(int(rng.integers(1, 4))))
            canvas.text(line, rng.uniform(0, canvas.w * 0.7), rng.uniform(20, canvas.h - 20), rng.uniform(12, 26), source, rng.uniform(150, 255))
    elif kind == "joined":
        value = number(rng, 1, 101)
        meant("joined", value, right)
        return value
    elif kind == "teams":
        meant("teams", number(rng, 1, 30), right, rng.random() < 0.5)
    elif kind == "edge":  # the digits of observers run over the edge
        value = number(rng, 10, 101)
        width = typefaces.sized(source, max(6, round(24 / typefaces.cap_ratio(source)))).getlength(value)
        field(rng, canvas, value, "ALIVE", canvas.w + width * rng.uniform(0.12, 0.9), centre, source, source, False)
    elif kind == "numbers":
        x = rng.uniform(0, 200)
        for _ in range(int(rng.integers(1, 6))):
            text = pick(rng, [number(rng, 0, 360), f"{number(rng, 0, 50)}/{number(rng, 0, 300)}", strips.timer(rng)])
            x = canvas.text(text, x, centre, 24, source, 245)[1] + rng.uniform(10, 90)
    elif kind == "cut":  # the label is cut by the edge
        right = field(rng, canvas, number(rng, 1, 101), "ALIVE", canvas.w + rng.uniform(20, 50), centre, source, source)
        field(rng, canvas, number(rng, 0, 20), "KILLED", right, centre, source, source)
    return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--out", required=True)
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--seed", type=int, default=4242)
    options = options.parse_args()
    rng = np.random.default_rng(options.seed)
    sets, pool = typefaces.load(), scenes.pool(rng, 140)
    os.makedirs(options.out, exist_ok=True)
    strips.ZOOM = LINES / 800  # a strip of PUBG at that size
    rows = ["file\tgame\twidth\theight\tkind\tvalue\tsource_repo\tregion"]
    for index in range(options.count):
        game = "pubg" if rng.random() < 0.8 else pick(rng, list(REGIONS)[1:])
        canvas = Region(rng, pool, game)
        kind, lobby = "scene", None
        if game == "pubg":
            kind = "near" if rng.random() < 0.5 else pick(rng, KINDS)
            lobby = trap(rng, canvas, sets, kind)
        else:
            for _ in range(int(rng.integers(1, 3))):
                strips.nothing(rng, canvas, sets)
        image = np.clip(canvas.image, 0, 255).astype(np.uint8)
        height = [1080, 720, 480][index % 3]
        width, scale = round(height * 16 / 9), height / LINES
        if scale < 1:
            image = cv2.resize(image, (round(canvas.w * scale), round(canvas.h * scale)), interpolation=cv2.INTER_AREA)
        if rng.random() < 0.7:
            image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(20, 90))])[1], cv2.IMREAD_GRAYSCALE)
        name = f"{kind}-{index}.png"
        cv2.imwrite(os.path.join(options.out, name), image)
        left = width - image.shape[1] if REGIONS[game][2] == "right" else 0
        place = f"{left},{round(REGIONS[game][3] * height)},{image.shape[1]},{image.shape[0]}"
        rows.append("\t".join([name, game, str(width), str(height), "joined" if lobby else "none", lobby or "-", f"traps: {kind}", place]))
    with open(os.path.join(options.out, "manifest.tsv"), "w") as manifest:
        manifest.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
