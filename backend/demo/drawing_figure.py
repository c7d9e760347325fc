"""The drawn person under the clothes: skin, face and hair."""

from dataclasses import dataclass

from backend.demo.drawing_body import SIDES, Body
from backend.demo.drawing_fabric import Cloth, Color, plain, shaded
from backend.demo.drawing_shapes import (
    Fold,
    Lines,
    Mark,
    Path,
    Piece,
    Point,
    closed,
    curve,
    ellipse,
    mirrored,
    portion,
    tube,
)

SKINS: tuple[Color, ...] = ((246, 216, 194), (232, 192, 160), (208, 158, 120), (164, 112, 78), (112, 72, 50))
HAIRS: tuple[Color, ...] = ((38, 30, 30), (70, 46, 34), (118, 78, 48), (24, 22, 26), (176, 130, 82))
STYLES = {"women": ("long", "bob", "bun", "wavy", "curls"), "men": ("short", "parted", "curls", "crop")}


@dataclass(frozen=True, slots=True)
class Person:
    """Who wears the clothes: the body and how it looks."""

    body: Body
    skin: Color
    hair: Color
    style: str
    lips: Color = (196, 96, 92)


def person(body: Body, number: int) -> Person:
    """Return one of many people; the same number is the same person."""
    styles = STYLES[body.sex]
    skin = SKINS[(number * 3 + number // 5) % len(SKINS)]
    hair = HAIRS[3 if skin in SKINS[3:] else number % len(HAIRS)]
    return Person(body, skin, hair, styles[number % len(styles)], shaded(skin, 0.8) if body.man else (196, 92, 92))


def _skin(who: Person) -> Cloth:
    return plain(who.skin, weave=0.012)


def _limb(who: Person, outline: Path, *, folds: tuple[Fold, ...] = (), shadow: float = 0.18) -> Piece:
    return Piece(outline, _skin(who), folds=folds, puff=0.9, crumple=0.04, shadow=shadow, edge=0.3)


def legs(who: Person) -> list[Mark]:
    """Return the bare legs and feet."""
    thick = 1.04 if who.body.man else 1.0
    marks: list[Mark] = []
    for side in SIDES:
        hip, knee, ankle = who.body.leg(side)
        calf = (knee[0] + (ankle[0] - knee[0]) * 0.34 + side * 3, knee[1] + 78)
        thigh = ((hip[0] + knee[0]) / 2 + side * 3, 600.0)
        halves = [w * thick for w in (36, 33, 20.5, 22.5, 12)]
        cap = Fold(curve((knee[0] - 9, knee[1] + 12), (knee[0], knee[1] + 17), (knee[0] + 9, knee[1] + 12)), 5, -0.5)
        marks.append(_limb(who, tube((hip, thigh, knee, calf, ankle), halves), folds=(cap,)))
        marks.append(_limb(who, bare_foot(ankle[0], side)))
    return marks


def bare_foot(x: float, side: int) -> Path:
    return closed(
        (x - 12, 925),
        (x + 12, 925),
        (x + 15 + side * 4, 965),
        (x + 11 + side * 11, 992),
        (x - 8 + side * 10, 993),
        (x - 14 + side * 4, 965),
    )


def trunk(who: Person) -> list[Mark]:
    """Return neck and trunk; clothes usually cover most of it."""
    body = who.body
    neck = 24.0 if body.man else 19.5
    right = body.side_line(200, 520, ease=-3, box=0)
    slope = curve((neck, 112), (neck, 148), (neck + 10, 163), (body.shoulder - 22, 178), (body.shoulder - 2, 196))
    side = (*slope, *right)
    outline = (*mirrored([(x - 2 * body.centre(y), y) for x, y in side]), *side)
    bones = tuple(Fold(curve((s * 8, 186), (s * 34, 180), (s * 62, 183)), 5, 0.5) for s in SIDES)
    throat = Lines((curve((-neck + 4, 140), (0, 152), (neck - 4, 140)),), shaded(who.skin, 0.62), 14, 0.28)
    return [_limb(who, outline, folds=bones), throat]


def arm(who: Person, side: int, *, below: float = 0.0) -> list[Mark]:
    """Return one bare arm with its hand; `below` leaves out that share of the arm from the shoulder down."""
    shoulder, elbow, wrist, tip = who.body.arm(side)
    thick = 1.22 if who.body.man else 1.0
    middle = ((elbow[0] + wrist[0]) / 2, (elbow[1] + wrist[1]) / 2)
    upper = ((shoulder[0] + elbow[0]) / 2 + side * 2, (shoulder[1] + elbow[1]) / 2)
    whole = curve(shoulder, upper, elbow, middle, wrist)
    shares = [below + (1 - below) * k / 8 for k in range(9)]
    widths = [(19, 18.5, 14.5, 14, 9)[min(3, int(t * 4))] * (1 - (t * 4) % 1) for t in shares]
    widths = [
        w + (19, 18.5, 14.5, 14, 9)[min(4, int(t * 4) + 1)] * ((t * 4) % 1) for w, t in zip(widths, shares, strict=True)
    ]
    widths[-1] = 9
    limb = tube(portion(whole, below, 1, count=9), [w * thick for w in widths], steps=3)
    marks: list[Mark] = []
    if not below:
        marks.append(_limb(who, ellipse(shoulder[0] - side * 3, shoulder[1] + 5, 18 * thick, 17 * thick), shadow=0))
    return [*marks, _limb(who, limb), *_hand(who, side, wrist, tip, thick)]


def _hand(who: Person, side: int, wrist: Point, tip: Point, thick: float) -> list[Mark]:
    palm = ((wrist[0] + tip[0]) / 2, (wrist[1] + tip[1]) / 2)
    back = tube(
        (wrist, palm, (palm[0] * 0.6 + tip[0] * 0.4, palm[1] * 0.6 + tip[1] * 0.4)), [w * thick for w in (8.5, 12, 11)]
    )
    marks: list[Mark] = []
    thumb = tube(
        (
            (wrist[0] - side * 5, wrist[1] + 10),
            (wrist[0] - side * 14, palm[1] - 2),
            (palm[0] - side * 12, palm[1] + 14),
        ),
        [w * thick for w in (5.5, 4.8, 3.4)],
    )
    marks.append(_limb(who, thumb, shadow=0))
    for k, dx in enumerate((-8.2, -2.8, 2.8, 8.2)):
        far = 1.0 - 0.12 * abs(k - 1.5)
        end = (palm[0] + (tip[0] - palm[0]) * far + dx * 0.75 * thick, palm[1] + (tip[1] - palm[1]) * far)
        finger = tube(
            ((palm[0] + dx * thick, palm[1]), ((palm[0] + end[0] + dx) / 2, (palm[1] + end[1]) / 2), end),
            [w * thick for w in (3.6, 3.5, 2.5)],
        )
        marks.append(_limb(who, finger, shadow=0.1))
    return [*marks, _limb(who, back, shadow=0)]


def head(who: Person) -> list[Mark]:
    """Return the face with its features; hair comes before (behind) and after (in front)."""
    wide = 46.0 if who.body.man else 42.5
    jaw = 30.0 if who.body.man else 21.0
    right = curve((0, 2), (28, 8), (wide - 3, 38), (wide, 70), (wide - 6, 98), (jaw, 124), (9, 137), (0, 138))
    face = (*right, *mirrored(right))
    dark = shaded(who.skin, 0.62)
    marks: list[Mark] = [_limb(who, ellipse(s * wide, 78, 6.5, 13), shadow=0) for s in SIDES]
    marks.append(Piece(face, _skin(who), puff=0.75, crumple=0, shadow=0.2, edge=0.3, folds=_face_relief()))
    marks += _eyes(who)
    marks.append(Lines((curve((3, 72), (6, 88), (7.5, 95)), curve((-6, 98), (0, 101), (6, 98))), dark, 1.5, 0.55))
    upper = curve((-12.5, 112), (-4, 109.5), (0, 110.5), (4, 109.5), (12.5, 112))
    lower = curve((12.5, 112), (6, 118), (0, 119), (-6, 118), (-12.5, 112))
    marks.append(Piece((*upper, *lower), plain(who.lips, weave=0), puff=0.4, crumple=0, shadow=0, edge=0.15))
    marks.append(Lines((curve((-12, 112), (-4, 113), (4, 113), (12, 112)),), shaded(who.lips, 0.55), 1.1, 0.7))
    return marks


def _face_relief() -> tuple[Fold, ...]:
    nose = Fold(((0, 66), (0, 94)), 9, 0.5)
    sockets = tuple(Fold(curve((s * 9, 68), (s * 18, 65), (s * 28, 69)), 10, -0.35) for s in SIDES)
    cheeks = tuple(Fold(((s * 25, 92), (s * 29, 95)), 18, 0.3) for s in SIDES)
    return (nose, *sockets, *cheeks, Fold(((-5, 126), (5, 126)), 8, 0.3))


def _eyes(who: Person) -> list[Mark]:
    marks: list[Mark] = []
    white, iris = plain((246, 243, 240), weave=0), plain((52, 38, 32), weave=0)
    for s in SIDES:
        eye = closed((s * 11, 76), (s * 18, 71), (s * 26, 75), (s * 18, 79.5), steps=5)
        marks.append(Piece(eye, white, puff=0.2, crumple=0, shadow=0, edge=0.35))
        marks.append(Piece(ellipse(s * 18.3, 75.3, 4.4, 4.4), iris, puff=0.3, crumple=0, shadow=0, edge=0))
        marks.append(Lines((curve((s * 10.5, 76), (s * 18, 70.5), (s * 27, 74.5)),), (34, 26, 26), 2.2, 0.85))
        brow = curve((s * 9, 63), (s * 18, 58.5), (s * 29, 62))
        marks.append(Lines((brow,), shaded(who.hair, 0.9), 4.2 if who.body.man else 3, 0.75))
        marks.append(Lines((((s * 18 + 1, 73.5), (s * 18 + 2.2, 74)),), (255, 255, 255), 1.6, 0.9))
    return marks


def _hair(who: Person, outline: Path, *, seed: int, shadow: float = 0.25) -> Piece:
    xs = [x for x, _ in outline]
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    left, right = min(xs), max(xs)
    strands = []
    for k in range(1, 12):
        x = left + (right - left) * k / 12
        lean = (x - (left + right) / 2) * 0.25
        strands.append(Fold(curve((x - lean, top), (x + 3, (top + bottom) / 2), (x, bottom)), 3, 0.55 * (-1) ** k))
    cloth = Cloth("plain", (who.hair,), gloss=0.16, weave=0.05)
    return Piece(outline, cloth, folds=tuple(strands), puff=0.8, crumple=0.25, shadow=shadow, edge=0.3, seed=seed)


def hair_behind(who: Person) -> list[Mark]:
    """Return the hair that lies behind neck and shoulders."""
    if who.style in {"long", "wavy"}:
        wave = 6 if who.style == "wavy" else 0
        side = curve(
            (0, -10),
            (38, 0),
            (54, 40),
            (55, 90),
            (60 + wave, 140),
            (56 - wave, 185),
            (62 + wave, 228),
            (40, 246),
            (0, 240),
        )
        return [_hair(who, (*side, *mirrored(side)), seed=1)]
    if who.style == "bob":
        side = curve((0, -8), (36, 0), (53, 40), (56, 90), (54, 132), (44, 146), (0, 140))
        return [_hair(who, (*side, *mirrored(side)), seed=2)]
    if who.style == "bun":
        return [_hair(who, ellipse(6, -14, 25, 23), seed=3)]
    if who.style == "curls":
        size = 1.0 if who.body.man else 1.25
        puffs = [(-34, 62, 22), (-40, 34, 22), (-28, 8, 24), (0, -6, 27), (28, 8, 24), (40, 34, 22), (34, 62, 22)]
        return [_hair(who, ellipse(x * size, y, r * size, r * size), seed=k) for k, (x, y, r) in enumerate(puffs)]
    return []


def hair_in_front(who: Person) -> list[Mark]:
    """Return the hair on top of the head and beside the face."""
    if who.style in {"long", "wavy", "bun", "bob"}:
        low = {"bun": 62.0, "bob": 118.0, "long": 150.0, "wavy": 165.0}[who.style]
        part = -10.0
        right = closed(
            (part, 6),
            (24, 14),
            (38, 46),
            (42, low * 0.75),
            (38, low),
            (51, low),
            (55, low * 0.7),
            (52, 38),
            (32, -4),
            (part, -10),
        )
        left = closed(
            (part + 2, 6),
            (-26, 18),
            (-38, 46),
            (-42, low * 0.75),
            (-38, low),
            (-51, low),
            (-55, low * 0.7),
            (-52, 38),
            (-34, -4),
            (part + 2, -10),
        )
        return [_hair(who, right, seed=11, shadow=0.15), _hair(who, left, seed=12, shadow=0.15)]
    if who.style == "curls":
        size = 1.0 if who.body.man else 1.1
        puffs = [(-30, 18, 16), (-12, 10, 18), (10, 8, 18), (30, 16, 16)]
        return [
            _hair(who, ellipse(x * size, y - 2, r, r * 0.9), seed=20 + k, shadow=0.1)
            for k, (x, y, r) in enumerate(puffs)
        ]
    deep = {"short": 34.0, "parted": 28.0, "crop": 22.0}[who.style]
    crown = curve((-48, 70), (-51, 40), (-38, 2), (0, -14), (38, 0), (51, 40), (48, 70))
    fringe = curve((43, 62), (40, deep + 6), (14, deep - 10), (-18, deep), (-40, deep + 8), (-43, 62))
    return [_hair(who, (*crown, *fringe), seed=13, shadow=0.15)]


def hair_from_behind(who: Person) -> list[Mark]:
    """Return the whole head as seen from the back."""
    low = {"long": 238.0, "wavy": 246.0, "bob": 150.0}.get(who.style, 116.0)
    side = curve(
        (0, -12),
        (36, -4),
        (53, 38),
        (54, 84),
        (44 if low < 140 else 56, (84 + low) / 2),
        (32 if low < 140 else 50, low - 8),
        (0, low),
    )
    bun = [_hair(who, ellipse(0, 8, 27, 25), seed=5)] if who.style == "bun" else []
    return [_hair(who, (*side, *mirrored(side)), seed=4), *bun]
