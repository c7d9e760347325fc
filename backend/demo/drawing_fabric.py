"""What cloth looks like close by: its colours, its pattern and its weave, as functions of the place on the cloth."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Color = tuple[int, int, int]
Field = NDArray[np.float32]  # (height, width) or (height, width, 3)

TILE = 160  # body units after which a printed pattern repeats
TILE_PIXELS = 480


@dataclass(frozen=True, slots=True)
class Cloth:
    """A fabric: pattern, its colours (ground first), the size of the pattern, and how it takes the light."""

    pattern: str
    colors: tuple[Color, ...]
    size: float = 1.0
    gloss: float = 0.0  # highlights: leather, satin
    weave: float = 0.022  # strength of the visible thread

    @property
    def ground(self) -> Color:
        return self.colors[0]

    @property
    def accent(self) -> Color:
        return self.colors[min(1, len(self.colors) - 1)]


def as_field(value: NDArray[Any]) -> Field:
    return np.asarray(value, np.float32)


def plain(color: Color, *, gloss: float = 0.0, weave: float = 0.022) -> Cloth:
    return Cloth("plain", (color,), gloss=gloss, weave=weave)


def shaded(color: Color, factor: float) -> Color:
    """Return the colour darker (factor below one) or lighter."""
    red, green, blue = (max(0, min(255, round(c * factor))) for c in color)
    return red, green, blue


def texture(cloth: Cloth, u: Field, v: Field) -> Field:
    """Return the colours, (h, w, 3) in 0 to 255, at cloth coordinates u and v in body units."""
    paint = PATTERNS[cloth.pattern]
    return paint(cloth, u / cloth.size, v / cloth.size)


def weave(cloth: Cloth, u: Field, v: Field) -> Field:
    """Return the factor, around one, by which threads darken and lighten the colour."""
    rough = _noise_tile()[(v * 2.3).astype(np.int32) % 512, (u * 2.3).astype(np.int32) % 512]
    out = 1 + cloth.weave * rough
    if cloth.pattern in {"knit", "rib", "cable"}:
        out *= _stitches(cloth, u / cloth.size, v / cloth.size)
    return out


@functools.cache
def _noise_tile() -> Field:
    return np.random.default_rng(5).normal(0, 1, (512, 512)).astype(np.float32)


def _mix(cloth: Cloth, share: Field, *, over: Color | Field | None = None) -> Field:
    ground = np.array(cloth.ground, np.float32)
    other = np.array(cloth.accent if over is None else over, np.float32)
    return ground + (other - ground) * share[..., None]


def _soft(value: Field, width: float) -> Field:
    """Return a step from 0 to 1 where the value passes zero, `width` wide, so that pattern edges do not flicker."""
    return as_field(np.clip(value / width + 0.5, 0, 1))


def _plain(cloth: Cloth, u: Field, v: Field) -> Field:  # noqa: ARG001 every pattern has the same signature
    return np.broadcast_to(np.array(cloth.ground, np.float32), (*u.shape, 3)).copy()


def _bands(x: Field, period: float, share: float) -> Field:
    return _soft(share * period / 2 - np.abs((x % period) - period / 2), 1.2)


def _stripe(cloth: Cloth, u: Field, v: Field) -> Field:  # noqa: ARG001
    return _mix(cloth, _bands(v, 22, 0.42))


def _pinstripe(cloth: Cloth, u: Field, v: Field) -> Field:  # noqa: ARG001
    return _mix(cloth, _bands(u, 13, 0.22) * 0.75)


def _check(cloth: Cloth, u: Field, v: Field) -> Field:
    out = _mix(cloth, (_bands(u, 36, 0.45) + _bands(v, 36, 0.45)) * 0.45)
    thin = np.maximum(_bands(u + 18, 36, 0.09), _bands(v + 18, 36, 0.09))[..., None] * 0.8
    return as_field(out + (np.array(cloth.colors[-1], np.float32) - out) * thin)


def _gingham(cloth: Cloth, u: Field, v: Field) -> Field:
    return _mix(cloth, (_bands(u, 17, 0.5) + _bands(v, 17, 0.5)) * 0.5)


def _dots(cloth: Cloth, u: Field, v: Field) -> Field:
    row = np.floor(v / 17)
    x = (u + row * 10) % 20 - 10
    y = v % 17 - 8.5
    return _mix(cloth, _soft(4.2 - np.hypot(x, y), 1.2))


def _denim(cloth: Cloth, u: Field, v: Field) -> Field:
    twill = (np.sin((u + v) * 2.4) * 0.09).astype(np.float32)
    worn = (np.sin(u * 0.031 + 1) * np.sin(v * 0.022) * 0.10).astype(np.float32)
    return as_field(_plain(cloth, u, v) * (1 + twill + worn)[..., None])


def _gradient(cloth: Cloth, u: Field, v: Field) -> Field:  # noqa: ARG001
    return _mix(cloth, _soft(v - 420, 330))


def _tweed(cloth: Cloth, u: Field, v: Field) -> Field:
    zig = np.abs((u % 12) - 6) + v
    flecks = _noise_tile()[(v * 1.3).astype(np.int32) % 512, (u * 1.3).astype(np.int32) % 512]
    return _mix(cloth, np.clip(_bands(zig, 6, 0.5) * 0.6 + flecks * 0.16, 0, 1))


def _block(cloth: Cloth, u: Field, v: Field) -> Field:  # noqa: ARG001
    return _mix(cloth, _soft(v - 292, 1.5))


def _stitches(cloth: Cloth, u: Field, v: Field) -> Field:
    if cloth.pattern == "rib":
        return as_field(1 + 0.10 * np.sin(u * 2 * math.pi / 5.5))
    small = 1 + 0.06 * np.sin((v + np.abs((u % 6) - 3)) * 2 * math.pi / 4.6)
    if cloth.pattern == "knit":
        return as_field(small)
    bend = np.abs(((u + 15) % 30) - 15)
    twist = np.sin(v * 2 * math.pi / 26 + np.sign(np.sin(u * 2 * math.pi / 30)) * bend * 0.35)
    cable = np.where(bend < 7.5, 1 + 0.15 * twist, 0.96)
    return as_field(small * cable)


def _tile(cloth: Cloth, u: Field, v: Field) -> Field:
    step = TILE_PIXELS / TILE
    tile = _printed(cloth.pattern, cloth.colors)
    x, y = (u * step).astype(np.int32) % TILE_PIXELS, (v * step).astype(np.int32) % TILE_PIXELS
    return tile[y, x]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Where one motif of a print goes, in pixels of the tile, and how it is turned and sized."""

    x: float
    y: float
    turn: float
    size: float
    number: int


@functools.lru_cache(maxsize=64)
def _printed(pattern: str, colors: tuple[Color, ...]) -> Field:
    """Return one repeat of a printed pattern; what leaves it on one side comes back on the other."""
    image = Image.new("RGB", (TILE_PIXELS, TILE_PIXELS), colors[0])
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(11)
    draw_one = _flower if pattern == "floral" else _leaf if pattern == "leaf" else _rosette
    places = [(float(x), float(y)) for x, y in rng.uniform(0, TILE_PIXELS, (150, 2))]
    kept: list[tuple[float, float]] = []
    gap = {"floral": 62.0, "leaf": 70.0}.get(pattern, 44.0)
    for x, y in places:
        if all(_apart(x - a, y - b) > gap for a, b in kept):
            kept.append((x, y))
    for k, (x, y) in enumerate(kept):
        turn, size = float(rng.uniform(0, 6.3)), float(rng.uniform(0.75, 1.2))
        for dx in (-TILE_PIXELS, 0, TILE_PIXELS):
            for dy in (-TILE_PIXELS, 0, TILE_PIXELS):
                draw_one(draw, _Stamp(x + dx, y + dy, turn, size, k), colors)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)


def _apart(dx: float, dy: float) -> float:
    wrap = TILE_PIXELS / 2
    return math.hypot(wrap - abs(wrap - abs(dx)), wrap - abs(wrap - abs(dy)))


def _blob(draw: ImageDraw.ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    draw.ellipse([x - r, y - r, x + r, y + r], fill=color)


def _flower(draw: ImageDraw.ImageDraw, stamp: _Stamp, colors: tuple[Color, ...]) -> None:
    turn, size, k = stamp.turn, stamp.size, stamp.number
    petals = colors[1 + k % max(1, len(colors) - 2)]
    x, y = stamp.x, stamp.y
    for side in (0.5, 2.4):
        for far in (22, 29, 35):
            _blob(draw, x + math.cos(turn + side) * far * size, y + math.sin(turn + side) * far * size, 6, colors[-1])
    for petal in range(5):
        a = turn + petal * 2 * math.pi / 5
        _blob(draw, x + math.cos(a) * 14 * size, y + math.sin(a) * 14 * size, 11 * size, petals)
    _blob(draw, x, y, 7 * size, (244, 208, 110))


def _leaf(draw: ImageDraw.ImageDraw, stamp: _Stamp, colors: tuple[Color, ...]) -> None:
    turn, size, k = stamp.turn, stamp.size, stamp.number
    color = colors[1 + k % (len(colors) - 1)]
    x, y = stamp.x, stamp.y
    for step in range(-5, 6):
        far = step * 6 * size
        _blob(draw, x + math.cos(turn) * far, y + math.sin(turn) * far, (13 - step * step * 0.42) * size, color)


def _rosette(draw: ImageDraw.ImageDraw, stamp: _Stamp, colors: tuple[Color, ...]) -> None:
    turn, size, k = stamp.turn, stamp.size, stamp.number
    x, y = stamp.x, stamp.y
    _blob(draw, x, y, 12 * size, colors[1])
    for spot in range(4 + k % 2):
        a = turn + spot * 1.35
        _blob(draw, x + math.cos(a) * 13 * size, y + math.sin(a) * 13 * size, 6.5 * size, colors[-1])


PATTERNS: dict[str, Callable[[Cloth, Field, Field], Field]] = {
    "plain": _plain,
    "stripe": _stripe,
    "pinstripe": _pinstripe,
    "check": _check,
    "gingham": _gingham,
    "dots": _dots,
    "denim": _denim,
    "gradient": _gradient,
    "tweed": _tweed,
    "block": _block,
    "knit": _plain,
    "rib": _plain,
    "cable": _plain,
    "floral": _tile,
    "leaf": _tile,
    "leopard": _tile,
}
