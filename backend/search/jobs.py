"""What the query worker does: look at one shopper's photo, in memory, and answer with garments and their vectors.

The worker holds the models and never forks (backend.queues.work). It knows no tenant's data: it turns a photo into
numbers, and the web process that asked does the rest.
"""

import base64
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backend import queues
from backend.config import Settings
from backend.vision import Box, Detection, Garment, Picture, Vision, images, load_vision
from backend.vision.choice import misses_garment

MAX_OBJECTS = 12
"""More garments than this in one photo is a crowd; the surest are answered."""
MAX_SIDE = 1600
"""Pixels: a phone's photo is shrunk to this while it is decoded, which no detector or embedder here can tell."""

_vision: Vision | None = None


def warm_up(settings: Settings) -> dict[str, str]:
    """Load the models and run them once, so that the first shopper does not wait for either; returns their facts."""
    vision = load_vision(
        runtime=settings.vision_runtime, device=settings.vision_device, threads=settings.vision_threads,
        embedder=settings.embedder,
    )  # fmt: skip
    use(vision)
    blank = Picture(np.full((64, 64, 3), 200, np.uint8), 64, 64)
    vision.see([blank])
    vision.whole(blank)
    return vision.facts()


def use(vision: Vision) -> None:
    """Look at photos with these models from now on."""
    global _vision  # noqa: PLW0603 - one warm set of models a process is the point
    _vision = vision


@queues.answer
def look_at_photo(*, photo_key: str, tenant_id: str, box: Sequence[float] | None = None) -> dict[str, Any]:
    """Find the garments of a waiting photo, or look at the one in `box` (x, y, w, h as fractions).

    Answers {"model_id", "dim", "objects": [{"box", "category", "confidence", "fine_category", "pattern", "colors",
    "shades", "found_by", "vector"}], "ms"}: vectors are base64 of little-endian float32 (dim,), `ms` holds the stages'
    milliseconds; `fine_category` and `pattern` are None where the weights have no head for them. `found_by` is
    "detector", "box" (the shopper drew it) or "whole" (no garment was detected, at most small accessories, so the
    whole picture is an object).
    Raises ImageError and its kin for bytes that are no picture; Busy when the photo is gone.
    """
    del tenant_id  # for the log lines' context
    if _vision is None:
        raise RuntimeError("The query worker was not warmed up: start it with `warm_up`.")
    clock = _Clock()
    picture = images.decode(queues.take_photo(photo_key), max_side=MAX_SIDE)
    clock.lap("decode")
    if box is not None:
        seen = [("box", _vision.see_box(picture, Box(*box)))]
        clock.lap("embed")
    else:
        seen = _see(_vision, picture, clock)
    return {
        "model_id": _vision.model_id,
        "dim": _vision.dim,
        "objects": [_as_json(garment, found_by) for found_by, garment in seen],
        "ms": clock.ms,
    }


def _see(vision: Vision, picture: Picture, clock: "_Clock") -> list[tuple[str, Garment]]:
    """How each garment was found, and the garment; the whole picture is one where the detector overlooked it."""
    found = pairs_joined(vision.find([picture])[0])[:MAX_OBJECTS]
    clock.lap("detect")
    seen = [("detector", garment) for garment in _look_at(vision, picture, found)]
    if misses_garment([one for one, _ in found]):
        seen.append(("whole", vision.whole(picture)))
    clock.lap("embed")
    return seen


def pairs_joined(detections: Sequence[Detection]) -> list[tuple[Detection, Box]]:
    """Return each detection with the box to show for it; the surer shoe of a pair stands for both."""
    joined: list[tuple[Detection, Box]] = []
    for one in sorted(detections, key=lambda detection: -detection.confidence):
        left = next((n for n, (other, _) in enumerate(joined) if _is_pair(one, other)), None)
        if left is None or joined[left][1] != joined[left][0].box:  # none to join, or that one has its fellow
            joined.append((one, one.box))
        else:
            joined[left] = (joined[left][0], _around(one.box, joined[left][0].box))
    return joined


def _is_pair(one: Detection, other: Detection) -> bool:
    """Two shoes side by side, of about one size and height."""
    if one.category != other.category or one.category != "shoes":
        return False
    a, b = one.box, other.box
    reach = 1.5 * max(a.w, b.w)
    near = abs(a.center[0] - b.center[0]) <= (a.w + b.w) / 2 + reach
    level = abs(a.center[1] - b.center[1]) <= max(a.h, b.h)
    return near and level and 0.3 <= a.area / max(b.area, 1e-9) <= 3.3


def _around(a: Box, b: Box) -> Box:
    left, top = min(a.x, b.x), min(a.y, b.y)
    return Box(left, top, max(a.x + a.w, b.x + b.w) - left, max(a.y + a.h, b.y + b.h) - top)


def _look_at(vision: Vision, picture: Picture, found: Sequence[tuple[Detection, Box]]) -> list[Garment]:
    """As `Vision.see`, from where the boxes are known: the two halves are timed apart."""
    garments = vision.look_at([(picture, one) for one, _ in found])
    return [replace(garment, box=shown) for garment, (_, shown) in zip(garments, found, strict=True)]


def _as_json(garment: Garment, found_by: str) -> dict[str, Any]:
    box = (0.0, 0.0, 1.0, 1.0)
    if found_by != "whole":
        box = (garment.box.x, garment.box.y, garment.box.w, garment.box.h)
    return {
        "box": [round(float(side), 5) for side in box],
        "category": garment.category,
        "confidence": round(float(garment.confidence), 4),
        "fine_category": garment.fine.name if garment.fine else None,
        "pattern": garment.pattern.name if garment.pattern else None,
        "colors": list(garment.colors),
        "shades": list(garment.shades),
        "found_by": found_by,
        "vector": base64.b64encode(garment.vector.astype("<f4").tobytes()).decode("ascii"),
    }


class _Clock:
    """Milliseconds of each stage since the one before."""

    def __init__(self) -> None:
        self.ms = {"decode": 0.0, "detect": 0.0, "embed": 0.0}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.ms[stage] += (now - self._last) * 1000
        self._last = now
