"""The crops that the embedder learns from: garments as the detector would cut them, seen again in many ways.

A view is a copy of a garment: moved box, other light, smaller file, mirrored, on another ground. Its mask says where
the garment is: from the pixel masks of street photos, from cut-outs of single garments, and, in a shop that shows a
product in several colours, from where the photos of those colours differ.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.training.datasets import read
from backend.training.hardening import relight, spoil
from backend.training.piece_masks import UNKNOWN, Mask, mask_of
from backend.training.pieces import Piece
from backend.vision.crops import EMBEDDER_SIDE as SIDE
from backend.vision.crops import cut, embedder_crop
from backend.vision.images import Picture, Pixels
from backend.vision.values import Box

CELLS = 28
WHOLE = 100  # in a view's mask: the whole cell does
_JITTER = 0.05  # of the box, as the detector's boxes differ from each other
_OTHER_GROUND = 0.35
_KNOWN = 0.97  # of a crop: less, and what is no garment cannot be replaced
_GARMENT = (0.2, 0.97)
_PART, _PART_GARMENT, _PARTS_TRIED = (0.35, 0.8), 0.55, 200  # of a closer view: of each side, of its pixels, tries
_TURN, _STRENGTH, _TINT = (0.6, 2 * math.pi - 0.6), (0.6, 1.4), (15.0, 55.0)  # radians, times, units of CIELAB
_GAMMAS, _GRAY_GAMMAS = (0.5, 0.75, 1.3, 2.0), (0.35, 0.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the embedder sees (224, 224, 3), and how much of each cell is the garment (28, 28), 0 to 100."""

    crop: Pixels
    mask: npt.NDArray[np.uint8]


def plain_view(piece: Piece) -> View:
    """The garment as it is."""
    picture = read(piece.path)
    mask = mask_of(piece)
    return View(embedder_crop(picture, piece.box), _cells(_masked(picture, mask, piece.box)))


def changed_view(piece: Piece, grounds: Sequence[Path], chance: Random) -> View:
    """The garment moved, turned, mirrored, lit otherwise, saved badly, and perhaps on a part of another photo."""
    picture = read(piece.path)
    box = jittered(piece.box, chance)
    image = Image.fromarray(embedder_crop(picture, box))
    mask = Image.fromarray(_masked(picture, mask_of(piece), box))
    angle = chance.uniform(-12, 12) if chance.random() < 0.5 else 0.0
    mirror = chance.random() < 0.5
    image, mask = (_turned(one, angle, mirror=mirror, ground=ground) for one, ground in ((image, None), (mask, 0)))
    if piece.source != "shop" and grounds and chance.random() < _OTHER_GROUND:
        image = _on_other_ground(image, np.asarray(mask), read(chance.choice(grounds)), chance)
    return View(np.asarray(spoil(relight(image, chance), chance)), _cells(np.asarray(mask)))


def closer_view(piece: Piece, chance: Random) -> View:
    """A part of the garment, mirrored or not, as shops show a collar or a cuff; all of it where no part will do."""
    picture, mask = read(piece.path), mask_of(piece)
    box = next((part for part in _parts(piece.box, chance) if _mostly_garment(mask, part)), piece.box)
    across = -1 if chance.random() < 0.5 else 1
    return View(embedder_crop(picture, box)[:, ::across], _cells(_masked(picture, mask, box)[:, ::across]))


def _parts(box: Box, chance: Random) -> Iterator[Box]:
    for _ in range(_PARTS_TRIED):
        share = chance.uniform(*_PART)
        w, h = (min(1.0, share * chance.uniform(0.85, 1.15)) * side for side in (box.w, box.h))
        yield Box(box.x + chance.uniform(0, box.w - w), box.y + chance.uniform(0, box.h - h), w, h)


def _mostly_garment(mask: Mask, box: Box) -> bool:
    height, width = mask.shape
    return float((cut(Picture(mask, width, height), box) != 0).mean()) >= _PART_GARMENT


def recolored_view(piece: Piece, chance: Random) -> View:
    """The garment in another colour: `chance` decides which, so that all its sides can be had in the same one.

    All of the crop changes but white paper: what is no garment counts for nothing in its features.
    """
    view = plain_view(piece)
    return View(recolor(view.crop, chance), view.mask)


def recolor(pixels: Pixels, chance: Random) -> Pixels:
    """Hues turned, colours made stronger or paler, tinted, lighter or darker, or nearly grey; in CIELAB."""
    turn, strength = chance.uniform(*_TURN), chance.uniform(*_STRENGTH)
    tint = chance.uniform(*_TINT) * (chance.random() < 0.6)
    way, gamma = chance.uniform(0, 2 * math.pi), chance.choice(_GAMMAS)
    if chance.random() < 0.25:
        strength, tint, gamma = 0.1, 0.0, chance.choice(_GRAY_GAMMAS)
    light, a, b = np.moveaxis(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB).astype(np.float32), 2, 0)
    a, b = a - 128, b - 128
    garment = np.clip((255 - light) / 40, 0, 1)  # white paper stays white
    changed = [
        255 * (light / 255) ** gamma,
        strength * (math.cos(turn) * a - math.sin(turn) * b) + tint * math.cos(way) * garment + 128,
        strength * (math.sin(turn) * a + math.cos(turn) * b) + tint * math.sin(way) * garment + 128,
    ]
    return np.asarray(cv2.cvtColor(np.clip(np.stack(changed, 2), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB))


def jittered(box: Box, chance: Random) -> Box:
    left, right = box.x + box.w * chance.gauss(0, _JITTER), box.x + box.w * (1 + chance.gauss(0, _JITTER))
    top, bottom = box.y + box.h * chance.gauss(0, _JITTER), box.y + box.h * (1 + chance.gauss(0, _JITTER))
    moved = Box(left, top, right - left, bottom - top).clipped()
    return moved if moved.area > 0.3 * box.area else box


def _masked(picture: Picture, mask: Mask, box: Box) -> Pixels:
    """The mask cut like the crop: 255 in the first channel where the garment is, in the second where that is known."""
    known = mask != UNKNOWN
    stacked = np.stack([(mask == 1) * 255, known * 255, known * 0], axis=2).astype(np.uint8)
    return embedder_crop(Picture(stacked, picture.width, picture.height), box)


def _cells(mask: Pixels) -> npt.NDArray[np.uint8]:
    garment, known = (mask[..., one].reshape(CELLS, SIDE // CELLS, CELLS, -1).mean((1, 3)) for one in (0, 1))
    share = np.round(WHOLE * garment / np.maximum(known, 1))
    answer: npt.NDArray[np.uint8] = np.where(known > 127, np.minimum(share, WHOLE), UNKNOWN).astype(np.uint8)
    return answer


def _turned(image: Image.Image, angle: float, *, mirror: bool, ground: int | None) -> Image.Image:
    if angle:
        fill = image.getpixel((0, 0)) if ground is None else (0, 255, 0)
        image = image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=fill)
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirror else image


def _on_other_ground(image: Image.Image, mask: Pixels, other: Picture, chance: Random) -> Image.Image:
    """The garment before a part of another photo, or before one colour; as it was where its outline is not known."""
    share = float((mask[..., 0] > 127).mean())
    if (mask[..., 1] > 127).mean() < _KNOWN or not _GARMENT[0] < share < _GARMENT[1]:
        return image
    if chance.random() < 0.5:
        ground = Image.new("RGB", image.size, tuple(chance.randint(40, 255) for _ in range(3)))
    else:
        box = Box(chance.uniform(0, 0.5), chance.uniform(0, 0.5), 0.5, 0.5)
        ground = Image.fromarray(embedder_crop(other, box))
    return Image.composite(image, ground, Image.fromarray(np.ascontiguousarray(mask[..., 0])))
