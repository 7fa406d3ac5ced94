"""What can be behind a HUD: sky, snow, map paper, roof beams, foliage, dark rooms. Made up, plus photographs that come
with two Python packages. No frame of a game is used, so every real frame stays unseen by the model."""

import cv2
import numpy as np

SIZE = (320, 768)


def _noise(rng, roughness):
    height, width = SIZE
    out = np.zeros(SIZE, np.float32)
    for octave in range(1, 8):
        cells = 2**octave
        small = rng.random((max(2, cells * height // width + 1), cells + 1), dtype=np.float32)
        out += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * roughness**octave
    low, high = np.percentile(out, (1, 99))
    return np.clip((out - low) / (high - low + 1e-6), 0, 1)


def _shapes(rng, base):
    image = base.copy()
    height, width = SIZE
    for _ in range(int(rng.integers(3, 40))):
        colour = float(rng.random())
        kind = rng.integers(4)
        x, y = int(rng.integers(width)), int(rng.integers(height))
        if kind == 0:
            cv2.line(image, (x, y), (int(rng.integers(width)), int(rng.integers(height))), colour, int(rng.integers(1, 14)), cv2.LINE_AA)
        elif kind == 1:
            points = np.stack([x + rng.integers(-90, 90, 4), y + rng.integers(-60, 60, 4)], 1).astype(np.int32)
            cv2.fillPoly(image, [points], colour, cv2.LINE_AA)
        elif kind == 2:
            cv2.rectangle(image, (x, y), (x + int(rng.integers(4, 120)), y + int(rng.integers(4, 80))), colour, int(rng.choice([-1, 1, 2, 4])))
        else:
            cv2.circle(image, (x, y), int(rng.integers(2, 30)), colour, int(rng.choice([-1, 1, 3])), cv2.LINE_AA)
    return image


def _stripes(rng):
    height, width = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, period = rng.random() * np.pi, rng.uniform(5, 60)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period + 3 * _noise(rng, 0.5))
    return np.clip(wave * rng.uniform(0.3, 3) * 0.5 + 0.5, 0, 1).astype(np.float32)


def _photographs():
    pictures = []
    from skimage import data
    from sklearn.datasets import load_sample_images
    for name in ("astronaut", "brick", "camera", "coffee", "grass", "gravel", "rocket", "chelsea", "moon", "page", "text", "coins", "clock", "immunohistochemistry"):
        try:
            pictures.append(getattr(data, name)())
        except Exception:  # not every picture is in the wheel
            continue
    pictures += load_sample_images().images
    greys = []
    for picture in pictures:
        grey = picture if picture.ndim == 2 else cv2.cvtColor(picture[..., :3], cv2.COLOR_RGB2GRAY)
        greys.append(grey.astype(np.float32) / max(1, grey.max()))
    return greys


def pool(rng, count=420):
    """Grey pictures in 0..255, uint8, SIZE."""
    photographs = _photographs()
    scenes = []
    for index in range(count):
        kind = index % 7
        if kind == 0:
            image = cv2.GaussianBlur(_noise(rng, rng.uniform(0.35, 0.6)), (0, 0), rng.uniform(2, 12))
        elif kind in (1, 2):
            image = _noise(rng, rng.uniform(0.4, 0.95))
        elif kind == 3:
            image = _shapes(rng, _noise(rng, rng.uniform(0.4, 0.8)))
        elif kind == 4:
            image = _shapes(rng, cv2.GaussianBlur(_noise(rng, 0.5), (0, 0), 9))
        elif kind == 5:
            image = _stripes(rng) if rng.random() < 0.5 else _shapes(rng, _stripes(rng))
        else:
            picture = photographs[int(rng.integers(len(photographs)))]
            zoom = max(SIZE[0] / picture.shape[0], SIZE[1] / picture.shape[1]) * rng.uniform(1, 2)
            big = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR)
            y, x = int(rng.integers(big.shape[0] - SIZE[0] + 1)), int(rng.integers(big.shape[1] - SIZE[1] + 1))
            image = big[y : y + SIZE[0], x : x + SIZE[1]]
        scenes.append((np.clip(image, 0, 1) * 255).astype(np.uint8))
    return scenes


def background(rng, scenes, width, height):
    """A piece of a scene with a brightness of its own: float32, 0..255."""
    scene = scenes[int(rng.integers(len(scenes)))]
    zoom = rng.uniform(0.5, 1.0)
    w, h = int(width * zoom), int(height * zoom)
    w, h = min(w, SIZE[1]), min(h, SIZE[0])
    x, y = int(rng.integers(SIZE[1] - w + 1)), int(rng.integers(SIZE[0] - h + 1))
    piece = cv2.resize(scene[y : y + h, x : x + w], (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    # A range of grey: dark rooms, ordinary scenes, snow and sky.
    kind = rng.random()
    low, high = (rng.uniform(0, 25), rng.uniform(15, 90)) if kind < 0.25 else (rng.uniform(150, 235), rng.uniform(200, 255)) if kind < 0.5 else (rng.uniform(0, 120), rng.uniform(60, 255))
    return low + piece / 255 * (high - low)
