"""Pants, jeans, shorts and skirts."""

import math

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import Cloth, plain, shaded
from backend.demo.drawing_garments import Garment, Layers, button, patch
from backend.demo.drawing_shapes import Fold, Lines, Mark, Path, Piece, Point, curve, mirrored

WAIST = 396.0


def waist_of(garment: Garment) -> float:
    return 372.0 if "high" in garment.details else WAIST


def _leg_edges(garment: Garment, body: Body, side: int) -> tuple[Path, Path]:
    """Return the outer and the inner edge of one leg, from the hip down to the hem."""
    hip, knee, ankle = body.leg(side)
    middle = curve(hip, ((hip[0] + knee[0]) / 2, 600.0), knee, ((knee[0] + ankle[0]) / 2, 830.0), ankle, steps=6)
    outer: list[Point] = []
    inner: list[Point] = []
    for x, y in middle:
        if y > garment.length:
            break
        share = (y - 490) / 448
        base = 44 - 19 * min(1.0, share * 1.9) - 5 * max(0.0, share - 0.5)
        wide = base + garment.ease * (0.45 + 0.55 * share) + garment.flare * max(0.0, share - 0.35) ** 1.3
        outer.append((x + side * wide, y))
        close = max(0.0, 1 - (y - 500) / 130)  # the thighs touch at the top
        inner.append(((x - side * wide * 0.94) * (1 - close) + (body.centre(500) + side * 2) * close, y))
    return tuple(outer), tuple(inner)


def pants(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return long or short pants with everything sewn on them."""
    waist = waist_of(garment)
    sides = {}
    for side in SIDES:
        outer, inner = _leg_edges(garment, body, side)
        cx = body.centre(waist)
        top = (
            (cx + side * (body.half(waist) + 3), waist),
            (body.centre(440) + side * (body.half(440) + 4 + garment.ease * 0.3), 440.0),
        )
        inner = tuple((x if y > 560 else _off_middle(x, body.centre(500), side), y) for x, y in inner if y > 512)
        sides[side] = (curve(*top, *outer[1:], steps=3), inner)
    crotch = (body.centre(500), 520.0)
    right, left = sides[1], sides[-1]
    outline = (*right[0], *reversed(right[1]), crotch, *left[1], *reversed(left[0]))
    layers = Layers()
    layers.body.append(
        Piece(outline, garment.cloth, folds=_leg_folds(garment, body), puff=1.05, crumple=0.32, seed=garment.seed)
    )
    layers.body += _leg_finish(garment, sides)
    layers.body += _waistband(garment, body, waist)
    layers.body += _back_pockets(garment, body) if back else _front_details(garment, body, waist)
    return layers


def _off_middle(x: float, middle: float, side: int) -> float:
    return max(x, middle + 3) if side > 0 else min(x, middle - 3)


def _leg_folds(garment: Garment, body: Body) -> tuple[Fold, ...]:
    folds: list[Fold] = []
    middle = body.centre(500)
    for side in SIDES:
        hip, knee, ankle = body.leg(side)
        folds += [
            Fold(curve((middle + side * 4, 512), (middle + side * 30, 500), (middle + side * 58, 506)), 8, 0.55),
            Fold(curve((middle + side * 5, 524), (middle + side * 28, 532), (middle + side * 50, 552)), 9, -0.5),
            Fold(((hip[0] + side * 10, 540), (knee[0] + side * 4, 670)), 16, 0.3),
        ]
        for y, slant in ((knee[1] - 14, 8), (knee[1] + 14, -8), (knee[1] + 44, 8)):
            folds.append(
                Fold(
                    curve((knee[0] - side * 24, y), (knee[0], y + slant * 0.4), (knee[0] + side * 20, y + slant)),
                    8,
                    0.5,
                )
            )
        if "crease" in garment.details:
            folds.append(Fold((hip, knee, ankle), 4, 0.9))
        if garment.length > 900:
            for y in (garment.length - 44, garment.length - 26, garment.length - 11):
                folds.append(Fold(curve((ankle[0] - 26, y + 4), (ankle[0], y), (ankle[0] + 26, y + 6)), 8, 0.55))
    if "cargo" in garment.details:
        folds += [Fold(((body.leg(s)[1][0] - 20, 690), (body.leg(s)[1][0] + 20, 700)), 7, 0.5) for s in SIDES]
    return tuple(folds)


def _leg_finish(garment: Garment, sides: dict[int, tuple[Path, Path]]) -> list[Mark]:
    """Return hems, turn-ups and the cargo pockets."""
    marks: list[Mark] = []
    stitch = garment.accent if garment.cloth.pattern == "denim" else shaded(garment.cloth.ground, 0.5)
    for outer, inner in sides.values():
        (ox, oy), (ix, iy) = outer[-1], inner[-1]
        deep = 20 if "cuffed" in garment.details else 9
        if "cuffed" in garment.details:
            grow = 3 if ox > ix else -3
            turn_up = (
                (ox + grow, oy - deep),
                (ix - grow, iy - deep),
                (ix - grow, iy + 3),
                ((ox + ix) / 2, oy + 6),
                (ox + grow, oy + 3),
            )
            light = plain(shaded(garment.cloth.ground, 1.3)) if garment.cloth.pattern == "denim" else garment.cloth
            marks.append(Piece(turn_up, light, puff=0.5, crumple=0.1, shadow=0.25))
        else:
            marks.append(
                Lines((((ox, oy - deep), ((ox + ix) / 2, oy - deep + 3), (ix, iy - deep)),), stitch, 1, 0.5, dash=4)
            )
        if garment.cloth.pattern == "denim":
            seam = tuple((x - (3.5 if ox > ix else -3.5), y) for x, y in outer)
            marks.append(Lines((seam,), stitch, 0.9, 0.5, dash=4))
        if "cargo" in garment.details:
            x, y = outer[int(len(outer) * 0.55)]
            marks += patch(x - (18 if ox > ix else -18), y - 30, 17, 52, garment.cloth, point=0)
    return marks


def _waistband(garment: Garment, body: Body, waist: float) -> list[Mark]:
    cx, half = body.centre(waist), body.half(waist) + 4
    low = body.half(waist + 17) + 4.5
    upper = curve((cx - half, waist - 1), (cx, waist + 4), (cx + half, waist - 1))
    lower = curve((cx + low, waist + 17), (cx, waist + 22), (cx - low, waist + 17))
    gathers: tuple[Fold, ...] = ()
    if "elastic" in garment.details:
        gathers = tuple(
            Fold(((cx + half * k / 9, waist), (cx + half * k / 9, waist + 20)), 4, 0.6) for k in range(-8, 9)
        )
    marks: list[Mark] = [Piece((*upper, *lower), garment.cloth, folds=gathers, puff=0.4, crumple=0.1, shadow=0.25)]
    if "belt" in garment.details:
        leather = Cloth("plain", ((92, 58, 38),), gloss=0.3)
        marks.append(
            Piece((*((x, y + 3) for x, y in upper), *((x, y - 2) for x, y in lower)), leather, puff=0.5, crumple=0)
        )
        marks.append(
            Lines(
                (
                    (
                        (cx - 9, waist + 7),
                        (cx + 9, waist + 7),
                        (cx + 9, waist + 19),
                        (cx - 9, waist + 19),
                        (cx - 9, waist + 7),
                    ),
                ),
                (214, 184, 120),
                3,
                1,
            )
        )
    elif "elastic" in garment.details:
        cords = tuple(
            curve((cx + s * 4, waist + 12), (cx + s * 9, waist + 34), (cx + s * 7, waist + 56)) for s in SIDES
        )
        marks.append(Lines(cords, garment.accent, 2.4, 0.9))
    loops = tuple(((cx + half * k, waist + 1), (cx + half * k, waist + 20)) for k in (-0.62, 0.62))
    if "elastic" not in garment.details:
        marks.append(Lines(loops, shaded(garment.cloth.ground, 0.62), 4, 0.8))
    return marks


def _front_details(garment: Garment, body: Body, waist: float) -> list[Mark]:
    """Return fly, button and slanted pockets."""
    cx = body.centre(waist + 20)
    stitch = garment.accent if garment.cloth.pattern == "denim" else shaded(garment.cloth.ground, 0.5)
    pockets = []
    for side in SIDES:
        edge = body.half(440) + 3 + garment.ease * 0.3
        start = (cx + side * (body.half(waist + 20) * 0.62), waist + 20)
        if garment.cloth.pattern == "denim":
            pockets.append(curve(start, (cx + side * edge * 0.68, 446), (cx + side * edge, 452)))
        else:
            pockets.append(((cx + side * body.half(waist + 20) * 0.8, waist + 20), (cx + side * edge * 1.0, 470)))
    marks: list[Mark] = [Lines(tuple(pockets), shaded(garment.cloth.ground, 0.4), 1.6, 0.7)]
    if "elastic" not in garment.details:
        fly = curve((cx + 13, waist + 21), (cx + 13, waist + 70), (cx, waist + 92))
        marks.append(Lines((fly,), stitch, 1, 0.6, dash=4))
        marks.append(
            Lines((((cx, waist + 21), (body.centre(500), 518)),), shaded(garment.cloth.ground, 0.45), 1.3, 0.7)
        )
        if "belt" not in garment.details:
            marks += button(
                cx + 3,
                waist + 11,
                (176, 160, 130) if garment.cloth.pattern == "denim" else shaded(garment.cloth.ground, 0.6),
            )
    return marks


def _back_pockets(garment: Garment, body: Body) -> list[Mark]:
    cx = body.centre(470)
    dark = shaded(garment.cloth.ground, 0.45)
    seat = ((cx, waist_of(garment) + 20), (cx, 516))
    yoke = curve((cx - 70, 424), (cx, 440), (cx + 70, 424))
    marks: list[Mark] = [Lines((seat, yoke), dark, 1.3, 0.6)]
    for side in SIDES:
        marks += patch(cx + side * 36, 446, 21, 40, garment.cloth)
    return marks


def skirt(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a skirt from waist to hem."""
    waist = waist_of(garment) - 10
    layers = Layers()
    layers.body += skirt_part(garment, body, waist)
    layers.body += _waistband(
        Garment(garment.kind, garment.cloth, details=("elastic",) if "elastic" in garment.details else ()),
        body,
        waist - 2,
    )[:1]
    if back:
        cx = body.centre(waist)
        layers.body.append(Lines((((cx, waist + 4), (cx, waist + 120)),), shaded(garment.cloth.ground, 0.45), 1.8, 0.6))
    elif "buttons" in garment.details:
        for k in range(int((garment.length - waist - 30) / 36)):
            layers.body += button(body.centre(500), waist + 30 + k * 36, garment.accent)
    return layers


def skirt_part(garment: Garment, body: Body, waist: float) -> list[Mark]:
    """Return the hanging part of a skirt or a dress with its folds."""
    length, pleats = garment.length, "pleats" in garment.details
    right = body.side_line(waist, length, ease=4 + garment.ease * 0.4, box=0, flare=garment.flare)
    right = tuple((max(x, body.centre(y) + body.half(min(y, 500)) + 4), y) for x, y in right)
    centre = body.centre(length)
    half = right[-1][0] - centre
    count = 9 if pleats else 5
    wave = 4.0 if pleats else min(9.0, garment.flare * 0.12 + 2)
    hem = [
        (
            centre + half * (1 - 2 * k / (2 * count)),
            length + (6 + wave * (k % 2)) * math.sin(math.pi * k / (2 * count)) ** 0.5,
        )
        for k in range(2 * count + 1)
    ]
    left = mirrored([(x - 2 * body.centre(y), y) for x, y in right])
    outline = (*right, *curve(*hem, steps=4)[1:], *left[1:])
    folds = _hanging_folds(garment, body, waist, half, count)
    piece = Piece(outline, garment.cloth, folds=folds, puff=1.0, crumple=0.25, seed=garment.seed + 2)
    return [piece, *_skirt_seams(garment, body, waist, right)]


def _hanging_folds(garment: Garment, body: Body, waist: float, half: float, count: int) -> tuple[Fold, ...]:
    """Return `count` folds on each side that fall from the waist and open toward a hem `half` wide on each side."""
    pleats, length = "pleats" in garment.details, garment.length
    top_half = body.half(waist) + 2
    width, height = (8, 0.9) if pleats else (13, 0.25 + garment.flare * 0.006)
    folds: list[Fold] = []
    for k in range(-count + 1, count):
        high = waist + (6 if pleats else 60 + 45 * (k % 2))
        start = (body.centre(waist) + top_half * k / count * (1 if pleats else 1.15), high)
        end = (body.centre(length) + half * k / count, length + 6)
        bend = ((start[0] * 0.45 + end[0] * 0.55), start[1] * 0.4 + end[1] * 0.6)
        folds.append(Fold(curve(start, bend, end), width, height * (-1) ** k))
    return tuple(folds)


def _skirt_seams(garment: Garment, body: Body, waist: float, right: Path) -> list[Mark]:
    """Return the seams between tiers and the slit; `right` is the right edge of the skirt."""
    length, marks = garment.length, list[Mark]()
    if "tiers" in garment.details:
        for share in (0.4, 0.7):
            y = waist + (length - waist) * share
            middle, wide = body.centre(y), right[min(8, int(share * 9))][0] - body.centre(y)
            seam = curve((middle - wide, y), (middle, y + 7), (middle + wide, y))
            marks.append(Lines((seam,), shaded(garment.cloth.ground, 0.5), 2.4, 0.5))
    if "slit" in garment.details:
        x = body.centre(length) + (right[-1][0] - body.centre(length)) * 0.45
        slit = curve((x - 6, length - 110), (x, length - 50), (x + 3, length + 6))
        marks.append(Lines((slit,), shaded(garment.cloth.ground, 0.35), 2.2, 0.8))
    return marks
