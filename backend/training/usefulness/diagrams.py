"""Arrows over a garment's photo that say what is measured where."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import Color, Place, japanese, numbers, write
from backend.vision.images import Pixels

_PARTS_EN = (
    "Chest", "Bust", "Waist", "Hip", "Length", "Sleeve", "Shoulder", "Inseam", "Thigh", "Hem", "Neck", "Foot", "Rise",
)  # fmt: skip
_PARTS_JA = (
    "着丈", "身幅", "肩幅", "袖丈", "ウエスト", "ヒップ", "股下", "股上", "裾幅", "総丈", "バスト", "わたり幅", "足長",
)  # fmt: skip
Points = list[tuple[float, float]]


def draw_measured(chance: Random, garment: Pixels) -> Pixels:
    """A garment's photo or drawing with arrows and lengths over it (h, w, 3)."""
    image = Image.fromarray(garment)
    size = image.size
    image = image.resize((420, max(60, round(420 * size[1] / size[0]))))
    width, height = image.size
    place = width * 0.08, height * 0.08, width * 0.92, height * 0.92
    _arrows(chance, ImageDraw.Draw(image), place, chance.choice([(30, 30, 30), (255, 255, 255)]))
    return np.asarray(image)


def _arrows(chance: Random, pen: ImageDraw.ImageDraw, place: Place, ink: Color) -> None:
    left, top, right, bottom = place
    tone = chance.choice([(200, 40, 40), (30, 90, 190), ink, ink])
    size = max(10.0, (bottom - top) * chance.uniform(0.03, 0.07))
    words, letters = _PARTS_JA if japanese(chance) else _PARTS_EN, chance.random() < 0.35
    rim = (255, 255, 255) if sum(tone) < 600 else (20, 20, 20)
    for number in range(chance.randint(4, 7)):
        name = "ABCDEFGH"[number] if letters else chance.choice(words)
        text = name if chance.random() < 0.3 else f"{name} {numbers(chance)}{chance.choice(['', 'cm'])}"
        start, end = sorted((chance.uniform(0.02, 0.45), chance.uniform(0.55, 0.98)))
        at = chance.uniform(0.05, 0.95)
        line = [(start, at), (end, at)] if chance.random() < 0.6 else [(at, start), (at, end)]
        ends = [(left + x * (right - left), top + y * (bottom - top)) for x, y in line]
        # a light rim, so that the arrow is seen on any cloth
        pen.line(ends, fill=rim, width=9)
        _arrow(pen, ends, tone, wide=chance.choice([2, 3, 4]))
        middle = ((ends[0][0] + ends[1][0]) / 2 + 3, (ends[0][1] + ends[1][1]) / 2 - size * 1.2)
        plate = [middle[0] - 4, middle[1] - 2, middle[0] + size * len(text) * 0.7, middle[1] + size * 1.3]
        pen.rectangle(plate, fill=rim)
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
