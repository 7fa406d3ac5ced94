"""Draws strips as the reader sees them (48 px high, grey) and says what stands in which column.

Everything is drawn at 1.5 times the reader's scale, degraded as a stream is, and scaled down. Glyphs are read column by
column, so the answer is two rows of classes, one class a step of 2 px: the glyph there, and the label or icon there.
"""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

import fonts as typefaces
from scenes import background

HEIGHT, STEP, ZOOM = 48, 2, 1.5
GLYPHS = ["", *"0123456789", ":", "/", "#", "x"]  # x: any other letter, or a digit that is cut or covered
LABELS = ["", "alive", "joined", "killed", "assisted", "teams", "time", "person", "squads", "skull", "icon"]
IGNORE = 255
# White on white, of 255: nobody can read it, so nothing is demanded there.
FAINT = 26
WORDS = json.loads((Path(__file__).parent.parent / "games/pubg.words.json").read_text())
# More of those with an own script, or with long words and accents.
LANGUAGES = [*WORDS, "zh-Hans", "zh-Hans", "zh-Hant", "ko", "de", "fr", "fr", "es", "es", "pt", "tr", "tr", "vi", "vi", "th"]
OTHER_WORDS = ["FPS", "REWARDS", "STATISTICS", "MENU", "STORE", "LIVE", "ALLIES", "DRIVE", "ACTIVE", "ARRIVED", "SOLD", "PLAYER", "JOIN", "LEFT",
               "Hiện", "NW", "SE", "KDA", "RANK", "TOP", "PING", "ms", "HP", "AKM", "M416", "Kar98k", "7.62mm", "ON AIR", "VIEWERS", "FOLLOW",
               "SUB", "GG", "TRAINING", "MATCH", "LOBBY", "START", "READY", "PAUSED", "RECORD", "SQUAD", "DUO", "SOLO", "KILL", "SCORE", "DEATHS",
               "OLIVE", "ALIBI", "JOINT", "COINED", "KILLER", "TIMER", "TEAM", "TIMES"]
ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_[]-."


@lru_cache(maxsize=60000)
def glyph_mask(source, size, text):
    """(mask 0..1, x offset, y offset from the top of a digit, advance)."""
    font = typefaces.sized(source, size)
    left, top, right, bottom = font.getbbox(text)
    if right <= left or bottom <= top:
        return None, 0, 0, font.getlength(text)
    image = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    ImageDraw.Draw(image).text((1 - left, 1 - top), text, fill=255, font=font)
    return np.asarray(image, np.float32) / 255, left - 1, top - 1 - font.getbbox("0")[1], font.getlength(text)


class Canvas:
    def __init__(self, rng, scenes, width):
        self.rng, self.scenes = rng, scenes
        self.w, self.h = int(width * ZOOM), int(HEIGHT * ZOOM)
        self.image = background(rng, scenes, self.w, self.h)
        self.glyphs, self.labels, self.contrast = [], [], 0.0
        self.close, self.ink_gap = int(rng.choice([0, 1, 2])), rng.uniform(0.06, 0.2)

    def box(self, x0, y0, x1, y1, colour, alpha):
        x0, x1, y0, y1 = max(0, round(x0)), min(self.w, round(x1)), max(0, round(y0)), min(self.h, round(y1))
        if x1 > x0 and y1 > y0:
            part = self.image[y0:y1, x0:x1]
            part += (colour - part) * alpha

    def stamp(self, mask, x, y, colour, alpha):
        """Blends a mask in, returns the share of it that is inside, and remembers the contrast it has there."""
        h, w = mask.shape
        x, y = round(x), round(y)
        x0, y0, x1, y1 = max(0, x), max(0, y), min(self.w, x + w), min(self.h, y + h)
        if x1 <= x0 or y1 <= y0:
            return 0.0
        inside = mask[y0 - y : y1 - y, x0 - x : x1 - x]
        part = self.image[y0:y1, x0:x1]
        self.contrast = float(abs(colour - part).mean()) * alpha
        part += (colour - part) * inside * alpha
        return float(inside.sum() / (mask.sum() + 1e-6))

    def text(self, string, x, centre, cap, source, colour, alpha=1.0, spacing=0.0, shadow=0.0, mark="glyph", anchor="left"):
        """One line, letter by letter. `cap`: height of a digit. Returns its left and right end."""
        size = max(6, round(cap / typefaces.cap_ratio(source)))
        placed, at = [], 0.0
        # Some HUDs set digits by their ink (a 1 takes little room), others in cells of one width.
        close = mark == "glyph" and self.close
        for letter in string:
            mask, dx, dy, advance = glyph_mask(source, size, letter)
            if close and mask is not None and (letter == "1" or close > 1):
                dx, advance = -1, mask.shape[1] - 2 + self.ink_gap * cap
            placed.append((letter, mask, at + dx, dy))
            at += advance + spacing
        at -= spacing
        start = x - at if anchor == "right" else x
        top = centre - cap / 2
        for letter, mask, dx, dy in placed:
            if mask is None:
                continue
            gx, gy = start + dx, top + dy
            if shadow:
                self.stamp(mask, gx + 1.5, gy + 1.5, 0, shadow)
                if shadow > 0.6:
                    self.stamp(mask, gx - 1, gy, 0, shadow * 0.7)
            inside = self.stamp(mask, gx, gy, colour, alpha)
            if mark == "glyph":
                known = letter if letter in "0123456789:/#" else "x"
                name = known if inside > 0.93 else "x" if inside > 0.4 else ""
                if self.contrast < FAINT and not shadow:
                    name = "?"
                if name:
                    self.glyphs.append((name, gx + mask.shape[1] / 2, mask.shape[1]))
        return start, start + at

    def label(self, name, string, x, centre, cap, source, colour, alpha=1.0, shadow=0.0, anchor="left", spacing=0.0):
        """A word with one meaning, or "other" and none. Cut words (under 75 % visible) mean nothing."""
        if name == "other":
            return self.text(string, x, centre, cap, source, colour, alpha, spacing, shadow, mark="", anchor=anchor)
        size = max(6, round(cap / typefaces.cap_ratio(source)))
        if spacing:
            left, right = self.text(string, x, centre, cap, source, colour, alpha, spacing, shadow, mark="", anchor=anchor)
            inside = (min(right, self.w) - max(left, 0)) / (right - left)
        else:
            mask, dx, dy, advance = glyph_mask(source, size, string)
            left = x - advance if anchor == "right" else x
            right = left + advance
            ink = mask.sum(1)
            rows = np.flatnonzero(ink > 0.02 * ink.max())
            y = centre - (rows[0] + rows[-1]) / 2
            if shadow:
                self.stamp(mask, left + dx + 1.5, y + 1.5, 0, shadow)
            inside = self.stamp(mask, left + dx, y, colour, alpha)
        if self.contrast < FAINT / 2 and not shadow:
            inside = 0.7
        self.labels.append((name if inside > 0.9 else "?" if inside > 0.6 else "", (left + right) / 2, right - left))
        return left, right

    def icon(self, name, cx, cy, size, colour, alpha=1.0, shadow=0.0):
        mask = icon_mask(name, max(6, round(size)), int(self.rng.integers(8)))
        if shadow:
            self.stamp(mask, cx - mask.shape[1] / 2 + 1.5, cy - mask.shape[0] / 2 + 1.5, 0, shadow)
        inside = self.stamp(mask, cx - mask.shape[1] / 2, cy - mask.shape[0] / 2, colour, alpha)
        known = name if name in ("person", "squads", "skull") else "icon"
        if self.contrast < FAINT and not shadow:
            inside = 0.7
        self.labels.append((known if inside > 0.9 else "?" if inside > 0.4 else "", cx, size * 0.8))


@lru_cache(maxsize=2000)
def icon_mask(name, size, variant):
    """Silhouettes, drawn four times as large and scaled down."""
    s = size * 4
    m = np.zeros((s, s), np.uint8)
    c = s // 2

    def bust(cx, top, w, h):
        r = int(w * (0.24 + 0.02 * variant))
        cv2.circle(m, (cx, top + r), r, 255, -1)
        y = top + int(r * (1.9 + 0.1 * variant))
        bottom = top + h
        if variant < 3:
            cv2.ellipse(m, (cx, bottom), (w // 2, max(2, bottom - y)), 0, 180, 360, 255, -1)
        else:
            points = np.array([[cx - int(w * 0.36), y], [cx + int(w * 0.36), y], [cx + w // 2, y + (bottom - y) // 3], [cx + w // 3, bottom], [cx - w // 3, bottom], [cx - w // 2, y + (bottom - y) // 3]])
            cv2.fillPoly(m, [points], 255)

    def figure(cx, w):
        """Standing, narrow: a head and a body that ends below the belt."""
        r = int(s * 0.17)
        cv2.circle(m, (cx, r + int(s * 0.02)), r, 255, -1)
        top, waist = int(s * 0.36), int(s * 0.8)
        points = [[cx - w // 3, top], [cx + w // 3, top], [cx + w // 2, top + w // 4], [cx + w // 2, waist], [cx + w // 3, int(s * 0.98)], [cx - w // 3, int(s * 0.98)], [cx - w // 2, waist], [cx - w // 2, top + w // 4]]
        cv2.fillPoly(m, [np.array(points)], 255)

    if name == "person" and variant >= 5:
        figure(c, int(s * (0.36 + 0.06 * (variant - 5))))
    elif name == "squads" and variant >= 5:
        figure(c, int(s * (0.4 + 0.05 * (variant - 5))))
        for side in (-1, 1):
            x = c + side * int(s * 0.38)
            cv2.fillPoly(m, [np.array([[x - int(s * 0.09), int(s * 0.42)], [x + int(s * 0.09), int(s * 0.42)], [x + int(s * 0.1), int(s * 0.85)], [x - int(s * 0.1), int(s * 0.85)]])], 255)
            if variant > 5:
                cv2.circle(m, (x, int(s * 0.32)), int(s * 0.09), 255, -1)
    elif name == "person":
        bust(c, int(s * 0.05), int(s * (0.55 + 0.07 * variant)), int(s * 0.9))
    elif name == "squads":
        bust(c - int(s * 0.3), int(s * 0.2), int(s * 0.36), int(s * 0.6))
        bust(c + int(s * 0.3), int(s * 0.2), int(s * 0.36), int(s * 0.6))
        bust(c, int(s * 0.02), int(s * 0.52), int(s * 0.95))
    elif name == "skull":
        cv2.ellipse(m, (c, int(s * 0.42)), (int(s * 0.36), int(s * 0.36)), 0, 0, 360, 255, -1)
        cv2.rectangle(m, (int(s * 0.34), int(s * 0.6)), (int(s * 0.66), int(s * 0.92)), 255, -1)
        for side in (-1, 1):
            cv2.circle(m, (c + side * int(s * 0.15), int(s * 0.45)), int(s * 0.09), 0, -1)
        if variant % 2:
            cv2.line(m, (c, int(s * 0.7)), (c, int(s * 0.92)), 0, max(1, s // 20))
    elif name == "clock":
        cv2.circle(m, (c, c), int(s * 0.42), 255, max(2, s // 10))
        cv2.line(m, (c, c), (c, int(s * 0.25)), 255, max(2, s // 12))
        cv2.line(m, (c, c), (int(s * 0.7), c), 255, max(2, s // 12))
    elif name == "crosshair":
        cv2.circle(m, (c, c), int(s * 0.3), 255, max(2, s // 12))
        for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            cv2.line(m, (c + int(dx * s * 0.2), c + int(dy * s * 0.2)), (c + int(dx * s * 0.46), c + int(dy * s * 0.46)), 255, max(2, s // 12))
    elif name == "plus":
        reach, half = int(s * (0.22 + 0.03 * variant)), s // 20
        cv2.rectangle(m, (c - reach, c - half), (c + reach, c + half), 255, -1)
        cv2.rectangle(m, (c - half, c - reach), (c + half, c + reach), 255, -1)
    elif name == "plane":
        cv2.ellipse(m, (c, c), (int(s * 0.08), int(s * 0.42)), 0, 0, 360, 255, -1)
        cv2.fillPoly(m, [np.array([[c, int(s * 0.3)], [s - 4, int(s * 0.55)], [s - 4, int(s * 0.62)], [c, int(s * 0.55)], [4, int(s * 0.62)], [4, int(s * 0.55)]])], 255)
    elif name == "storm":
        cv2.ellipse(m, (c, int(s * 0.4)), (int(s * 0.42), int(s * 0.2)), 0, 0, 360, 255, -1)
        cv2.ellipse(m, (c, int(s * 0.28)), (int(s * 0.22), int(s * 0.2)), 0, 0, 360, 255, -1)
        cv2.fillPoly(m, [np.array([[c, int(s * 0.55)], [int(s * 0.66), int(s * 0.55)], [c, int(s * 0.95)], [int(s * 0.55), int(s * 0.7)], [int(s * 0.38), int(s * 0.7)]])], 255)
    else:
        cv2.circle(m, (c, c), int(s * 0.35), 255, -1)
        cv2.circle(m, (c, c), int(s * 0.14), 0, -1)
        for k in range(8):
            a = k * np.pi / 4
            cv2.line(m, (c + int(s * 0.3 * np.cos(a)), c + int(s * 0.3 * np.sin(a))), (c + int(s * 0.46 * np.cos(a)), c + int(s * 0.46 * np.sin(a))), 255, max(2, s // 9))
    return cv2.resize(m, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def count(rng):
    """Players left: every length as often, so that 1-9 and 100 are learnt as well as 10-99. More with a 1, which is lost most easily."""
    if rng.random() < 0.12:
        return pick(rng, ["11", "11", f"1{int(rng.integers(10))}", f"{int(rng.integers(1, 10))}1", "101", "110", "111"])
    kind = rng.random()
    if kind < 0.25:
        return str(int(rng.integers(1, 10)))
    if kind < 0.85:
        return str(int(rng.integers(10, 100)))
    return "100" if kind < 0.93 else str(int(rng.integers(100, 160)))


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def timer(rng):
    return f"{int(rng.integers(0, 40))}:{int(rng.integers(0, 60)):02d}"


def digits_font(rng, sets):
    kind = rng.random()
    return pick(rng, sets["near"] if kind < 0.5 else sets["narrow"] if kind < 0.85 else sets["universal"] if kind < 0.93 else sets["angular"])


def label_font(rng, sets, language, words):
    if language in sets:
        return pick(rng, sets[language])
    if language == "th":
        return pick(rng, sets["thai"])
    if language == "en":
        return pick(rng, sets["near"] if rng.random() < 0.5 else sets["narrow"])
    return pick(rng, typefaces.that_have("".join(words), tuple(sets["words"])))


def pubg_fields(rng):
    kind = rng.random()
    if kind < 0.25:
        return ["alive"]
    if kind < 0.33:
        return ["killed", "alive"]
    if kind < 0.52:
        return ["killed", "assisted", "alive"]
    if kind < 0.57:
        return ["teams", "alive"]
    if kind < 0.67:
        return ["time", "joined"]
    if kind < 0.75:
        return ["joined"]
    if kind < 0.85:
        return ["killed", "assisted", "joined"]
    if kind < 0.90:
        return ["killed", "assisted"]
    if kind < 0.94:
        return ["killed"]
    return pick(rng, [["time"], ["teams"], ["teams", "time"], ["assisted"]])


ALIKE = ["OLIVE", "LIVE", "DRIVE", "ALICE", "ALIEN", "ACTIVE", "ARRIVED", "SLIVER", "VALVE", "COINED", "JOIN", "JOINT", "POINTS", "KILLER", "SKILLS", "LEFT",
         "LEVEL", "TEAM", "TIMES", "ASSIST", "PLAYERS", "SCORE", "WINS"]


def other_word(rng, word):
    """A word in a label's place that is none: alike, or the label with other letters."""
    first = ord(word[0])
    if word.isascii() and rng.random() < 0.5:
        return pick(rng, ALIKE + OTHER_WORDS)
    letters = list(word)
    for index in rng.permutation(len(letters))[: max(2, len(letters) // 2)]:
        if first > 0x3000:
            letters[index] = chr(int(rng.integers(0xAC00, 0xD7A3) if first >= 0xAC00 else rng.integers(0x4E00, 0x9FA5)))
        else:
            letters[index] = pick(rng, word + "АБВДЗЛМНПРСТ" if 0x400 <= first < 0x500 else word + "ABCDEGHLMNOPRSTU")
    return "".join(letters)


def word_of(rng, language, field, titled=0.08):
    """One of the field's words, as it is or with only its first letter large."""
    word = pick(rng, WORDS[language][field])
    return word[0] + word[1:].lower() if rng.random() < titled and language != "tr" else word


def number_for(rng, field):
    if field in ("alive", "joined"):
        if rng.random() < 0.02:  # a word where the number stands is no number
            return "".join(pick(rng, "AEFHKLMNPRTUVWXY") for _ in range(int(rng.integers(1, 4))))
        return count(rng)
    if field == "time":
        return timer(rng)
    return str(int(rng.integers(0, 30))) if rng.random() < 0.4 else str(int(rng.integers(0, 5)))


def pubg(rng, canvas, sets):
    """Number and label in two boxes, fields from right to left; or, for observers, label first."""
    language = "en" if rng.random() < 0.33 else pick(rng, LANGUAGES)
    old = rng.random() < (0.22 if language == "en" else 0.06)
    observer = not old and rng.random() < 0.26
    fields = ["alive"] if old and rng.random() < 0.8 else pick(rng, [["teams", "alive", "time"], ["alive", "time"], ["alive"], ["teams", "alive"]]) if observer and rng.random() < 0.85 else pubg_fields(rng)
    z = ZOOM * rng.uniform(0.86, 1.16)
    cap = 18.2 * z
    centre = canvas.h * rng.uniform(0.27, 0.73)
    source = pick(rng, sets["round"]) if old else digits_font(rng, sets)
    words = {field: word_of(rng, language, field) for field in fields}
    word_source = pick(rng, sets["narrow"] + sets["universal"]) if old and language == "en" else label_font(rng, sets, language, words.values())
    white, label_grey = rng.uniform(225, 255), rng.uniform(170, 235)
    label_alpha = rng.uniform(0.65, 1)
    number_alpha = rng.uniform(0, 0.3) if rng.random() < 0.8 else rng.uniform(0.3, 0.7)
    box_alpha = min(0.9, number_alpha + rng.uniform(0, 0.45))
    box_grey = rng.uniform(0, 40)
    pad, gap, between = rng.uniform(4, 10) * z, rng.uniform(8, 13) * z, rng.uniform(10, 34) * z
    half = rng.uniform(13, 17) * z
    label_cap = cap * rng.uniform(0.76, 0.95) * (0.95 if language == "en" else 1.0)
    shadow = rng.uniform(0, 0.5) if rng.random() < 0.4 else 0
    spacing = rng.uniform(-0.5, 1.5) * ZOOM
    label_spacing = rng.uniform(0, 2.5) * z if rng.random() < 0.4 and language not in ("th",) else 0
    right = canvas.w - rng.uniform(-12, 130) * ZOOM if rng.random() < 0.9 else canvas.w + rng.uniform(-40, 120) * ZOOM
    if rng.random() < 0.3:
        clutter(rng, canvas, right, centre, cap)
    for field in reversed(fields):
        word, number = words[field], number_for(rng, field)
        name = field
        if language != "th" and rng.random() < 0.08 and (other := other_word(rng, word)) not in WORDS[language][field]:
            name, word = "other", other
        if old:
            label_cap, label_spacing = cap * rng.uniform(0.95, 1.1), 0
        lw = typefaces.sized(word_source, max(6, round(label_cap / typefaces.cap_ratio(word_source)))).getlength(word) + label_spacing * max(0, len(word) - 1)
        nw = typefaces.sized(source, max(6, round(cap / typefaces.cap_ratio(source)))).getlength(number) + spacing * max(0, len(number) - 1)
        if old:
            light = rng.uniform(0.45, 0.9)
            canvas.box(right - lw - 4 * z, centre - half, right, centre + half, rng.uniform(200, 255), light)
            canvas.label(name, word, right - 2 * z, centre, label_cap, word_source, rng.uniform(20, 100), 1, anchor="right")
            edge = right - lw - 4 * z
            spare = rng.uniform(-6, 3) if rng.random() < 0.2 else 10  # its digits may be wider than the box
            canvas.box(edge - nw - spare * z, centre - half, edge, centre + half, 0, rng.uniform(0.5, 0.9))
            canvas.text(number, edge - rng.uniform(3, 6) * z, centre, cap * 0.94, source, white, 1, spacing * 0.3, shadow, anchor="right")
            right = edge - nw - 10 * z - between
        elif observer:
            canvas.box(right - nw - 2 * pad, centre - half, right, centre + half, box_grey, number_alpha)
            canvas.text(number, right - pad, centre, cap, source, white, 1, spacing, shadow, anchor="right")
            edge = right - nw - 2 * pad
            canvas.box(edge - lw - 2 * pad, centre - half, edge, centre + half, box_grey, box_alpha)
            canvas.label(name, word, edge - pad, centre, label_cap, word_source, label_grey, label_alpha, shadow, anchor="right", spacing=label_spacing)
            right = edge - lw - 2 * pad - between
        else:
            canvas.box(right - lw - 2 * pad, centre - half, right, centre + half, box_grey, box_alpha)
            canvas.label(name, word, right - pad, centre, label_cap, word_source, label_grey, label_alpha, shadow, anchor="right", spacing=label_spacing)
            edge = right - lw - 2 * pad
            if rng.random() < 0.15:
                specks(rng, canvas, edge - nw - gap, edge, centre, cap)
            canvas.box(edge - nw - gap, centre - half, edge, centre + half, box_grey, number_alpha)
            canvas.text(number, edge - gap * 0.5, centre, cap, source, white, 1, spacing, shadow, anchor="right")
            right = edge - nw - gap - between
    if rng.random() < 0.4:
        killfeed(rng, canvas, sets, centre + rng.uniform(28, 38) * z)
    if rng.random() < 0.1:
        killfeed(rng, canvas, sets, centre - rng.uniform(26, 34) * z)
    if rng.random() < 0.1:
        overlay(rng, canvas, sets, centre - rng.uniform(14, 24) * z)


def clutter(rng, canvas, right, centre, cap):
    """A map or roofs behind the counter: bright patches as large as digits, between and under them, and thin lines."""
    for _ in range(int(rng.integers(2, 14))):
        x, y = right - rng.uniform(0, 240) * ZOOM, centre + rng.uniform(-1.4, 1.4) * cap
        w, h = rng.uniform(0.15, 1.1, 2) * cap
        turn, light = rng.uniform(0, np.pi), rng.uniform(140, 255) if rng.random() < 0.8 else rng.uniform(0, 90)
        corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2 @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + [x, y]
        cv2.fillPoly(canvas.image, [corners.astype(np.int32)], light, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 3))):
        ends = [(int(right - rng.uniform(-40, 300) * ZOOM), int(centre + rng.uniform(-60, 60) * ZOOM)) for _ in range(2)]
        cv2.line(canvas.image, *ends, rng.uniform(60, 255), int(rng.integers(1, 6)), cv2.LINE_AA)


def specks(rng, canvas, left, right, centre, cap):
    """Bright patches right at a number, as a map's houses are."""
    for _ in range(int(rng.integers(1, 6))):
        x, y = rng.uniform(left - 0.9 * cap, right + 0.4 * cap), centre + rng.uniform(-0.9, 0.9) * cap
        w, h = rng.uniform(0.1, 0.8, 2) * cap / 2
        canvas.box(x - w, y - h, x + w, y + h, rng.uniform(150, 255), rng.uniform(0.5, 1))


def name_of(rng):
    return "".join(pick(rng, ASCII + "0123456789") for _ in range(int(rng.integers(3, 13))))


def killfeed(rng, canvas, sets, centre):
    """Names and weapons under the counter: never read, so nothing is marked."""
    text = pick(rng, ["{a}  {b}", "[{c}] {a}   [{d}] {b} {n}", "{n} {a} X {b} {n}"]).format(a=name_of(rng), b=name_of(rng), c=name_of(rng)[:4], d=name_of(rng)[:4], n=int(rng.integers(1, 64)))
    canvas.text(text, canvas.w - rng.uniform(-20, 140), centre, rng.uniform(10, 14) * ZOOM, pick(rng, sets["narrow"] + sets["universal"]), rng.uniform(150, 255), rng.uniform(0.5, 1), 0, rng.uniform(0, 0.6), mark="", anchor="right")


def overlay(rng, canvas, sets, centre, right=None):
    """What a streamer's or a driver's tools write over the picture."""
    text = pick(rng, ["{n} FPS", "{n}", "{n} ms", "{n}%"]).format(n=int(rng.integers(20, 250)))
    right = canvas.w - rng.uniform(0, 160) if right is None else right
    canvas.text(text, right, centre, rng.uniform(8, 13) * ZOOM, pick(rng, sets["angular"] + sets["universal"]), rng.uniform(120, 255), rng.uniform(0.6, 1), 0, 0, mark="", anchor="right")


def mobile(rng, canvas, sets):
    """Label left of the number, dark boxes, top left: 剩余 20 队伍 5."""
    language = "zh-Hans" if rng.random() < 0.2 else pick(rng, LANGUAGES)
    z = ZOOM * rng.uniform(0.86, 1.16)
    cap, centre = 17 * z, canvas.h * rng.uniform(0.27, 0.73)
    x = rng.uniform(-30, 90) * ZOOM if rng.random() < 0.8 else rng.uniform(-120, 0)
    fields = pick(rng, [["alive", "teams"], ["alive"], ["alive", "killed"], ["killed"], ["alive", "killed"], ["teams"]])
    over = rng.random() < 0.35 and x
    words = {field: word_of(rng, language, field, 0.4) for field in fields}
    source, word_source = digits_font(rng, sets), label_font(rng, sets, language, words.values())
    alpha, alpha2 = rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.9)
    half = rng.uniform(12, 16) * z
    grey, white = rng.uniform(180, 255), rng.uniform(215, 255)
    for field in fields:
        number = number_for(rng, field)
        word = "剩余" if language == "zh-Hans" and field == "alive" and rng.random() < 0.8 else words[field]
        wcap = cap * rng.uniform(0.85, 1.1)
        lw = typefaces.sized(word_source, max(6, round(wcap / typefaces.cap_ratio(word_source)))).getlength(word)
        nw = typefaces.sized(source, max(6, round(cap / typefaces.cap_ratio(source)))).getlength(number)
        cell = max(nw + 10 * z, rng.uniform(28, 46) * z)
        canvas.box(x, centre - half, x + lw + 8 * z, centre + half, rng.uniform(0, 50), alpha)
        canvas.box(x + lw + 8 * z, centre - half, x + lw + 8 * z + cell, centre + half, 0, alpha2)
        canvas.label(field, word, x + 4 * z, centre, wcap, word_source, grey, 1)
        canvas.text(number, x + lw + 8 * z + (cell - nw) / 2, centre, cap, source, white, 1)
        x += lw + 8 * z + cell + rng.uniform(0, 14) * z
    if over:
        overlay(rng, canvas, sets, centre - rng.uniform(11, 24) * z, over + rng.uniform(40, 120) * ZOOM)
    if rng.random() < 0.5:
        canvas.text(pick(rng, ["和平精英", "LIVE", "PSI", name_of(rng)]), x + rng.uniform(0, 30) * z, centre, cap, pick(rng, sets["zh-Hans"]), rng.uniform(120, 255), 1)
    if rng.random() < 0.4:
        canvas.text(pick(rng, ["淘汰 {n}", "{a}", "直播 {n}"]).format(n=int(rng.integers(0, 20)), a=name_of(rng)), rng.uniform(0, 120), centre + rng.uniform(26, 34) * z, 15 * z, pick(rng, sets["zh-Hans"]), 240, 1, mark="")


def fortnite(rng, canvas, sets):
    """Round icons with a number right of each: storm or clock and timer, person and players, skull and kills."""
    z = ZOOM * rng.uniform(0.78, 1.18)
    cap, centre = rng.uniform(15, 17.5) * z, canvas.h * rng.uniform(0.3, 0.7)
    source = pick(rng, sets["round"])
    icon, alpha = rng.uniform(20, 36) * z, rng.uniform(0.3, 0.95)
    if rng.random() < 0.4:  # the map ends just above
        scene = background(rng, canvas.scenes, canvas.w, canvas.h)
        end = max(0, round(centre - rng.uniform(18, 26) * z))
        canvas.image[:end] = scene[:end]
    scale = rng.uniform(0.55, 0.8)
    items = [(pick(rng, ["storm", "clock", "storm", "plane"]), pick(rng, [timer(rng), timer(rng), ""])), ("person", count(rng)), (pick(rng, ["skull", "skull", "crosshair", "plus"]), number_for(rng, "killed"))]
    kind = rng.random()
    if kind < 0.1:
        items = [items[0], items[2]]
    elif kind < 0.2:
        items = [items[1], items[2]]
    elif kind < 0.3:
        items += [("icon", number_for(rng, "killed"))]
    x = rng.uniform(-40, 140) * ZOOM
    if rng.random() < 0.2:
        clutter(rng, canvas, canvas.w * rng.uniform(0.5, 1), centre, cap)
    white = rng.uniform(215, 255)
    cell = rng.uniform(60, 78) * z if rng.random() < 0.5 else 0
    for name, number in items:
        start = x
        cv2_circle(canvas, x + icon / 2, centre, icon / 2, rng.uniform(0, 60) if name != "storm" else rng.uniform(60, 180), alpha)
        if name in ("person", "skull") or rng.random() < 0.85:
            canvas.icon(name, x + icon / 2, centre, icon * scale, white)
        x += icon + rng.uniform(2, 7) * z
        _, x = canvas.text(number, x, centre + rng.uniform(-1, 1), cap, source, white, 1, rng.uniform(-0.5, 1), rng.choice([0, 0.3, 0.8]))
        x += rng.uniform(8, 20) * z
        if cell:
            x = max(x, start + cell)


def cv2_circle(canvas, cx, cy, radius, colour, alpha):
    mask = np.zeros((int(radius * 2) + 3,) * 2, np.uint8)
    cv2.circle(mask, (mask.shape[0] // 2,) * 2, int(radius), 255, -1, cv2.LINE_AA)
    canvas.stamp(mask.astype(np.float32) / 255, cx - mask.shape[0] / 2, cy - mask.shape[0] / 2, colour, alpha)


def warzone(rng, canvas, sets):
    """Icons above their numbers: squads, players, and sometimes a third; often a driver's "120 FPS" over the icons."""
    z = ZOOM * rng.uniform(0.8, 1.2)
    cap = rng.uniform(10.6, 12.6) * z
    drop = 25 * z * rng.uniform(0.9, 1.1)
    top = canvas.h / 2 - drop / 2 + rng.uniform(-4, 4) * ZOOM
    source = pick(rng, sets["angular"] if rng.random() < 0.85 else sets["round"])
    size, pitch = rng.uniform(15, 20) * z, rng.uniform(44, 62) * z
    if rng.random() < 0.3:  # no box: sand and sky end where they end, among the digits too
        edge, lean = canvas.w - rng.uniform(-10, 130) * ZOOM, rng.uniform(-40, 40)
        shape = np.array([[edge + lean, 0], [canvas.w, 0], [canvas.w, canvas.h], [edge - lean, canvas.h]], np.int32)
        mask = np.zeros((canvas.h, canvas.w), np.uint8)
        cv2.fillPoly(mask, [shape], 255, cv2.LINE_AA)
        canvas.image += (background(rng, canvas.scenes, canvas.w, canvas.h) - canvas.image) * (mask / np.float32(255))
    if rng.random() < 0.15:
        clutter(rng, canvas, canvas.w * rng.uniform(0.7, 1), top + drop, cap * 1.5)
    items = [("squads", str(int(rng.integers(1, 60)))), ("person", count(rng))]
    if rng.random() < 0.4:
        items.append((pick(rng, ["plane", "skull", "icon"]), pick(rng, [count(rng), number_for(rng, "killed")])))
    if rng.random() < 0.15:
        items.pop(int(rng.integers(len(items))))
    x = canvas.w - rng.uniform(16, 110) * ZOOM - pitch * (len(items) - 1)
    white, shadow = rng.uniform(215, 255), rng.uniform(0.25, 0.75) if rng.random() < 0.75 else 0.0
    aside = rng.uniform(-8, 8) * z if rng.random() < 0.3 else 0
    frames = rng.random() < 0.65 and (f"{int(rng.integers(20, 250))} FPS", canvas.w - rng.uniform(5, 60) * ZOOM, top - rng.uniform(2, 14) * z, rng.uniform(14, 20) * z, pick(rng, sets["angular"]), rng.uniform(150, 240), rng.uniform(0.5, 1))
    over = rng.random() < 0.3
    if frames and not over:
        canvas.text(*frames, mark="", anchor="right")
    for name, number in items:
        canvas.icon(name, x, top, size, white, shadow=shadow)
        nw = typefaces.sized(source, max(6, round(cap / typefaces.cap_ratio(source)))).getlength(number)
        canvas.text(number, x + aside - nw / 2, top + drop, cap, source, white, 1, rng.uniform(0, 1), shadow)
        x += pitch
    if frames and over:
        canvas.text(*frames, mark="", anchor="right")


def badge(rng, canvas, cx, cy, radius):
    """A rank's emblem: rings and wedges."""
    for share in (1, 0.85, 0.7):
        cv2_circle(canvas, cx, cy, radius * share, rng.uniform(0, 255), rng.uniform(0.7, 1))
    for _ in range(int(rng.integers(2, 7))):
        points = (np.array([radius, radius]) + rng.uniform(-0.7, 0.7, (3, 2)) * radius).astype(np.int32)
        mask = np.zeros((int(2 * radius) + 1,) * 2, np.uint8)
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA)
        canvas.stamp(mask.astype(np.float32) / 255, cx - radius, cy - radius, rng.uniform(0, 255), 1)


def apex(rng, canvas, sets):
    """Dark slanted box "16 SQUADS LEFT", white box with a dark person and the players."""
    z = ZOOM * rng.uniform(0.86, 1.16)
    cap, centre = 17 * z, canvas.h * rng.uniform(0.3, 0.7)
    source = pick(rng, sets["angular"] + sets["round"])
    canvas.ink_gap = rng.uniform(-0.03, 0.2)  # digits that nearly touch, or do
    text = count(rng)
    nw = typefaces.sized(source, max(6, round(cap / typefaces.cap_ratio(source)))).getlength(text)
    width, half = nw + rng.uniform(28, 48) * z, rng.uniform(14, 18) * z
    x = canvas.w - rng.uniform(20, 150) * ZOOM - width
    dark, alpha, rim = rng.uniform(10, 90), rng.uniform(0.3, 1), rng.random() < 0.7
    if rim:  # a thin bright line around both
        canvas.box(x - 171 * z, centre - half - z, x + width + z, centre + half + z, rng.uniform(190, 255), rng.uniform(0.6, 1))
    canvas.box(x - 170 * z, centre - half, x, centre + half, dark, max(alpha, 0.85) if rim else alpha)
    if rng.random() < 0.5:
        badge(rng, canvas, x + width + rng.uniform(26, 60) * z, centre + rng.uniform(-14, 6) * z, rng.uniform(20, 34) * z)
    language = pick(rng, ["en", "ja", "zh-Hant", "ko"])
    words = {"en": "SQUADS LEFT", "ja": "部隊残存", "zh-Hant": "剩餘小隊數", "ko": "남은 분대"}[language]
    canvas.text(f"{int(rng.integers(1, 21))} {words}", x - rng.uniform(8, 20) * z, centre, cap * rng.uniform(0.85, 1.05), source if language == "en" else pick(rng, sets[language]), rng.uniform(190, 255), 1, anchor="right")
    if rng.random() < 0.88:
        slant = rng.uniform(0, 12) * z
        corners = np.array([[slant, 0], [width + slant, 0], [width, 2 * half], [0, 2 * half]]).astype(np.int32)
        shape = np.zeros((int(2 * half) + 1, int(width + slant) + 1), np.uint8)
        cv2.fillPoly(shape, [corners], 255, cv2.LINE_AA)
        canvas.stamp(shape.astype(np.float32) / 255, x - slant / 2, centre - half, rng.uniform(190, 255), rng.uniform(0.75, 1))
        dark = rng.uniform(0, 110)
        canvas.icon("person", x + rng.uniform(14, 20) * z, centre, rng.uniform(17, 23) * z, dark)
        canvas.text(text, x + width - rng.uniform(6, 10) * z, centre, cap, source, dark, 1, anchor="right")
    below = rng.random()
    if below < 0.35:
        killfeed(rng, canvas, sets, centre + rng.uniform(26, 34) * z)
    elif below < 0.75:  # the row of one's own kills and damage
        y, at = centre + rng.uniform(32, 38) * z, x - rng.uniform(60, 170) * z
        for name in ("skull", "icon", "squads", "crosshair"):
            light = rng.random() < 0.3
            canvas.box(at - 16 * z, y - half, at + 26 * z, y + half, 245 if light else rng.uniform(10, 70), 0.8)
            mask = icon_mask(name, max(6, round(20 * z)), int(rng.integers(8)))
            canvas.stamp(mask, at - 12 * z, y - mask.shape[0] / 2, 30 if light else 240, 1)
            canvas.text(str(int(rng.integers(0, 12))), at + 10 * z, y, cap, source, 30 if light else 240, 1, mark="")
            at += rng.uniform(46, 60) * z


def nothing(rng, canvas, sets):
    """Pictures with text or numbers but no counter: the traps, and plain scenery."""
    kind = rng.random()
    centre = canvas.h * rng.uniform(0.2, 0.8)
    source = pick(rng, sets["narrow"] + sets["universal"] + sets["round"] + sets["angular"])
    if kind < 0.22:
        return
    if kind < 0.42:  # words and names, one line or two
        for _ in range(int(rng.integers(1, 4))):
            word = pick(rng, OTHER_WORDS) if rng.random() < 0.6 else name_of(rng)
            text = f"{int(rng.integers(0, 200))} {word}" if rng.random() < 0.5 else f"{word} {int(rng.integers(0, 200))}" if rng.random() < 0.5 else word
            canvas.text(text, rng.uniform(-40, canvas.w - 60), canvas.h * rng.uniform(0.1, 0.9), rng.uniform(10, 24) * ZOOM, source, rng.uniform(120, 255), rng.uniform(0.5, 1))
    elif kind < 0.6:  # the place after death or a win: #42/84
        size = rng.uniform(17, 60) * ZOOM
        text = f"#{int(rng.integers(1, 100))}"
        _, x = canvas.text(text, rng.uniform(0, canvas.w * 0.6), centre, size, pick(rng, sets["near"]), rng.uniform(170, 240), 1)
        canvas.text(f"/{int(rng.integers(10, 101))}", x + 4, centre, size * rng.uniform(0.7, 1), pick(rng, sets["near"]), rng.uniform(90, 220), rng.uniform(0.4, 1))
    elif kind < 0.75:  # numbers alone: ammunition, compass, score, clock
        x = rng.uniform(-20, 60)
        for _ in range(int(rng.integers(1, 7))):
            text = pick(rng, [str(int(rng.integers(0, 360))), timer(rng), f"{int(rng.integers(0, 50))}/{int(rng.integers(0, 300))}", pick(rng, ["N", "NW", "W", "SE", "|", "%"])])
            _, x = canvas.text(text, x, centre, rng.uniform(10, 20) * ZOOM, source, rng.uniform(150, 255), rng.uniform(0.6, 1))
            x += rng.uniform(8, 80)
    elif kind < 0.88:  # icons of a menu
        for _ in range(int(rng.integers(1, 5))):
            x, size = rng.uniform(0, canvas.w), rng.uniform(16, 40) * ZOOM
            if rng.random() < 0.5:
                canvas.box(x - size * 0.7, centre - size * 0.7, x + size * 0.7, centre + size * 0.7, rng.uniform(0, 255), rng.uniform(0.5, 1))
            canvas.icon(pick(rng, ["clock", "crosshair", "icon", "plane", "storm"]), x, centre, size, rng.uniform(0, 255))
    else:  # text of any language, as subtitles and chat are
        language = pick(rng, ["ko", "ja", "zh-Hans", "zh-Hant"])
        text = "".join(chr(int(rng.integers(0xAC00, 0xD7A3))) if language == "ko" else chr(int(rng.integers(0x4E00, 0x9FA5))) for _ in range(int(rng.integers(2, 9))))
        canvas.text(text, rng.uniform(-20, canvas.w * 0.7), centre, rng.uniform(12, 20) * ZOOM, pick(rng, sets[language]), rng.uniform(150, 255), 1)


# What is drawn how often, for each model.
SHARES = {
    "both": [(pubg, 0.38), (mobile, 0.12), (fortnite, 0.11), (warzone, 0.14), (apex, 0.10), (nothing, 0.15)],
    "words": [(pubg, 0.60), (mobile, 0.16), (fortnite, 0.03), (warzone, 0.04), (apex, 0.03), (nothing, 0.14)],
    "icons": [(pubg, 0.05), (mobile, 0.03), (fortnite, 0.24), (warzone, 0.32), (apex, 0.22), (nothing, 0.14)],
}


def streamed(rng, image):
    """As many lines as a stream has, blurred or sharpened, with noise: what an encoder gets. uint8."""
    height, width = image.shape
    kind = rng.random()
    lines = rng.uniform(300, 500) if kind < 0.3 else rng.uniform(500, 800) if kind < 0.6 else rng.uniform(800, 1250)
    factor = lines / 1200
    small = (max(8, round(width * factor)), max(8, round(height * factor)))
    if factor < 1:
        image = cv2.resize(image, small, interpolation=pick(rng, [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_CUBIC]))
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.9) * max(0.6, factor))
    if rng.random() < 0.15:
        blurred = cv2.GaussianBlur(image, (0, 0), 1)
        image = image + (image - blurred) * rng.uniform(0.3, 1.2)
    if rng.random() < 0.05:  # a screen that is filmed: it leans, and its dots make waves
        lean = rng.uniform(-0.04, 0.04)
        matrix = np.float32([[1, 0, 0], [lean, 1, -lean * image.shape[1] / 2]])
        image = cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float32)
        image = image + rng.uniform(0, 12) * np.sin(x * rng.uniform(0.2, 2) + y * rng.uniform(0.2, 2))
    if rng.random() < 0.2:
        image = image + rng.normal(0, rng.uniform(1, 10), image.shape).astype(np.float32)
    return np.clip(image, 0, 255).astype(np.uint8)


def as_jpeg(rng, image):
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        quality = int(rng.uniform(12, 45) if rng.random() < 0.5 else rng.uniform(45, 95))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    return image


def as_video(rng, images):
    """All of them in one H.264 picture, one above the other, after two pictures in which everything stood elsewhere."""
    height, width = sum(len(image) + 8 for image in images), max(image.shape[1] for image in images)
    height, width = height + height % 2, width + width % 2
    sheet, tops, y = np.full((height, width), 60, np.uint8), [], 0
    for image in images:
        tops.append(y)
        sheet[y : y + len(image), : image.shape[1]] = image
        y += len(image) + 8
    shift = rng.integers(-3, 4, 2)
    frames = np.stack([np.roll(sheet, shift * (2 - n), (0, 1)) for n in range(3)])
    raw = ["-f", "rawvideo", "-pix_fmt", "gray"]
    encode = ["ffmpeg", "-v", "error", *raw, "-s", f"{width}x{height}", "-i", "-", "-c:v", "libx264", "-preset", pick(rng, ["ultrafast", "veryfast", "medium"]), "-threads", "1",
              "-crf", str(round(float(rng.uniform(20, 37)), 1)), "-pix_fmt", "yuv420p", "-f", "h264", "-"]
    decode = ["ffmpeg", "-v", "error", "-threads", "1", "-f", "h264", "-i", "-", *raw, "-"]
    stream = subprocess.run(encode, input=frames.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    shown = subprocess.run(decode, input=stream, stdout=subprocess.PIPE, check=True).stdout
    last = np.frombuffer(shown, np.uint8).reshape(-1, height, width)[-1]
    return [last[y : y + len(image), : image.shape[1]] for y, image in zip(tops, images)]


def as_read(rng, image, width):
    """At the reader's scale."""
    grows = len(image) < HEIGHT
    return cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_LINEAR if grows else pick(rng, [cv2.INTER_AREA, cv2.INTER_LINEAR]))


def samples(rng, scenes, sets, shares, count, width=320):
    """`count` of: image uint8 [48, width], glyph classes [width / 2], label classes [width / 2]."""
    drawn = [draw_one(rng, scenes, sets, shares, width) for _ in range(count)]
    small = [streamed(rng, image) for image, _, _ in drawn]
    encoded = as_video(rng, small) if rng.random() < 0.4 else [as_jpeg(rng, image) for image in small]
    return [(as_read(rng, image, width), glyphs, labels) for image, (_, glyphs, labels) in zip(encoded, drawn)]


def draw_one(rng, scenes, sets, shares, width):
    """The same before it is degraded, at ZOOM, as numbers that may be out of 0..255."""
    # A game that is shown in another shape than its own.
    stretch = rng.uniform(0.72, 1.36) if rng.random() < 0.12 else 1
    canvas = Canvas(rng, scenes, width / stretch)
    roll = rng.random()
    for draw, share in shares:
        roll -= share
        if roll < 0:
            break
    plain = canvas.image.copy()
    draw(rng, canvas, sets)
    light = rng.random()
    known = "yes"
    if light < 0.04:  # a HUD that is nearly faded out behind a full-screen message is no counter
        canvas.image *= rng.uniform(0.12, 0.3)
        known = "no"
    elif light < 0.07:
        fade = rng.uniform(0.05, 0.25)
        canvas.image = plain + (canvas.image - plain) * fade
        known = "no"
    elif light < 0.2:
        canvas.image *= rng.uniform(0.72, 1)
    if rng.random() < 0.04 and canvas.glyphs:  # something covers a glyph
        index = int(rng.integers(len(canvas.glyphs)))
        _, x, w = canvas.glyphs[index]
        canvas.box(x - w * rng.uniform(0.35, 0.8), 0, x + w * rng.uniform(0.35, 0.8), canvas.h, rng.uniform(0, 255), 1)
        canvas.glyphs = [("x" if abs(gx - x) < (w + gw) * 0.5 else name, gx, gw) for name, gx, gw in canvas.glyphs]
        canvas.labels = [("?" if abs(lx - x) < (w + lw) * 0.6 else name, lx, lw) for name, lx, lw in canvas.labels]
    if stretch != 1:
        size = (int(width * ZOOM), canvas.h)
        stretch = size[0] / canvas.w
        canvas.image = cv2.resize(np.ascontiguousarray(canvas.image), size, interpolation=cv2.INTER_AREA)
        canvas.glyphs = [(name, x * stretch, w * stretch) for name, x, w in canvas.glyphs]
        canvas.labels = [(name, x * stretch, w * stretch) for name, x, w in canvas.labels]
    columns = width // STEP
    glyphs, labels = np.zeros(columns, np.uint8), np.zeros(columns, np.uint8)
    pixel = ZOOM * STEP
    for row, marks, names, core, rim in ((glyphs, canvas.glyphs, GLYPHS, 0.2, 0.34), (labels, canvas.labels, LABELS, 0.14, 0.3)):
        centres = []
        for name, x, w in marks:
            if not name or known == "no":
                continue
            w = max(w, 6 * ZOOM)
            at = x / pixel - 0.5
            lo, hi = at - w * rim / pixel, at + w * rim / pixel
            for c in range(max(0, int(np.ceil(lo))), min(columns - 1, int(np.floor(hi))) + 1):
                if row[c] == 0:
                    row[c] = IGNORE
            centres.append((name, at, w))
        for name, at, w in centres:
            lo, hi = int(np.ceil(at - max(0.5, w * core / pixel))), int(np.floor(at + max(0.5, w * core / pixel)))
            for c in range(max(0, lo), min(columns - 1, hi) + 1):
                row[c] = IGNORE if name == "?" else names.index(name)
    return canvas.image, glyphs, labels
