"""Patterns of cloth, drawn: stripes, checks, flowers, dots and prints of many kinds, as functions of a place on a garment.

A place is (u, v), in widths of the garment. Every pattern draws itself anew: other colours, other sizes, other turns.
`KNOWN` are the ones to learn from; `OTHERS` are kept aside, to see what is made of a pattern never seen.
"""

import colorsys
import math
from collections.abc import Callable
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Field = npt.NDArray[np.float32]
Draw = Callable[[Field, Field, Random], Field]
"""Places (h, w), (h, w) to colours (h, w, 3) between 0 and 1."""

_EDGE = 0.006  # widths of a garment over which one colour turns into the next
_NOISE = 64  # a table of random numbers, repeated


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


def _soft(value: Field) -> Field:
    return np.asarray(np.clip(value / _EDGE + 0.5, 0, 1), np.float32)


def _mix(one: Field, other: Field, share: Field) -> Field:
    return np.asarray(one + (other - one) * share[..., None], np.float32)


def _bands(x: Field, period: float, share: float) -> Field:
    """1 on bands that take a share of the period, 0 between."""
    return _soft(share * period / 2 - np.abs(x % period - period / 2))


def _noise(u: Field, v: Field, chance: Random, scale: float) -> Field:
    """Smooth values around 0, with hills `scale` wide."""
    table = np.random.default_rng(chance.getrandbits(32)).normal(0, 1, (_NOISE, _NOISE)).astype(np.float32)
    x, y = u / scale + 17, v / scale + 17
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    a, b = _smooth(x - left), _smooth(y - top)
    near = [[table[(top + j) % _NOISE, (left + i) % _NOISE] for i in (0, 1)] for j in (0, 1)]
    upper, lower = (row[0] * (1 - a) + row[1] * a for row in near)
    return np.asarray(upper * (1 - b) + lower * b, np.float32)


def _smooth(x: Field) -> Field:
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def plain(u: Field, _v: Field, chance: Random) -> Field:
    return np.broadcast_to(colors(chance, 1)[0], (*u.shape, 3)).astype(np.float32)


def stripes(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    along = v if chance.random() < 0.65 else u
    return _mix(ground, other, _bands(along, chance.uniform(0.035, 0.2), chance.uniform(0.2, 0.6)))


def pinstripes(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    along = u if chance.random() < 0.7 else v
    return _mix(ground, other, _bands(along, chance.uniform(0.02, 0.06), chance.uniform(0.15, 0.5)))


def many_stripes(u: Field, v: Field, chance: Random) -> Field:
    """Bands of several colours and widths that repeat."""
    tones = colors(chance, chance.randint(3, 6))
    ends = np.cumsum([chance.uniform(0.3, 1.0) for _ in range(chance.randint(4, 9))])
    along = (v if chance.random() < 0.75 else u) / chance.uniform(0.15, 0.8) % 1 * ends[-1]
    which = np.searchsorted(ends, along)
    order = np.array([chance.randrange(1, len(tones)) if n % 2 else 0 for n in range(len(ends) + 1)])
    return np.asarray(tones[order[which]], np.float32)


def breton(u: Field, v: Field, chance: Random) -> Field:
    """Stripes below a plain yoke."""
    ground, other = colors(chance, 2)
    share = _bands(v, chance.uniform(0.05, 0.12), chance.uniform(0.25, 0.5)) * _soft(v - chance.uniform(0.2, 0.45))
    return _mix(ground, other, np.asarray(share, np.float32))


def chevrons(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    fold = chance.uniform(0.08, 0.3)
    return _mix(ground, other, _bands(v + np.abs(u % fold - fold / 2), chance.uniform(0.06, 0.15), 0.5))


def gingham(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.035, 0.25)
    return _mix(ground, other, np.asarray((_bands(u, period, 0.5) + _bands(v, period, 0.5)) / 2, np.float32))


def tartan(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(3, 5))
    period = chance.uniform(0.12, 0.4)
    cloth = np.broadcast_to(tones[0], (*u.shape, 3))
    for tone in [*tones[1:], *tones[1:]]:
        shift, share, strength = chance.random() * period, chance.choice([0.05, 0.1, 0.3, 0.45]), chance.uniform(0.4, 0.7)
        for along in (u, v):
            cloth = _mix(cloth, tone, np.asarray(strength * _bands(along + shift, period, share), np.float32))
    return np.asarray(cloth, np.float32)


def windowpane(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.08, 0.25)
    lines = np.maximum(_bands(u, period, chance.uniform(0.05, 0.15)), _bands(v, period, 0.1))
    return _mix(ground, other, np.asarray(lines * chance.uniform(0.5, 1.0), np.float32))


def houndstooth(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.04, 0.14)
    x, y = u / period % 1, v / period % 1
    twill = ((x + y) * 4 % 2 < 1).astype(np.float32)
    across, down = x < 0.5, y < 0.5
    return _mix(ground, other, np.where(across & down, 1, np.where(across ^ down, twill, 0)).astype(np.float32))


def argyle(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, 3)
    wide = chance.uniform(0.12, 0.3)
    a, b = u / wide + v / wide * 0.6, u / wide - v / wide * 0.6
    which = (np.floor(a) + np.floor(b)).astype(int) % 2
    lines = np.maximum(_bands(a + 0.5, 1.0, 0.06), _bands(b + 0.5, 1.0, 0.06))
    return _mix(np.asarray(tones[which], np.float32), tones[2], lines)


def _motifs(u: Field, v: Field, chance: Random, step: float, loose: float) -> tuple[Field, Field, npt.NDArray[np.int64]]:
    """Places around the middle of the motif of their cell, from -1 to 1, and a number for each cell's motif."""
    shift = 0.5 if chance.random() < 0.6 else 0.0
    row = np.floor(v / step).astype(int)
    across = u / step + shift * (row % 2)
    column = np.floor(across).astype(int)
    number = ((row * 73 + column * 31) % 997 * 389) % 1009
    table = np.random.default_rng(chance.getrandbits(32)).uniform(-1, 1, (1009, 3)).astype(np.float32)
    x = (across - column - 0.5) * 2 - loose * table[number, 0]
    y = (v / step - row - 0.5) * 2 - loose * table[number, 1]
    angle = table[number, 2] * np.pi * (loose > 0)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(x * cos + y * sin, np.float32), np.asarray(y * cos - x * sin, np.float32), number


def dots(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    x, y, _ = _motifs(u, v, chance, chance.uniform(0.035, 0.2), 0.0)
    return _mix(ground, other, np.asarray(np.hypot(x, y) < chance.uniform(0.25, 0.7), np.float32))


def strewn_dots(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(2, 4))
    x, y, number = _motifs(u, v, chance, chance.uniform(0.05, 0.18), chance.uniform(0.2, 0.4))
    size = 0.2 + 0.35 * (number % 7) / 7 if chance.random() < 0.5 else np.full(x.shape, chance.uniform(0.2, 0.55))
    return _mix(tones[0], tones[1 + number % (len(tones) - 1)], np.asarray(np.hypot(x, y) < size, np.float32))


def rings(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    x, y, _ = _motifs(u, v, chance, chance.uniform(0.08, 0.2), 0.0)
    far, size = np.hypot(x, y), chance.uniform(0.45, 0.75)
    return _mix(ground, other, np.asarray((far < size) & (far > size * 0.6), np.float32))


def _petals(x: Field, y: Field, count: int, depth: float) -> Field:
    """How far inside a flower a place is: above 0 inside, 1 in its middle."""
    edge = 1 - depth / 2 + depth / 2 * np.cos(count * np.arctan2(y, x))
    return np.asarray(1 - np.hypot(x, y) / np.maximum(edge, 0.05), np.float32)


def flowers(u: Field, v: Field, chance: Random) -> Field:
    """Small ones, strewn, with leaves between them."""
    tones = colors(chance, chance.randint(3, 5))
    step = chance.uniform(0.07, 0.22)
    cloth = np.broadcast_to(tones[0], (*u.shape, 3))
    green = np.array(colorsys.hsv_to_rgb(chance.uniform(0.2, 0.45), 0.5, chance.uniform(0.25, 0.7)), np.float32)
    x, y, _ = _motifs(u + step / 2, v + step / 3, chance, step, 0.4)
    leaf = np.hypot(x / 0.5, (y - 0.2 * x) / 0.16) < 1
    if chance.random() < 0.8:
        cloth = _mix(np.asarray(cloth, np.float32), green, np.asarray(leaf, np.float32))
    x, y, number = _motifs(u, v, chance, step, 0.35)
    inside = _petals(x / chance.uniform(0.45, 0.75), y / 0.6, chance.randint(4, 7), chance.uniform(0.3, 0.7))
    cloth = _mix(np.asarray(cloth, np.float32), tones[1 + number % (len(tones) - 1)], np.asarray(inside > 0, np.float32))
    middle = np.array([0.95, 0.8, 0.3], np.float32) if chance.random() < 0.6 else tones[0]
    return _mix(cloth, middle, np.asarray(inside > chance.uniform(0.6, 0.75), np.float32))


def roses(u: Field, v: Field, chance: Random) -> Field:
    """Large ones, of petals around each other, on leaves."""
    tones = colors(chance, 3)
    step = chance.uniform(0.15, 0.4)
    x, y, number = _motifs(u + step / 2, v, chance, step, 0.3)
    green = np.array(colorsys.hsv_to_rgb(chance.uniform(0.2, 0.45), 0.6, chance.uniform(0.2, 0.6)), np.float32)
    leaves = _petals(x / 0.9, y / 0.9, chance.randint(3, 5), 1.2) > 0
    cloth = _mix(np.broadcast_to(tones[0], (*u.shape, 3)).astype(np.float32), green, np.asarray(leaves, np.float32))
    x, y, number = _motifs(u, v, chance, step, 0.3)
    far = np.hypot(x, y) + 0.08 * np.sin(5 * np.arctan2(y, x) + 9 * np.hypot(x, y))
    shade = 0.65 + 0.35 * np.abs(np.sin(far * chance.uniform(7, 12) + np.arctan2(y, x)))
    petals = tones[1 + number % 2] * shade[..., None]
    inside = np.asarray(far < chance.uniform(0.6, 0.85), np.float32)
    return np.asarray(cloth + (petals - cloth) * inside[..., None], np.float32)


def botanical(u: Field, v: Field, chance: Random) -> Field:
    """Leaves and buds on stems, in two or three tones."""
    tones = colors(chance, 3)
    x, y, number = _motifs(u, v, chance, chance.uniform(0.1, 0.3), 0.3)
    stem = (np.abs(y - 0.15 * np.sin(3 * x)) < 0.05) & (np.abs(x) < 0.8)
    side = np.abs(np.abs(y) - 0.25 - 0.2 * np.abs(np.sin(x * 6))) < 0.09
    cloth = np.broadcast_to(tones[0], (*u.shape, 3)).astype(np.float32)
    cloth = _mix(cloth, tones[1], np.asarray(stem | (side & (np.abs(x) < 0.7)), np.float32))
    bud = _petals((x - 0.6) / 0.35, y / 0.35, 5, 0.5) > 0
    return _mix(cloth, tones[2], np.asarray(bud & (number % 3 > 0), np.float32))


def hibiscus(u: Field, v: Field, chance: Random) -> Field:
    """A few very large flowers with veins."""
    tones = colors(chance, 3)
    x, y, number = _motifs(u, v, chance, chance.uniform(0.3, 0.55), 0.25)
    inside = _petals(x / 0.9, y / 0.9, 5, 0.5)
    veins = 0.8 + 0.2 * np.cos(25 * np.arctan2(y, x))
    petals = tones[1 + number % 2] * veins[..., None]
    cloth = np.broadcast_to(tones[0], (*u.shape, 3)).astype(np.float32)
    return np.asarray(cloth + (petals - cloth) * (inside > 0)[..., None], np.float32)


def leopard(u: Field, v: Field, chance: Random) -> Field:
    brown = chance.random() < 0.7
    tones = np.array([[0.8, 0.62, 0.38], [0.15, 0.1, 0.07], [0.6, 0.4, 0.2]], np.float32) if brown else colors(chance, 3)
    scale = chance.uniform(0.02, 0.06)
    hills = _noise(u, v, chance, scale) + 0.5 * _noise(u, v, chance, scale * 0.6)
    cloth = _mix(np.broadcast_to(tones[0], (*u.shape, 3)).astype(np.float32), tones[2], np.asarray(hills > 0.9, np.float32))
    return _mix(cloth, tones[1], np.asarray((hills > 0.45) & (hills < 0.9), np.float32))


def camouflage(u: Field, v: Field, chance: Random) -> Field:
    greens = np.array([[0.35, 0.37, 0.22], [0.2, 0.22, 0.13], [0.55, 0.5, 0.35], [0.12, 0.12, 0.1]], np.float32)
    tones = greens if chance.random() < 0.6 else colors(chance, 4)
    scale = chance.uniform(0.05, 0.15)
    levels = [_noise(u, v * 1.4, chance, scale) + 0.5 * _noise(u, v, chance, scale / 3) for _ in range(3)]
    which = np.where(levels[0] > 0.5, 1, np.where(levels[1] > 0.4, 2, np.where(levels[2] > 0.7, 3, 0)))
    return np.asarray(tones[which], np.float32)


def abstract(u: Field, v: Field, chance: Random) -> Field:
    """Waves bent by noise: zebra, marble, water."""
    tones = colors(chance, chance.randint(2, 4))
    bent = u * chance.uniform(0, 8) + v * chance.uniform(3, 12) + chance.uniform(1, 3) * _noise(u, v, chance, 0.15)
    which = (np.floor(bent * len(tones) / 2)).astype(int) % len(tones)
    return np.asarray(tones[which], np.float32)


def geometric(u: Field, v: Field, chance: Random) -> Field:
    """Triangles of several colours."""
    tones = colors(chance, chance.randint(3, 6))
    step = chance.uniform(0.06, 0.2)
    x, y = u / step, v / step
    half = (x % 1 + y % 1 > 1).astype(int)
    number = np.floor(x).astype(int) * 17 + np.floor(y).astype(int) * 29 + half * 11
    return np.asarray(tones[number * number % 101 % len(tones)], np.float32)


def icons(u: Field, v: Field, chance: Random) -> Field:
    """Hearts, stars, crosses and drops, strewn."""
    tones = colors(chance, 3)
    x, y, number = _motifs(u, v, chance, chance.uniform(0.08, 0.22), 0.3)
    x, y = x / 0.6, y / 0.6
    shapes = [
        (x * x + y * y - 0.4) ** 3 + x * x * y * y * y < 0, _petals(x, y, 5, 1.3) > 0,
        np.minimum(np.abs(x), np.abs(y)) < 0.2, np.hypot(x / (0.45 - 0.35 * y), y) < 1,
    ]  # fmt: skip
    inside = shapes[chance.randrange(len(shapes))] & (np.hypot(x, y) < 1)
    return _mix(tones[0], tones[1 + number % 2], np.asarray(inside, np.float32))


def tie_dye(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(2, 4))
    x, y = u - chance.uniform(0.3, 0.7), v - chance.uniform(0.3, 0.9)
    round_ = np.hypot(x, y) * chance.uniform(1, 4) + np.arctan2(y, x) / (2 * np.pi) * chance.randint(0, 3)
    place = (round_ + 0.4 * _noise(u, v, chance, 0.12)) % 1 * len(tones)
    first = np.floor(place).astype(int) % len(tones)
    return _mix(tones[first], tones[(first + 1) % len(tones)], _smooth(np.asarray(place % 1, np.float32)))


def emblem(u: Field, v: Field, chance: Random) -> Field:
    """One print on the chest: a word or two, a figure, or both."""
    tones = colors(chance, chance.randint(2, 4))
    picture = np.asarray(_picture(chance, len(tones) - 1))
    wide = chance.uniform(0.3, 0.65)
    x = (u - 0.5 - chance.uniform(-0.05, 0.05)) / wide + 0.5
    y = (v - chance.uniform(0.35, 0.55)) / wide + 0.5
    inside = (x >= 0) & (x < 1) & (y >= 0) & (y < 1)
    side = len(picture)
    which = picture[(np.clip(y, 0, 0.999) * side).astype(int), (np.clip(x, 0, 0.999) * side).astype(int)]
    return np.asarray(tones[np.where(inside, which, 0)], np.float32)


def _picture(chance: Random, inks: int) -> Image.Image:
    """A print of 96 x 96, each place the number of its ink, 0 where there is none."""
    image = Image.new("L", (96, 96))
    pen = ImageDraw.Draw(image)
    kind = chance.random()
    if kind < 0.65:
        for _ in range(chance.randint(2, 9)):
            x, y, w, h = chance.uniform(15, 80), chance.uniform(15, 60), chance.uniform(5, 30), chance.uniform(5, 30)
            paint = chance.choice([pen.ellipse, pen.rectangle, pen.rounded_rectangle])
            paint((x - w, y - h, x + w, y + h), fill=chance.randint(0, inks), outline=chance.randint(1, inks))
    if kind > 0.35:
        for line in range(chance.randint(1, 2)):
            word = "".join(chance.choice("ABCDEHKLMNORSTUWaeilnorstu") for _ in range(chance.randint(3, 9)))
            font = ImageFont.load_default(chance.uniform(14, 30))
            place = (48, chance.uniform(25, 70) if kind > 0.65 else 74 + 14 * line)
            pen.text(place, word, fill=chance.randint(1, inks), font=font, anchor="mm")
    return image


KNOWN: dict[str, tuple[Draw, ...]] = {
    "plain": (plain,),
    "stripe": (stripes, pinstripes, many_stripes),
    "check": (gingham, tartan, windowpane),
    "floral": (flowers, roses, botanical),
    "dot": (dots, strewn_dots),
    "print": (emblem, emblem, leopard, camouflage, abstract, geometric, icons),
}
OTHERS: dict[str, tuple[Draw, ...]] = {
    "stripe": (breton, chevrons),
    "check": (houndstooth, argyle),
    "floral": (hibiscus,),
    "dot": (rings,),
    "print": (tie_dye,),
}
