"""Shoes and bags, as they are worn."""

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import plain, shaded
from backend.demo.drawing_garments import Garment, Layers
from backend.demo.drawing_shapes import WIDE, Fold, Lines, Mark, Piece, Point, closed, curve, ellipse, tube


def shoes(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a pair of sneakers, boots, loafers or pumps as seen from the front."""
    del back
    layers = Layers()
    for side in SIDES:
        x, y = body.leg(side)[2]
        layers.body += _boot(garment, x, y, side) if garment.kind == "boots" else _low(garment, x, side)
    return layers


def _low(garment: Garment, x: float, side: int) -> list[Mark]:
    turn = side * 15
    sole_color = garment.accent if garment.kind == "sneakers" else shaded(garment.cloth.ground, 0.35)
    upper = closed(
        (x - 15, 940),
        (x + 15, 940),
        (x + 19 + turn * 0.3, 966),
        (x + 18 + turn, 992),
        (x + turn, 1001),
        (x - 18 + turn, 992),
        (x - 19 + turn * 0.3, 966),
        steps=6,
    )
    sole = closed(
        (x - 18 + turn * 0.8, 984),
        (x + 18 + turn * 0.8, 984),
        (x + 20 + turn, 1001),
        (x + turn, 1008),
        (x - 20 + turn, 1001),
        steps=6,
    )
    marks: list[Mark] = [
        Piece(sole, plain(sole_color), puff=0.6, crumple=0, shadow=0.45),
        Piece(upper, garment.cloth, puff=1.0, crumple=0.1, shadow=0.3, edge=0.5),
        Piece(
            ellipse(x + turn * 0.05, 942, 13, 5), plain(shaded(garment.cloth.ground, 0.4)), puff=0, crumple=0, shadow=0
        ),
    ]
    if garment.kind == "sneakers":
        toe = closed((x - 14 + turn, 990), (x + turn, 983), (x + 14 + turn, 990), (x + turn, 1000))
        marks.append(Piece(toe, plain(garment.accent), puff=0.5, crumple=0, shadow=0))
        laces = tuple(((x - 7 + turn * k / 5, 950 + 8 * k), (x + 7 + turn * k / 5, 950 + 8 * k)) for k in range(4))
        marks.append(Lines(laces, (250, 250, 248), 3, 0.95))
    else:
        marks.append(
            Lines(
                (curve((x - 14 + turn * 0.6, 966), (x + turn * 0.6, 960), (x + 14 + turn * 0.6, 966)),),
                shaded(garment.cloth.ground, 0.5),
                2,
                0.7,
            )
        )
    return marks


def _boot(garment: Garment, x: float, y: float, side: int) -> list[Mark]:
    high = y - (178 if "tall" in garment.details else 62)
    turn = side * 13
    wide = 27 if "tall" in garment.details else 21
    shaft = tube(((x + side * 2, high), (x + side * 2, (high + y) / 2), (x, y + 10)), (wide, wide - 2, 18))
    foot = closed(
        (x - 18, 930),
        (x + 18, 930),
        (x + 20 + turn * 0.4, 966),
        (x + 18 + turn, 993),
        (x + turn, 1002),
        (x - 18 + turn, 993),
        (x - 20 + turn * 0.4, 966),
        steps=6,
    )
    sole = closed(
        (x - 17 + turn * 0.8, 986),
        (x + 17 + turn * 0.8, 986),
        (x + 18 + turn, 1001),
        (x + turn, 1008),
        (x - 18 + turn, 1001),
        steps=6,
    )
    creases = tuple(
        Fold(curve((x - 20, 938 + k * 9), (x, 944 + k * 9), (x + 20, 936 + k * 9)), 6, -0.8) for k in range(3)
    )
    marks: list[Mark] = [
        Piece(sole, plain(shaded(garment.cloth.ground, 0.3)), puff=0.5, crumple=0, shadow=0.45),
        Piece(foot, garment.cloth, folds=creases, crumple=0.1, edge=0.5),
        Piece(shaft, garment.cloth, folds=creases, crumple=0.15, edge=0.5),
        Lines(
            (curve((x - wide, high + 7), (x, high + 10), (x + wide, high + 7)),),
            shaded(garment.cloth.ground, 0.5),
            1.4,
            0.6,
        ),
    ]
    if "laced" in garment.details:
        laces = tuple(
            ((x - 9, high + 14 + k * 10), (x + 9, high + 20 + k * 10)) for k in range(int((960 - high) / 10) - 1)
        )
        marks.append(Lines(laces, garment.accent, 2.2, 0.9))
    return marks


def bag(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a bag carried in the hand, on the shoulder or across the body."""
    layers = Layers()
    side = 1
    _, _, wrist, tip = body.arm(side)
    if garment.kind == "tote":
        x, y = (wrist[0] + tip[0]) / 2 + 8, tip[1] - 8
        layers.top += tote_marks(garment, x, y + 60, 1.08, wide=WIDE, back=back)
    else:
        x, y = body.centre(470) + side * (body.half(470) + 20), 470.0
        strap: tuple[Point, ...] = ((-body.shoulder + 30, 178), (-6, 300), (x - 18, y - 24))
        layers.over.append(Lines((curve(*strap),), shaded(garment.cloth.ground, 0.7), 6, 1.0))
        layers.over.append(Lines((curve(*strap),), shaded(garment.cloth.ground, 1.2), 2.2, 0.6))
        layers.top += shoulder_bag_marks(garment, x, y, 0.95, wide=WIDE, strap=False)
    return layers


def tote_marks(
    garment: Garment, x: float, y: float, size: float, *, wide: float = 1.0, back: bool = False
) -> list[Mark]:
    """Return a tote whose opening is centred at (x, y); `wide` is the stretch of the stage to be undone."""

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((x + px * size / wide, y + py * size) for px, py in points)

    handle = curve(*at((-28, 8), (-25, -50), (0, -72), (25, -50), (28, 8)))
    dark = shaded(garment.cloth.ground, 0.6)
    strap = garment.accent if "two_tone" in garment.details else shaded(garment.cloth.ground, 0.8)
    sack = at((-58, 0), (58, 0), (64, 118), (58, 128), (-58, 128), (-64, 118))
    folds = (
        Fold(curve(*at((-40, 0), (-44, 60), (-36, 126))), 12 * size, 0.4),
        Fold(curve(*at((36, 0), (30, 70), (44, 126))), 12 * size, -0.4),
    )
    rear = tuple((px, py - 5 * size) for px, py in handle)
    marks: list[Mark] = [
        Lines((rear,), shaded(strap, 0.7), 6 * size, 1.0),
        Piece(sack, garment.cloth, folds=folds, puff=0.9, edge=0.5, seed=garment.seed),
        Lines((handle,), strap, 7 * size, 1.0),
        Lines((curve(*at((-57, 8), (0, 10), (57, 8))),), dark, 1.2 * size, 0.6, dash=4),
    ]
    if "two_tone" in garment.details:
        base = at((-62, 88), (62, 88), (64, 118), (58, 128), (-58, 128), (-64, 118))
        marks.insert(2, Piece(base, plain(garment.accent), puff=0.6, shadow=0, edge=0.4))
    elif not back:
        tag = at((-17, 46), (17, 46), (17, 66), (-17, 66))
        marks.append(Piece(tag, plain(garment.accent), puff=0.2, crumple=0, shadow=0.2))
    return marks


def shoulder_bag_marks(
    garment: Garment, x: float, y: float, size: float, *, wide: float = 1.0, strap: bool = True
) -> list[Mark]:
    """Return a flap bag whose middle is at (x, y); `wide` as for a tote."""

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((x + px * size / wide, y + py * size) for px, py in points)

    box = closed(
        *at((-58, -34), (0, -38), (58, -34), (64, 0), (62, 42), (50, 52), (0, 55), (-50, 52), (-62, 42), (-64, 0)),
        steps=5,
    )
    flap = (
        *at((-59, -35)),
        *curve(*at((0, -39), (59, -35))),
        *curve(*at((62, 0), (44, 18), (0, 26), (-44, 18), (-62, 0))),
    )
    marks: list[Mark] = []
    if strap:
        loop = curve(*at((-56, -30), (-50, -110), (0, -150), (50, -110), (56, -30)))
        marks += [
            Lines((loop,), shaded(garment.cloth.ground, 0.72), 7 * size, 1.0),
            Lines((loop,), shaded(garment.cloth.ground, 1.15), 2 * size, 0.6),
        ]
    marks += [
        Piece(box, garment.cloth, puff=1.1, crumple=0.12, edge=0.5, shadow=0.35),
        Piece(flap, garment.cloth, puff=0.9, crumple=0.12, edge=0.5, shadow=0.35),
        Lines(
            (tuple((px * 0.94 + x * 0.06, py * 0.94 + y * 0.06) for px, py in flap),),
            shaded(garment.cloth.ground, 0.55),
            1,
            0.6,
            dash=4,
        ),
        Piece(
            at((-9, 14), (9, 14), (9, 32), (-9, 32)),
            plain((214, 184, 120), gloss=0.5),
            puff=0.7,
            crumple=0,
            shadow=0.35,
        ),
    ]
    return marks
