"""Surfaces that are not made of threads: leather, suede, sequins, cables, crumpled and brushed cloth, lace, denim."""

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from backend.training.usefulness.canvas import color
from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]


def draw_skin(chance: Random, width: int, height: int) -> Pixels:
    """One of these surfaces in one light (h, w, 3)."""
    noise = np.random.default_rng(chance.randrange(2**32))
    tones = chance.choice(_SKINS)(chance, noise, width, height)
    return np.asarray(np.clip(tones, 0, 255), np.uint8)


def hills(noise: np.random.Generator, width: int, height: int, across: float, down: float) -> Tones:
    """Smooth noise (h, w) whose hills are about so many pixels wide and tall; mean 0, spread 1."""
    cells = max(2, round(height / max(1.0, down)) + 1), max(2, round(width / max(1.0, across)) + 1)
    rough = noise.normal(0, 1, cells).astype(np.float32)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC))


def _lit(surface: Tones, chance: Random) -> Tones:
    """Light and shade of a surface's slopes (h, w), from one side."""
    steep_y, steep_x = np.gradient(surface)
    turn = chance.uniform(0, 2 * np.pi)
    return np.asarray(np.tanh(steep_x * np.cos(turn) + steep_y * np.sin(turn)), np.float32)


def _tone(chance: Random) -> Tones:
    return np.array(color(chance), np.float32)


def _cells(noise: np.random.Generator, width: int, height: int, step: float) -> tuple[Tones, Tones]:
    """How far the nearest of strewn points is, and how much farther the second nearest (h, w)."""
    columns, rows = int(width / step) + 3, int(height / step) + 3
    spots = np.stack(np.meshgrid(np.arange(columns) - 1, np.arange(rows) - 1), -1).reshape(-1, 2) * step
    spots = spots + noise.uniform(0, step, spots.shape)
    mask = np.full((height, width), 255, np.uint8)
    inside = (spots >= 0).all(1) & (spots[:, 0] < width) & (spots[:, 1] < height)
    for x, y in spots[inside].astype(int):
        mask[y, x] = 0
    first = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    edge = cv2.blur(cv2.Laplacian(first, cv2.CV_32F), (3, 3))
    return first / step, np.asarray(np.clip(-edge, 0, 2), np.float32)


def _leather(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Pebbles with dark lines between them, creases, a dull shine."""
    far, lines = _cells(noise, width, height, chance.uniform(4, 20))
    slow = hills(noise, width, height, chance.uniform(40, 200), chance.uniform(40, 200))
    light = -far * chance.uniform(8, 40) - lines * chance.uniform(5, 40) + slow * chance.uniform(2, 14)
    brown = np.array(
        chance.choice([(120, 74, 40), (60, 38, 28), (176, 120, 72), (28, 26, 26), (150, 40, 36)]), np.float32
    )
    tone = brown if chance.random() < 0.6 else _tone(chance)
    return np.asarray(tone + light[..., None] + 10, np.float32)


def _brushed(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Suede, velvet, fur, terry, fleece: short or long hairs that lie in places this way, in others that."""
    long, thick = chance.choice([(3.0, 3.0), (2.0, 18.0), (14.0, 2.0), (6.0, 6.0), (9.0, 14.0)]), chance.uniform(6, 40)
    hairs, lay = hills(noise, width, height, *long), hills(noise, width, height, 70, 70)
    return np.asarray(_tone(chance) + (hairs * thick + lay * chance.uniform(0, 30))[..., None], np.float32)


def _sequins(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Round scales in rows, each as bright as it happens to lie."""
    step = chance.uniform(7, 34)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    row = (down / step * 1.4).astype(int)
    column = ((across + row % 2 * step / 2) / step).astype(int)
    u = np.mod(across + row % 2 * step / 2, step) / step - 0.5
    v = np.mod(down, step / 1.4) / (step / 1.4) - 0.5
    shine = noise.normal(0, chance.uniform(8, 60), (997,)).astype(np.float32)[(row * 31 + column * 17) % 997]
    return np.asarray(_tone(chance) + (shine - 60 * (u**2 + np.clip(v, 0, 1) ** 2))[..., None], np.float32)


def _cables(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Thick knitting: columns of stitches like little leaves, some of them crossing each other."""
    step = chance.uniform(10, 60)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    sway = np.sin(down / step * chance.uniform(0.4, 1.5)) * step * chance.choice([0.0, 0.3, 0.6])
    u = np.mod(across + sway, step) / step - 0.5
    leaf = np.mod(down / step * chance.uniform(1.2, 2.2) + np.abs(u) * chance.uniform(0.6, 1.6), 1.0) - 0.5
    depth = chance.uniform(25, 80)
    light = -depth * (leaf**2 * 2.2 + np.clip(np.abs(u) - 0.36, 0, 1) * 4)
    yarn = hills(noise, width, height, 2, 2) * chance.uniform(1, 8)
    return np.asarray(_tone(chance) + (light + yarn)[..., None] + depth * 0.3, np.float32)


def _crumpled(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Crinkled, pleated or gathered: many sharp creases, over each other or all one way."""
    one_way = chance.random() < 0.4
    near = chance.uniform(6, 40)
    surface = np.abs(hills(noise, width, height, near, near * (12 if one_way else 1)))
    surface += np.abs(hills(noise, width, height, 2.2 * near, near * (20 if one_way else 2.2)))
    light = _lit(np.asarray(surface * near * chance.uniform(0.3, 1.2), np.float32), chance)
    return np.asarray(_tone(chance) * (1 + chance.uniform(0.15, 0.5) * light[..., None]), np.float32)


def _lace(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Rings, petals and nets of one thread before another tone, the same again and again."""
    step, thread, ground = chance.uniform(24, 110), _tone(chance), _tone(chance)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    row = (down / step).astype(int)
    u, v = np.mod(across + row % 2 * step / 2, step) / step - 0.5, np.mod(down, step) / step - 0.5
    far, way = np.hypot(u, v), np.arctan2(v, u)
    flower = np.abs(far - 0.26 - 0.12 * np.cos(chance.choice([4, 5, 6, 8]) * way)) < chance.uniform(0.02, 0.06)
    net = (np.mod(across + down, step / 7) < 1.5) | (np.mod(across - down, step / 7) < 1.5)
    cover = np.where(flower, 1.0, np.where(net, chance.uniform(0.2, 0.8), 0.0)).astype(np.float32)
    uneven = hills(noise, width, height, 3, 3) * 4
    return np.asarray(ground + (thread - ground) * cover[..., None] + uneven[..., None], np.float32)


def _washed(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Denim, canvas, chambray: slanting threads of two tones, worn paler in clouds."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    step, lean = chance.uniform(2.5, 9), chance.choice([-1.0, 1.0, 0.5])
    twill = np.sin((across + lean * down) * 2 * np.pi / step) * chance.uniform(4, 22)
    slubs = hills(noise, width, height, 1.5, 40) * chance.uniform(2, 12)
    clouds = hills(noise, width, height, 120, 160) * chance.uniform(0, 26)
    blue = np.array([chance.uniform(20, 130), chance.uniform(40, 150), chance.uniform(80, 190)], np.float32)
    tone = blue if chance.random() < 0.6 else _tone(chance)
    return np.asarray(tone + (twill + slubs + clouds)[..., None], np.float32)


def _swirled(chance: Random, noise: np.random.Generator, width: int, height: int) -> Tones:
    """Marble, ikat, paisley, moiré: bands of several colours along the heights of smooth noise."""
    field = hills(noise, width, height, chance.uniform(25, 160), chance.uniform(25, 160))
    palette = np.stack([_tone(chance) for _ in range(chance.randint(2, 5))])
    band = np.floor(np.mod(field * chance.uniform(1, 4), 1.0) * len(palette)).astype(int).clip(0, len(palette) - 1)
    return np.asarray(palette[band], np.float32)


_SKINS: tuple[Callable[[Random, np.random.Generator, int, int], Tones], ...] = (
    _leather, _leather, _brushed, _sequins, _cables, _crumpled, _lace, _washed, _swirled,
)  # fmt: skip
