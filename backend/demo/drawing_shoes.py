"""Shoes as a shop shows them: the pair from the side."""

from backend.demo.drawing_fabric import plain, shaded
from backend.demo.drawing_garments import Garment
from backend.demo.drawing_shapes import Fold, Lines, Mark, Piece, Point, closed, curve

PROFILES: dict[str, tuple[Point, ...]] = {  # heel to the left, toe to the right; the ground is at y = 0
    "sneakers": (
        (-104, -22),
        (-108, -60),
        (-104, -92),
        (-96, -108),
        (-72, -98),
        (-50, -92),
        (-26, -104),
        (-8, -96),
        (26, -70),
        (68, -56),
        (98, -44),
        (106, -24),
        (60, -18),
        (-40, -18),
    ),
    "loafers": (
        (-104, -14),
        (-108, -50),
        (-100, -82),
        (-76, -72),
        (-46, -62),
        (-10, -72),
        (10, -66),
        (56, -50),
        (96, -40),
        (110, -20),
        (60, -10),
        (-40, -10),
    ),
    "pumps": (
        (-98, -76),
        (-106, -100),
        (-94, -118),
        (-72, -106),
        (-30, -66),
        (16, -38),
        (44, -38),
        (84, -34),
        (116, -16),
        (110, -5),
        (40, -4),
        (-26, -36),
        (-70, -74),
    ),
    "boots": (
        (-104, -16),
        (-102, -80),
        (-96, -150),
        (-98, -206),
        (-26, -210),
        (-18, -150),
        (-4, -104),
        (34, -78),
        (78, -62),
        (102, -38),
        (104, -14),
        (40, -12),
        (-50, -12),
    ),
}


def side_view(garment: Garment) -> list[Mark]:
    """Return one shoe from the side, its sole at y = 0, about 240 units long."""
    shape = garment.kind if garment.kind in PROFILES else "loafers"
    points = list(PROFILES[shape])
    if "tall" in garment.details:
        points = [(x, y - 150 if y < -140 else y) for x, y in points]
    upper = closed(*points, steps=7)
    marks: list[Mark] = [*_sole(garment, shape)]
    creases = tuple(
        Fold(curve((18 + k * 16, -66 + k * 6), (30 + k * 14, -40), (28 + k * 14, -20)), 7, -0.5) for k in range(3)
    )
    if shape == "boots":
        creases += tuple(
            Fold(curve((-100, -92 - k * 14), (-60, -84 - k * 14), (-20, -98 - k * 14)), 9, -0.7) for k in range(2)
        )
    marks.append(Piece(upper, garment.cloth, folds=creases, crumple=0.12, shadow=0.3, edge=0.5, seed=garment.seed))
    marks += _opening(garment, points, shape)
    marks += {"sneakers": _sneaker, "boots": _boot}.get(shape, _plain)(garment, points)
    return marks


def _opening(garment: Garment, points: list[Point], shape: str) -> list[Mark]:
    dark = plain(shaded(garment.cloth.ground, 0.34))
    if shape == "boots":
        (ax, ay), (bx, by) = points[3], points[4]
        hole = closed((ax + 4, ay + 3), ((ax + bx) / 2, ay - 12), (bx - 3, by + 2), ((ax + bx) / 2, ay + 12))
    else:
        (ax, ay), (bx, by), (cx, cy) = points[2], points[4], points[5]
        hole = closed(
            (ax + 6, ay + 3),
            ((ax + bx) / 2, ay - 8),
            (cx - 2, cy + 3),
            (bx, by + 1),
            ((ax + bx) / 2, (ay + by) / 2 + 3),
        )
    return [Piece(hole, dark, puff=0.2, crumple=0, shadow=0, edge=0.4)]


def _sole(garment: Garment, shape: str) -> list[Mark]:
    if shape == "pumps":
        heel = ((-110, -82), (-84, -66), (-92, -30), (-94, 0), (-104, 0), (-106, -40))
        return [Piece(heel, garment.cloth, puff=0.8, crumple=0, shadow=0.4)]
    color = garment.accent if shape == "sneakers" else shaded(garment.cloth.ground, 0.32)
    thick = 26 if shape == "sneakers" else 15
    sole = (
        (-108, -thick),
        *curve((-110, -thick), (0, -thick + 3), (106, -thick - 3)),
        *curve((108, -thick), (111, -7), (102, 0)),
        *curve((-100, 0), (-110, -4), (-111, -thick)),
    )
    marks: list[Mark] = [Piece(sole, plain(color), puff=0.6, crumple=0, shadow=0.5)]
    if shape != "sneakers":
        marks.append(
            Piece(
                ((-108, -8), (-50, -8), (-52, 8), (-106, 8)), plain(shaded(color, 0.8)), puff=0.4, crumple=0, shadow=0.4
            )
        )
    return marks


def _sneaker(garment: Garment, points: list[Point]) -> list[Mark]:
    del points
    trim = plain(garment.accent) if "panel" in garment.details else plain(shaded(garment.cloth.ground, 0.86))
    heel = closed((-105, -28), (-108, -62), (-101, -94), (-84, -90), (-80, -54), (-72, -27), steps=6)
    toe = closed((58, -23), (60, -52), (84, -50), (102, -40), (106, -24), steps=6)
    side = curve((-52, -26), (-20, -48), (4, -78)), curve((-28, -26), (0, -46), (18, -68))
    eyelets = (curve((-34, -92), (-8, -70), (22, -58), (50, -50)),)
    laces = tuple(((-26 + k * 13, -98 + k * 9.2), (-14 + k * 13.5, -80 + k * 7.4)) for k in range(5))
    return [
        Piece(heel, trim, puff=0.5, crumple=0, shadow=0.15),
        Piece(toe, plain(garment.accent), puff=0.6, crumple=0, shadow=0.12),
        Lines(side, garment.accent if "panel" not in garment.details else shaded(garment.accent, 0.9), 7, 0.95),
        Lines(eyelets, shaded(garment.cloth.ground, 0.5), 1, 0.5),
        Lines(laces, (250, 250, 248), 4, 1.0),
        Lines((curve((-108, -13), (0, -11), (108, -13)),), shaded(garment.accent, 0.7), 1.4, 0.7),
    ]


def _boot(garment: Garment, points: list[Point]) -> list[Mark]:
    high = points[3][1]
    dark = shaded(garment.cloth.ground, 0.5)
    marks: list[Mark] = [Lines((curve((-102, -20), (0, -18), (102, -20)),), garment.accent, 1.2, 0.6, dash=4)]
    if "laced" in garment.details:
        laces = tuple(((-52 + k * 4.8, high + 14 + k * 16), (-28 + k * 3.4, high + 10 + k * 16)) for k in range(7))
        return [*marks, Lines(laces, garment.accent, 3, 0.95)]
    pull = Lines((((-93, high + 2), (-93, high - 14)),), dark, 5, 0.9)
    if "tall" in garment.details:
        zipper = curve((-62, high + 14), (-60, -150), (-54, -40))
        return [*marks, pull, Lines((zipper,), dark, 2.2, 0.7)]
    gore = closed((-80, high + 10), (-48, high + 10), (-46, -112), (-62, -98), (-78, -112), steps=5)
    ribs = tuple(Fold(((-77 + k * 5, high + 12), (-75 + k * 5, -106)), 3, 0.6) for k in range(6))
    return [
        *marks,
        Piece(gore, plain(dark), folds=ribs, puff=0.2, crumple=0, shadow=0),
        pull,
    ]


def _plain(garment: Garment, points: list[Point]) -> list[Mark]:
    del points
    dark = shaded(garment.cloth.ground, 0.5)
    if garment.kind == "pumps":
        return [Lines((curve((-72, -96), (-30, -58), (20, -32)),), dark, 1.4, 0.5)]
    strap = closed((-12, -64), (16, -54), (6, -24), (-24, -26), steps=5)
    tongue = curve((10, -56), (40, -58), (76, -42))
    return [
        Lines((tongue,), dark, 1.6, 0.7),
        Piece(strap, garment.cloth, puff=0.4, crumple=0, shadow=0.3),
        Lines((((-10, -44), (6, -40)),), dark, 2.4, 0.8),
    ]
