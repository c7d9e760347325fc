"""Shapes of whole garments as they lie flat or stand without a wearer; a place is (across, down) in a unit square."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Point = tuple[float, float]
Outline = list[Point]
_BARE_ARMS = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """`pieces` lie over each other: of "cloth", of another cloth ("trim"), or in the shade ("inside")."""

    pieces: Sequence[tuple[str, Outline]]
    seams: Sequence[Outline] = ()
    buttons: Sequence[Point] = ()


def draw_shape_of_a_garment(chance: Random) -> Shape:
    """What is worn least often in photos comes as often as tops: bags, hats, scarves, shoes."""
    return chance.choice(_SHAPES)(chance)


def smooth(outline: Outline, times: int = 2) -> Outline:
    """Corners cut (Chaikin, 1974)."""
    for _ in range(times):
        outline = [
            (x + (u - x) * share, y + (v - y) * share)
            for (x, y), (u, v) in zip(outline, [*outline[1:], outline[0]], strict=True)
            for share in (0.25, 0.75)
        ]
    return outline


def _mirrored(right: Outline) -> Outline:
    """The right half from top to bottom, and the left half back up."""
    return [*right, *((1 - x, y) for x, y in reversed(right))]


def _oval(x: float, y: float, across: float, down: float, turn: tuple[float, float] = (0.0, 1.0)) -> Outline:
    """From one share of a whole turn to another."""
    start, end = turn
    turns = [(start + (end - start) * step / 24) * math.tau for step in range(25)]
    return [(x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns]


def _sleeve(chance: Random, shoulder: Point, pit: Point) -> Outline:
    """Shoulder, both corners of the cuff, armpit."""
    long, lean, wide = chance.choice([0.12, 0.2, 0.32, 0.45, 0.5]), chance.uniform(0.7, 1.5), chance.uniform(0.05, 0.1)
    end = shoulder[0] + long * math.cos(lean), shoulder[1] + long * math.sin(lean)
    across = wide * math.sin(lean), -wide * math.cos(lean)
    return [shoulder, (end[0] + across[0], end[1] + across[1]), (end[0] - across[0], end[1] - across[1]), pit]


def _upper(chance: Random, hem: float, flare: float, waist: float) -> Shape:
    """Anything that hangs from the shoulders: shirts, knits, coats, dresses; with sleeves or without."""
    top, neck, broad = chance.uniform(0.08, 0.16), chance.uniform(0.05, 0.11), chance.uniform(0.15, 0.2)
    shoulder, pit = (0.5 + broad, top + 0.05), (0.5 + broad * 0.95, top + chance.uniform(0.2, 0.26))
    trunk = _mirrored(
        [(0.5 + neck, top), shoulder, pit, (0.5 + waist, top + 0.36), (0.5 + flare, hem), (0.5, hem + 0.01)]
    )
    pieces: list[tuple[str, Outline]] = [("inside", _oval(0.5, top + 0.01, neck, 0.025))]
    if chance.random() >= _BARE_ARMS:
        sleeve = _sleeve(chance, (shoulder[0] - 0.01, shoulder[1]), (pit[0] - 0.02, pit[1]))
        pieces += [("cloth", sleeve), ("cloth", [(1 - x, y) for x, y in sleeve])]
    pieces.append(("cloth", trunk))
    deep = chance.choice([0.03, 0.05, 0.09, 0.18])
    hole = _oval(0.5, top - 0.005, neck, deep, (0, 0.5))
    pieces.append(("inside", [(0.5 + neck, top), (0.5, top + deep), (0.5 - neck, top)] if deep > 0.1 else hole))
    collar, seams = _collar(chance, top, neck, deep)
    buttons: list[Point] = []
    if chance.random() < 0.45:
        seams.append([(0.5, top + deep), (0.5, hem)])
        buttons = [(0.51, top + deep + 0.04 + step * 0.08) for step in range(chance.randint(0, 7))]
        buttons = [one for one in buttons if one[1] < hem]
    if chance.random() < 0.35:
        seams += _pockets(chance, top + (hem - top) * chance.uniform(0.25, 0.6), waist)
    if chance.random() < 0.4:
        seams.append([(0.5 - flare, hem - 0.03), (0.5 + flare, hem - 0.03)])
    return Shape([*pieces, *collar], seams, buttons)


def _collar(chance: Random, top: float, neck: float, deep: float) -> tuple[list[tuple[str, Outline]], list[Outline]]:
    """Pieces and seams of two leaves, of a hood or a high neck, of a hem, or nothing."""
    kind = chance.random()
    if kind < 0.3:
        leaf = [(0.5 + neck, top - 0.02), (0.5 + 0.01, top + deep * 0.8), (0.5 + neck * 1.2, top + deep + 0.05)]
        sides = leaf, [(1 - x, y) for x, y in leaf]
        return [(chance.choice(["cloth", "trim"]), side) for side in sides], [[*side, side[0]] for side in sides]
    if kind < 0.5:
        foot, head = top + 0.03, top - chance.uniform(0.03, 0.11)
        tube = [(0.5 - neck, foot), (0.5 - neck * 0.9, head), (0.5 + neck * 0.9, head), (0.5 + neck, foot)]
        return [("cloth", tube)], []
    return [], [_oval(0.5, top, neck * 1.15, deep + 0.02, (0, 0.5))] if kind < 0.8 else []


def _pockets(chance: Random, y: float, reach: float) -> list[Outline]:
    wide, tall, x = chance.uniform(0.05, 0.09), chance.uniform(0.02, 0.1), 0.5 + reach * 0.25
    pocket = [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall), (x, y)]
    return [pocket, [(1 - u, v) for u, v in pocket]] if chance.random() < 0.6 else [pocket]


def _top(chance: Random) -> Shape:
    width = chance.uniform(0.15, 0.24)
    return _upper(chance, chance.uniform(0.55, 0.8), width * chance.uniform(0.9, 1.25), width)


def _coat_or_dress(chance: Random) -> Shape:
    waist = chance.uniform(0.1, 0.2)
    return _upper(chance, chance.uniform(0.82, 0.96), max(waist, chance.uniform(0.15, 0.38)), waist)


def _vest(chance: Random) -> Shape:
    """A tank, a camisole, a pinafore: straps, wide holes for arms, long or short."""
    top, strap, hem = chance.uniform(0.06, 0.14), chance.uniform(0.02, 0.07), chance.choice([0.65, 0.75, 0.94])
    inner, wide = chance.uniform(0.06, 0.11), chance.uniform(0.15, 0.22)
    right = [(0.5, top + chance.uniform(0.1, 0.2)), (0.5 + inner * 0.9, top + 0.1), (0.5 + inner, top),
             (0.5 + inner + strap, top), (0.5 + inner + strap, top + 0.13), (0.5 + wide, top + 0.22),
             (0.5 + wide * chance.uniform(0.75, 1), top + 0.38),
             (0.5 + wide * chance.uniform(0.9, 1.7), hem)]  # fmt: skip
    back = [(0.5 - inner, top + 0.02), (0.5, top + 0.06), (0.5 + inner, top + 0.02), (0.5, top + 0.2)]
    seam = [(0.5 - wide, hem - 0.03), (0.5 + wide, hem - 0.03)]
    return Shape([("inside", back), ("cloth", _mirrored(right))], [seam])


def _pants(chance: Random) -> Shape:
    waist, hip, hem = chance.uniform(0.13, 0.17), chance.uniform(0.17, 0.22), chance.choice([0.45, 0.9, 0.94, 0.94])
    out, wide = chance.uniform(0.14, 0.26), chance.uniform(0.06, 0.16)
    fork = 0.38 if hem > 0.5 else 0.34
    right = [(0.5, 0.07), (0.5 + waist, 0.07), (0.5 + hip, 0.28), (0.5 + out, hem), (0.5 + max(0.01, out - wide), hem)]
    seams = [[(0.5 - waist, 0.12), (0.5 + waist, 0.12)], [(0.5, 0.12), (0.5, fork)]]
    if chance.random() < 0.6:
        pocket = [(0.5 + waist * 0.6, 0.12), (0.5 + waist, 0.2)]
        seams += [pocket, [(1 - x, y) for x, y in pocket]]
    band = [(0.5 - waist, 0.06), (0.5 + waist, 0.06), (0.5 + waist, 0.11), (0.5 - waist, 0.11)]
    pieces = [("cloth", [*_mirrored([*right, (0.5, fork)])]), (chance.choice(["cloth", "trim"]), band)]
    return Shape(pieces, seams, [(0.5, 0.09)] if chance.random() < 0.5 else ())


def _skirt(chance: Random) -> Shape:
    waist, hem, flare = chance.uniform(0.12, 0.2), chance.choice([0.55, 0.7, 0.85, 0.93]), chance.uniform(0.16, 0.42)
    top = chance.uniform(0.08, 0.2)
    right = [(0.5, top), (0.5 + waist, top), (0.5 + (waist + flare) / 2, (top + hem) / 2), (0.5 + flare, hem),
             (0.5, hem + chance.uniform(0, 0.03))]  # fmt: skip
    pleats = chance.choice([0, 0, 5, 9, 16])
    seams = [
        [(0.5 + waist * (2 * n / (pleats + 1) - 1), top + 0.05), (0.5 + flare * (2 * n / (pleats + 1) - 1), hem)]
        for n in range(1, pleats + 1)
    ]
    band = [(0.5 + x, top + y) for x, y in ((-waist, -0.01), (waist, -0.01), (waist, 0.045), (-waist, 0.045))]
    down = [(0.5, top + 0.08 * n) for n in range(1, 8) if top + 0.08 * n < hem] if chance.random() < 0.25 else []
    return Shape([("cloth", _mirrored(right)), (chance.choice(["cloth", "trim"]), band)], seams, down)


def _bag(chance: Random) -> Shape:
    """A tote, a satchel, a clutch, a rucksack: a body, one handle or two, perhaps a flap or a foot of other cloth."""
    half, top, bottom = chance.uniform(0.18, 0.38), chance.uniform(0.36, 0.55), chance.uniform(0.78, 0.92)
    lean, foot = chance.uniform(-0.06, 0.08), bottom - (bottom - top) * chance.uniform(0.15, 0.4)
    body = [(0.5 - half, top), (0.5 + half, top), (0.5 + half + lean, bottom), (0.5 - half - lean, bottom)]
    if chance.random() < 0.5:
        body = smooth(body, 3) if chance.random() < 0.3 else _rounded_box(0.5 - half, top, 0.5 + half, bottom)
    pieces: list[tuple[str, Outline]] = []
    grip, tall, thick = half * chance.uniform(0.35, 0.95), chance.uniform(0.1, top - 0.05), chance.uniform(0.012, 0.035)
    role = chance.choice(["cloth", "trim", "trim"])
    for shift in chance.choice([(), (0.0,), (0.0,), (0.0, 0.025)]):
        outer = _oval(0.5 + shift, top + 0.05, grip, tall + 0.05, (0.5, 1.0))
        inner = _oval(0.5 + shift, top + 0.05, grip - thick, tall + 0.05 - thick, (1.0, 0.5))
        pieces.append((role, [*outer, *inner]))
    pieces.append(("cloth", body))
    form = chance.random()
    seams, clasps = [[(0.5 - half, top + 0.03), (0.5 + half, top + 0.03)]], list[Point]()
    if form < 0.35:
        pieces.append(("trim", [(0.5 - half - lean * 0.6, foot), (0.5 + half + lean * 0.6, foot), *body[2:4]]))
    elif form < 0.75:
        depth = top + (bottom - top) * chance.uniform(0.35, 0.75)
        flap = [(0.5 - half, top), (0.5 + half, top), (0.5 + half * 0.97, depth), (0.5 - half * 0.97, depth)]
        flap = [*flap[:2], *smooth(flap)[8:]] if chance.random() < 0.4 else flap
        pieces.append((chance.choice(["cloth", "trim"]), flap))
        seams.append([*flap[2:], flap[0]] if len(flap) > 4 else [flap[1], flap[2], flap[3], flap[0]])
        clasps = [(0.5, depth - 0.02)]
    return Shape(pieces, seams, clasps)


def _rounded_box(left: float, top: float, right: float, bottom: float) -> Outline:
    r = 0.05
    corners = (right - r, bottom - r), (left + r, bottom - r), (left + r, top + r), (right - r, top + r)
    return [at for n, (x, y) in enumerate(corners) for at in _oval(x, y, r, r, (n / 4, (n + 1) / 4))[::6]]


def _hat(chance: Random) -> Shape:
    """With a brim all round, with a peak, or a knitted one with a rim and perhaps a bobble."""
    kind, half, base = chance.random(), chance.uniform(0.18, 0.28), chance.uniform(0.55, 0.7)
    tall = chance.uniform(0.2, 0.42)
    dome = _oval(0.5, base - tall * 0.6, half * chance.uniform(0.75, 1), tall * 0.45, (0.5, 1.0))
    crown = [(0.5 - half, base), *dome, (0.5 + half, base)]
    if kind < 0.4:
        wide, sag = half + chance.uniform(0.08, 0.2), chance.uniform(0.03, 0.1)
        brim = [*_oval(0.5, base, wide, sag), *([(0.5 + wide, base + 0.03)] if chance.random() < 0.3 else [])]
        ribbon = [(0.5 - half, base - 0.07), (0.5 + half, base - 0.07), (0.5 + half, base), (0.5 - half, base)]
        return Shape([("cloth", brim), ("cloth", crown), (chance.choice(["cloth", "trim"]), ribbon)], [brim])
    if kind < 0.75:
        long = half + chance.uniform(0.12, 0.25)
        front = chance.random() < 0.4
        peak = _oval(0.5, base, half * 0.95, 0.12, (0, 0.5)) if front else [
            (0.5 + half * 0.2, base - 0.03), (0.5 + half, base - 0.05), (0.5 + long, base + 0.03),
            (0.5 + long, base + 0.06), (0.5 + half * 0.3, base + 0.02)]  # fmt: skip
        panels = [[(0.5 + shift, base), (0.5 + shift / 3, base - tall)] for shift in (-half / 2, 0.0, half / 2)]
        return Shape([("cloth", crown), (chance.choice(["cloth", "trim"]), peak)], panels, [(0.5, base - tall * 1.03)])
    rim = _rounded_box(0.5 - half * 1.05, base - 0.12, 0.5 + half * 1.05, base + 0.02)
    ribs = [[(0.5 + half * n / 6, base - 0.1), (0.5 + half * n / 6, base)] for n in range(-5, 6)]
    bobble = [("trim", _oval(0.5, base - tall * 1.1, 0.06, 0.06))] if chance.random() < 0.4 else []
    return Shape([*bobble, ("cloth", crown), (chance.choice(["cloth", "cloth", "trim"]), rim)], ribs)


def _scarf(chance: Random) -> Shape:
    """Folded once or twice, hanging, looped, or a square laid out; with fringes or a hem."""
    kind, half = chance.random(), chance.uniform(0.07, 0.2)
    if kind < 0.15:
        square = [(0.5, 0.08), (0.92, 0.5), (0.5, 0.92), (0.08, 0.5)] if chance.random() < 0.5 else [
            (0.12, 0.12), (0.88, 0.12), (0.88, 0.88), (0.12, 0.88)]  # fmt: skip
        inner = [(0.5 + (x - 0.5) * 0.85, 0.5 + (y - 0.5) * 0.85) for x, y in square]
        return Shape([("trim", square), ("cloth", inner)])
    lean, top, end = chance.uniform(-0.12, 0.12), chance.uniform(0.06, 0.14), chance.uniform(0.7, 0.9)
    first = [(0.5 - half, top), (0.5 + half, top), (0.5 + half + lean, end), (0.5 - half + lean, end)]
    pieces: list[tuple[str, Outline]] = [("cloth", first)]
    seams: list[Outline] = [[first[1], first[2]]]
    if kind < 0.6:
        shift, drop = chance.uniform(-0.12, 0.12), chance.uniform(-0.2, 0.06)
        foot = end + drop
        second = [(0.5 - half, top), (0.5 + half, top), (0.5 + half + shift, foot), (0.5 - half + shift, foot)]
        pieces.append(("cloth", second))
        seams.append([second[0], second[3], second[2], second[1]])
    elif kind < 0.8:
        ring = _oval(0.5, top + 0.18, half + 0.1, 0.17)
        pieces += [("cloth", ring), ("inside", _oval(0.5, top + 0.14, half * 0.7, 0.07))]
        seams.append(ring)
    if chance.random() < 0.7:
        (a, y), (b, _) = pieces[-1][1][2], pieces[-1][1][3]
        count = chance.randint(8, 20)
        seams += [[(a + (b - a) * n / count, y), (a + (b - a) * n / count, y + 0.05)] for n in range(count + 1)]
    return Shape(pieces, seams)


def _shoes(chance: Random) -> Shape:
    """One from the side, or two: low ones, boots, heels; or two from above."""
    if chance.random() < 0.2:
        pieces = list[tuple[str, Outline]]()
        for x in (0.34, 0.66):
            right = [(0.1, 0.15), (0.12, 0.6), (0.08, 0.88)]
            outline = [(x - 0.1, 0.15), *((x + u, v) for u, v in right), (x - 0.08, 0.88), (x - 0.12, 0.6)]
            pieces += [("cloth", smooth(outline, 3)), ("inside", _oval(x, 0.68, 0.065, 0.14))]
        laces = [[(x - 0.04, 0.3 + n * 0.06), (x + 0.04, 0.3 + n * 0.06)] for n in range(4) for x in (0.34, 0.66)]
        return Shape(pieces, laces if chance.random() < 0.6 else ())
    shaft, heel = chance.choice([0.08, 0.12, 0.4]), chance.choice([0.0, 0.0, 0.04, 0.14])
    toe = chance.uniform(0.35, 0.5)
    upper = [(0, -heel), (-0.01, -0.1 - heel), (0.02, -0.13 - shaft - heel), (0.2, -0.13 - shaft - heel),
             (0.22, -0.14), (toe, -0.08), (toe + 0.04, 0.0)]  # fmt: skip
    sole = [(0, -heel), (toe * 0.5, 0), (toe + 0.05, -0.01), (toe + 0.05, 0.04), (toe * 0.55, 0.04),
            (0.09, -heel * 0.6 + 0.04), (0.05, 0.04), (0, 0.04)]  # fmt: skip
    pieces, seams = [], list[Outline]()
    for x, y in chance.choice([((0.2, 0.75),), ((0.32, 0.65), (0.2, 0.75))]):
        body, under = ([(x + u, y + v) for u, v in side] for side in (upper, sole))
        pieces += [("cloth", [*smooth(body[:5], 1), *body[4:]]), ("trim", under),
                   ("inside", _oval(x + 0.11, y - 0.13 - shaft - heel, 0.085, 0.018))]  # fmt: skip
        seams += [[(x + 0.2 + n * 0.05, y - 0.14 + n * 0.02), (x + 0.24 + n * 0.05, y - 0.09)] for n in range(3)]
    return Shape(pieces, seams)


_SHAPES: tuple[Callable[[Random], Shape], ...] = (
    _top, _top, _top, _coat_or_dress, _coat_or_dress, _vest, _pants, _pants, _skirt, _skirt, _bag, _bag, _hat, _hat,
    _scarf, _shoes,
)  # fmt: skip
