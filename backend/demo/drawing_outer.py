"""Jackets, coats and cardigans: garments of two fronts that may hang open."""

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import Cloth, plain, shaded
from backend.demo.drawing_garments import Garment, Layers, bodice, button, patch, sleeve, trunk_folds
from backend.demo.drawing_shapes import Fold, Lines, Mark, Path, Piece, closed, curve, mirrored, tube


def outer(garment: Garment, body: Body, *, back: bool = False) -> Layers:
    """Return an outer garment; "open" among its details lets what is under it show."""
    layers = Layers()
    for side in SIDES:
        layers.sleeves[side] = sleeve(garment, body, side)
    quilt = _quilting(garment, body) if "quilted" in garment.details else ()
    folds = (*trunk_folds(body, min(garment.length, 560), ease=garment.ease), *_skirt_folds(garment, body), *quilt)
    whole = bodice(garment, body, hem=garment.length, back=True)
    if back:
        layers.body.append(Piece(whole, garment.cloth, folds=folds, seed=garment.seed))
        layers.body += _back_seams(garment, body)
        layers.over += _back_collar(garment)
        return layers
    lining = plain(shaded(garment.cloth.ground, 0.5))
    layers.back.append(Piece(whole, lining, puff=0.4, shadow=0.3))
    _back_neck(garment, layers)
    for side in (-1, 1):
        layers.body.append(
            Piece(_front_panel(garment, body, side), garment.cloth, folds=folds, seed=garment.seed + side, shadow=0.4)
        )
    layers.body += _closure(garment, body)
    layers.body += _pockets(garment, body)
    layers.body += _collar(garment)
    if "belted" in garment.details:
        layers.over += _belt(garment, body)
    if "hooded" in garment.details:
        layers.back = [*_hood(garment), *layers.back]
    return layers


def _gap(garment: Garment) -> float:
    """Return how far the front edges stand from the middle; negative where they overlap."""
    return 24.0 if "open" in garment.details else -7.0


def _break(garment: Garment) -> float:
    """Return the height where the fronts meet under the lapels or the neck."""
    if garment.neck in {"v", "open", "wrap"}:
        return 318.0 if garment.length < 640 else 300.0
    return 184.0


def _front_panel(garment: Garment, body: Body, side: int) -> Path:
    outline = bodice(garment, body, hem=garment.length, back=True)
    count = len(outline)
    right = [
        point
        for point in outline[: count // 2 + 8]
        if point[0] > body.centre(point[1]) + 1 and point[1] < garment.length + 1
    ]
    right = right[: max(i for i, p in enumerate(right) if p[1] > garment.length - 2) + 1]
    gap, meet = _gap(garment), _break(garment)
    wide = right[0][0]
    hem = (body.centre(garment.length) + gap * (1.5 if gap > 0 else 1), garment.length + 5)
    cut = 14.0 if "rounded" in garment.details else 2.0
    edge = (hem[0] + cut, hem[1]), (body.centre(garment.length - 20) + gap * (1.4 if gap > 0 else 1), hem[1] - 26)
    upper = ((body.centre(meet) + gap, meet), (wide * 0.72 + max(gap, 0) * 0.3, (165 + meet) / 2), (wide, 166.0))
    path = (*right, *edge, *curve(*upper))
    if side > 0:
        return path
    return tuple((2 * body.centre(y) - x if y > 250 else -x, y) for x, y in path)


def _skirt_folds(garment: Garment, body: Body) -> tuple[Fold, ...]:
    if garment.length < 560:
        return ()
    cx = body.centre(600)
    return tuple(
        Fold(
            curve((cx + k * 16, 430), (cx + k * 20, 560), (cx + k * (22 + garment.flare * 0.2), garment.length)),
            16,
            0.4 * (-1) ** k,
        )
        for k in (-4, -3, -2, 2, 3, 4)
    )


def _quilting(garment: Garment, body: Body) -> tuple[Fold, ...]:
    rows = []
    y = 222.0
    while y < garment.length - 6:
        half = body.half(min(y, 500)) + garment.ease + 20
        rows.append(Fold(curve((-half, y - 3), (0, y + 3), (half, y - 3)), 7, -1.5))
        y += 30
    return tuple(rows)


def _back_neck(garment: Garment, layers: Layers) -> None:
    rear = closed((-34, 172), (-30, 152), (0, 146), (30, 152), (34, 172), (0, 190))
    if garment.neck != "hood":
        layers.back.append(Piece(rear, garment.cloth, tint=0.7, puff=0.4))


def _closure(garment: Garment, body: Body) -> list[Mark]:
    """Return buttons, zip or button band along the front edge."""
    gap, meet, low = _gap(garment), _break(garment), garment.length
    marks: list[Mark] = []
    x = body.centre(low) + (gap * 1.3 + 9 if gap > 0 else 0)
    if "zip" in garment.details:
        for side in SIDES if gap > 0 else (1,):
            shift = gap * side if gap > 0 else 0.0
            path = curve((body.centre(meet) + shift, meet), (body.centre(low) + shift * 1.4, low - 2))
            marks += [
                Lines((path,), shaded(garment.cloth.ground, 0.35), 6, 0.8),
                Lines((path,), (206, 206, 200), 2.2, 0.95, dash=3.2),
            ]
        return marks
    if "band" in garment.details:
        marks += _bands(garment, body)
    if "double" in garment.details:
        for k in range(4):
            y = meet + 14 + k * 44
            for dx in (-24, 22):
                marks += button(body.centre(y) + dx + (gap + 20 if gap > 0 else 0), y, garment.accent, size=5)
        return marks
    if "no_buttons" not in garment.details:
        count = 3 if low < 600 else 5
        if "band" in garment.details or garment.cloth.pattern == "denim":
            count = 6
        reach = min(low, 640) - 24 - meet
        for k in range(count):
            marks += button(x, meet + 12 + reach * k / count, garment.accent, size=4.6 if count < 6 else 3.8)
    return marks


def _bands(garment: Garment, body: Body) -> list[Mark]:
    gap, meet, low = _gap(garment), _break(garment), garment.length
    wide = 34.0
    marks: list[Mark] = []
    for side in SIDES:
        shift = gap + 5 if gap > 0 else 0.0
        path = (
            (side * wide, 168.0),
            (side * (wide * 0.7 + shift * 0.4), (168 + meet) / 2),
            (body.centre(meet) + side * shift, meet),
            (body.centre(low) + side * shift * 1.4, low + 4.0),
        )
        ribs = tuple(Fold(((path[2][0] - 9, y), (path[2][0] + 9, y)), 3, 0.4) for y in range(int(meet), int(low), 6))
        marks.append(Piece(tube(path, (7, 8, 8, 8)), garment.cloth, folds=ribs, puff=0.4, crumple=0.1, shadow=0.22))
    return marks


def _pockets(garment: Garment, body: Body) -> list[Mark]:
    long = garment.length > 580
    y = 450.0 if long else min(garment.length - 62, 430)
    marks: list[Mark] = []
    dark = shaded(garment.cloth.ground, 0.45)
    for side in SIDES:
        x = body.centre(y) + side * (body.half(y) * 0.62 + garment.ease * 0.4)
        if "flaps" in garment.details:
            flap = ((x - 22, y), (x + 22, y - side * 2), (x + 23, y + 15), (x - 21, y + 17))
            marks.append(Piece(flap, garment.cloth, puff=0.4, crumple=0.1, shadow=0.35, edge=0.55))
        elif "patches" in garment.details:
            marks += patch(x, y - 10, 23, 48, garment.cloth, point=0)
        elif "welts" in garment.details:
            marks.append(Lines((((x + side * 10, y - 34), (x - side * 6, y + 12)),), dark, 3.2, 0.75))
        if "chest" in garment.details:
            cx = side * (body.half(270) * 0.55)
            marks += patch(cx, 262, 20, 32, garment.cloth)
            lid = ((cx - 21, 256), (cx + 21, 256), (cx + 21, 268), (cx, 275), (cx - 21, 268))
            marks.append(Piece(lid, garment.cloth, puff=0.3, crumple=0, shadow=0.3))
            marks += button(cx, 267, garment.accent, size=2.8)
    if "chest" in garment.details:
        seams = tuple(curve((s * 30, 276), (s * 26, 360), (s * 24, garment.length - 18)) for s in SIDES)
        rows = (*seams, curve((-body.half(260), 250), (0, 254), (body.half(260), 250)))
        marks.append(Lines(rows, (206, 164, 100), 1.1, 0.55, dash=4))
    return marks


def _collar(garment: Garment) -> list[Mark]:
    cloth = plain(garment.accent) if "fur" in garment.details else garment.cloth
    if garment.neck in {"v", "wrap"}:
        return []
    if garment.neck == "open":
        return _lapels(garment)
    if garment.neck == "crew":
        return [
            Lines((curve((33, 168), (16, 186), (0, 191), (-16, 186), (-33, 168)),), shaded(cloth.ground, 0.55), 4, 0.7)
        ]
    if garment.neck == "turtle":
        stand = (
            *curve((-32, 176), (-30, 150), (0, 146), (30, 150), (32, 176)),
            *curve((32, 178), (0, 196), (-32, 178)),
        )
        folds = (Fold(curve((-34, 168), (0, 178), (34, 168)), 7, -1.2),) if "quilted" in garment.details else ()
        return [Piece(stand, cloth, folds=folds)]
    if garment.neck == "hood":
        right = closed((2, 196), (22, 182), (38, 156), (54, 148), (60, 164), (46, 190), (18, 210), steps=6)
        return [Piece(part, cloth) for part in (right, mirrored(right))]
    tip, low = (48.0, 222.0), (3.0, 188.0)
    leaf = (low, *curve((14, 170), (29, 150)), *curve((36, 154), (46, 176)), tip)
    crumple = 1.2 if "fur" in garment.details else 0.1
    return [Piece(part, cloth, puff=0.7, crumple=crumple, shadow=0.35, edge=0.5) for part in (leaf, mirrored(leaf))]


def _lapels(garment: Garment) -> list[Mark]:
    """Return notched lapels with the collar above them."""
    meet, gap = _break(garment), max(_gap(garment), 0.0)
    big = 1.25 if garment.length > 580 else 1.0
    inner = curve((25, 160), (19 + gap * 0.3, (165 + meet) / 2), (gap - 3, meet))
    lapel = (*inner, (gap + 24, meet - 46), (32 + 26 * big, 232), (26 + 18 * big, 222), (36, 196))
    collar = ((36, 200), (30 + 18 * big, 222), (34 + 24 * big, 208), *curve((48, 176), (33, 150)), (22, 158))
    marks: list[Mark] = []
    for part in (lapel, mirrored(lapel), collar, mirrored(collar)):
        marks.append(Piece(part, garment.cloth, puff=0.5, crumple=0.12, shadow=0.38, edge=0.55, grain=0.3))
    return marks


def _belt(garment: Garment, body: Body) -> list[Mark]:
    y, cx = 380.0, body.centre(380)
    half = body.half(380) + garment.ease + (body.half(275) - body.half(380)) * garment.box + 1
    band = (
        *curve((cx - half, y - 9), (cx, y - 5), (cx + half, y - 9)),
        *curve((cx + half, y + 9), (cx, y + 13), (cx - half, y + 9)),
    )
    ends = [closed((cx + 4, y), (cx + 20, y + 8), (cx + 26, y + 96), (cx + 12, y + 98), (cx + 4, y + 40), steps=5)]
    knot = closed((cx - 9, y - 8), (cx + 9, y - 7), (cx + 10, y + 13), (cx - 8, y + 13))
    return [Piece(part, garment.cloth, puff=0.6, crumple=0.2, shadow=0.4, edge=0.5) for part in (band, *ends, knot)]


def _back_seams(garment: Garment, body: Body) -> list[Mark]:
    dark = shaded(garment.cloth.ground, 0.5)
    seam = ((0, 176), (body.centre(garment.length), garment.length - (90 if garment.length > 560 else 0)))
    marks: list[Mark] = []
    if garment.cloth.pattern == "denim":
        half = body.shoulder - 6
        marks.append(Lines((curve((-half, 236), (0, 230), (half, 236)),), (206, 164, 100), 1.1, 0.7, dash=4))
    elif "quilted" not in garment.details and garment.cloth.pattern not in {"knit", "cable"}:
        marks.append(Lines((seam,), dark, 1.2, 0.6))
    if garment.length > 560:
        cx = body.centre(garment.length)
        marks.append(Lines((((cx, garment.length - 120), (cx + 4, garment.length + 6)),), dark, 2.4, 0.7))
    return marks


def _back_collar(garment: Garment) -> list[Mark]:
    if garment.neck == "hood" or "hooded" in garment.details:
        hood = closed((-50, 158), (0, 146), (50, 158), (52, 190), (26, 236), (0, 250), (-26, 236), (-52, 190))
        return [Piece(hood, garment.cloth, shadow=0.4)]
    if garment.neck in {"crew", "v", "wrap"}:
        return []
    cloth = plain(garment.accent) if "fur" in garment.details else garment.cloth
    return [Piece(closed((-34, 162), (0, 150), (34, 162), (42, 182), (0, 192), (-42, 182)), cloth, shadow=0.35)]


def _hood(garment: Garment) -> list[Mark]:
    outline = closed((-56, 174), (-64, 148), (-46, 122), (0, 110), (46, 122), (64, 148), (56, 174), (0, 186))
    marks: list[Mark] = [
        Piece(outline, garment.cloth, tint=0.85, folds=(Fold(curve((-50, 148), (0, 132), (50, 148)), 10, 0.6),))
    ]
    if "fur" in garment.details:
        fur = Cloth("plain", (garment.accent,), weave=0.16)
        marks.insert(
            0,
            Piece(
                closed((-62, 176), (-74, 146), (-52, 112), (0, 98), (52, 112), (74, 146), (62, 176)), fur, crumple=1.4
            ),
        )
    return marks
