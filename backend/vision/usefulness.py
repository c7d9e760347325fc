"""What a product image shows, and so whether shoppers should see it: a garment, a size chart, a close-up …

A small network of its own looks at the whole picture; `niteru train images` trains it. It takes nothing from the
embedder, so that a new one changes no picture's kind; detections only speak for a garment, never against one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.vision.card import WEIGHTS
from backend.vision.images import Picture, Pixels
from backend.vision.values import Detection, Garment

KINDS = ("garment", "size_chart", "close_up", "swatch", "banner", "other")

SIDE = 192  # pixels of the square that the network sees
_THUMB = 64  # pixels: a picture that small is a button that chooses a colour
_LONG = 2.6  # proportions beyond which a picture without a garment is a banner
_SET_ASIDE = 0.5  # how likely a picture must be no garment to be set aside
_SURE, _WHOLE = 0.5, 0.15  # confidence and share of the picture of a detection that speaks for a garment
_SPOKEN_FOR = 0.85  # what it takes with such a detection: a garment set aside by mistake is lost to shoppers

Likely = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Usefulness:
    """`kind` is one of KINDS; `probability` is how likely that is, 0 to 1."""

    kind: str
    probability: float


def judge(
    picture: Picture, detections: Sequence[Detection] | Sequence[Garment], *, weights: Path = WEIGHTS
) -> Usefulness:
    """Say what the picture shows, from its pixels and from what was found in it."""
    ruled = _rule(picture, detections)
    if ruled is not None:
        return ruled
    likely = _network(weights).run(["likely"], {"pictures": square(picture.pixels)[None]})[0][0]
    needed = _SPOKEN_FOR if any(_speaks(one) for one in detections) else _SET_ASIDE
    best = 0 if 1 - likely[0] < needed else 1 + int(likely[1:].argmax())
    return Usefulness(KINDS[best], float(likely[best]))


def square(pixels: Pixels) -> Pixels:
    """What the network sees of a picture (SIDE, SIDE, 3): all of it, stretched."""
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(small)


def _rule(picture: Picture, detections: Sequence[Detection] | Sequence[Garment]) -> Usefulness | None:
    width, height = picture.original_width, picture.original_height
    if max(width, height) <= _THUMB:
        return Usefulness("swatch", 0.8)
    if width > _LONG * height and not detections:
        return Usefulness("banner", 0.8)
    return None


def _speaks(one: Detection | Garment) -> bool:
    return one.confidence >= _SURE and one.box.area >= _WHOLE


@lru_cache(maxsize=2)
def _network(weights: Path) -> Any:
    # imported when asked for, so that a process that serves pages never pays for it
    from backend.vision.runtimes.onnx_runtime import open_session  # noqa: PLC0415

    return open_session(weights / "usefulness.onnx", 1)
