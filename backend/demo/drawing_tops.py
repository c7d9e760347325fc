"""T-shirts, shirts, blouses, sweaters and hoodies."""

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import Cloth, plain, shaded
from backend.demo.drawing_garments import (
    NECKS,
    Garment,
    Layers,
    bodice,
    button,
    hem_stitch,
    inside_back,
    neckline,
    patch,
    sleeve,
    trunk_folds,
)
from backend.demo.drawing_shapes import Fold, Lines, Mark, Path, Piece, closed, curve, mirrored, tube


def top(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return a pullover or button-through top."""
    dip = 14.0 if "tail" in garment.details else 5.0
    outline = bodice(garment, body, hem=garment.length, back=back, dip=dip)
    soft = 0.8 if garment.cloth.pattern in {"knit", "cable", "rib"} else 1.0
    folds = trunk_folds(body, garment.length, ease=garment.ease, soft=soft)
    layers = Layers()
    layers.back.append(inside_back(garment))
    layers.body.append(Piece(outline, garment.cloth, folds=folds, puff=1.0, seed=garment.seed))
    layers.body += hem(garment, body, dip)
    for side in SIDES:
        layers.sleeves[side] = sleeve(garment, body, side)
    layers.body += _neck_finish(garment, back=back)
    if not back:
        _front(garment, body, layers)
    elif "hooded" in garment.details:
        layers.over += _hood_behind(garment)
    elif garment.neck == "collar":
        layers.over.append(
            Piece(closed((-30, 160), (0, 152), (30, 160), (34, 176), (0, 184), (-34, 176)), garment.cloth)
        )
    if back and garment.kind in {"shirt", "blouse"}:
        layers.body.append(_yoke(garment, body))
    return layers


def hem(garment: Garment, body: Body, dip: float) -> list[Mark]:
    """Return the finish of the lower edge: a rib or a stitched hem."""
    low = garment.length
    half = body.half(low) if low < 530 else body.half(530)
    line = body.side_line(254, low, ease=garment.ease, box=garment.box, flare=garment.flare)
    centre = body.centre(low)
    half = line[-1][0] - centre
    if "ribbed" not in garment.details:
        return [hem_stitch(half, centre, low, shaded(garment.cloth.ground, 0.5), dip=dip)]
    right = curve((0, low - 15 + 6), (half * 0.55, low - 15 + 5), (half + 0.5, low - 15))
    under = curve((half - 4, low + 4), (half * 0.5, low + 10), (0, low + 11))
    shift = [(x + centre, y) for x, y in (*right, *under)]
    outline = (*shift, *mirrored(shift, about=centre))
    ribs = tuple(
        Fold(((centre + half * k / 11, low - 13), (centre + half * k / 11.4, low + 10)), 3, 0.5) for k in range(-10, 11)
    )
    rib = plain(garment.cloth.ground) if len(garment.cloth.colors) == 1 else plain(garment.cloth.colors[0])
    return [Piece(outline, rib, folds=ribs, puff=0.5, crumple=0.1, shadow=0.12)]


def _neck_finish(garment: Garment, *, back: bool) -> list[Mark]:
    """Return the band along the opening."""
    if garment.neck in {"collar", "hood", "open", "straps"}:
        return []
    if garment.neck == "turtle":
        tall = 30.0 if "mock" not in garment.details else 16.0
        right = curve((24, 168 - tall), (27, 160), (37, 176))
        low = curve((37, 176), (18, 187), (0, 190))
        rim = curve((0, 172 - tall), (14, 171 - tall), (24, 168 - tall))
        outline = (*rim, *right, *low, *mirrored(low), *mirrored(right), *mirrored(rim))
        ribs = tuple(Fold(((x * 0.8, 168 - tall), (x, 186)), 3, 0.45) for x in range(-28, 29, 7))
        roll = Fold(curve((-26, 172 - tall / 3), (0, 177 - tall / 3), (26, 172 - tall / 3)), 6, -0.5)
        return [Piece(outline, garment.cloth, folds=(*ribs, roll), puff=0.8, crumple=0.1)]
    path = neckline(garment.neck, back=back)
    color = garment.accent if "ringer" in garment.details else shaded(garment.cloth.ground, 0.94)
    band = tube(
        tuple((x * 1.05, y + 2.2) for x, y in (*path[::4], path[-1])),
        (4.2, 4.2),
        steps=4,
    )
    marks: list[Mark] = [Piece(band, plain(color), puff=0.4, crumple=0, shadow=0.12, edge=0.3)]
    stitch = tuple((x * 1.16, y + 8.5) for x, y in path)
    return [*marks, Lines((stitch,), shaded(garment.cloth.ground, 0.5), 0.8, 0.4, dash=4)]


def _front(garment: Garment, body: Body, layers: Layers) -> None:
    """Add what only the front has: collar, placket, pockets, print."""
    if garment.neck in {"collar", "open"}:
        layers.over += collar(garment)
    if "buttons" in garment.details or "placket" in garment.details:
        deep = NECKS[garment.neck][1]
        layers.body += placket(
            garment, body, deep - 4, garment.length + 6 if "buttons" in garment.details else deep + 88
        )
    if "pocket" in garment.details:
        layers.body += patch(34 if body.man else 29, 258, 19, 40, garment.cloth)
    if "kangaroo" in garment.details:
        layers.body += _kangaroo(garment, body)
    if "hooded" in garment.details:
        layers.back = [*_hood_rest(garment), *layers.back]
        layers.over += _hood_front(garment)
    if "print" in garment.details:
        layers.body += _print(garment)
    if "bow" in garment.details:
        layers.over += bow(garment)
    if "ruffle" in garment.details:
        layers.body += _ruffles(garment)


def collar(garment: Garment) -> list[Mark]:
    """Return the two leaves of a shirt collar."""
    wide, deep = NECKS[garment.neck]
    tip = (30.0, 214.0) if garment.neck == "collar" else (45.0, 222.0)
    low = (2.5, min(deep, 190) - 2) if garment.neck == "collar" else (15.0, 203.0)
    leaf: Path = (low, *curve((14, 168), (wide - 3, 149)), *curve((wide + 5, 156), (wide + 10, 172)), tip)
    cloth = plain(garment.accent) if "contrast" in garment.details else garment.cloth
    marks: list[Mark] = []
    for outline in (leaf, mirrored(leaf)):
        marks.append(Piece(outline, cloth, puff=0.5, crumple=0.1, shadow=0.35, edge=0.5, grain=0.5))
    inner = (((low[0] + tip[0]) / 2, (low[1] + tip[1]) / 2 - 3.5), (tip[0] - 3, tip[1] - 6), (wide + 5, 172))
    marks.append(Lines((inner, mirrored(inner)), shaded(cloth.ground, 0.5), 0.8, 0.4, dash=4))
    return marks


def placket(garment: Garment, body: Body, start: float, end: float) -> list[Mark]:
    """Return the button band down the front."""
    heights = [start, start + (end - start) * 0.5, end]
    strip = tube([(body.centre(y), y) for y in heights], (8, 8, 8))
    marks: list[Mark] = [Piece(strip, garment.cloth, puff=0.25, crumple=0.1, shadow=0.16, edge=0.3)]
    gap = 40.0 if "buttons" in garment.details else 26.0
    y = start + 18
    while y < end - 8:
        marks += button(body.centre(y), y, garment.accent, size=3.4)
        y += gap
    return marks


def _yoke(garment: Garment, body: Body) -> Mark:
    half = body.shoulder - 2
    return Lines(
        (curve((-half, 220), (0, 216), (half, 220)), ((0, 217), (0, garment.length))),
        shaded(garment.cloth.ground, 0.5),
        1,
        0.5,
    )


def _kangaroo(garment: Garment, body: Body) -> list[Mark]:
    low = garment.length - 22
    cx = body.centre(low)
    outline = (
        (cx - 34, low - 72),
        (cx + 34, low - 72),
        (cx + 56, low - 20),
        (cx + 56, low),
        (cx - 56, low),
        (cx - 56, low - 20),
    )
    slits = (((cx - 34, low - 70), (cx - 54, low - 22)), ((cx + 34, low - 70), (cx + 54, low - 22)))
    return [
        Piece(outline, garment.cloth, puff=0.35, crumple=0.25, shadow=0.2, edge=0.5),
        Lines(slits, shaded(garment.cloth.ground, 0.45), 2.2, 0.6),
    ]


def _hood_rest(garment: Garment) -> list[Mark]:
    """Return the hood as it lies on the shoulders behind the neck."""
    outline = closed((-52, 172), (-60, 148), (-44, 126), (0, 116), (44, 126), (60, 148), (52, 172), (0, 186))
    folds = (Fold(curve((-50, 150), (0, 136), (50, 150)), 10, 0.6),)
    return [Piece(outline, garment.cloth, folds=folds, tint=0.86, seed=garment.seed + 3)]


def _hood_front(garment: Garment) -> list[Mark]:
    right = closed((2, 202), (22, 186), (38, 158), (54, 150), (60, 164), (46, 190), (20, 212), steps=6)
    cords = tuple(curve((s * 15, 203), (s * 18, 232), (s * 15, 268)) for s in SIDES)
    marks: list[Mark] = [
        Piece(part, garment.cloth, puff=0.8, seed=garment.seed + 9) for part in (right, mirrored(right))
    ]
    return [*marks, Lines(cords, garment.accent, 3.2, 0.95)]


def _hood_behind(garment: Garment) -> list[Mark]:
    outline = closed((-50, 158), (0, 146), (50, 158), (52, 190), (26, 232), (0, 246), (-26, 232), (-52, 190))
    return [Piece(outline, garment.cloth, folds=(Fold(((0, 160), (0, 240)), 5, -0.5),), shadow=0.4)]


def _print(garment: Garment) -> list[Mark]:
    """Return a simple printed sign on the chest."""
    ink = plain(garment.accent, weave=0.02)
    sun = closed((0, 246), (24, 257), (32, 280), (20, 302), (-20, 302), (-32, 280), (-24, 257))
    hill = (*curve((-33, 304), (-12, 280), (4, 292), (18, 274), (33, 304)), (33, 310), (-33, 310))
    second = plain(shaded(garment.accent, 0.68), weave=0.02)
    return [
        Piece(sun, ink, puff=0, crumple=0.15, shadow=0, edge=0),
        Piece(hill, second, puff=0, crumple=0.15, shadow=0, edge=0),
        Lines((((-30, 320), (30, 320)), ((-20, 328), (20, 328))), garment.accent, 3, 0.85),
    ]


def bow(garment: Garment) -> list[Mark]:
    """Return a bow tied at the neck."""
    cloth = Cloth(garment.cloth.pattern, garment.cloth.colors, garment.cloth.size, 0.15)
    loop = closed((2, 192), (22, 178), (46, 184), (44, 204), (20, 204), steps=6)
    tail = closed((0, 194), (12, 200), (26, 262), (12, 268), (2, 220), steps=6)
    marks: list[Mark] = [Piece(p, cloth, shadow=0.3) for p in (tail, mirrored(tail), loop, mirrored(loop))]
    return [*marks, Piece(closed((-7, 186), (7, 186), (7, 202), (-7, 202)), cloth, shadow=0.3)]


def _ruffles(garment: Garment) -> list[Mark]:
    marks: list[Mark] = []
    for x in (14, -14):
        points = [(x + (4.5 if k % 2 else -4.5) * (1 if x > 0 else -1), 200.0 + k * 12) for k in range(13)]
        frill = (*curve((x * 0.3, 196), *points, steps=8), (x * 0.3, 352))
        marks.append(Piece(frill, garment.cloth, puff=0.7, crumple=0.9, shadow=0.25, seed=garment.seed + 40))
    return marks
