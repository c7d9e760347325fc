"""Size charts in the styles that shops use, no two alike: tables, lists, scales, and measured outlines beside them.

The pictures that the result is measured on are drawn elsewhere (`backend.training.evaluation.drawn`), by other code.
"""

from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import (
    Color,
    Place,
    color,
    font,
    ink_on,
    japanese,
    numbers,
    page,
    said,
    shaded,
    write,
)
from backend.training.usefulness.diagrams import PARTS_EN, PARTS_JA, draw_body, draw_figure, draw_measured
from backend.vision.images import Pixels

_SIZES = (
    ("XS", "S", "M", "L", "XL", "XXL"), ("34", "36", "38", "40", "42", "44"), ("0", "1", "2", "3", "4", "5"),
    ("22.5", "23", "23.5", "24", "24.5", "25"), ("FREE", "S", "M", "L", "LL", "3L"), ("US 2", "US 4", "US 6", "US 8"),
    ("ONE SIZE",), ("Small", "Medium", "Large"), ("80", "90", "100", "110", "120", "130"),
    ("7号", "9号", "11号", "13号"),
)  # fmt: skip
_HEADS_EN = ("SIZE GUIDE (cm)", "Size chart", "Measurements", "Sizing", "How to measure", "SIZE", "Fit guide (inch)")
_HEADS_JA = ("サイズ表", "サイズ（cm）", "採寸サイズ", "サイズガイド", "寸法表 単位：cm", "商品サイズ", "サイズ詳細")
_NOTES_EN = ("Measurements may differ by 1-2 cm.", "All measures in centimetres", "Model is 178 cm and wears M")
_NOTES_JA = (
    "※平置きでの採寸です。多少の誤差が生じる場合がございます。", "単位：cm", "モデル身長：168cm 着用サイズ：M",
)  # fmt: skip


def draw_size_chart(chance: Random, garments: list[Pixels]) -> Pixels:
    """A table, a list, a scale or a measuring diagram, some over or beside one of `garments` (h, w, 3)."""
    kind = chance.random()
    if kind < 0.48:
        return _table_page(chance)
    if kind < 0.58:
        return _list_page(chance)
    if kind < 0.64:
        return _scale_page(chance)
    if kind < 0.72:
        image, ground = page(chance)
        draw_figure(chance, image, _inside(image, 0.08), ground)
        return np.asarray(image)
    if kind < 0.77:
        image, ground = page(chance)
        draw_body(chance, image, _inside(image, 0.08), ground)
        return np.asarray(image)
    return draw_measured(chance, chance.choice(garments)) if kind < 0.87 else _both(chance, garments)


def _inside(image: Image.Image, rim: float) -> Place:
    width, height = image.size
    return width * rim, height * rim, width * (1 - rim), height * (1 - rim)


def _table_page(chance: Random) -> Pixels:
    image, ground = page(chance)
    width, height = image.size
    ink, draw = ink_on(ground), ImageDraw.Draw(image)
    left, top = width * chance.uniform(0.02, 0.12), height * chance.uniform(0.03, 0.3)
    bottom = height * chance.uniform(max(0.55, top / height + 0.25), 0.98)
    size = chance.randint(10, 26)
    if chance.random() < 0.8:
        _heading(chance, image, (left, top / 4), size + 6, ground)
    several = chance.random() < 0.15
    middle = (top + bottom) / 2
    spans = [(top, middle - 12), (middle + 12, bottom)] if several else [(top, bottom)]
    for start, end in spans:
        _table(chance, draw, (left, start, width - left, end), ground)
    notes = _NOTES_JA if japanese(chance) else _NOTES_EN
    for number in range(chance.choice([0, 0, 1, 2, 3])):
        write(chance, draw, (left, bottom + 4 + number * size * 1.3), notes[number], size=size, ink=ink)
    return np.asarray(image)


def _heading(chance: Random, image: Image.Image, at: tuple[float, float], size: float, ground: Color) -> None:
    """A title, sometimes on a bar of its own."""
    pen, ink, text = ImageDraw.Draw(image), ink_on(ground), said(chance, _HEADS_EN, _HEADS_JA)
    if chance.random() < 0.25:
        bar = color(chance)
        pen.rectangle([0, 0, image.width, at[1] + size * 1.6], fill=bar)
        ink = ink_on(bar)
    write(chance, pen, at, text, size=size, ink=ink)


def _table(chance: Random, draw: ImageDraw.ImageDraw, place: Place, ground: Color) -> None:
    left, top, right, bottom = place
    ink = ink_on(ground)
    columns, rows = chance.randint(2, 8), chance.randint(2, 13)
    wide, tall = (right - left) / columns, (bottom - top) / rows
    size = max(9, min(int(tall * chance.uniform(0.3, 0.6)), int(wide * 0.24), 40))
    striped, ruled, upright = chance.random() < 0.4, chance.random() < 0.7, chance.random() < 0.6
    header = color(chance) if chance.random() < 0.5 else ground
    side = shaded(ground, chance.uniform(0.8, 1.0)) if chance.random() < 0.3 else None
    picked = chance.randrange(1, columns + 1) if chance.random() < 0.1 else 0  # a size that is recommended
    parts, sizes = list(PARTS_JA if japanese(chance) else PARTS_EN), list(chance.choice(_SIZES))
    chance.shuffle(parts)
    heads, firsts = (sizes, parts) if chance.random() < 0.5 else (parts, sizes)
    letters = font(chance, size, "サイズ")
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
    if picked:
        draw.rectangle([left + (picked - 1) * wide, top, left + picked * wide, bottom], outline=color(chance), width=4)


def _cell(row: int, column: int, heads: list[str], firsts: list[str], chance: Random) -> str:
    if row == 0:
        return heads[(column - 1) % len(heads)] if column else chance.choice(["", "cm", "SIZE", "サイズ"])
    return numbers(chance) if column else firsts[(row - 1) % len(firsts)]


def _list_page(chance: Random) -> Pixels:
    """Measures without a table: a line a size, or a block for each size."""
    image, ground = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    ink, ja, sizes = ink_on(ground), japanese(chance), chance.choice(_SIZES)
    parts = chance.sample(PARTS_JA if ja else PARTS_EN, chance.randint(2, 6))
    size, left, down = chance.randint(12, 24), width * chance.uniform(0.03, 0.15), height * chance.uniform(0.02, 0.12)
    _heading(chance, image, (left, down), size * 1.4, ground)
    down += size * 3
    blocks, joint = chance.random() < 0.5, chance.choice([" ", ": ", " … ", "／", " - "])
    for name in sizes:
        measures = [f"{part}{joint}{numbers(chance)}" for part in parts]
        lines = [name, *measures] if blocks else ["  ".join([name, *measures])]
        for number, line in enumerate(lines):
            if down > height - size:
                return np.asarray(image)
            bold = blocks and number == 0
            if bold and chance.random() < 0.3:
                pen.rectangle([left - 6, down - 3, width - left, down + size * 1.3], fill=shaded(ground, 0.88))
            write(chance, pen, (left, down), line, size=size * (1.2 if bold else 1), ink=ink)
            down += size * 1.6
        down += size * 0.6
    return np.asarray(image)


def _scale_page(chance: Random) -> Pixels:
    """Scales with a mark: a ruler, small to large, tight to loose, short to tall."""
    image, ground = page(chance)
    pen, (width, height), ink = ImageDraw.Draw(image), image.size, ink_on(ground)
    _heading(chance, image, (width * 0.06, height * 0.04), height * 0.05, ground)
    words = list(PARTS_JA if japanese(chance) else PARTS_EN)
    rows, tone, tick = chance.randint(1, 6), color(chance), chance.randint(4, 20)
    left, right = width * chance.uniform(0.05, 0.3), width * 0.94
    for row in range(rows):
        y = height * (0.22 + 0.72 * row / rows)
        size = min(22, height / rows * 0.16)
        write(chance, pen, (width * 0.05, y - size * 1.5), chance.choice(words), size=size, ink=ink)
        pen.line([left, y + size, right, y + size], fill=ink, width=chance.choice([1, 2, 4]))
        for number in range(tick + 1):
            x = left + (right - left) * number / tick
            pen.line([x, y + size * (0.3 if number % 5 else 0), x, y + size], fill=ink, width=1)
            if number % 5 == 0 or tick < 9:
                write(chance, pen, (x, y + size * 1.3), numbers(chance), size=size * 0.8, ink=ink, anchor="ma")
        start = left + (right - left) * chance.uniform(0.1, 0.7)
        pen.ellipse([start - 8, y + size - 8, start + 8, y + size + 8], fill=tone)
    return np.asarray(image)


def _both(chance: Random, garments: list[Pixels]) -> Pixels:
    """A diagram, a body or a garment's photo beside, above or below a table."""
    image, ground = page(chance)
    width, height = image.size
    beside, share = chance.random() < 0.5, chance.uniform(0.35, 0.6)
    if beside:
        first = (width * 0.03, height * 0.1, width * share, height * 0.92)
        second = (width * (share + 0.03), height * 0.15, width * 0.97, height * 0.85)
    else:
        first = (width * 0.15, height * 0.04, width * 0.85, height * share)
        second = (width * 0.05, height * (share + 0.04), width * 0.95, height * 0.96)
    kind = chance.random()
    if kind < 0.35:
        draw_figure(chance, image, first, ground)
    elif kind < 0.6:
        draw_body(chance, image, first, ground)
    else:
        photo = Image.fromarray(draw_measured(chance, chance.choice(garments)))
        photo.thumbnail((round(first[2] - first[0]), round(first[3] - first[1])))
        image.paste(photo, (round(first[0]), round(first[1])))
    _table(chance, ImageDraw.Draw(image), second, ground)
    return np.asarray(image)
