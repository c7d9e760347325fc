"""Cloth drawn from its threads, flat or in folds: what swatches show, and what close-ups are cut from."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from backend.training.usefulness.canvas import color
from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """Where each point is: pixels across and down, both (h, w); and noise that is the same again for one seed."""

    across: Tones
    down: Tones
    noise: np.random.Generator

    def threads(self, chance: Random) -> Tones:
        """Lightness steps of a weave, a rib or a knit (h, w); flat now and then."""
        if chance.random() < 0.25:
            return np.zeros_like(self.across)
        strength, period = chance.uniform(3, 26), chance.choice([chance.uniform(3, 22), chance.uniform(15, 60)])
        kind, turns = chance.random(), np.pi / period
        if kind < 0.35:
            wave = np.sin(self.across * 2 * turns) * np.sin(self.down * 2 * turns)
        elif kind < 0.7:  # ribs, corduroy, twill
            lean = chance.choice([-1, 0, 0, 1])
            wave = np.abs(np.sin((self.across + self.down * lean) * turns)) ** chance.uniform(0.3, 2) * 2 - 1
        else:
            wave = np.sin(self.down * 2 * turns + 2 * np.abs(np.sin(self.across * turns)))
        return np.asarray(wave * strength, np.float32)


_Maker = Callable[[Random, _Plane], Tones]


def draw_cloth(chance: Random, width: int, height: int) -> Pixels:
    """Flat woven, knitted, printed or plain cloth in one light (h, w, 3)."""
    noise = np.random.default_rng(chance.randrange(2**32))
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    (make,) = chance.choices(_MAKERS, _SHARES)
    cloth = make(chance, _Plane(across, down, noise))
    grain = noise.normal(0, chance.choice([0, 2, 5, 9, 16]), (height, width)).astype(np.float32)
    reach = chance.choice([(1, 1), (1, 3), (5, 1), (2, 2)])
    return clipped(cloth + cv2.blur(grain, reach).reshape(height, width, 1))


def drape(chance: Random, pixels: Pixels) -> Pixels:
    """The cloth in folds: bent by them, and lit from one side."""
    height, width = pixels.shape[:2]
    noise = np.random.default_rng(chance.randrange(2**32))
    cells = chance.randint(2, 7), chance.randint(2, 12)
    hills = cv2.resize(
        noise.normal(0, 1, cells).astype(np.float32), (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC
    )
    turned = cv2.warpAffine(
        hills, cv2.getRotationMatrix2D((width, height), chance.uniform(0, 360), 1.0), (2 * width, 2 * height),
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    hills = turned[height // 2 : height // 2 + height, width // 2 : width // 2 + width]
    if chance.random() < 0.4:  # ridges, as gathered cloth has
        hills = np.abs(hills) ** chance.uniform(0.5, 1.0)
    steep_y, steep_x = (side * max(width, height) / 8 for side in np.gradient(hills))
    bend = chance.uniform(0, 0.03) * max(width, height)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(
        pixels, across + bend * np.tanh(steep_x), down + bend * np.tanh(steep_y), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    ).astype(np.float32)  # fmt: skip
    turn, depth = chance.uniform(0, 2 * np.pi), chance.uniform(0.1, 0.6)
    light = np.tanh((steep_x * np.cos(turn) + steep_y * np.sin(turn)) * chance.uniform(0.6, 2.5))
    if chance.random() < 0.25:  # as draughtsmen shade: one or two tones with hard edges
        light = np.digitize(light, [chance.uniform(-0.6, 0.2), chance.uniform(0.3, 0.9)]) - 1.0
    shade = 1 + depth * light - 0.3 * depth
    gloss = chance.choice([0, 0, 0, 60]) * np.clip(light - 0.5, 0, None)
    return clipped(bent * shade[..., None] + gloss[..., None])


def clipped(values: npt.NDArray[np.floating[npt.NBitBase]] | Tones) -> Pixels:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _tone(chance: Random) -> Tones:
    return np.array(color(chance), np.float32)


def _near(chance: Random, tone: Tones) -> Tones:
    """Another tone, or a shade of this one."""
    return _tone(chance) if chance.random() < 0.6 else np.clip(tone * chance.uniform(0.5, 1.5), 0, 255)


def _mixed(share: Tones, first: Tones, second: Tones) -> Tones:
    return np.asarray(first + (second - first) * share[..., None], np.float32)


def _plain(chance: Random, plane: _Plane) -> Tones:
    return _tone(chance) + plane.threads(chance)[..., None]


def _woven(chance: Random, plane: _Plane) -> Tones:
    """Warp and weft, each thread with its colour and its roundness; which is above, a small draft says."""
    across, down, noise = plane.across, plane.down, plane.noise
    thick = chance.choice([chance.uniform(2, 6), chance.uniform(5, 14), chance.uniform(12, 45)])
    drafts: tuple[list[list[int]], ...] = (
        [[1, 0], [0, 1]], [[1, 0], [0, 1]], [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]],
        [[1, 1, 0], [0, 1, 1], [1, 0, 1]], [[1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 1, 1]],
        [[1, 0, 0], [1, 0, 0], [0, 1, 1]],
    )  # fmt: skip
    draft = np.array(chance.choice(drafts))
    row, column = (down / thick).astype(int), (across / thick).astype(int)
    over = draft[row % draft.shape[0], column % draft.shape[1]].astype(bool)
    warp = _tone(chance)
    weft = warp if chance.random() < 0.4 else _near(chance, warp)
    uneven = noise.normal(0, chance.uniform(0, 14), (2, 600)).astype(np.float32)
    wide, tall = np.mod(across, thick) / thick - 0.5, np.mod(down, thick) / thick - 0.5
    round_, dip, depth = chance.uniform(0.5, 3), chance.uniform(0, 1.5), chance.uniform(8, 60)
    through, along = np.where(over, wide, tall), np.where(over, tall, wide)
    light = -depth * (round_ * through**2 + dip * along**2) + np.where(
        over, uneven[0][column % 600], uneven[1][row % 600]
    )
    return np.asarray(
        np.where(over[..., None], warp, weft) + light[..., None].astype(np.float32) + depth * 0.15, np.float32
    )


def _sett(chance: Random, plane: _Plane) -> Tones:
    """Stripes one way or both, of several colours and widths."""
    across, down = plane.across, plane.down
    period, count = chance.uniform(8, 160), chance.randint(2, 5)
    edges = np.cumsum([chance.uniform(0.1, 1) for _ in range(count)])
    tones = np.stack([_tone(chance) for _ in range(count)])
    turn = chance.choice([0.0, 0.0, np.pi / 4, chance.uniform(0, np.pi)])
    first = across * np.cos(turn) + down * np.sin(turn)
    second = down * np.cos(turn) - across * np.sin(turn)
    bands = [
        tones[np.searchsorted(edges, np.mod(one, period) / period * edges[-1]).clip(0, count - 1)]
        for one in (first, second)
    ]
    kind = chance.random()
    if kind < 0.4:
        return np.asarray(bands[chance.randint(0, 1)] + plane.threads(chance)[..., None], np.float32)
    if kind < 0.8:
        return np.asarray((bands[0] + bands[1]) / 2 + plane.threads(chance)[..., None], np.float32)
    rough = np.mod(across + down, 4) < 2  # a twill shows one thread, then the other
    return np.asarray(np.where(rough[..., None], bands[0], bands[1]), np.float32)


def _printed(chance: Random, plane: _Plane) -> Tones:
    """Motifs in rows or strewn: petals, stars, drops, dots; filled or in outline."""
    height, width = plane.across.shape
    ground = _tone(chance)
    cloth = np.broadcast_to(ground, (height, width, 3)).astype(np.float32).copy()
    step = chance.uniform(14, 110)
    tones = [tuple(float(one) for one in _tone(chance)) for _ in range(chance.randint(1, 3))]
    motif, strewn, filled = chance.choice(_MOTIFS), chance.choice([0.0, 0.1, 0.4]), chance.random() < 0.75
    size, turn = step * chance.uniform(0.12, 0.45), chance.uniform(0, np.pi)
    for row in range(-1, int(height / step) + 2):
        for column in range(-1, int(width / step) + 2):
            x = (column + 0.5 * (row % 2) + strewn * chance.gauss(0, 1)) * step
            y = (row + strewn * chance.gauss(0, 1)) * step
            shapes = motif((x, y), size, turn if strewn < 0.2 else chance.uniform(0, 6))
            tone = chance.choice(tones)
            if filled:
                cv2.fillPoly(cloth, shapes, tone, cv2.LINE_AA)
            else:
                cv2.polylines(
                    cloth, shapes, isClosed=True, color=tone, thickness=max(1, round(size / 6)), lineType=cv2.LINE_AA
                )
    return cloth + plane.threads(chance)[..., None] * 0.4


def _petals(at: Point, size: float, turn: float) -> list[npt.NDArray[np.int32]]:
    ways = [turn + number * 2 * np.pi / 5 for number in range(5)]
    return [
        _oval((at[0] + size * 0.6 * np.cos(way), at[1] + size * 0.6 * np.sin(way)), size * 0.5, way) for way in ways
    ]


def _oval(at: Point, size: float, turn: float, *, slim: float = 0.6) -> npt.NDArray[np.int32]:
    axes = max(1, round(size)), max(1, round(size * slim))
    return np.asarray(
        cv2.ellipse2Poly((round(at[0]), round(at[1])), axes, round(np.degrees(turn)), 0, 360, 15), np.int32
    )


def _star(at: Point, size: float, turn: float) -> list[npt.NDArray[np.int32]]:
    ways = turn + np.arange(10) * np.pi / 5
    far = size * np.where(np.arange(10) % 2, 0.5, 1.1)
    return [np.stack([at[0] + far * np.cos(ways), at[1] + far * np.sin(ways)], 1).astype(np.int32)]


_MOTIFS: tuple[Callable[[Point, float, float], list[npt.NDArray[np.int32]]], ...] = (
    _petals, _star, lambda at, size, turn: [_oval(at, size, turn, slim=0.35)],
    lambda at, size, turn: [_oval(at, size, turn, slim=1.0)],
)  # fmt: skip


def _blobs(chance: Random, plane: _Plane) -> Tones:
    """Camouflage, animal skins, marble, tie-dye: noise cut into steps or left smooth."""
    height, width = plane.across.shape
    period = chance.uniform(5, 90)
    cells = (max(2, int(height / period)), max(2, int(width / period / chance.choice([0.4, 1, 1, 2.5]))))
    hills = cv2.resize(
        plane.noise.normal(0, 1, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    first = _tone(chance)
    second = _near(chance, first)
    if chance.random() < 0.4:
        return _mixed(np.clip(hills * 0.5 + 0.5, 0, 1), first, second)
    cut = _mixed((hills > chance.uniform(-0.3, 0.8)).astype(np.float32), first, second)
    if chance.random() < 0.4:
        cut[hills > chance.uniform(0.8, 1.4)] = _tone(chance)
    return cut


def _fuzzy(chance: Random, plane: _Plane) -> Tones:
    """Tweed, felt, fur, fleece, leather: noise of one size, long or round."""
    height, width = plane.across.shape
    tone, shape = _tone(chance), (height, width, chance.choice([1, 1, 3]))
    reach = chance.choice([(1, 1), (3, 3), (1, 15), (11, 3), (7, 7)])
    flecks = cv2.blur(plane.noise.normal(0, 1, shape).astype(np.float32), reach).reshape(shape)
    return np.asarray(tone + flecks / flecks.std() * chance.uniform(4, 34), np.float32)


def _open_work(chance: Random, plane: _Plane) -> Tones:
    """Lace, mesh, quilting: a lattice with something else behind it or a seam around it."""
    across, down = plane.across, plane.down
    step = chance.uniform(8, 90)
    tone = _tone(chance)
    u, v = np.mod(across + down, step) / step - 0.5, np.mod(across - down, step) / step - 0.5
    if chance.random() < 0.5:  # quilted: every lozenge a cushion
        light = chance.uniform(20, 90) * (0.5 - np.maximum(np.abs(u), np.abs(v)))
        return np.asarray(tone + light[..., None], np.float32)
    return _mixed((np.hypot(u, v) < chance.uniform(0.2, 0.42)).astype(np.float32), tone, _near(chance, tone))


_MAKERS: tuple[_Maker, ...] = (_plain, _woven, _sett, _printed, _blobs, _fuzzy, _open_work)
_SHARES = (0.24, 0.26, 0.14, 0.12, 0.08, 0.1, 0.06)
