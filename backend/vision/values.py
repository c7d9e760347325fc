"""What vision speaks in: boxes, detections, garments."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CATEGORIES = (
    "top", "outer", "dress", "skirt", "pants", "shorts", "shoes", "bag", "hat", "eyewear", "belt", "scarf", "legwear",
)  # fmt: skip

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the picture: left, top, width, height, each from 0 to 1."""

    x: float
    y: float
    w: float
    h: float

    @property
    def area(self) -> float:
        return max(self.w, 0.0) * max(self.h, 0.0)

    @property
    def center(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    def clipped(self) -> "Box":
        """The part that lies inside the picture; its area may be 0."""
        left, top = min(max(self.x, 0.0), 1.0), min(max(self.y, 0.0), 1.0)
        right, bottom = min(max(self.x + self.w, left), 1.0), min(max(self.y + self.h, top), 1.0)
        return Box(left, top, right - left, bottom - top)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Detection:
    """One garment found in a picture; `category` is one of CATEGORIES, `confidence` lies between 0 and 1.

    `label` is the detector's own class where that is a kind of the category ("light outer"), else the category.
    `rivals` are other categories that were seen on the same place, with how sure the detector is of each.
    """

    box: Box
    category: str
    confidence: float
    label: str = ""
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """What a head of the embedder takes a garment for, and how sure it is, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """A detection that was looked at: its colours, strongest first, and its unit-length float32 vector.

    `category` and `confidence` are what detector and embedder say together. `shades` are finer names of the same
    colours, in their order. `fine`, `gender` and `pattern` are None where the weights have no head for them, or it is
    not sure enough.
    """

    box: Box
    category: str
    confidence: float
    colors: tuple[str, ...]
    vector: Vector
    shades: tuple[str, ...] = ()
    fine: Guess | None = None
    gender: Guess | None = None
    pattern: Guess | None = None
