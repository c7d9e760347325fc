"""Outlines of garments, bodies and feet with arrows that say what is measured where."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Place, color, dashes, ink_on, japanese, numbers, shaded, write
from backend.vision.images import Pixels

PARTS_EN = (
    "Chest", "Bust", "Waist", "Hip", "Length", "Sleeve", "Shoulder", "Inseam", "Thigh", "Hem", "Neck", "Foot", "Rise",
)  # fmt: skip
PARTS_JA = (
    "着丈", "身幅", "肩幅", "袖丈", "ウエスト", "ヒップ", "股下", "股上", "裾幅", "総丈", "バスト", "わたり幅", "足長",
)  # fmt: skip
Points = list[tuple[float, float]]

_OUTLINES: dict[str, Points] = {
    "shirt": [(0.35, 0.05), (0.65, 0.05), (0.98, 0.3), (0.85, 0.42), (0.75, 0.33), (0.75, 0.95), (0.25, 0.95),
              (0.25, 0.33), (0.15, 0.42), (0.02, 0.3)],
    "coat": [(0.38, 0.03), (0.62, 0.03), (0.78, 0.1), (0.92, 0.62), (0.8, 0.65), (0.74, 0.3), (0.8, 0.97), (0.2, 0.97),
             (0.26, 0.3), (0.2, 0.65), (0.08, 0.62), (0.22, 0.1)],
    "pants": [(0.28, 0.05), (0.72, 0.05), (0.82, 0.97), (0.57, 0.97), (0.5, 0.4), (0.43, 0.97), (0.18, 0.97)],
    "dress": [(0.38, 0.04), (0.62, 0.04), (0.66, 0.35), (0.88, 0.96), (0.12, 0.96), (0.34, 0.35)],
    "skirt": [(0.3, 0.15), (0.7, 0.15), (0.85, 0.9), (0.15, 0.9)],
    "bag": [(0.15, 0.4), (0.3, 0.4), (0.36, 0.08), (0.64, 0.08), (0.7, 0.4), (0.85, 0.4), (0.8, 0.95), (0.2, 0.95)],
    "foot": [(0.42, 0.02), (0.55, 0.05), (0.66, 0.14), (0.68, 0.35), (0.6, 0.6), (0.62, 0.85), (0.52, 0.97),
             (0.4, 0.95), (0.35, 0.8), (0.38, 0.55), (0.3, 0.3), (0.33, 0.1)],
    "hat": [(0.05, 0.7), (0.25, 0.62), (0.3, 0.3), (0.5, 0.2), (0.7, 0.3), (0.75, 0.62), (0.95, 0.7), (0.5, 0.85)],
}  # fmt: skip


def draw_figure(chance: Random, image: Image.Image, place: Place, ground: Color) -> None:
    """An outline with arrows across and down it, each with a length or a letter."""
    left, top, right, bottom = place
    pen, ink = ImageDraw.Draw(image), ink_on(ground)
    shape = chance.choice(sorted(_OUTLINES.items()))[1]
    outline = [(left + x * (right - left), top + y * (bottom - top)) for x, y in shape]
    if chance.random() < 0.5:
        outline = _rounded(outline)
    fill = None if chance.random() < 0.5 else shaded(ground, chance.uniform(0.75, 0.97))
    pen.polygon(outline, fill=color(chance) if fill and chance.random() < 0.3 else fill)
    if chance.random() < 0.2:
        dashes(pen, [*outline, outline[0]], ink, 9)
    else:
        pen.line([*outline, outline[0]], fill=ink, width=chance.choice([1, 2, 3, 4]), joint="curve")
    _arrows(chance, pen, place, ink)


def draw_body(chance: Random, image: Image.Image, place: Place, ground: Color) -> None:
    """A body of strokes or of filled shapes, with ribbons around it where it is measured."""
    left, top, right, bottom = place
    tall = bottom - top
    x, unit, pen = (left + right) / 2, tall / 8 * chance.uniform(0.85, 1.0), ImageDraw.Draw(image)
    ink = ink_on(ground)
    tone = chance.choice([ink, shaded(ground, 0.85) if ground[0] > 100 else (90, 90, 90), color(chance)])
    thick = round(unit * chance.uniform(0.08, 0.9))
    head = unit * chance.uniform(0.35, 0.5)
    pen.ellipse([x - head, top, x + head, top + 2.2 * head], fill=tone)
    broad, hips, down = unit * chance.uniform(0.6, 1.1), unit * chance.uniform(0.4, 0.8), top + 2.3 * head
    trunk = [(x - broad, down), (x + broad, down), (x + hips * 0.7, down + 2 * unit), (x + hips, down + 3 * unit),
             (x - hips, down + 3 * unit), (x - hips * 0.7, down + 2 * unit)]  # fmt: skip
    pen.polygon(trunk, fill=tone)
    for side in (-1, 1):
        spread = unit * chance.uniform(0.3, 1.6)
        pen.line([(x + side * broad, down), (x + side * (broad + spread), down + 2.8 * unit)], fill=tone, width=thick)
        pen.line([(x + side * hips * 0.6, down + 2.8 * unit), (x + side * hips, bottom)], fill=tone, width=thick)
    ribbon = chance.choice([(200, 40, 40), (30, 90, 190), color(chance)])
    words, size = (PARTS_JA if japanese(chance) else PARTS_EN), max(10.0, tall * chance.uniform(0.03, 0.05))
    for number, at in enumerate(chance.sample([0.3, 1.0, 1.9, 2.8, 3.8], chance.randint(2, 5))):
        y, reach = down + at * unit, broad * chance.uniform(1.0, 1.3)
        if chance.random() < 0.6:
            pen.ellipse([x - reach, y - unit * 0.12, x + reach, y + unit * 0.12], outline=ribbon, width=3)
        else:
            _arrow(pen, [(x - reach, y), (x + reach, y)], ribbon, wide=2)
        side = 1 if number % 2 else -1
        edge = right if side > 0 else left
        pen.line([(x + side * reach, y), (edge, y)], fill=ribbon, width=1)
        text = f"{chance.choice(words)} {numbers(chance)}" if chance.random() < 0.6 else "ABCDE"[number]
        write(chance, pen, (edge, y - size * 1.2), text, size=size, ink=ribbon, anchor="ra" if side > 0 else "la")


def draw_measured(chance: Random, garment: Pixels) -> Pixels:
    """A garment's photo or drawing with arrows and lengths over it (h, w, 3)."""
    image = Image.fromarray(garment)
    size = image.size
    image = image.resize((420, max(60, round(420 * size[1] / size[0]))))
    width, height = image.size
    place = width * 0.08, height * 0.08, width * 0.92, height * 0.92
    _arrows(chance, ImageDraw.Draw(image), place, chance.choice([(30, 30, 30), (255, 255, 255)]), over_photo=True)
    return np.asarray(image)


def _arrows(chance: Random, pen: ImageDraw.ImageDraw, place: Place, ink: Color, *, over_photo: bool = False) -> None:
    left, top, right, bottom = place
    tone = chance.choice([(200, 40, 40), (30, 90, 190), ink, ink])
    size = max(10.0, (bottom - top) * chance.uniform(0.03, 0.07))
    words, letters = PARTS_JA if japanese(chance) else PARTS_EN, chance.random() < 0.35
    plate = over_photo or chance.random() < 0.3
    for number in range(chance.randint(4 if over_photo else 3, 7)):
        name = "ABCDEFGH"[number] if letters else chance.choice(words)
        text = name if chance.random() < 0.3 else f"{name} {numbers(chance)}{chance.choice(['', 'cm'])}"
        start, end = sorted((chance.uniform(0.02, 0.45), chance.uniform(0.55, 0.98)))
        at = chance.uniform(0.05, 0.95)
        line = [(start, at), (end, at)] if chance.random() < 0.6 else [(at, start), (at, end)]
        ends = [(left + x * (right - left), top + y * (bottom - top)) for x, y in line]
        if not over_photo and chance.random() < 0.15:
            dashes(pen, ends, tone, 9)
        else:
            if over_photo:  # a light rim, so that the arrow is seen on any cloth
                pen.line(ends, fill=(255, 255, 255) if sum(tone) < 600 else (20, 20, 20), width=9)
            _arrow(pen, ends, tone, wide=chance.choice([2, 3, 4] if over_photo else [1, 2, 3]))
        middle = ((ends[0][0] + ends[1][0]) / 2 + 3, (ends[0][1] + ends[1][1]) / 2 - size * 1.2)
        if plate:
            pen.rectangle([middle[0] - 4, middle[1] - 2, middle[0] + size * len(text) * 0.7, middle[1] + size * 1.3],
                          fill=(255, 255, 255) if sum(tone) < 600 else (20, 20, 20))  # fmt: skip
        write(chance, pen, middle, text, size=size, ink=tone)


def _arrow(pen: ImageDraw.ImageDraw, ends: Points, ink: Color, *, wide: int) -> None:
    pen.line(ends, fill=ink, width=wide)
    turn = math.atan2(ends[1][1] - ends[0][1], ends[1][0] - ends[0][0])
    for (x, y), way in zip(ends, (turn, turn + math.pi), strict=True):
        tips = [
            (x + (5 + 2 * wide) * math.cos(way + lean), y + (5 + 2 * wide) * math.sin(way + lean))
            for lean in (-0.6, 0.6)
        ]
        pen.polygon([(x, y), *tips], fill=ink)


def _rounded(outline: Points) -> Points:
    """Corners cut twice (Chaikin, 1974), as a hand draws them."""
    for _ in range(2):
        outline = [
            (x + (u - x) * share, y + (v - y) * share)
            for (x, y), (u, v) in zip(outline, [*outline[1:], outline[0]], strict=True)
            for share in (0.25, 0.75)
        ]
    return outline
