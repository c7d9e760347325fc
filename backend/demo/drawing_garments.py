"""What a garment is to the pencil, and the parts several garments share."""

from dataclasses import dataclass, field

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import Cloth, Color, plain, shaded
from backend.demo.drawing_shapes import (
    Fold,
    Lines,
    Mark,
    Path,
    Piece,
    Point,
    along,
    curve,
    disc,
    mirrored,
    portion,
    tube,
)


@dataclass(frozen=True, slots=True)
class Garment:
    """The cut of one garment; heights and widths in body units."""

    kind: str
    cloth: Cloth
    neck: str = "crew"
    sleeve: float = 0.3  # share of the arm it covers
    length: float = 500.0  # height of the hem
    ease: float = 9.0
    box: float = 0.55  # 0 follows the waist, 1 falls straight
    flare: float = 0.0
    details: tuple[str, ...] = ()
    accent: Color = (245, 242, 236)
    seed: int = 0


@dataclass(slots=True)
class Layers:
    """The marks of a garment by where they lie on the wearer."""

    back: list[Mark] = field(default_factory=list)  # behind the neck and the legs
    body: list[Mark] = field(default_factory=list)
    sleeves: dict[int, list[Mark]] = field(default_factory=lambda: {-1: [], 1: []})
    over: list[Mark] = field(default_factory=list)  # above the sleeves: collars, hoods
    top: list[Mark] = field(default_factory=list)  # above the head: scarfs, bags
    hat: list[Mark] = field(default_factory=list)  # on the head, which is not stretched as the body is


NECKS: dict[str, tuple[float, float]] = {  # half width at the shoulder, depth of the opening
    "crew": (33, 191),
    "v": (32, 246),
    "scoop": (46, 228),
    "boat": (60, 186),
    "square": (46, 222),
    "turtle": (27, 166),
    "collar": (27, 186),
    "open": (29, 236),
    "hood": (34, 194),
    "wrap": (34, 282),
    "straps": (40, 228),
    "henley": (33, 190),
}


def neckline(shape: str, *, back: bool = False) -> Path:
    """Return the edge of the opening from the right shoulder over the middle to the left one."""
    wide, deep = NECKS[shape]
    if back:
        deep = 176 if shape != "straps" else 226
    high = 165.0 + max(0.0, wide - 34) * 0.3
    if shape in {"v", "wrap", "open"} and not back:
        right: Path = curve((wide, high), (wide * 0.62, (high + deep) / 2), (0, deep))
    elif shape in {"square", "straps"}:
        right = ((wide, high), (wide - 2, deep - 6), *curve((wide - 8, deep), (0, deep + 3)))
    else:
        right = curve((wide, high), (wide * 0.9, high + (deep - high) * 0.55), (wide * 0.5, deep - 3), (0, deep))
    return (*right, *mirrored(right))


def bodice(garment: Garment, body: Body, *, hem: float, back: bool = False, dip: float = 5.0) -> Path:
    """Return the outline of the trunk part of a garment down to a height."""
    wide = NECKS[garment.neck][0]
    shoulder = body.shoulder + (garment.ease * 0.4 if garment.sleeve else -14)
    line = body.side_line(254, hem, ease=garment.ease, box=garment.box, flare=garment.flare)
    start = line[0]
    drop = 186 + garment.ease * 0.15
    if garment.neck == "straps":
        arm: Path = ((wide + 9, 177), *curve((wide + 13, 214), (start[0] - 8, 238), start))
    else:
        arm = curve((shoulder, drop), (shoulder - (5 if garment.sleeve else 13), 218), (start[0] - 2, 246), start)
    slope = ((wide, 165 + max(0.0, wide - 34) * 0.3), (wide + (shoulder - wide) * 0.5, 173.5))
    right = (*(slope if garment.neck != "straps" else slope[:1]), *arm, *line[1:])
    end = right[-1]
    bottom = curve(
        end, (body.centre(hem) + (end[0] - body.centre(hem)) * 0.5, hem + dip), (body.centre(hem), hem + dip * 1.3)
    )
    down = (*right, *bottom[1:])
    left = tuple((2 * body.centre(y) - x if y > 250 else -x, y) for x, y in reversed(down))
    return (*down, *left, *reversed(neckline(garment.neck, back=back)))


def inside_back(garment: Garment) -> Piece:
    """Return the inner side of the back that shows through the neck opening."""
    wide = NECKS[garment.neck][0]
    high = 165 + max(0.0, wide - 34) * 0.3
    rear = curve((-wide, high), (-wide * 0.5, high + 7), (wide * 0.5, high + 7), (wide, high))
    upper = tuple((x, y - 12) for x, y in rear) if garment.neck == "turtle" else rear
    return Piece((*upper, *neckline(garment.neck)), garment.cloth, tint=0.66, puff=0.3, shadow=0)


def sleeve(garment: Garment, body: Body, side: int) -> list[Mark]:
    """Return one sleeve, down to the share of the arm that the garment covers."""
    if garment.sleeve <= 0:
        return []
    shoulder, elbow, wrist, _ = body.arm(side)
    thick = (1.15 if body.man else 1.0) * 21.5 + garment.ease * 0.7
    path = portion(curve(shoulder, elbow, wrist, steps=14), 0.12, max(garment.sleeve, 0.17), count=6)
    halves = _sleeve_halves(garment, thick)
    limb = tube(path, halves, steps=5)
    middle = len(limb) // 2
    # a tube goes down on one side and up on the other; which one is outside depends on the arm
    outside, inside = (limb[:middle], limb[middle:][::-1]) if side < 0 else (limb[middle:][::-1], limb[:middle])
    tip = body.shoulder + garment.ease * 0.4
    puffed = 8.0 if "puff" in garment.details else 0.0
    cap = curve(
        (side * (tip - 25), 176.5 - puffed * 0.3),
        (side * (tip - 6), 181.0 - puffed),
        (side * (tip + 5), 193.0 - puffed),
        outside[2],
    )
    low = body.half(262) + garment.ease + (body.half(230) - body.half(262)) * garment.box
    pit = (
        (side * (low - 3), 264.0),
        *curve((side * (low - 5), 250.0), (side * (tip - 16), 214.0), (side * (tip - 25), 176.5)),
    )
    # beside the trunk the inner edge runs along it: the sleeve starts at the armpit, not on the chest
    inside = tuple(
        (side * max(side * x, body.half(y) + garment.ease * 0.8 - 5), y) if y < 345 else (x, y) for x, y in inside
    )
    start = next((k for k, point in enumerate(inside) if point[1] > 258), 1) if garment.sleeve > 0.25 else 1
    outline = (*cap, *outside[3:], *reversed(inside[start:]), *pit)
    marks: list[Mark] = [
        Piece(
            outline,
            garment.cloth,
            grain=_turn(shoulder, elbow),
            folds=_sleeve_folds(path, side, thick),
            seed=garment.seed + 5 + side,
            shadow=0.22,
        )
    ]
    return [*marks, *_cuff(garment, path, halves[-1])]


def _sleeve_halves(garment: Garment, thick: float) -> list[float]:
    """Return half the width of the sleeve at six places, from below the shoulder to its end."""
    if "puff" in garment.details:
        return [thick * f for f in (1.05, 1.22, 1.28, 1.3, 1.25, 0.62)]
    if "bell" in garment.details:
        return [thick * f for f in (0.95, 0.9, 0.9, 1.0, 1.2, 1.45)]
    end = thick * (1.0 - 0.40 * garment.sleeve)
    return [thick + (end - thick) * k / 5 for k in range(6)]


def _turn(a: Point, b: Point) -> float:
    return -(b[0] - a[0]) / max(1.0, b[1] - a[1]) * 0.9


def _sleeve_folds(path: Path, side: int, thick: float) -> tuple[Fold, ...]:
    folds = []
    for share, slant, height in ((0.12, 14, 0.5), (0.42, 10, 0.55), (0.5, -8, -0.5), (0.6, 9, 0.5), (0.86, 6, 0.4)):
        x, y = along(path, share)
        reach = thick * 0.75
        folds.append(
            Fold(curve((x - side * reach, y + slant), (x, y), (x + side * reach * 0.3, y - slant * 0.6)), 7, height)
        )
    return tuple(folds)


def _cuff(garment: Garment, path: Path, half: float) -> list[Mark]:
    """Return cuff, rib or stitching at the end of a sleeve."""
    (ax, ay), (bx, by) = path[-2], path[-1]
    length = max(1.0, ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
    dx, dy = (bx - ax) / length, (by - ay) / length
    if "cuff" in garment.details or "ribbed" in garment.details:
        deep = 17 if "ribbed" in garment.details else 15
        outline = tube(
            ((bx - dx * deep * 0.7, by - dy * deep * 0.7), (bx + dx * 4, by + dy * 4)), (half * 0.94, half * 0.86)
        )
        ribs = tuple(
            Fold(((bx - dx * deep + k * half / 4, by - dy * deep), (bx + k * half / 4, by)), 3, 0.5)
            for k in range(-3, 4)
        )
        cloth = garment.cloth if "cuff" in garment.details else Cloth("plain", (garment.cloth.ground,))
        return [Piece(outline, cloth, folds=ribs if "ribbed" in garment.details else (), shadow=0.2, grain=1.57)]
    ends = tuple(
        ((bx - dx * d - dy * half, by - dy * d + dx * half), (bx - dx * d + dy * half, by - dy * d - dx * half))
        for d in (5.5, 7.5)
    )
    return [Lines(ends, shaded(garment.cloth.ground, 0.55), 0.9, 0.5)]


def trunk_folds(body: Body, hem: float, *, ease: float, soft: float = 1.0) -> tuple[Fold, ...]:
    """Return the folds cloth makes from armpit to waist and above the hem."""
    folds: list[Fold] = []
    for side in SIDES:
        x = side * (body.half(270) + ease)
        centre = body.centre(420)
        folds += [
            Fold(curve((x * 0.96, 262), (x * 0.62, 280), (x * 0.42, 312)), 9, 0.5 * soft),
            Fold(curve((x * 0.9, 285), (x * 0.66, 318), (x * 0.6, 355)), 11, -0.45 * soft),
            Fold(curve((centre + x * 0.9, 372), (centre + x * 0.5, 388), (centre + x * 0.1, 384)), 8, 0.5 * soft),
            Fold(
                curve((centre + x * 0.95, hem - 58), (centre + x * 0.62, hem - 26), (centre + x * 0.55, hem)),
                12,
                0.45 * soft,
            ),
            Fold(
                curve((centre + x * 0.3, hem - 90), (centre + x * 0.25, hem - 35), (centre + x * 0.3, hem)),
                12,
                -0.35 * soft,
            ),
        ]
    return tuple(folds)


def hem_stitch(
    outline_half: float, centre: float, hem: float, color: Color, *, dip: float = 5.0, up: float = 8.0
) -> Lines:
    half = outline_half - 1.5
    path = curve(
        (centre - half, hem - up),
        (centre - half * 0.5, hem - up + dip),
        (centre, hem - up + dip * 1.3),
        (centre + half * 0.5, hem - up + dip),
        (centre + half, hem - up),
    )
    return Lines((path, tuple((x, y + 2.6) for x, y in path)), color, 0.9, 0.45, dash=4)


def button(x: float, y: float, color: Color, *, size: float = 4.0) -> list[Mark]:
    return [
        Piece(disc(x, y, size), plain(color, gloss=0.4), puff=0.5, crumple=0, shadow=0.35, edge=0.5),
        Lines((((x - 1.2, y), (x + 1.2, y)),), shaded(color, 0.45), 1.0, 0.8),
    ]


def patch(x: float, y: float, half: float, deep: float, cloth: Cloth, *, point: float = 6.0) -> list[Mark]:
    """Return a patch pocket with its stitching; (x, y) is the middle of its opening."""
    outline = ((x - half, y), (x + half, y), (x + half, y + deep), (x, y + deep + point), (x - half, y + deep))
    inner = (
        (x - half + 3, y + 4),
        (x - half + 3, y + deep - 2),
        (x, y + deep + point - 4),
        (x + half - 3, y + deep - 2),
        (x + half - 3, y + 4),
    )
    dark = shaded(cloth.ground, 0.5)
    return [
        Piece(outline, cloth, puff=0.25, crumple=0.1, shadow=0.2, edge=0.5),
        Lines((inner,), dark, 0.9, 0.5, dash=4),
    ]
