"""Where the garment is in a photo: 1 is the garment, 0 is not, 255 is not known."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.training.cutouts import cut_out
from backend.training.datasets import read
from backend.training.pieces import Piece
from backend.vision.images import Pixels

Mask = npt.NDArray[np.uint8]
UNKNOWN = 255
_WHITE, _NEAR_WHITE = 245, 235  # the least channel of a pixel that is a studio's ground, surely and likely
_SAME_OUTLINE = 0.9  # of two photos: the model stands as before
_STILL, _RECOLORED = 12, 28  # differences of a pixel between two photos of a pose
_LEAST_STILL = 0.08  # of the model: skin and hair stay when a garment is recoloured; else it is another shot


@lru_cache(maxsize=4)  # the views of one photo follow each other
def mask_of(piece: Piece) -> Mask:
    """The mask of a garment's photo (h, w)."""
    if piece.source == "street":
        file = piece.path.parent.parent / "masks" / f"{piece.path.stem}.png"
        return np.asarray(np.asarray(Image.open(file)) == piece.value, np.uint8)
    pixels = read(piece.path).pixels
    if piece.source == "shop":
        return _recolored(pixels, [read(mate).pixels for mate in piece.mates])
    layer = cut_out(pixels, piece.category or "") if piece.source == "cut-out" else None
    return np.full(pixels.shape[:2], UNKNOWN, np.uint8) if layer is None else np.asarray(layer.ids, np.uint8)


def _recolored(pixels: Pixels, others: list[Pixels]) -> Mask:
    """The garment is where photos of one pose in several colours differ; studio ground and skin are not garment."""
    found = np.zeros(pixels.shape[:2], np.uint8)
    seen = False
    for other in others:
        if other.shape != pixels.shape or not _same_shot(pixels, other):
            continue
        seen = True
        found |= (_difference(pixels, other) > _RECOLORED).astype(np.uint8)
    if not seen:
        return np.full(pixels.shape[:2], UNKNOWN, np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    mask = np.full(pixels.shape[:2], UNKNOWN, np.uint8)
    mask[(pixels.min(2) >= _WHITE) | _skin(pixels)] = 0
    mask[found > 0] = 1
    return mask


def _same_shot(pixels: Pixels, other: Pixels) -> bool:
    here, there = pixels.min(2) < _NEAR_WHITE, other.min(2) < _NEAR_WHITE
    still = (_difference(pixels, other) < _STILL) & here
    outline = (here & there).sum() / max(1, (here | there).sum())
    return bool(outline >= _SAME_OUTLINE and still.sum() / max(1, here.sum()) >= _LEAST_STILL)


def _difference(pixels: Pixels, other: Pixels) -> npt.NDArray[np.int16]:
    answer: npt.NDArray[np.int16] = np.abs(pixels.astype(np.int16) - other.astype(np.int16)).max(2)
    return answer


def _skin(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Chai and Ngan, "Face segmentation using skin-color map", 1999: a range of Cr and Cb."""
    converted = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2YCrCb)
    answer: npt.NDArray[np.bool_] = cv2.inRange(converted, (0, 139, 86), (255, 174, 127)) > 0
    return answer
