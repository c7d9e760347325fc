"""Cloth with patterns that a loom could make: stripes and checks, and dots; each draws itself anew."""

from random import Random

import numpy as np

from backend.training.cloth_fields import Field, bands, colors, field, mix, motifs, soft


def plain(u: Field, _v: Field, chance: Random) -> Field:
    return np.broadcast_to(colors(chance, 1)[0], (*u.shape, 3)).astype(np.float32)


def stripes(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    along = v if chance.random() < 0.65 else u
    return mix(ground, other, bands(along, chance.uniform(0.035, 0.2), chance.uniform(0.2, 0.6)))


def pinstripes(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    along = u if chance.random() < 0.7 else v
    return mix(ground, other, bands(along, chance.uniform(0.02, 0.06), chance.uniform(0.15, 0.5)))


def many_stripes(u: Field, v: Field, chance: Random) -> Field:
    """Bands of several colours and widths that repeat."""
    tones = colors(chance, chance.randint(3, 6))
    ends = np.cumsum([chance.uniform(0.3, 1.0) for _ in range(chance.randint(4, 9))])
    along = (v if chance.random() < 0.75 else u) / chance.uniform(0.15, 0.8) % 1 * ends[-1]
    which = np.searchsorted(ends, along)
    order = np.array([chance.randrange(1, len(tones)) if n % 2 else 0 for n in range(len(ends) + 1)])
    return field(tones[order[which]])


def breton(_u: Field, v: Field, chance: Random) -> Field:
    """Stripes below a plain yoke."""
    ground, other = colors(chance, 2)
    share = bands(v, chance.uniform(0.05, 0.12), chance.uniform(0.25, 0.5)) * soft(v - chance.uniform(0.2, 0.45))
    return mix(ground, other, share)


def chevrons(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    fold = chance.uniform(0.08, 0.3)
    return mix(ground, other, bands(v + np.abs(u % fold - fold / 2), chance.uniform(0.06, 0.15), 0.5))


def gingham(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.035, 0.25)
    return mix(ground, other, (bands(u, period, 0.5) + bands(v, period, 0.5)) / 2)


def tartan(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(3, 5))
    period = chance.uniform(0.12, 0.4)
    cloth = tones[0]
    for tone in [*tones[1:], *tones[1:]]:
        shift, share, strength = (
            chance.random() * period,
            chance.choice([0.05, 0.1, 0.3, 0.45]),
            chance.uniform(0.4, 0.7),
        )
        for along in (u, v):
            cloth = mix(cloth, tone, strength * bands(along + shift, period, share))
    return field(cloth)


def windowpane(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.08, 0.25)
    lines = np.maximum(bands(u, period, chance.uniform(0.05, 0.15)), bands(v, period, 0.1))
    return mix(ground, other, lines * chance.uniform(0.5, 1.0))


def houndstooth(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    period = chance.uniform(0.04, 0.14)
    x, y = u / period % 1, v / period % 1
    twill = ((x + y) * 4 % 2 < 1).astype(np.float32)
    across, down = x < 0.5, y < 0.5
    return mix(ground, other, np.where(across & down, 1, np.where(across ^ down, twill, 0)).astype(np.float32))


def argyle(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, 3)
    wide = chance.uniform(0.12, 0.3)
    a, b = u / wide + v / wide * 0.6, u / wide - v / wide * 0.6
    which = (np.floor(a) + np.floor(b)).astype(int) % 2
    lines = np.maximum(bands(a + 0.5, 1.0, 0.06), bands(b + 0.5, 1.0, 0.06))
    return mix(tones[which], tones[2], lines)


def dots(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    x, y, _ = motifs(u, v, chance, chance.uniform(0.035, 0.2), 0.0)
    return mix(ground, other, np.hypot(x, y) < chance.uniform(0.25, 0.7))


def strewn_dots(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(2, 4))
    x, y, number = motifs(u, v, chance, chance.uniform(0.05, 0.18), chance.uniform(0.2, 0.4))
    size = 0.2 + 0.35 * (number % 7) / 7 if chance.random() < 0.5 else np.full(x.shape, chance.uniform(0.2, 0.55))
    return mix(tones[0], tones[1 + number % (len(tones) - 1)], np.hypot(x, y) < size)


def rings(u: Field, v: Field, chance: Random) -> Field:
    ground, other = colors(chance, 2)
    x, y, _ = motifs(u, v, chance, chance.uniform(0.08, 0.2), 0.0)
    far, size = np.hypot(x, y), chance.uniform(0.45, 0.75)
    return mix(ground, other, (far < size) & (far > size * 0.6))
