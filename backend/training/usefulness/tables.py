"""Tables of measures as shops set them: many languages and units, clear rows, stripes, cards, screens of phones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Font, Place, color, font, ink_on, page, shaded
from backend.training.usefulness.tongues import HEADS, MEASURES, NOTES, SIZES, Tongue, tongue
from backend.vision.images import Pixels

_UNITS = ("cm", "in", "inch", "mm", "CM", "EU", "UK", "US", "JP", "KR", "CN", "FR", "IT", "AU")


@dataclass(frozen=True, slots=True)
class _Look:
    """How one table is set."""

    ground: Color
    head: Color
    band: Color
    line: Color
    letters: Font
    rules: str  # of "all", "rows", "columns", "rim", "none"
    stripes: str  # of "none", "rows", "columns"
    clear: bool  # what lies behind shines through
    side: str  # where in its cell a text stands: "l" or "m"


def draw_table_page(chance: Random, photos: Sequence[Pixels]) -> Pixels:
    """One to three tables under each other, on a page, a slope or a paled photo (h, w, 3)."""
    speech = tongue(chance)
    image, ground = _ground(chance, photos)
    width, height = image.size
    count = chance.choice([1, 1, 1, 2, 3])
    down, size = height * chance.uniform(0.01, 0.06), max(9.0, width * chance.uniform(0.022, 0.06))
    if chance.random() < 0.75:
        down = _headline(chance, image, down, size * chance.uniform(1.0, 1.9), ground=ground, speech=speech)
    left = width * chance.choice([0.0, 0.02, 0.05, 0.1])
    share = (height * chance.uniform(0.8, 1.0) - down) / count
    for _ in range(count):
        if count > 1:
            _line(chance, image, (left, down), chance.choice(HEADS[speech]), size=size, ground=ground)
        _set_table(chance, image, (left, down + size * 1.6, width - left, down + share - 6), ground, speech)
        down += share
    for number in range(chance.choice([0, 0, 1, 3])):
        _line(chance, image, (left, down + number * size), chance.choice(NOTES[speech]), size=size * 0.7, ground=ground)
    return np.asarray(image)


def _ground(chance: Random, photos: Sequence[Pixels]) -> tuple[Image.Image, Color]:
    image, ground = page(chance)
    if photos and chance.random() < 0.12:  # clear rows over something paled
        veil = Image.new("RGB", image.size, ground)
        image = Image.blend(Image.fromarray(chance.choice(photos)).resize(image.size), veil, chance.uniform(0.5, 0.85))
    elif chance.random() < 0.12:
        other = shaded(ground, chance.uniform(0.75, 0.95))
        image = Image.composite(
            Image.new("RGB", image.size, other), image, Image.linear_gradient("L").resize(image.size)
        )
    return image, ground


def _letters(chance: Random, size: float, text: str) -> Font:
    return font(chance, round(size), text)


def _line(
    chance: Random, image: Image.Image, at: tuple[float, float], text: str, *, size: float, ground: Color
) -> None:  # fmt: skip
    ImageDraw.Draw(image).text(at, text, fill=ink_on(ground), font=_letters(chance, size, text))


def _headline(
    chance: Random, image: Image.Image, down: float, size: float, *, ground: Color, speech: Tongue
) -> float:  # fmt: skip
    """A title in the middle or at the left, bare, on a bar, over a line, in a pill; returns where it ends."""
    pen, text, kind = ImageDraw.Draw(image), chance.choice(HEADS[speech]), chance.random()
    letters, ink = _letters(chance, size, text), ink_on(ground)
    wide = pen.textlength(text, font=letters)
    x = chance.choice([image.width * 0.04, (image.width - wide) / 2])
    if kind < 0.2:
        bar = color(chance)
        pen.rectangle([0, 0, image.width, down + size * 1.5], fill=bar)
        ink = ink_on(bar)
    elif kind < 0.35:
        bar = color(chance)
        pen.rounded_rectangle([x - size * 0.6, down, x + wide + size * 0.6, down + size * 1.5], size * 0.7, fill=bar)
        ink = ink_on(bar)
    elif kind < 0.55:
        pen.line([x, down + size * 1.5, x + wide * 1.2, down + size * 1.5], fill=color(chance), width=2)
    pen.text((x, down + size * 0.15), text, fill=ink, font=letters)
    return down + size * 2


def _set_table(chance: Random, image: Image.Image, place: Place, ground: Color, speech: Tongue) -> None:
    """Head, first column and figures; sometimes heads that span several columns, and one size picked out."""
    left, top, right, bottom = place
    columns, rows = chance.randint(3, 9), chance.randint(2, 15)
    wide = (right - left) / columns
    tall = min((bottom - top) / rows, (right - left) * chance.uniform(0.06, 0.2))
    size = max(7.0, min(tall * chance.uniform(0.35, 0.7), wide * 0.27, 36))
    look = _look(chance, ground, _letters(chance, size, "サ" if speech in ("ja", "zh", "ko") else "S"))
    words = _words(chance, speech, columns, rows)
    pen = ImageDraw.Draw(image)
    _fill(pen, place, (columns, rows), tall, look)
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * wide, top + row * tall
            over = look.head if row == 0 else look.ground
            spot = (x + wide / 2, y + tall / 2) if look.side == "m" else (x + wide * 0.1, y + tall / 2)
            pen.text(spot, words[row][column], fill=ink_on(over), font=look.letters, anchor=f"{look.side}m")
    _rule(chance, pen, place, (columns, rows), tall=tall, look=look)


def _look(chance: Random, ground: Color, letters: Font) -> _Look:
    strong, pale = color(chance), shaded(ground, chance.uniform(0.84, 0.97))
    return _Look(
        ground=ground, head=chance.choice([ground, pale, strong, strong, (20, 20, 20)]), band=pale,
        line=chance.choice([shaded(ground, 0.6), shaded(ground, 0.85), ink_on(ground), strong]),
        letters=letters, rules=chance.choice(["all", "all", "rows", "rows", "columns", "rim", "none"]),
        stripes=chance.choice(["none", "none", "rows", "columns"]), clear=chance.random() < 0.3,
        side=chance.choice("mml"),
    )  # fmt: skip


def _fill(pen: ImageDraw.ImageDraw, place: Place, grid: tuple[int, int], tall: float, look: _Look) -> None:
    left, top, right, _ = place
    columns, rows = grid
    wide = (right - left) / columns
    if not look.clear:
        pen.rectangle([left, top, right, top + rows * tall], fill=look.ground)
    if look.stripes == "rows":
        for row in range(2, rows, 2):
            pen.rectangle([left, top + row * tall, right, top + (row + 1) * tall], fill=look.band)
    if look.stripes == "columns":
        for column in range(0, columns, 2):
            pen.rectangle([left + column * wide, top, left + (column + 1) * wide, top + rows * tall], fill=look.band)
    if look.head != look.ground:
        pen.rectangle([left, top, right, top + tall], fill=look.head)


def _rule(
    chance: Random, pen: ImageDraw.ImageDraw, place: Place, grid: tuple[int, int], *, tall: float, look: _Look
) -> None:  # fmt: skip
    left, top, right, _ = place
    columns, rows = grid
    wide, bottom, thick = (right - left) / columns, top + rows * tall, chance.choice([1, 1, 1, 2, 3])
    if look.rules in ("all", "rows"):
        for row in range(rows + 1):
            pen.line([left, top + row * tall, right, top + row * tall], fill=look.line, width=thick)
    if look.rules in ("all", "columns"):
        for column in range(columns + 1):
            pen.line([left + column * wide, top, left + column * wide, bottom], fill=look.line, width=thick)
    if look.rules == "rim":
        pen.rounded_rectangle([left, top, right, bottom], chance.choice([0, 8, 16]), outline=look.line, width=thick)
    if chance.random() < 0.12:
        row = chance.randrange(1, rows)
        box = [left, top + row * tall, right, top + (row + 1) * tall]
        pen.rounded_rectangle(box, 5, outline=color(chance), width=3)


def _words(chance: Random, speech: Tongue, columns: int, rows: int) -> list[list[str]]:
    """The texts of all cells: sizes one way, measures, countries or units the other."""
    sizes, parts = list(chance.choice(SIZES)), list(MEASURES[speech])
    chance.shuffle(parts)
    if chance.random() < 0.2:
        parts = chance.sample(_UNITS, len(_UNITS))
    across, down = (sizes, parts) if chance.random() < 0.5 else (parts, sizes)
    first = chance.choice(["", "", "SIZE", "cm", "(cm)", *HEADS[speech][:1]])
    figure = chance.choice(_FIGURES)
    start, step = chance.randint(5, 110), chance.uniform(0.5, 6)
    return [
        [first, *(across[number % len(across)] for number in range(columns - 1))] if row == 0
        else [down[(row - 1) % len(down)],
              *(figure(start + chance.randint(-20, 20) + step * (row + number)) for number in range(columns - 1))]
        for row in range(rows)
    ]  # fmt: skip


_FIGURES: tuple[Callable[[float], str], ...] = (
    lambda at: f"{at:.0f}", lambda at: f"{at:.1f}", lambda at: f"{at:.0f}-{at + 4:.0f}", lambda at: f"{at:.0f}cm",
    lambda at: f'{at / 2.54:.1f}"', lambda at: f"{at / 2.54:.0f} ½", lambda at: f"{at:.0f}〜{at + 3:.0f}",
    lambda at: f"{at:.0f} ({at / 2.54:.1f}\")", lambda at: f"{at:.0f}", lambda at: f"{abs(at) % 60:.0f}",
)  # fmt: skip


def draw_size_screen(chance: Random, photos: Sequence[Pixels]) -> Pixels:
    """A phone's screen: tabs of units, then a row, a card or an unfolded line for every size (h, w, 3)."""
    del photos
    speech = tongue(chance)
    dark = chance.random() < 0.2
    width = chance.randint(230, 400)
    ground: Color = (16, 17, 20) if dark else chance.choice([(255, 255, 255), (247, 247, 248), (240, 236, 230)])
    image = Image.new("RGB", (width, round(width * chance.uniform(1.3, 2.2))), ground)
    pen, size = ImageDraw.Draw(image), width * chance.uniform(0.035, 0.055)
    down = _headline(chance, image, size * 1.5, size * 1.3, ground=ground, speech=speech)
    down = _tabs(chance, pen, width, down, size=size, ground=ground)
    parts, figure = chance.sample(MEASURES[speech], chance.randint(2, 5)), chance.choice(_FIGURES)
    card = (32, 34, 38) if dark else shaded(ground, 0.95)
    cards, beside = chance.random() < 0.5, chance.random() < 0.6
    for name in chance.choice(SIZES):
        high = size * 1.7 * (len(parts) + 1) if beside else size * 3.6
        if down + high > image.height - 4:
            break
        if cards:
            pen.rounded_rectangle([size, down, width - size, down + high - size * 0.4], size * 0.5, fill=card)
        pen.text((size * 1.6, down + size * 0.3), name, fill=ink_on(ground), font=_letters(chance, size * 1.2, name))
        if beside:
            _pairs(
                chance,
                pen,
                parts,
                figure,
                place=(size * 1.6, down + size * 1.9, width - size * 1.6),
                size=size,
                ground=ground,
            )
        else:
            text = chance.choice([" / ", "  ", " · "]).join(f"{one} {figure(chance.uniform(20, 110))}" for one in parts)
            pen.text(
                (size * 1.6, down + size * 1.9), text, fill=ink_on(ground), font=_letters(chance, size * 0.8, text)
            )
        if not cards:
            pen.line([size, down + high - 3, width - size, down + high - 3], fill=shaded(ground, 0.85), width=1)
        down += high
    return np.asarray(image)


def _tabs(chance: Random, pen: ImageDraw.ImageDraw, width: int, down: float, *, size: float, ground: Color) -> float:
    """What to switch: units, countries; one of them chosen. Returns where they end."""
    count, tone, x = chance.choice([0, 2, 2, 3, 4]), color(chance), size
    wide = (width - 2 * size) / max(2, count)
    for number in range(count):
        text, box = chance.choice(_UNITS), [x, down, x + wide * 0.94, down + size * 2]
        fill = tone if number == 0 else None
        pen.rounded_rectangle(box, chance.choice([0, size]), fill=fill, outline=shaded(ground, 0.8))
        ink = ink_on(tone if fill else ground)
        at = (x + wide * 0.47, down + size)
        pen.text(at, text, fill=ink, font=_letters(chance, size, text), anchor="mm")
        x += wide
    return down + size * (3 if count else 1)


def _pairs(
    chance: Random, pen: ImageDraw.ImageDraw, parts: Sequence[str], figure: Callable[[float], str],
    *, place: tuple[float, float, float], size: float, ground: Color,
) -> None:  # fmt: skip
    """A measure at the left, its figure at the right; a line each."""
    left, down, right = place
    ink = shaded(ink_on(ground), 1.6) if ground[0] > 100 else (190, 190, 190)
    for number, part in enumerate(parts):
        y = down + number * size * 1.6
        pen.text((left, y), part, fill=ink, font=_letters(chance, size * 0.85, part))
        text = figure(chance.uniform(20, 110))
        pen.text((right, y), text, fill=ink_on(ground), font=_letters(chance, size * 0.85, text), anchor="ra")
