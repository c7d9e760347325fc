"""Curves and figures the drawn garments are made of.

Everything is measured in body units: x grows to the viewer's right from the middle of the body, y grows downward from
the top of the head (0) to the soles (1000). A `Stage` says where that body stands in a picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.demo.drawing_fabric import Cloth, Color

Point = tuple[float, float]
Path = tuple[Point, ...]


WIDE = 1.2  # a body unit across is this much longer than one down, so that the cuts below stay slim numbers


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the body stands: pixels per body unit, the pixel of the origin, and a turn in radians about it.

    `wide` stretches across: WIDE for a body and its clothes, 1 for heads and for things that lie alone.
    """

    scale: float
    x: float
    y: float
    turn: float = 0.0
    wide: float = 1.0

    def place(self, path: Sequence[Point]) -> list[Point]:
        cos, sin = math.cos(self.turn) * self.scale, math.sin(self.turn) * self.scale
        wide = self.wide
        return [(self.x + x * wide * cos - y * sin, self.y + x * wide * sin + y * cos) for x, y in path]


@dataclass(frozen=True, slots=True)
class Fold:
    """A ridge (positive height) or a valley in the cloth along a line."""

    path: Path
    width: float = 8.0
    height: float = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """One closed part cut from cloth (or skin, or hair) with everything that shades it."""

    outline: Path
    cloth: Cloth
    grain: float = 0.0  # radians the pattern is turned by
    folds: tuple[Fold, ...] = ()
    puff: float = 1.0  # how round the part looks
    crumple: float = 0.26  # small irregular waves
    tint: float = 1.0  # below one for the inside of a garment
    shadow: float = 0.3  # darkness it throws on what lies below
    edge: float = 0.45  # darkness of its contour line
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Thin lines on top of the cloth: seams, stitches, laces."""

    paths: tuple[Path, ...]
    color: Color
    width: float = 1.2
    alpha: float = 0.6
    dash: float = 0.0  # length of a stitch; 0 draws the line through


Mark = Piece | Lines


def curve(*points: Point, steps: int = 8) -> Path:
    """Return a Catmull-Rom curve through the points."""
    if len(points) < 3:
        return tuple(points)
    ext = np.array([points[0], *points, points[-1]], dtype=np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    out: list[Point] = []
    for k in range(1, len(ext) - 2):
        a, b, c, d = ext[k - 1], ext[k], ext[k + 1], ext[k + 2]
        part = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        out += [(float(x), float(y)) for x, y in part]
    return (*out, points[-1])


def closed(*points: Point, steps: int = 8) -> Path:
    """Return a smooth closed curve through the points."""
    count = len(points)
    whole = curve(*points[-2:], *points, *points[:2], steps=steps)
    return whole[2 * steps : (2 + count) * steps]


def tube(centre: Sequence[Point], halves: Sequence[float], *, steps: int = 8) -> Path:
    """Return the outline of a limb: a curve through `centre` with the half widths given at its points."""
    line = np.array(curve(*centre, steps=steps))
    widths = np.interp(np.linspace(0, len(halves) - 1, len(line)), np.arange(len(halves)), halves)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * widths[:, None]
    sides = np.concatenate([line + across, (line - across)[::-1]])
    return tuple((float(x), float(y)) for x, y in sides)


def ellipse(x: float, y: float, rx: float, ry: float, *, count: int = 28) -> Path:
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return tuple((float(x + rx * math.cos(a)), float(y + ry * math.sin(a))) for a in angles)


def disc(x: float, y: float, radius: float, *, count: int = 14) -> Path:
    """Return an ellipse that looks round on a stretched stage."""
    return ellipse(x, y, radius / WIDE, radius, count=count)


def mirrored(path: Sequence[Point], *, about: float = 0.0) -> Path:
    """Return the path seen in a mirror that stands at x = about, walked backward so that outlines join."""
    return tuple((2 * about - x, y) for x, y in reversed(path))


def along(path: Sequence[Point], share: float) -> Point:
    """Return the point at a share (0 to 1) of a path's length."""
    points = np.array(path)
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = share * steps[-1]
    return float(np.interp(at, steps, points[:, 0])), float(np.interp(at, steps, points[:, 1]))


def portion(path: Sequence[Point], start: float, end: float, *, count: int = 5) -> Path:
    """Return `count` points of a path between two shares of its length."""
    return tuple(along(path, float(share)) for share in np.linspace(start, end, count))
