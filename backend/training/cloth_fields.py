"""What patterns of cloth are drawn with: colours that go together, bands, smooth noise, motifs on a grid.

A place is (u, v), in widths of the garment.
"""

import colorsys
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
Draw = Callable[[Field, Field, Random], Field]
"""Places (h, w), (h, w) to colours (h, w, 3) between 0 and 1."""

_EDGE = 0.006  # widths of a garment over which one colour turns into the next
_NOISE = 64  # a table of random numbers, repeated
_CELLS = 1009  # motifs that differ


def field(values: npt.NDArray[Any]) -> Field:
    return np.asarray(values, np.float32)


def colors(chance: Random, count: int) -> Field:
    """Colours (count, 3) for one cloth: a ground and others that can be told from it."""
    found = [_color(chance)]
    while len(found) < count:
        other = _color(chance)
        if max(abs(a - b) for a, b in zip(other, found[0], strict=True)) > 0.25:
            found.append(other)
    return np.array(found, np.float32)


def _color(chance: Random) -> tuple[float, float, float]:
    """Cloth is often white, black or grey, and seldom as strong as a screen can be."""
    if chance.random() < 0.45:
        tone = chance.choice([0.05, 0.1, 0.2, 0.5, 0.8, 0.93, 0.96])
        return tone, tone, tone
    return colorsys.hsv_to_rgb(chance.random(), chance.uniform(0.15, 0.85), chance.uniform(0.2, 0.95))


def soft(value: npt.NDArray[Any]) -> Field:
    """A step from 0 to 1 where the value passes 0."""
    return field(np.clip(value / _EDGE + 0.5, 0, 1))


def mix(one: npt.NDArray[Any], other: npt.NDArray[Any], share: npt.NDArray[Any]) -> Field:
    """Colours (3) or (h, w, 3), of which the share (h, w) is the other's."""
    return field(one + (other - one) * field(share)[..., None])


def bands(x: npt.NDArray[Any], period: float, share: float) -> Field:
    """1 on bands that take a share of the period, 0 between."""
    return soft(share * period / 2 - np.abs(x % period - period / 2))


def noise(u: Field, v: Field, chance: Random, scale: float) -> Field:
    """Smooth values around 0, with hills `scale` wide."""
    table = np.random.default_rng(chance.getrandbits(32)).normal(0, 1, (_NOISE, _NOISE)).astype(np.float32)
    x, y = u / scale + 17, v / scale + 17
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    a, b = smooth(x - left), smooth(y - top)
    near = [[table[(top + j) % _NOISE, (left + i) % _NOISE] for i in (0, 1)] for j in (0, 1)]
    upper, lower = (row[0] * (1 - a) + row[1] * a for row in near)
    return field(upper * (1 - b) + lower * b)


def smooth(x: npt.NDArray[Any]) -> Field:
    return field(x * x * (3 - 2 * x))


def motifs(u: Field, v: Field, chance: Random, step: float, loose: float) -> tuple[Field, Field, npt.NDArray[np.int64]]:
    """Places around the middle of their cell's motif, from -1 to 1, and the number of that motif.

    Cells are `step` wide, in rows that may be shifted. `loose` is how far a motif may lie beside the middle of its
    cell; one that does is turned too.
    """
    shift = 0.5 if chance.random() < 0.6 else 0.0
    row = np.floor(v / step).astype(int)
    across = u / step + shift * (row % 2)
    column = np.floor(across).astype(int)
    number = (row * 73 + column * 31) % 997 * 389 % _CELLS
    table = np.random.default_rng(chance.getrandbits(32)).uniform(-1, 1, (_CELLS, 3))
    x = (across - column - 0.5) * 2 - loose * table[number, 0]
    y = (v / step - row - 0.5) * 2 - loose * table[number, 1]
    angle = table[number, 2] * np.pi * (loose > 0)
    cos, sin = np.cos(angle), np.sin(angle)
    return field(x * cos + y * sin), field(y * cos - x * sin), number


def petals(x: Field, y: Field, count: int, depth: float) -> Field:
    """How far inside a flower a place is: above 0 inside, 1 in its middle."""
    edge = 1 - depth / 2 + depth / 2 * np.cos(count * np.arctan2(y, x))
    return field(1 - np.hypot(x, y) / np.maximum(edge, 0.05))
