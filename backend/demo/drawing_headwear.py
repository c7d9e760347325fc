"""Hats and scarfs, as they are worn and as they lie."""

from backend.demo.drawing_body import Body
from backend.demo.drawing_fabric import plain, shaded
from backend.demo.drawing_garments import Garment, Layers
from backend.demo.drawing_shapes import Fold, Lines, Mark, Piece, Point, closed, curve, tube


def hat(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a cap, a bucket hat, a felt hat or a beanie on the head."""
    del body, back
    layers = Layers()
    layers.hat = hat_marks(garment, 0.0, 28.0, 1.0)
    return layers


def hat_marks(garment: Garment, x: float, y: float, size: float) -> list[Mark]:
    """Return the hat with the middle of its rim at (x, y)."""

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((x + px * size, y + py * size) for px, py in points)

    cloth, dark = garment.cloth, shaded(garment.cloth.ground, 0.5)
    if "cap" in garment.details:
        crown = closed(*at((-50, 8), (-51, -22), (-38, -52), (0, -66), (38, -52), (51, -22), (50, 8), (0, 14)), steps=6)
        peak = closed(*at((-45, 2), (-20, -9), (20, -9), (45, 2), (40, 22), (0, 31), (-40, 22)), steps=7)
        seams = (
            curve(*at((0, -65), (0, -6))),
            curve(*at((-14, -63), (-32, -30), (-35, 6))),
            curve(*at((14, -63), (32, -30), (35, 6))),
        )
        stitches = tuple(curve(*at((-40 + k, 10 + k), (0, 20 + k), (40 - k, 10 + k))) for k in (-4, 2))
        sign = Piece(
            closed(*at((-11, -44), (11, -44), (11, -22), (-11, -22))),
            plain(garment.accent),
            puff=0.3,
            crumple=0,
            shadow=0,
        )
        return [
            Piece(crown, cloth, crumple=0.12),
            Lines(seams, dark, 1, 0.6),
            sign,
            Piece(closed(*at((-4, -68), (4, -68), (4, -63), (-4, -63))), cloth, crumple=0, shadow=0),
            Piece(peak, cloth, puff=0.9, crumple=0.05, shadow=0.55),
            Lines(stitches, dark, 0.8, 0.5, dash=4),
        ]
    if "beanie" in garment.details:
        dome = closed(*at((-52, 8), (-50, -36), (-22, -66), (0, -70), (22, -66), (50, -36), (52, 8)), steps=6)
        ribs = tuple(Fold(curve(*at((k * 5.5, 10), (k * 5.4, -30), (k * 2.0, -66))), 4, 0.6) for k in range(-9, 10))
        fold = closed(*at((-54, -12), (0, -16), (54, -12), (55, 14), (0, 19), (-55, 14)), steps=6)
        low = tuple(Fold(at((k * 5.8, -14), (k * 5.8, 18)), 4, 0.7) for k in range(-9, 10))
        return [Piece(dome, cloth, folds=ribs), Piece(fold, cloth, folds=low, shadow=0.35)]
    wide = 96.0 if "felt" in garment.details else 74.0
    droop = 12.0 if "felt" in garment.details else 30.0
    crown = closed(*at((-48, 4), (-46, -38), (-34, -58), (0, -54), (34, -58), (46, -38), (48, 4), (0, 12)), steps=6)
    brim = closed(
        *at(
            (-wide, droop - 4),
            (-52, -8),
            (0, -12),
            (52, -8),
            (wide, droop - 4),
            (44, droop + 10),
            (0, droop + 12),
            (-44, droop + 10),
        ),
        steps=6,
    )
    band = (*curve(*at((-48, -10), (0, -4), (48, -10))), *curve(*at((49, 4), (0, 10), (-49, 4))))
    marks: list[Mark] = [
        Piece(brim, cloth, puff=0.6, crumple=0.1, shadow=0.55),
        Piece(crown, cloth, crumple=0.15, shadow=0.3),
    ]
    if "felt" in garment.details:
        dent = Lines((curve(*at((-18, -52), (0, -30), (18, -52))),), dark, 5, 0.25)
        return [*marks, dent, Piece(band, plain(garment.accent), puff=0.2, crumple=0, shadow=0)]
    rings = tuple(
        curve(*at((-wide + k, droop - k / 2), (0, droop + 8 - k / 2), (wide - k, droop - k / 2))) for k in (8, 16)
    )
    return [*marks, Lines((*rings, band[: len(band) // 2]), dark, 1, 0.5, dash=4)]


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
