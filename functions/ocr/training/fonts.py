"""The typefaces the strips are drawn with: free ones, as many and as different as can be had. See README.md for where."""

import glob
import os
from functools import lru_cache

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from PIL import ImageFont

FONTSOURCE = os.environ.get("FONTSOURCE", "node_modules/@fontsource")
CACHE = os.environ.get("FONT_CACHE", "/tmp/rotisserie-fonts")
SYSTEM = "/usr/share/fonts"

# Condensed and squared, as PUBG's HUD since 2018.
NARROW = ["saira-extra-condensed", "saira-condensed", "teko", "khand", "squada-one", "rajdhani", "bebas-neue", "oswald",
          "barlow-condensed", "antonio", "fjalla-one", "sofia-sans-extra-condensed", "sofia-sans-condensed", "smooch-sans",
          "pathway-gothic-one", "league-gothic", "roboto-condensed", "fira-sans-extra-condensed", "encode-sans-condensed",
          "big-shoulders-display", "yanone-kaffeesatz", "advent-pro", "staatliches", "pragati-narrow", "archivo-narrow"]
# Nearest to it: drawn more often.
NEAR = ["saira-extra-condensed", "saira-condensed", "teko", "khand", "squada-one", "rajdhani", "sofia-sans-extra-condensed"]
# Round and bold, as PUBG's of 2017 and Fortnite's.
ROUND = ["open-sans", "rubik", "fira-sans-condensed", "barlow-semi-condensed", "exo-2", "titillium-web", "ibm-plex-sans-condensed"]
# Wide and angular, as Warzone's and Apex's.
ANGULAR = ["chakra-petch", "quantico", "oxanium", "aldrich", "electrolize", "play", "rajdhani", "exo-2", "titillium-web",
           "jura", "rubik"]


def _from_fontsource(names, weights, scripts=("latin",)):
    """Families come in one file a script: joined, so that a word with accents is drawn with one of them."""
    os.makedirs(CACHE, exist_ok=True)
    found = []
    for name in names:
        for weight in weights:
            paths = [f"{FONTSOURCE}/{name}/files/{name}-{script}-{weight}-normal.woff2" for script in scripts]
            parts = [path for path in paths if os.path.exists(path)]
            if not parts or (len(scripts) > 1 and len(parts) < 2):
                continue
            target = f"{CACHE}/{name}-{weight}-{'-'.join(scripts)}.ttf"
            if not os.path.exists(target):
                _join(parts, target)
            found.append(target)
    return found


def _join(paths, target):
    for index, path in enumerate(paths):
        part = TTFont(path)
        part.flavor = None
        if len(paths) > 1:  # what cannot be merged, and is not needed letter by letter
            for table in set(part.keys()) & {"GSUB", "GPOS", "GDEF", "kern", "STAT", "DSIG"}:
                del part[table]
        part.save(f"{target}.{index}")
    if len(paths) > 1:
        Merger().merge([f"{target}.{index}" for index in range(len(paths))]).save(target)
    else:
        os.replace(f"{target}.0", target)


@lru_cache(maxsize=500)
def _letters(path):
    return frozenset(TTFont(path, lazy=True).getBestCmap())


@lru_cache(maxsize=5000)
def that_have(word, sources):
    """Those of the fonts that can draw every letter of the word."""
    return tuple(source for source in sources if all(ord(letter) in _letters(source) for letter in word))


def _system(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(f"{SYSTEM}/**/{pattern}", recursive=True) if "Italic" not in path and "Oblique" not in path)


def load():
    """name of a set -> font files (a ttc with its index)."""
    cond = _system("NotoSans-Condensed*Bold.ttf", "NotoSans-ExtraCondensed*Bold.ttf", "NotoSans-CondensedMedium.ttf",
                   "NotoSans-SemiCondensedBold.ttf", "RobotoCondensed-Bold.ttf", "RobotoCondensed-Regular.ttf",
                   "OpenSans-CondBold.ttf", "NotoSans-ExtraCondensedMedium.ttf")
    cjk = _system("NotoSansCJK-*.ttc")
    sets = {
        "narrow": _from_fontsource(NARROW, (400, 500, 600, 700)),
        "near": _from_fontsource(NEAR, (400, 500, 600, 700)),
        "round": _from_fontsource(ROUND, (600, 700, 800)) + _system("OpenSans-*old.ttf", "NotoSans-Bold.ttf", "Lato-Bold.ttf"),
        "angular": _from_fontsource(ANGULAR, (400, 500, 600, 700)),
        "universal": cond,
        # For words with accents and in Cyrillic.
        "words": _from_fontsource(NARROW, (500, 600, 700), ("latin", "latin-ext", "vietnamese", "cyrillic")) + cond,
        "thai": _system("NotoSansThai-*Bold.ttf", "NotoSansThai-*Medium.ttf", "NotoSansThai-Regular.ttf", "Waree-Bold.ttf", "Loma-Bold.ttf", "Garuda-Bold.ttf", "Laksaman-Bold.ttf"),
        # Indices of the collection: 0 JP, 1 KR, 2 SC, 3 TC.
        "ja": [(path, 0) for path in cjk], "ko": [(path, 1) for path in cjk],
        "zh-Hans": [(path, 2) for path in cjk], "zh-Hant": [(path, 3) for path in cjk],
    }
    empty = [name for name, files in sets.items() if not files]
    if empty:
        raise SystemExit(f"no fonts for {', '.join(empty)}: see README.md")
    return sets


@lru_cache(maxsize=4000)
def sized(source, size):
    path, index = source if isinstance(source, tuple) else (source, 0)
    return ImageFont.truetype(path, size, index=index)


@lru_cache(maxsize=2000)
def cap_ratio(source):
    """Height of a digit (or, without digits, of a typical letter) per font size."""
    font = sized(source, 100)
    box = font.getbbox("0")
    return max(20, box[3] - box[1]) / 100
