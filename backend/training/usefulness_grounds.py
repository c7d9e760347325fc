"""Grounds and plates that advertisements are made of, in any mixture."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from backend.training.usefulness_canvas import color, shaded

Pen = ImageDraw.ImageDraw


def draw_pattern(chance: Random, image: Image.Image) -> None:
    """Beams, bars, dots, waves or scattered shapes all over the picture."""
    pen = ImageDraw.Draw(image)
    chance.choice((_beams, _bars, _dots, _scattered))(chance, pen, image.size)


def _beams(chance: Random, pen: Pen, size: tuple[int, int]) -> None:
    x, y = size[0] * chance.uniform(-0.1, 1.1), size[1] * chance.uniform(0.2, 1.1)
    count, tone, reach = chance.randint(5, 20), color(chance), 2 * sum(size)
    for number in range(count):
        first, last = (math.tau * (number + side) / count for side in (0, chance.uniform(0.3, 0.6)))
        corners = [(x + reach * math.cos(one), y + reach * math.sin(one)) for one in (first, last)]
        pen.polygon([(x, y), *corners], fill=tone)


def _bars(chance: Random, pen: Pen, size: tuple[int, int]) -> None:
    wide, slant = chance.uniform(15, 160), chance.uniform(-1, 1) * size[1]
    tones = [color(chance) for _ in range(chance.randint(1, 4))]
    for number in range(-8, int(size[0] / wide) + 8, 2):
        x = number * wide
        corners = [(x, 0), (x + wide, 0), (x + wide + slant, size[1]), (x + slant, size[1])]
        pen.polygon(corners, fill=tones[number // 2 % len(tones)])


def _dots(chance: Random, pen: Pen, size: tuple[int, int]) -> None:
    step, tone = chance.uniform(18, 120), color(chance)
    radius = step * chance.uniform(0.1, 0.4)
    for row in range(int(size[1] / step) + 1):
        for column in range(int(size[0] / step) + 1):
            x, y = (column + 0.5 * (row % 2)) * step, row * step
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tone)


def _scattered(chance: Random, pen: Pen, size: tuple[int, int]) -> None:
    for _ in range(chance.randint(2, 25)):
        draw_shape(
            chance, pen, (chance.uniform(0, size[0]), chance.uniform(0, size[1])), min(size) * chance.uniform(0.02, 0.3)
        )


def draw_shape(chance: Random, pen: Pen, at: tuple[float, float], radius: float) -> None:
    """A disc, a ring, a polygon, a heart of lines: anything."""
    (x, y), tone, kind = at, color(chance), chance.random()
    box = [x - radius, y - radius * chance.uniform(0.3, 1), x + radius, y + radius]
    if kind < 0.2:
        pen.ellipse(box, fill=tone)
    elif kind < 0.35:
        pen.ellipse(box, outline=tone, width=chance.randint(2, 14))
    elif kind < 0.5:
        pen.rounded_rectangle(box, radius * 0.2, fill=tone)
    elif kind < 0.6:
        pen.rectangle(box, outline=tone, width=chance.randint(2, 10))
    elif kind < 0.7:
        pen.pieslice(box, chance.randint(0, 180), chance.randint(190, 360), fill=tone)
    else:
        corners = [
            (x + radius * chance.uniform(0.3, 1) * math.cos(math.tau * n / 7), y + radius * math.sin(math.tau * n / 7))
            for n in range(chance.randint(3, 7))
        ]
        pen.polygon(corners, fill=tone)


def draw_plate(chance: Random, image: Image.Image) -> None:
    """A ground for words: a card, a band straight or slanting, a disc, a frame; sometimes the photo shines through."""
    width, height = image.size
    veil = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen, tone = ImageDraw.Draw(veil), (*color(chance), chance.choice([255, 255, 220, 150]))
    kind, x, y = chance.random(), chance.uniform(0.03, 0.2) * width, chance.uniform(0.05, 0.45) * height
    tall = chance.uniform(0.2, 0.5) * height
    if kind < 0.35:
        pen.rounded_rectangle([x, y, width - x, y + tall], chance.choice([0, 0, 20, 60]), fill=tone)
    elif kind < 0.7:
        lean = chance.choice([0.0, 1.0]) * chance.uniform(-0.25, 0.25) * height
        pen.polygon([(0, y), (width, y + lean), (width, y + lean + tall), (0, y + tall)], fill=tone)
    elif kind < 0.85:
        radius = chance.uniform(0.25, 0.45) * min(width, height)
        middle = width * chance.uniform(0.3, 0.7), height * chance.uniform(0.3, 0.7)
        pen.ellipse([middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius], fill=tone)
    else:
        pen.rectangle([x, y * 0.5, width - x, height - y * 0.5], outline=tone, width=chance.randint(4, 24))
    image.paste(veil, (0, 0), veil)


def draw_cells(chance: Random, image: Image.Image) -> None:
    """What a scanner reads: stripes of any width, or a square of black and white cells."""
    pen, (width, height) = ImageDraw.Draw(image), image.size
    left, top, size = width * 0.15, height * 0.15, min(width, height) * 0.65
    if chance.random() < 0.5:
        x = left
        while x < left + size:
            wide = chance.choice([2, 2, 4, 6, 8])
            pen.rectangle([x, top, x + wide - 1, top + size * 0.6], fill=(0, 0, 0))
            x += wide + chance.choice([2, 4, 6])
        return
    count = chance.randint(15, 45)
    cell = size / count
    for number in range(count * count):
        if chance.random() < 0.5:
            x, y = left + number % count * cell, top + number // count * cell
            pen.rectangle([x, y, x + cell, y + cell], fill=(0, 0, 0))


def draw_graph(chance: Random, image: Image.Image) -> None:
    """Figures as columns, beams, a line or a pie."""
    pen, (width, height) = ImageDraw.Draw(image), image.size
    kind, count, tone = chance.random(), chance.randint(3, 9), color(chance)
    values = [chance.uniform(0.1, 0.75) for _ in range(count)]
    ink = shaded(tone, 0.5)
    if kind < 0.6:
        step = 0.8 / count
        for number, value in enumerate(values):
            at = 0.1 + number * step
            box = (
                (at, 0.88 - value, at + step * 0.6, 0.88) if kind < 0.35 else (0.12, at, 0.12 + value, at + step * 0.6)
            )
            place = [edge * side for edge, side in zip(box, (width, height) * 2, strict=True)]
            pen.rectangle(place, fill=color(chance) if chance.random() < 0.5 else tone)
        pen.line(
            [width * 0.09, height * 0.1, width * 0.09, height * 0.9, width * 0.93, height * 0.9], fill=ink, width=3
        )
    elif kind < 0.8:
        pen.line(
            [(width * (0.1 + 0.8 * n / count), height * value) for n, value in enumerate(values)], fill=tone, width=5
        )
    else:
        start, box = 0.0, (width * 0.2, height * 0.5 - width * 0.3, width * 0.8, height * 0.5 + width * 0.3)
        for value in values:
            end = start + 360 * value / sum(values)
            pen.pieslice(box, start, end, fill=color(chance))
            start = end


def draw_bust(chance: Random, image: Image.Image) -> None:
    """The sign for a person without a picture, or a plain face."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    x, y, size = width * chance.uniform(0.4, 0.6), height * chance.uniform(0.3, 0.45), min(width, height) * 0.15
    size *= chance.uniform(0.7, 1.4)
    pen.ellipse([x - size, y - size * 1.2, x + size, y + size * 1.1], fill=tone)
    pen.rounded_rectangle([x - 1.9 * size, y + 1.5 * size, x + 1.9 * size, height + 50], size, fill=tone)


def draw_tag(chance: Random, image: Image.Image) -> None:
    """A price tag on a string, straight or turned."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    wide, tall = width * chance.uniform(0.12, 0.28), height * chance.uniform(0.2, 0.36)
    x, y = width * chance.uniform(0.35, 0.65), height * chance.uniform(0.45, 0.6)
    pen.line([x, y - tall, x + wide * chance.uniform(-2, 2), 0], fill=shaded(tone, 0.6), width=3)
    pen.rounded_rectangle([x - wide, y - tall, x + wide, y + tall], chance.choice([0, 12, 40]), fill=tone)
    pen.ellipse([x - 9, y - tall + 12, x + 9, y - tall + 30], fill=(250, 250, 250))
    pen.rectangle([x - wide * 0.6, y, x + wide * 0.6, y + tall * 0.1], fill=shaded(tone, 0.6))


SIGNS: tuple[Callable[[Random, Image.Image], None], ...] = (draw_cells, draw_graph, draw_bust, draw_tag, draw_pattern)
