"""Dresses: a bodice joined to a skirt, or one straight length of cloth."""

from dataclasses import replace

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_bottoms import skirt_part
from backend.demo.drawing_fabric import shaded
from backend.demo.drawing_garments import Garment, Layers, bodice, button, inside_back, sleeve, trunk_folds
from backend.demo.drawing_shapes import Fold, Lines, Mark, Path, Piece, closed, curve
from backend.demo.drawing_tops import bow, collar, placket, top

SEAM = 372.0


def dress(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a dress; "waist" among its details joins a bodice and a flared skirt at the waist."""
    if "waist" not in garment.details:
        return _straight(garment, body, back=back)
    upper = replace(garment, box=0.0, ease=min(garment.ease, 5.0), flare=0.0)
    layers = Layers()
    layers.back.append(inside_back(garment))
    layers.body += skirt_part(garment, body, SEAM)
    outline = bodice(upper, body, hem=SEAM, back=back, dip=3)
    layers.body.append(
        Piece(outline, garment.cloth, folds=trunk_folds(body, SEAM, ease=4, soft=0.8), seed=garment.seed, shadow=0.15)
    )
    for side in SIDES:
        layers.sleeves[side] = sleeve(upper, body, side)
    if not back:
        layers.body += _front(garment, body)
        if garment.neck == "collar":
            layers.over += collar(garment)
        if "bow" in garment.details:
            layers.over += bow(garment)
    layers.body += _waist_line(garment, body)
    return layers


def _straight(garment: Garment, body: Body, *, back: bool) -> Layers:
    """Return a dress without a waist seam: shirt dress, knit dress, slip."""
    layers = top(garment, body, back=back)
    centre = body.centre(600)
    folds = tuple(
        Fold(
            curve((centre + k * 15, 420), (centre + k * 17, 540), (centre + k * 19, garment.length)),
            15,
            0.42 * (-1) ** k,
        )
        for k in (-4, -3, -1, 1, 3, 4)
    )
    for place, mark in enumerate(layers.body):
        if isinstance(mark, Piece):
            layers.body[place] = replace(mark, folds=(*mark.folds, *folds))
            break
    if "belted" in garment.details:
        layers.body += _sash(garment, body)
    return layers


def _front(garment: Garment, body: Body) -> list[Mark]:
    marks: list[Mark] = []
    if "buttons" in garment.details:
        marks += placket(garment, body, 192, SEAM)
        for k in range(int((min(garment.length, 700) - SEAM) / 38)):
            marks += button(body.centre(SEAM + k * 38), SEAM + 26 + k * 38, garment.accent, size=3.4)
    if garment.neck == "wrap":
        over: Path = curve((-32, 166), (-14, 232), (40, 366))
        marks.append(Lines((over,), shaded(garment.cloth.ground, 0.45), 2, 0.8))
        drape = curve((42, 376), (34, 500), (-8, garment.length))
        marks.append(Lines((drape,), shaded(garment.cloth.ground, 0.45), 1.6, 0.6))
    return marks


def _waist_line(garment: Garment, body: Body) -> list[Mark]:
    if "belted" in garment.details or garment.neck == "wrap":
        return _sash(garment, body)
    cx, half = body.centre(SEAM), body.half(SEAM) + 4
    return [
        Lines(
            (curve((cx - half, SEAM), (cx, SEAM + 4), (cx + half, SEAM)),), shaded(garment.cloth.ground, 0.5), 1.3, 0.6
        )
    ]


def _sash(garment: Garment, body: Body) -> list[Mark]:
    y, cx = SEAM, body.centre(SEAM)
    half = body.half(SEAM) + garment.ease * 0.5 + (body.half(275) - body.half(SEAM)) * garment.box * 0.7 + 4
    band = (
        *curve((cx - half, y - 7), (cx, y - 3), (cx + half, y - 7)),
        *curve((cx + half, y + 8), (cx, y + 12), (cx - half, y + 8)),
    )
    x = cx + half * 0.5
    tails = [
        closed((x, y), (x + 14, y + 10), (x + 22 - d, y + 100 - d * 2), (x + 6 - d, y + 104 - d * 2), steps=5)
        for d in (0, 14)
    ]
    loops = [closed((x, y), (x + s * 26, y - 14), (x + s * 30, y + 12), steps=6) for s in SIDES]
    return [Piece(part, garment.cloth, puff=0.6, crumple=0.2, shadow=0.35, edge=0.5) for part in (band, *tails, *loops)]
