"""Garments whose pattern is known: patterns drawn on plain garments of photos, following their outline and folds."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.training.cloth_fields import Draw, Field, field
from backend.training.cloth_patterns import KNOWN, OTHERS, Patterns
from backend.training.datasets import read
from backend.training.examples import progress
from backend.training.hardening import relight, spoil
from backend.training.piece_masks import mask_of
from backend.training.pieces import Piece
from backend.vision.crops import embedder_crop
from backend.vision.images import Picture, Pixels

_LEAST = 0.12  # of the crop: a smaller garment shows too little of its cloth
_DARK = 0.12  # added to every tone, so that the grain of a black garment does not become its folds
_FOLDS = (0.35, 1.5)  # of the usual tone
_BENT = 0.02  # widths of the garment by which cloth is bent
_FINE = 7  # pixels: tones that change within them are a pattern, those that change slower are folds

_CLOTHES = {"top", "outer", "dress", "skirt", "pants", "shorts", "scarf"}
_PLAIN, _VERY_PLAIN = 0.45, 0.25  # the plainest shares of the garments: to draw on, and to be shown as plain ones
_AS_IT_IS = 0.5  # of what is shown as plain: garments of photos, where the others were drawn plain
_CANDIDATES = 2  # garments that are looked at for each drawing
_ASIDE, _ASIDE_OTHERS = 0.12, 0.06  # as many on garments kept aside, by drawings that are learned and by others

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """A crop (224, 224, 3) of a garment with a pattern; `aside` ones are of garments that are not learned from."""

    crop: Pixels
    pattern: str
    aside: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    crop: Pixels
    mask: Mask
    plainness: float


def dress_up(pieces: Sequence[Piece], count: int, kept_aside: Callable[[str], bool], *, seed: int) -> Iterator[Worn]:
    """`count` garments in patterns to learn, and a few more on garments kept aside, some of them drawn by OTHERS."""
    chance = Random(seed)
    usable = [one for one in pieces if one.category in _CLOTHES]
    usable = chance.sample(usable, min(len(usable), _CANDIDATES * count))
    groups: dict[bool, list[_Base]] = {False: [], True: []}
    with progress(range(len(usable)), "plain garments") as numbers:
        for number in numbers:
            base = _base(usable[number])
            if base is not None:
                groups[kept_aside(usable[number].product)].append(base)
    for patterns, kept, share in ((KNOWN, False, 1.0), (KNOWN, True, _ASIDE), (OTHERS, True, _ASIDE_OTHERS)):
        bases = sorted(groups[kept], key=lambda one: one.plainness)
        if bases:
            for _ in range(round(share * count)):
                yield _worn(bases, patterns, chance, aside=kept)


def _base(piece: Piece) -> _Base | None:
    """The garment as serving cuts it, where its outline is known and large enough."""
    picture, known = read(piece.path), mask_of(piece)
    if not (known == 1).any() or (known > 1).any():
        return None
    stacked = np.repeat((known == 1)[..., None] * np.uint8(255), 3, axis=2)
    mask = embedder_crop(Picture(stacked, picture.width, picture.height), piece.box)[..., 0] > 127
    crop = embedder_crop(picture, piece.box)
    level = plainness(crop, mask)
    return _Base(crop, mask, level) if math.isfinite(level) else None


def _worn(bases: Sequence[_Base], patterns: Patterns, chance: Random, *, aside: bool) -> Worn:
    name, draw = pick(patterns, chance)
    as_it_is = name == "plain" and chance.random() < _AS_IT_IS
    base = bases[chance.randrange(max(1, round((_VERY_PLAIN if as_it_is else _PLAIN) * len(bases))))]
    crop = base.crop if as_it_is else wear(base.crop, base.mask, draw, chance)
    image = Image.fromarray(crop[:, ::-1] if chance.random() < 0.5 else crop)
    if chance.random() < 0.6:
        image = spoil(relight(image, chance), chance)
    return Worn(np.asarray(image), name, aside)


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
    cloth = draw(field(u * cos + v * sin), field(v * cos - u * sin), chance)
    worn = np.clip(cloth * _folds(crop, mask)[..., None], 0, 1) * 255
    edge = cv2.GaussianBlur(mask.astype(np.float32), (3, 3), 0)[..., None]
    return np.asarray(crop * (1 - edge) + worn * edge, np.uint8)


def _folds(crop: Pixels, mask: Mask) -> Field:
    """How much lighter or darker than usual each place of the garment is."""
    tone = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255 + _DARK
    return np.asarray(np.clip(tone / np.median(tone[mask]), *_FOLDS), np.float32)


def pick(patterns: Patterns, chance: Random) -> tuple[str, Draw]:
    """A pattern's name and one way to draw it, each name as often."""
    name = chance.choice(sorted(patterns))
    return name, chance.choice(patterns[name])
