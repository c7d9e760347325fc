"""The colours of a garment, by name: from its pixels, in OKLab, with what lies behind it left out.

Each name of the palette has a few anchor colours (sRGB); a pixel takes the name of its nearest anchor. Lightness counts
half, because light changes it more than hue. Distances in OKLab follow what people see (Ottosson, 2020).
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.vision.images import Pixels

_ANCHORS: dict[str, tuple[str, ...]] = {
    "black": ("0a0a0a", "1c1c1e", "2b2b2d"),
    "white": ("ffffff", "f2f2f2", "e6e8ea"),
    "gray": ("4b4d50", "6a6a6a", "8a8c8e", "a8a8a8", "c4c6c8", "7c828a"),
    "beige": ("e8dcc4", "d9c7a5", "cdb896", "efe6d5"),
    "brown": ("3d2616", "5c3a21", "7b4f2c", "96693f", "4a342a", "8b5e4b"),
    "red": ("c8102e", "a01020", "7a1420", "e23636", "b22222"),
    "pink": ("f7a8c0", "f4c6d0", "e75480", "ff69b4", "d9848f"),
    "orange": ("ff7a00", "f2631c", "e8590c", "ff9c45"),
    "yellow": ("ffd400", "f5e050", "e0b400", "fff176", "dfe23c"),
    "green": ("1f7a33", "2e8b57", "4caf50", "86c06c", "0f4d2a", "a4d65e", "3f6f50", "3cbf9a"),
    "khaki": ("6b6b3a", "8a8455", "a39b6b", "555637", "4b5236"),
    "blue": ("1f5fbf", "2f80ed", "6fa8dc", "a9cdee", "3b5f8c", "1d4fd8", "39a9c9", "5a7fa6", "0fa3d6"),
    "navy": ("14213d", "1b2a4a", "101a33", "23304f"),
    "purple": ("6a2c91", "8e44ad", "b39ddb", "4a235a", "9b6b9e", "6f5a9c"),
}
PALETTE = tuple(_ANCHORS)

_SIDE = 48
_SPREAD = 0.3  # of the crop: weight falls off from the middle, where the garment is
_NEAR_GROUND = 0.05  # OKLab distance within which a pixel may be background
_LEAST_FOREGROUND = 0.15  # of the weight: below it, garment and background have one colour, and the middle decides
_SECOND = 0.22  # share of the pixels that makes a colour worth naming
_MOST = 3


def oklab(rgb: Pixels) -> npt.NDArray[np.float64]:
    """OKLab (..., 3) of sRGB uint8 pixels (..., 3)."""
    unit = rgb.astype(np.float64) / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    lms = np.cbrt(linear @ _RGB_TO_LMS.T)
    answer: npt.NDArray[np.float64] = lms @ _LMS_TO_LAB.T
    return answer


def colors_of_crop(pixels: Pixels) -> tuple[str, ...]:
    """Names of the garment's colours in a crop (h, w, 3), the largest first: one to three of PALETTE."""
    small = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((_SIDE, _SIDE), Image.Resampling.BOX))
    lab = oklab(small)
    weight = _foreground(lab) * _MIDDLE
    if weight.sum() < _LEAST_FOREGROUND * _MIDDLE.sum():
        weight = _MIDDLE
    difference = (lab[:, :, None, :] - _ANCHOR_LAB) * _AXES
    nearest = _ANCHOR_NAME[(difference**2).sum(-1).argmin(-1)]
    share = np.bincount(nearest.ravel(), weight.ravel(), len(PALETTE)) / weight.sum()
    order = share.argsort()[::-1][:_MOST]
    return tuple(PALETTE[one] for place, one in enumerate(order) if place == 0 or share[one] >= _SECOND)


def _foreground(lab: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """1 where a pixel differs from the corners, 0 where it does not (side, side).

    The corners of a garment's box hold what is behind it; when they differ among themselves, each of them counts.
    """
    corners = [lab[:4, :4], lab[:4, -4:], lab[-4:, :4], lab[-4:, -4:]]
    grounds = np.array([np.median(corner.reshape(-1, 3), axis=0) for corner in corners])
    distance = np.sqrt(((lab[:, :, None, :] - grounds) ** 2).sum(-1)).min(-1)
    far: npt.NDArray[np.float64] = (distance > _NEAR_GROUND).astype(np.float64)
    return far


def _middle() -> npt.NDArray[np.float64]:
    line = np.linspace(-0.5, 0.5, _SIDE)
    return np.exp(-(line[:, None] ** 2 + line[None, :] ** 2) / (2 * _SPREAD**2))


_RGB_TO_LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_LMS_TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
_AXES = np.array([0.5, 1.0, 1.0])
_MIDDLE = _middle()
_ANCHOR_LAB = oklab(np.array([list(bytes.fromhex(one)) for name in PALETTE for one in _ANCHORS[name]], np.uint8))
_ANCHOR_NAME = np.array([number for number, name in enumerate(PALETTE) for _ in _ANCHORS[name]])
