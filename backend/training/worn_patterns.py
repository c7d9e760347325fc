"""Garments whose pattern is known: patterns drawn on plain garments of photos, following their outline and folds."""

import math
from collections.abc import Sequence
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from backend.training.cloth_patterns import Draw, Field
from backend.vision.images import Pixels

_LEAST = 0.12  # of the crop: a smaller garment shows too little of its cloth
_DARK = 0.12  # added to every tone, so that the grain of a black garment does not become its folds
_FOLDS = (0.35, 1.5)  # of the usual tone
_BENT = 0.02  # widths of the garment by which cloth is bent
_FINE = 7  # pixels: tones that change within them are a pattern, those that change slower are folds

Mask = npt.NDArray[np.bool_]


def plainness(crop: Pixels, mask: Mask) -> float:
    """How much the colours under the mask differ, 0 for one flat colour: few colours, no quick changes of tone."""
    if mask.mean() < _LEAST:
        return math.inf
    lab = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    quick = np.abs(lab[..., 0] - cv2.blur(lab[..., 0], (_FINE, _FINE)))
    return float(lab[..., 1][mask].std() + lab[..., 2][mask].std() + 2 * quick[mask].mean())


def wear(crop: Pixels, mask: Mask, draw: Draw, chance: Random) -> Pixels:
    """The crop (h, w, 3) with its garment of another cloth; light and folds stay."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    wide = max(1, columns[-1] - columns[0])
    down, across = np.meshgrid(np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32), indexing="ij")
    u, v = (across - columns[0]) / wide, (down - rows[0]) / wide
    for _ in range(2):
        bend = cv2.resize(np.random.default_rng(chance.getrandbits(32)).normal(0, _BENT, (5, 5)).astype(np.float32),
                          (width, height), interpolation=cv2.INTER_CUBIC)  # fmt: skip
        u, v = v, u + bend
    angle, size = math.radians(chance.gauss(0, 5)), chance.uniform(0.85, 1.2)
    cos, sin = math.cos(angle) * size, math.sin(angle) * size
    cloth = draw(_places(u * cos + v * sin), _places(v * cos - u * sin), chance)
    worn = np.clip(cloth * _folds(crop, mask)[..., None], 0, 1) * 255
    edge = cv2.GaussianBlur(mask.astype(np.float32), (3, 3), 0)[..., None]
    return np.asarray(crop * (1 - edge) + worn * edge, np.uint8)


def _places(values: npt.NDArray[np.float32]) -> Field:
    return np.asarray(values, np.float32)


def _folds(crop: Pixels, mask: Mask) -> Field:
    """How much lighter or darker than usual each place of the garment is."""
    tone = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255 + _DARK
    return np.asarray(np.clip(tone / np.median(tone[mask]), *_FOLDS), np.float32)


def pick(patterns: dict[str, Sequence[Draw]], chance: Random) -> tuple[str, Draw]:
    """A pattern's name and one way to draw it, each name as often."""
    name = chance.choice(sorted(patterns))
    return name, chance.choice(list(patterns[name]))
