"""Hats and scarfs, as they are worn and as they lie."""

from backend.demo.drawing_body import Body
from backend.demo.drawing_fabric import plain, shaded
from backend.demo.drawing_garments import Garment, Layers
from backend.demo.drawing_shapes import Fold, Lines, Mark, Piece, Point, closed, curve, tube


def hat(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a cap, a felt hat or a beanie on the head."""
    del body, back
    layers = Layers()
    layers.hat = hat_marks(garment, 28.0)
    return layers


def hat_marks(garment: Garment, y: float) -> list[Mark]:
    """Return the hat with the middle of its rim at (0, y)."""
    if "cap" in garment.details:
        return _cap(garment, y)
    return _beanie(garment, y) if "beanie" in garment.details else _brimmed(garment, y)


def _at(y: float, *points: Point) -> tuple[Point, ...]:
    return tuple((px, y + py) for px, py in points)


def _cap(garment: Garment, y: float) -> list[Mark]:
    cloth, dark = garment.cloth, shaded(garment.cloth.ground, 0.5)
    crown = closed(*_at(y, (-50, 8), (-51, -22), (-38, -52), (0, -66), (38, -52), (51, -22), (50, 8), (0, 14)), steps=6)
    peak = closed(*_at(y, (-45, 2), (-20, -9), (20, -9), (45, 2), (40, 22), (0, 31), (-40, 22)), steps=7)
    seams = (
        curve(*_at(y, (0, -65), (0, -6))),
        curve(*_at(y, (-14, -63), (-32, -30), (-35, 6))),
        curve(*_at(y, (14, -63), (32, -30), (35, 6))),
    )
    stitches = tuple(curve(*_at(y, (-40 + k, 10 + k), (0, 20 + k), (40 - k, 10 + k))) for k in (-4, 2))
    sign = closed(*_at(y, (-11, -44), (11, -44), (11, -22), (-11, -22)))
    return [
        Piece(crown, cloth, crumple=0.12),
        Lines(seams, dark, 1, 0.6),
        Piece(sign, plain(garment.accent), puff=0.3, crumple=0, shadow=0),
        Piece(closed(*_at(y, (-4, -68), (4, -68), (4, -63), (-4, -63))), cloth, crumple=0, shadow=0),
        Piece(peak, cloth, puff=0.9, crumple=0.05, shadow=0.55),
        Lines(stitches, dark, 0.8, 0.5, dash=4),
    ]


def _beanie(garment: Garment, y: float) -> list[Mark]:
    dome = closed(*_at(y, (-52, 8), (-50, -36), (-22, -66), (0, -70), (22, -66), (50, -36), (52, 8)), steps=6)
    ribs = tuple(Fold(curve(*_at(y, (k * 5.5, 10), (k * 5.4, -30), (k * 2.0, -66))), 4, 0.6) for k in range(-9, 10))
    fold = closed(*_at(y, (-54, -12), (0, -16), (54, -12), (55, 14), (0, 19), (-55, 14)), steps=6)
    low = tuple(Fold(_at(y, (k * 5.8, -14), (k * 5.8, 18)), 4, 0.7) for k in range(-9, 10))
    return [Piece(dome, garment.cloth, folds=ribs), Piece(fold, garment.cloth, folds=low, shadow=0.35)]


def _brimmed(garment: Garment, y: float) -> list[Mark]:
    """Return a felt hat: a flat brim, a dented crown, a ribbon."""
    crown = closed(*_at(y, (-48, 4), (-46, -38), (-34, -58), (0, -54), (34, -58), (46, -38), (48, 4), (0, 12)), steps=6)
    right = _at(y, (52, -8), (96, 8), (44, 22))
    left = tuple((-px, py) for px, py in reversed(right))
    brim = closed(*_at(y, (0, -12)), *right, *_at(y, (0, 24)), *left, steps=6)
    band = (*curve(*_at(y, (-48, -10), (0, -4), (48, -10))), *curve(*_at(y, (49, 4), (0, 10), (-49, 4))))
    return [
        Piece(brim, garment.cloth, puff=0.6, crumple=0.1, shadow=0.55),
        Piece(crown, garment.cloth, crumple=0.15, shadow=0.3),
        Lines((curve(*_at(y, (-18, -52), (0, -30), (18, -52))),), shaded(garment.cloth.ground, 0.5), 5, 0.25),
        Piece(band, plain(garment.accent), puff=0.2, crumple=0, shadow=0),
    ]


def scarf(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a scarf wound once round the neck with one end hanging."""
    del back
    layers = Layers()
    end = 400.0 if body.man else 380.0
    tail = tube(((20, 190), (27, 260), (30, end)), (21, 23, 25))
    fringe = tuple(((x, end - 2), (x + 1, end + 18)) for x in range(8, 54, 5))
    creases = tuple(Fold(((20 + d, 200), (30 + d, end)), 7, 0.7 * (-1) ** k) for k, d in enumerate((-12, -4, 5, 13)))
    loop = closed(
        (-48, 160), (-36, 142), (0, 150), (36, 142), (48, 160), (44, 190), (14, 214), (-14, 214), (-44, 190), steps=7
    )
    turns = tuple(
        Fold(curve((-46, 156 + d), (-10, 184 + d), (46, 152 + d * 1.2)), 7, 0.8 * (-1) ** k)
        for k, d in enumerate((0, 10, 20, 30))
    )
    layers.top = [
        Lines((fringe), shaded(garment.cloth.ground, 0.9), 2, 0.9),
        Piece(tail, garment.cloth, folds=creases, shadow=0.35),
        Piece(loop, garment.cloth, folds=turns, puff=1.1, crumple=0.5, shadow=0.4, seed=garment.seed),
    ]
    return layers


def folded_scarf(garment: Garment) -> list[Mark]:
    """Return a scarf laid flat, folded once."""
    marks: list[Mark] = []
    for shift, low in ((-34.0, 700.0), (34.0, 760.0)):
        fringe = tuple(((x, low - 2), (x + 2, low + 28)) for x in range(int(shift) - 56, int(shift) + 58, 7))
        marks.append(Lines(fringe, shaded(garment.cloth.ground, 0.85), 2.2, 0.9))
        strip = (
            (shift - 60, 250),
            *curve((shift - 60, 248), (shift, 240), (shift + 60, 248)),
            (shift + 62, low),
            (shift - 58, low),
        )
        folds = (
            Fold(curve((shift - 40, 250), (shift - 30, 480), (shift - 44, low)), 16, 0.5),
            Fold(curve((shift + 30, 250), (shift + 40, 500), (shift + 26, low)), 16, -0.4),
        )
        marks.append(Piece(strip, garment.cloth, folds=folds, crumple=0.6, shadow=0.4, seed=garment.seed))
    return marks
