"""From pictures to what the networks eat: a letterboxed square for the detector, square crops for the embedder."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from backend.vision.images import Picture, Pixels
from backend.vision.values import Box

_GROUND = 114  # the grey ultralytics pads with, so that the detector sees what it was trained on
_LEAST = 8  # pixels: a smaller side shows no garment, so the crop grows to it
EMBEDDER_SIDE = 224  # pixels
_MARGIN = 0.02  # of each side: detector boxes cut hems and collars


@dataclass(frozen=True, slots=True, eq=False)
class Letterbox:
    """A picture fitted into a square; `scale` and the offsets lead back from its pixels to the picture's."""

    pixels: Pixels
    scale: float
    left: int
    top: int
    width: int
    height: int

    def fractions(self, x1: float, y1: float, x2: float, y2: float) -> Box:
        """A box in the square's pixels as fractions of the picture."""
        left, top = (x1 - self.left) / (self.scale * self.width), (y1 - self.top) / (self.scale * self.height)
        right, bottom = (x2 - self.left) / (self.scale * self.width), (y2 - self.top) / (self.scale * self.height)
        return Box(left, top, right - left, bottom - top).clipped()


def letterbox(picture: Picture, side: int) -> Letterbox:
    """Fit the picture into a grey square of `side` pixels, centred, without changing its proportions."""
    scale = side / max(picture.width, picture.height)
    width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    small = Image.fromarray(picture.pixels).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    square = np.full((side, side, 3), _GROUND, np.uint8)
    left, top = (side - width) // 2, (side - height) // 2
    square[top : top + height, left : left + width] = np.asarray(small)
    return Letterbox(square, scale, left, top, picture.width, picture.height)


def cut(picture: Picture, box: Box) -> Pixels:
    """The pixels inside the box (h, w, 3), never empty: a sliver grows to a few pixels."""
    left, top, right, bottom = _edges(picture, box, margin=0.0)
    return picture.pixels[int(top) : math.ceil(bottom), int(left) : math.ceil(right)]


def embedder_crop(picture: Picture, box: Box, side: int = EMBEDDER_SIDE) -> Pixels:
    """The square (side, side, 3) that the embedder sees of one box, stretched: all of the square shows the garment.

    Edges fall between pixels, so that two runtimes whose boxes differ by a hair see the same crop.
    """
    left, top, right, bottom = _edges(picture, box, margin=_MARGIN)
    # the part around the box is cut out first: Pillow would convert the whole picture for every garment
    first, above = max(0, int(left) - 2), max(0, int(top) - 2)
    part = np.ascontiguousarray(picture.pixels[above : math.ceil(bottom) + 2, first : math.ceil(right) + 2])
    edges = (left - first, top - above, right - first, bottom - above)
    small = Image.fromarray(part).resize((side, side), Image.Resampling.BILINEAR, box=edges, reducing_gap=2.0)
    return np.asarray(small)


def _edges(picture: Picture, box: Box, *, margin: float) -> tuple[float, float, float, float]:
    wide = Box(box.x - box.w * margin, box.y - box.h * margin, box.w * (1 + 2 * margin), box.h * (1 + 2 * margin))
    inside = wide.clipped()
    left, right = _span(inside.x * picture.width, inside.w * picture.width, picture.width)
    top, bottom = _span(inside.y * picture.height, inside.h * picture.height, picture.height)
    return left, top, right, bottom


def _span(start: float, length: float, size: int) -> tuple[float, float]:
    if length >= _LEAST:
        return start, min(start + length, float(size))
    first = max(0.0, min(start + length / 2 - _LEAST / 2, float(size - _LEAST)))
    return first, min(float(size), first + _LEAST)
