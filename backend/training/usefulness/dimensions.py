"""How large a thing is, in drawings: views with lengths, bodies with numbered places, rulers, rings, legends."""

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Place, color, dashes, font, ink_on, page, shaded
from backend.training.usefulness.diagrams import draw_measured
from backend.training.usefulness.tongues import HEADS, MEASURES, SIZES, Tongue, tongue
from backend.vision.images import Pixels

Point = tuple[float, float]
_OVER_A_PHOTO = 0.2


def draw_dimensions(chance: Random, photos: Sequence[Pixels]) -> Pixels:
    """What is measured where: on one of `photos`, or on views of a thing or a body; a legend, a scale (h, w, 3)."""
    if chance.random() < _OVER_A_PHOTO:
        return draw_measured(chance, chance.choice(photos))
    image, ground = page(chance)
    speech, (width, height) = tongue(chance), image.size
    top = height * 0.03
    if chance.random() < 0.6:
        _say(
            chance,
            image,
            (width / 2, top + height * 0.02),
            chance.choice(HEADS[speech]),
            size=height * 0.05,
            ink=ink_on(ground),
        )
        top = height * 0.12
    legend = chance.random() < 0.5
    kind = chance.random()
    views = chance.choice([1, 1, 2, 2, 3])
    room = (width * 0.06, top, width * (0.6 if legend and width > height else 0.94),
            height * (0.66 if legend and width <= height else 0.95))  # fmt: skip
    if kind < 0.6:
        draw: Callable[[Random, Image.Image, Place, Color, Tongue], None] = _thing
    elif kind < 0.85:
        draw = _body
    else:
        draw, views = _scale, 1
    wide = (room[2] - room[0]) / views
    for number in range(views):
        x = room[0] + number * wide
        draw(chance, image, (x + wide * 0.08, room[1], x + wide * 0.92, room[3]), ground, speech)
    if legend:
        start = (width * 0.64, top + 10) if width > height else (width * 0.08, height * 0.7)
        _legend(chance, image, start, ground, speech)
    return np.asarray(image)


def _say(
    chance: Random, image: Image.Image, at: Point, text: str, *, size: float, ink: Color, anchor: str = "mm"
) -> None:  # fmt: skip
    ImageDraw.Draw(image).text(at, text, fill=ink, font=font(chance, max(9, round(size)), text), anchor=anchor)


def _smooth(knots: Sequence[Point], place: Place, *, both: bool) -> list[Point]:
    """A round curve through knots (shares of the place); `both` mirrors them to the left."""
    left, top, right, bottom = place
    points = [(left + x * (right - left), top + y * (bottom - top)) for x, y in knots]
    if both:
        points += [(left + right - x, y) for x, y in reversed(points)]
    ring = np.array(points, np.float32)
    for _ in range(3):  # corners cut (Chaikin, 1974)
        after = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * after, 0.25 * ring + 0.75 * after], 1).reshape(-1, 2)
    return [(float(x), float(y)) for x, y in ring]


def _thing(chance: Random, image: Image.Image, place: Place, ground: Color, speech: Tongue) -> None:
    """The outline of something that is sold, seen from one side, with lengths along its sides."""
    pen, ink = ImageDraw.Draw(image), chance.choice([ink_on(ground), ink_on(ground), color(chance)])
    tall = chance.uniform(0.45, 1.0)
    left, top, right, bottom = place
    top, bottom = top + (bottom - top) * (1 - tall) / 2, bottom - (bottom - top) * (1 - tall) / 2
    inner = (left + (right - left) * 0.14, top + (bottom - top) * 0.1, right - (right - left) * 0.06, bottom)
    knots, both = _made_up(chance) if chance.random() < 0.5 else chance.choice(_THINGS)
    outline = _smooth(knots, inner, both=both)
    fill = chance.choice([None, None, shaded(ground, 0.9), color(chance)])
    pen.polygon(outline, fill=fill)
    pen.line([*outline, outline[0]], fill=ink, width=chance.choice([1, 2, 3, 5]))
    for _ in range(chance.choice([0, 1, 3])):  # seams, straps, folds
        a, b = chance.sample(outline, 2)
        dashes(pen, [a, b], ink, chance.choice([5, 9]))
    tone = chance.choice([ink, (210, 50, 50), (40, 90, 190)])
    size, named = max(9.0, min(bottom - top, right - left) * chance.uniform(0.06, 0.12)), chance.random() < 0.4
    texts = [f"{chance.choice(MEASURES[speech])} " * named + _length(chance) for _ in range(3)]
    edge = left + (right - left) * 0.05
    _measure(chance, image, (edge, inner[1]), (edge, bottom), text=texts[0], size=size, ink=tone)
    _measure(chance, image, (inner[0], top), (inner[2], top), text=texts[1], size=size, ink=tone)
    for _ in range(chance.choice([0, 1, 2])):
        y = inner[1] + (bottom - inner[1]) * chance.uniform(0.15, 0.9)
        ends = sorted(chance.uniform(inner[0], inner[2]) for _ in range(2))
        _measure(chance, image, (ends[0], y), (ends[1], y), text=texts[2], size=size, ink=tone)


def _length(chance: Random) -> str:
    value = chance.uniform(1, 120)
    return chance.choice(
        [f"{value:.0f}cm", f"{value:.1f} cm", f"{value:.0f}", f'{value / 2.54:.1f}"', "ABCDEF"[int(value) % 6]]
    )


def _measure(
    chance: Random, image: Image.Image, first: Point, last: Point, *, text: str, size: float, ink: Color
) -> None:  # fmt: skip
    """A line with ends of one sort or another, and its length in the middle."""
    pen, turn = ImageDraw.Draw(image), math.atan2(last[1] - first[1], last[0] - first[0])
    pen.line([first, last], fill=ink, width=chance.choice([1, 2, 2]))
    kind = chance.random()
    for (x, y), way in ((first, turn), (last, turn + math.pi)):
        if kind < 0.6:
            tips = [
                (x + size * 0.6 * math.cos(way + lean), y + size * 0.6 * math.sin(way + lean)) for lean in (-0.4, 0.4)
            ]
            pen.polygon([(x, y), *tips], fill=ink)
        elif kind < 0.85:
            dx, dy = size * 0.4 * math.sin(turn), size * 0.4 * math.cos(turn)
            pen.line([(x - dx, y - dy), (x + dx, y + dy)], fill=ink, width=2)
        else:
            pen.ellipse([x - 4, y - 4, x + 4, y + 4], fill=ink)
    middle = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
    _say(chance, image, (middle[0], middle[1] - size * 0.7), text, size=size, ink=ink)


def _made_up(chance: Random) -> tuple[list[Point], bool]:
    """Half an outline by chance, the same at both sides: no real thing, but measured like one."""
    count = chance.randint(4, 9)
    return [(0.5 + 0.5 * chance.uniform(0.25, 1.0), (n + 0.5 * chance.random()) / count) for n in range(count)], True


_THINGS: tuple[tuple[list[Point], bool], ...] = (
    ([(0.55, 0.02), (0.62, 0.06), (0.8, 0.1), (1, 0.5), (0.88, 0.55), (0.76, 0.3), (0.77, 1), (0.5, 1)], True),  # top
    ([(0.5, 0), (0.75, 0), (0.78, 0.3), (0.8, 1), (0.6, 1), (0.52, 0.38)], True),  # trousers
    ([(0.58, 0), (0.7, 0.02), (0.64, 0.3), (0.9, 1), (0.5, 1)], True),  # dress
    ([(0.0, 0.75), (0.05, 0.3), (0.3, 0.25), (0.42, 0.5), (0.7, 0.62), (1, 0.75), (1, 0.92), (0, 0.92)], False),  # shoe
    ([(0.3, 0), (0.62, 0), (0.6, 0.6), (1, 0.8), (1, 0.95), (0.3, 0.95)], False),  # boot
    ([(0.5, 0.3), (0.85, 0.3), (1, 0.95), (0.5, 0.95)], True),  # bag
    ([(0.5, 0.1), (0.7, 0.15), (0.75, 0.55), (1, 0.65), (0.95, 0.75), (0.5, 0.8)], True),  # hat
    ([(0.35, 0), (0.62, 0), (0.62, 0.5), (0.95, 0.75), (0.9, 0.95), (0.6, 0.95), (0.35, 0.7)], False),  # sock
    ([(0.5, 0.02), (0.93, 0.05), (0.97, 0.98), (0.5, 0.98)], True),  # rucksack, towel, wallet
)  # fmt: skip


def _body(chance: Random, image: Image.Image, place: Place, ground: Color, speech: Tongue) -> None:
    """A figure in outline or filled, with bands or lines where it is measured, each named, numbered or lettered."""
    left, top, right, bottom = place
    middle, half = (left + right) / 2, min((right - left) / 2, (bottom - top) * 0.2)
    box = (middle - half, top, middle + half, bottom)
    broad, waist, hips = chance.uniform(0.72, 0.95), chance.uniform(0.6, 0.72), chance.uniform(0.66, 0.82)
    arm = chance.uniform(0.0, 0.2)
    trunk = _smooth([(0.56, 0.14), (broad, 0.19), (broad + arm, 0.5), (broad + arm - 0.07, 0.5), (broad - 0.12, 0.27),
                     (waist, 0.38), (hips, 0.5), (hips - 0.03, 0.75), (0.6, 1.0), (0.53, 1.0), (0.51, 0.56)],
                    box, both=True)  # fmt: skip
    pen = ImageDraw.Draw(image)
    ink, tone = ink_on(ground), chance.choice([shaded(ground, 0.82), color(chance), (236, 200, 176), ground])
    head = (bottom - top) * 0.062
    pen.polygon(trunk, fill=tone)
    pen.line([*trunk, trunk[0]], fill=ink, width=chance.choice([1, 2, 3]))
    pen.ellipse([middle - head * 0.8, top, middle + head * 0.8, top + 2.1 * head], fill=tone, outline=ink, width=2)
    band, size = (
        chance.choice([(215, 40, 60), (30, 100, 200), ink, color(chance)]),
        (bottom - top) * chance.uniform(0.03, 0.05),
    )
    marked = chance.random() < 0.5
    for number, at in enumerate(sorted(chance.sample([0.2, 0.26, 0.38, 0.49, 0.62, 0.8], chance.randint(2, 5)))):
        y, reach = top + at * (bottom - top), half * chance.uniform(0.5, 0.75)
        dashes(pen, [(middle - reach, y), (middle + reach, y)], band, chance.choice([4, 8, 400]))
        side = chance.choice([-1, 1])
        end = middle + side * half * 1.25
        pen.line([middle + side * reach, y, end, y], fill=band, width=1)
        if marked:
            pen.ellipse([end - size, y - size, end + size, y + size], fill=band)
            _say(chance, image, (end, y), str(number + 1), size=size * 1.1, ink=ink_on(band))
        else:
            text = chance.choice(MEASURES[speech])
            _say(chance, image, (end, y), text, size=size, ink=band, anchor="lm" if side > 0 else "rm")


def _scale(chance: Random, image: Image.Image, place: Place, ground: Color, speech: Tongue) -> None:
    """A tape or a ruler with its figures, or rings or bars from small to large, each with its size."""
    left, top, right, bottom = place
    pen, ink, sizes = ImageDraw.Draw(image), ink_on(ground), chance.choice(SIZES)
    if chance.random() < 0.5:
        tone = chance.choice([(244, 206, 60), (250, 250, 245), (220, 90, 90), color(chance)])
        tall = (bottom - top) * chance.uniform(0.12, 0.3)
        y, step = (top + bottom) / 2 - tall / 2, (right - left) / chance.randint(12, 50)
        pen.rectangle([left, y, right, y + tall], fill=tone, outline=shaded(tone, 0.6))
        for number in range(int((right - left) / step)):
            x, long = left + (number + 0.5) * step, tall * (0.5 if number % 5 == 0 else 0.28)
            pen.line([x, y, x, y + long], fill=ink_on(tone), width=1)
            if number % 5 == 0:
                _say(chance, image, (x, y + tall * 0.72), str(number + 1), size=tall * 0.25, ink=ink_on(tone))
        for _ in range(2):
            text = f"{chance.choice(MEASURES[speech])} {_length(chance)}"
            _say(chance, image, ((left + right) / 2, chance.choice([top, bottom])), text, size=tall * 0.4, ink=ink)
        return
    count, round_ = min(len(sizes), chance.randint(3, 7)), chance.random() < 0.5
    wide = (right - left) / count
    for number in range(count):
        share = 0.35 + 0.6 * number / count
        x, half = left + (number + 0.5) * wide, wide * 0.45 * share
        tall = half if round_ else (bottom - top) * 0.4 * share
        y = (top + bottom) / 2
        (pen.ellipse if round_ else pen.rectangle)([x - half, y - tall, x + half, y + tall], outline=ink, width=2)
        _say(chance, image, (x, y + tall + wide * 0.16), sizes[number], size=wide * 0.16, ink=ink)
        _say(chance, image, (x, y), _length(chance), size=wide * 0.14, ink=ink)


def _legend(chance: Random, image: Image.Image, at: Point, ground: Color, speech: Tongue) -> None:
    """What the letters or numbers mean, a line each, with a length or without."""
    size, (x, y) = max(9.0, min(image.size) * chance.uniform(0.03, 0.05)), at
    ink, lettered, figures = ink_on(ground), chance.random() < 0.5, chance.random() < 0.7
    for number in range(chance.randint(3, 7)):
        mark = "ABCDEFGH"[number] if lettered else f"{number + 1}"
        text = f"{mark}{chance.choice(['. ', ': ', ' ', ') '])}{chance.choice(MEASURES[speech])}"
        _say(chance, image, (x, y), text + f"  {_length(chance)}" * figures, size=size, ink=ink, anchor="la")
        y += size * 1.5
