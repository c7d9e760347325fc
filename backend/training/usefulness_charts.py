"""Size charts and measuring diagrams to learn from, drawn in the styles that shops use: no two shops' look alike.

The pictures that the result is measured on are drawn elsewhere (`backend.training.evaluation.drawn`), by other code.
"""

from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness_canvas import Color, color, font, ink_on, japanese, numbers, page, shaded
from backend.vision.images import Pixels

_EN = (
    "Chest",
    "Bust",
    "Waist",
    "Hip",
    "Length",
    "Sleeve",
    "Shoulder",
    "Inseam",
    "Thigh",
    "Hem",
    "Neck",
    "Foot",
    "Rise",
)
_JA = (
    "着丈",
    "身幅",
    "肩幅",
    "袖丈",
    "ウエスト",
    "ヒップ",
    "股下",
    "股上",
    "裾幅",
    "総丈",
    "バスト",
    "わたり幅",
    "足長",
)
_SIZES = (
    ("XS", "S", "M", "L", "XL", "XXL"), ("34", "36", "38", "40", "42", "44"), ("0", "1", "2", "3", "4", "5"),
    ("22.5", "23", "23.5", "24", "24.5", "25"), ("FREE", "S", "M", "L", "LL", "3L"), ("US 2", "US 4", "US 6", "US 8"),
)  # fmt: skip
_HEADS_EN = ("SIZE GUIDE (cm)", "Size chart", "Measurements", "Sizing", "How to measure", "SIZE", "Fit guide (inch)")
_HEADS_JA = ("サイズ表", "サイズ（cm）", "採寸サイズ", "サイズガイド", "寸法表 単位：cm", "商品サイズ", "サイズ詳細")


def draw_size_chart(chance: Random) -> Pixels:
    """A table, a measuring diagram, or both (h, w, 3)."""
    style = chance.random()
    if style < 0.6:
        return _table_page(chance)
    return _diagram_page(chance) if style < 0.78 else _both(chance)


def _table_page(chance: Random) -> Pixels:
    image, ground = page(chance)
    width, height = image.size
    ink = ink_on(ground)
    draw = ImageDraw.Draw(image)
    ja = japanese(chance)
    left, top = width * chance.uniform(0.02, 0.12), height * chance.uniform(0.03, 0.3)
    bottom = height * chance.uniform(max(0.55, top / height + 0.25), 0.98)
    size = chance.randint(10, 26)
    if chance.random() < 0.8:
        draw.text((left, top / 4), chance.choice(_HEADS_JA if ja else _HEADS_EN), fill=ink, font=font(chance, size + 6))
    several = chance.random() < 0.15
    middle = (top + bottom) / 2
    spans = [(top, middle - 12), (middle + 12, bottom)] if several else [(top, bottom)]
    for start, end in spans:
        _table(chance, draw, (left, start, width - left, end), ground, ja=ja)
    _notes(chance, draw, (left, bottom + 4), ink, size, ja=ja)
    return np.asarray(image)


def _table(
    chance: Random, draw: ImageDraw.ImageDraw, place: tuple[float, float, float, float], ground: Color, *, ja: bool
) -> None:
    left, top, right, bottom = place
    ink = ink_on(ground)
    columns, rows = chance.randint(2, 8), chance.randint(2, 13)
    wide, tall = (right - left) / columns, (bottom - top) / rows
    letters = font(chance, max(9, min(int(tall * chance.uniform(0.3, 0.6)), int(wide * 0.24), 40)))
    striped, ruled, upright = chance.random() < 0.4, chance.random() < 0.7, chance.random() < 0.6
    header = color(chance) if chance.random() < 0.5 else ground
    side = shaded(ground, chance.uniform(0.8, 1.0)) if chance.random() < 0.3 else None
    parts, sizes = list(_JA if ja else _EN), list(chance.choice(_SIZES))
    chance.shuffle(parts)
    across = chance.random() < 0.5
    heads, firsts = (sizes, parts) if across else (parts, sizes)
    for row in range(rows):
        shade = header if row == 0 else shaded(ground, 0.93) if striped and row % 2 else ground
        draw.rectangle([left, top + row * tall, right, top + (row + 1) * tall], fill=shade)
        if side and row:
            draw.rectangle([left, top + row * tall, left + wide, top + (row + 1) * tall], fill=side)
        for column in range(columns):
            text = _cell(row, column, heads, firsts, chance)
            place_at = (left + (column + 0.15) * wide, top + (row + 0.25) * tall)
            draw.text(place_at, text, fill=ink_on(shade) if row == 0 else ink, font=letters)
    line = shaded(ink, 1.6) if ground[0] > 100 else shaded(ground, 2.0)
    thick = chance.choice([1, 1, 2, 3])
    for row in range(rows + 1 if ruled else 0):
        draw.line([left, top + row * tall, right, top + row * tall], fill=line, width=thick)
    for column in range(columns + 1 if upright else 0):
        draw.line([left + column * wide, top, left + column * wide, bottom], fill=line, width=thick)


def _cell(row: int, column: int, heads: list[str], firsts: list[str], chance: Random) -> str:
    if row == 0:
        return heads[(column - 1) % len(heads)] if column else chance.choice(["", "cm", "SIZE", "サイズ"])
    return numbers(chance) if column else firsts[(row - 1) % len(firsts)]


def _notes(
    chance: Random, draw: ImageDraw.ImageDraw, place: tuple[float, float], ink: Color, size: int, *, ja: bool
) -> None:
    lines = (
        ("※平置きでの採寸です。多少の誤差が生じる場合がございます。", "単位：cm", "モデル身長：168cm 着用サイズ：M")
        if ja
        else ("Measurements may differ by 1-2 cm.", "All measures in centimetres", "Model is 178 cm and wears M")
    )
    for number in range(chance.choice([0, 0, 1, 2, 3])):
        draw.text((place[0], place[1] + number * size * 1.3), lines[number], fill=ink, font=font(chance, size))


def _diagram_page(chance: Random) -> Pixels:
    image, ground = page(chance)
    width, height = image.size
    _figure(chance, image, (width * 0.1, height * 0.08, width * 0.9, height * 0.95), ground)
    return np.asarray(image)


def _both(chance: Random) -> Pixels:
    """A diagram beside, above or below a table."""
    image, ground = page(chance)
    width, height = image.size
    beside, share = chance.random() < 0.5, chance.uniform(0.35, 0.6)
    if beside:
        first = (width * 0.03, height * 0.1, width * share, height * 0.92)
        second = (width * (share + 0.03), height * 0.15, width * 0.97, height * 0.85)
    else:
        first = (width * 0.15, height * 0.04, width * 0.85, height * share)
        second = (width * 0.05, height * (share + 0.04), width * 0.95, height * 0.96)
    if chance.random() < 0.5:
        _figure(chance, image, first, ground)
    else:
        _figure(chance, image, first, ground, letters=True)
    _table(chance, ImageDraw.Draw(image), second, ground, ja=japanese(chance))
    return np.asarray(image)


_OUTLINES = {
    "shirt": [(0.35, 0.05), (0.65, 0.05), (0.98, 0.3), (0.85, 0.42), (0.75, 0.33), (0.75, 0.95), (0.25, 0.95),
              (0.25, 0.33), (0.15, 0.42), (0.02, 0.3)],
    "pants": [(0.28, 0.05), (0.72, 0.05), (0.82, 0.97), (0.57, 0.97), (0.5, 0.4), (0.43, 0.97), (0.18, 0.97)],
    "dress": [(0.38, 0.04), (0.62, 0.04), (0.66, 0.35), (0.88, 0.96), (0.12, 0.96), (0.34, 0.35)],
    "body": [(0.44, 0.02), (0.56, 0.02), (0.57, 0.14), (0.72, 0.2), (0.8, 0.5), (0.72, 0.5), (0.64, 0.3), (0.64, 0.98),
             (0.52, 0.98), (0.5, 0.58), (0.48, 0.98), (0.36, 0.98), (0.36, 0.3), (0.28, 0.5), (0.2, 0.5), (0.28, 0.2),
             (0.43, 0.14)],
}  # fmt: skip


def _figure(
    chance: Random,
    image: Image.Image,
    place: tuple[float, float, float, float],
    ground: Color,
    *,
    letters: bool = False,
) -> None:
    """An outline with arrows across and down it, each with a length or a letter."""
    left, top, right, bottom = place
    draw, ink = ImageDraw.Draw(image), ink_on(ground)
    outline = [
        (left + x * (right - left), top + y * (bottom - top)) for x, y in chance.choice(sorted(_OUTLINES.items()))[1]
    ]
    fill = None if chance.random() < 0.6 else shaded(ground, chance.uniform(0.75, 0.97))
    draw.polygon(outline, fill=fill)
    draw.line([*outline, outline[0]], fill=ink, width=chance.choice([1, 2, 3, 4]), joint="curve")
    arrow = chance.choice([(200, 40, 40), (30, 90, 190), ink, ink])
    size = max(10, int((bottom - top) * chance.uniform(0.03, 0.07)))
    words = _JA if japanese(chance) else _EN
    for number in range(chance.randint(3, 7)):
        text = "ABCDEFGH"[number] if letters else f"{chance.choice(words)} {numbers(chance)}"
        across = chance.random() < 0.6
        start, end = sorted((chance.uniform(0.02, 0.45), chance.uniform(0.55, 0.98)))
        at = chance.uniform(0.05, 0.95)
        line = [(start, at), (end, at)] if across else [(at, start), (at, end)]
        ends = [(left + x * (right - left), top + y * (bottom - top)) for x, y in line]
        _arrow(draw, ends, arrow, wide=chance.choice([1, 2, 3]), across=across)
        middle = ((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2)
        draw.text((middle[0] + 3, middle[1] - size * 1.2), text, fill=arrow, font=font(chance, size))


def _arrow(draw: ImageDraw.ImageDraw, ends: list[tuple[float, float]], ink: Color, *, wide: int, across: bool) -> None:
    draw.line(ends, fill=ink, width=wide)
    for (x, y), way in zip(ends, (1, -1), strict=True):
        tip = 5 + 2 * wide
        wings = [(x + way * tip, y - tip), (x + way * tip, y + tip)] if across else [
            (x - tip, y + way * tip), (x + tip, y + way * tip)
        ]  # fmt: skip
        draw.polygon([(x, y), *wings], fill=ink)
