"""Signs that sell nothing: codes, graphs, busts, tags."""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import color, shaded


def _draw_cells(chance: Random, image: Image.Image) -> None:
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


def _draw_graph(chance: Random, image: Image.Image) -> None:
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


def _draw_bust(chance: Random, image: Image.Image) -> None:
    """The sign for a person without a picture, or a plain face."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    x, y, size = width * chance.uniform(0.4, 0.6), height * chance.uniform(0.3, 0.45), min(width, height) * 0.15
    size *= chance.uniform(0.7, 1.4)
    pen.ellipse([x - size, y - size * 1.2, x + size, y + size * 1.1], fill=tone)
    pen.rounded_rectangle([x - 1.9 * size, y + 1.5 * size, x + 1.9 * size, height + 50], size, fill=tone)


def _draw_tag(chance: Random, image: Image.Image) -> None:
    """A price tag on a string, straight or turned."""
    pen, (width, height), tone = ImageDraw.Draw(image), image.size, color(chance)
    wide, tall = width * chance.uniform(0.12, 0.28), height * chance.uniform(0.2, 0.36)
    x, y = width * chance.uniform(0.35, 0.65), height * chance.uniform(0.45, 0.6)
    pen.line([x, y - tall, x + wide * chance.uniform(-2, 2), 0], fill=shaded(tone, 0.6), width=3)
    pen.rounded_rectangle([x - wide, y - tall, x + wide, y + tall], chance.choice([0, 12, 40]), fill=tone)
    pen.ellipse([x - 9, y - tall + 12, x + 9, y - tall + 30], fill=(250, 250, 250))
    pen.rectangle([x - wide * 0.6, y, x + wide * 0.6, y + tall * 0.1], fill=shaded(tone, 0.6))


SIGNS: tuple[Callable[[Random, Image.Image], None], ...] = (_draw_cells, _draw_graph, _draw_bust, _draw_tag)
