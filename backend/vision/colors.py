"""The colours of a garment, by name: from its pixels, in OKLab, with what lies behind it and bare skin left out.

Each name of the palette has a few shades, and each shade a few anchor colours (sRGB); a pixel takes the shade of its
nearest anchor, and with it the name. Lightness counts half, because light changes it more than hue. Distances in OKLab
follow what people see (Ottosson, 2020), so pink, reddish pink and pale pink lie apart as they do to the eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.vision.images import Pixels

_ANCHORS: dict[str, dict[str, str]] = {
    "black": {"black": "0a0a0a 1c1c1e 2b2b2d"},
    "white": {"white": "ffffff f2f2f2 e6e8ea", "off-white": "f4efe4 f1ece9"},
    "gray": {
        "light gray": "a8a8a8 c4c6c8 d2d4d6",
        "gray": "6a6a6a 8a8c8e 7c828a",
        "charcoal": "4b4d50 3b3d40",
    },
    "beige": {"beige": "e8dcc4 d9c7a5 cdb896 efe6d5 dcc8b0 f0ddcf"},
    "brown": {"brown": "5c3a21 7b4f2c 4a342a 8b5e4b 65524c", "dark brown": "3d2616 33221a", "camel": "96693f b0824f"},
    "red": {"red": "c8102e e23636 b22222 d8232a ea1f2e", "wine": "a01020 7a1420 5e1322 8c3a40"},
    "pink": {
        "pink": "f7a8c0 ff69b4 fb8fbd",
        "reddish pink": "e75480 ef3f6e f5306c f07080 d9848f e86a78 fb6f86 f7848c",
        "pale pink": "f4c6d0 fadbe1 f8cdc8 fbd0de",
    },
    "orange": {"orange": "ff7a00 f2631c e8590c ff9c45 f04a18", "mustard": "c9811f b8731a", "apricot": "ffbb74 ff9a70"},
    "yellow": {"yellow": "ffd400 f5e050 e0b400 dfe23c c6c84a d6d458", "pale yellow": "fff176 f5f09a e3de7c faf3b4"},
    "green": {
        "green": "1f7a33 2e8b57 4caf50 3f6f50 3d7d62",
        "light green": "86c06c a4d65e b4e07a a6eaa0 c5eec0",
        "dark green": "0f4d2a 1d3b2c 2b4a3e",
        "mint": "3cbf9a 7fe3c4 7bdcc6 5ccab8 a4ead6 9cf0c8 d6efe2",
    },
    "khaki": {"khaki": "8a8455 a39b6b 6b6b3a 9a9478", "olive": "555637 4b5236 8f9440"},
    "blue": {
        "blue": "1f5fbf 2f80ed 1d4fd8 5a7fa6 3b5f8c 3038b0 2438c8 4a62c0",
        "light blue": "6fa8dc a9cdee 8aa6d0 c3dbf0 b4c4e0",
        "turquoise": "39a9c9 0fa3d6 2fa3ae 63c4d6 95cdd6",
    },
    "navy": {"navy": "14213d 1b2a4a 101a33 23304f 1d1c3a 3a4160"},
    "purple": {
        "purple": "6a2c91 8e44ad 9b6b9e 6f5a9c 8f1f7c 57409a",
        "lavender": "b39ddb c9b8ee d7c6e6 9490d6",
        "dark purple": "4a235a 3a2150",
    },
}
PALETTE = tuple(_ANCHORS)
SHADES = [(name, shade) for name, shades in _ANCHORS.items() for shade in shades]

_SIDE = 40  # pixels: enough for the stripes of a shirt
_SPREAD = 0.3  # of the crop: weight falls off from the middle, where the garment is
_NEAR_GROUND = 0.05  # OKLab distance within which a pixel may be background
_MINE = 0.45  # share of the middle that a corner's colour must have to be the garment's instead of the ground's
_LEAST_FOREGROUND = 0.15  # of the weight: below it, garment and background have one colour, and the middle decides
_SKIN_WEIGHT = 0.1
_SECOND = 0.22  # share of the pixels that makes a colour worth naming
_MOST = 3

Lab = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Color:
    """A colour of a garment: `name` of PALETTE, and the finer `shade` of that name."""

    name: str
    shade: str


def oklab(rgb: Pixels) -> Lab:
    """OKLab (..., 3) of sRGB uint8 pixels (..., 3)."""
    lab: Lab = np.cbrt(_LINEAR[rgb] @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T
    return lab


def colors_of_crop(pixels: Pixels) -> tuple[str, ...]:
    """Names of the garment's colours in a crop (h, w, 3), the largest first: one to three of PALETTE."""
    return tuple(color.name for color in shades_of_crop(pixels))


def shades_of_crop(pixels: Pixels) -> tuple[Color, ...]:
    """The garment's colours with their shades, the largest first: one to three, no name twice."""
    small = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((_SIDE, _SIDE), Image.Resampling.BOX))
    lab = oklab(small)
    weight = _weights(lab)
    scaled = lab.reshape(-1, 3) * _AXES
    # the pixel's own square is the same for all anchors, so the distance goes without it
    nearest = (_ANCHOR_SQUARE - 2 * scaled @ _ANCHOR_LAB.T).argmin(1)
    shades = np.bincount(_ANCHOR_SHADE[nearest], weight.ravel(), len(SHADES)) / weight.sum()
    share = np.bincount(_SHADE_NAME, shades, len(PALETTE))
    order = share.argsort()[::-1][:_MOST]
    return tuple(
        Color(PALETTE[one], SHADES[int((shades * (one == _SHADE_NAME)).argmax())][1])
        for place, one in enumerate(order)
        if place == 0 or share[one] >= _SECOND
    )


def _weights(lab: Lab) -> Weights:
    """How much each pixel says about the garment (side, side); the sum is never 0.

    What is behind it counts nothing: all the corners' colours, or, where they leave too little, only the lightest of
    them (two trouser legs reach into most corners, and a studio's ground shines between them).
    """
    inside = _MIDDLE * _not_skin(lab)
    grounds = _grounds(lab)
    lightest = sorted(grounds, key=lambda ground: -ground[0])[:1]
    for behind in (grounds, lightest):
        weight = inside * _far(lab, behind)
        if weight.sum() >= _LEAST_FOREGROUND * inside.sum():
            return weight
    return inside


def _grounds(lab: Lab) -> list[Lab]:
    """The colours of the corners, where a garment's box shows what is behind it, save those that fill the middle."""
    corners = [lab[:3, :3], lab[:3, -3:], lab[-3:, :3], lab[-3:, -3:]]
    colors = [np.median(corner.reshape(-1, 3), axis=0) for corner in corners]
    return [color for color in colors if _far(lab, [color])[_CENTER].mean() > 1 - _MINE]


def _far(lab: Lab, grounds: Sequence[Lab]) -> Weights:
    """1 where a pixel differs from all of these colours, 0 elsewhere."""
    far = np.ones(lab.shape[:2])
    for ground in grounds:
        apart = lab - ground
        far *= np.einsum("hwc,hwc->hw", apart, apart) > _NEAR_GROUND**2
    return far


def _not_skin(lab: Lab) -> Weights:
    """Little where a pixel looks like skin, 1 elsewhere; 1 everywhere when the middle does: then it is the garment."""
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    slope = lab[..., 2] / np.maximum(lab[..., 1], 1e-6)  # tangent of the hue: 32 to 72 degrees
    skin = (lab[..., 1] > 0) & (slope > 0.62) & (slope < 3.1) & (chroma > 0.035) & (chroma < 0.13) & (light > 0.3)
    if skin[_CENTER].mean() > 0.5:
        return np.ones(skin.shape)
    return np.where(skin, _SKIN_WEIGHT, 1.0)


def _middle() -> Weights:
    line = np.linspace(-0.5, 0.5, _SIDE)
    return np.exp(-(line[:, None] ** 2 + line[None, :] ** 2) / (2 * _SPREAD**2))


def _linear() -> Lab:
    unit = np.arange(256) / 255
    return np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)


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
_LINEAR = _linear()
_AXES = np.array([0.5, 1.0, 1.0])
_MIDDLE = _middle()
_CENTER = np.s_[_SIDE // 3 : -_SIDE // 3, _SIDE // 3 : -_SIDE // 3]
_EACH = [
    (number, list(bytes.fromhex(one)))
    for number, (name, shade) in enumerate(SHADES)
    for one in _ANCHORS[name][shade].split()
]
_ANCHOR_LAB = oklab(np.array([rgb for _, rgb in _EACH], np.uint8)) * _AXES
_ANCHOR_SQUARE = (_ANCHOR_LAB**2).sum(1)
_ANCHOR_SHADE = np.array([number for number, _ in _EACH])
_SHADE_NAME = np.array([PALETTE.index(name) for name, _ in SHADES])
