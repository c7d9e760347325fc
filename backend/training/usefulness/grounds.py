"""Grounds and plates that advertisements are made of: colours, patterns, photos, in any mixture."""

import math
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness.canvas import color
from backend.vision.images import Pixels

Pen = ImageDraw.ImageDraw
Photos = list[Pixels]


def draw_ground(chance: Random, photos: Photos, width: int, height: int) -> Image.Image:
    kind = chance.random()
    if kind < 0.4:
        image = _slope(chance, width, height)
        if chance.random() < 0.65:
            draw_pattern(chance, image)
        return image
    if kind < 0.6:
        return _collage(chance, photos, width, height)
    return _half(chance, photos, width, height) if kind < 0.75 else _veiled(chance, photos, width, height)


def _slope(chance: Random, width: int, height: int) -> Image.Image:
    first, second = np.array(color(chance)), np.array(color(chance))
    if chance.random() < 0.5:
        second = first
    turn = chance.uniform(0, 2 * math.pi)
    down, across = np.mgrid[0:height, 0:width]
    share = (across / width * math.cos(turn) + down / height * math.sin(turn) + 1.5) / 3
    return Image.fromarray((first + (second - first) * share[..., None]).clip(0, 255).astype(np.uint8))


def fitted(pixels: Pixels, width: int, height: int) -> Image.Image:
    """The photo scaled to cover the place."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    large = Image.fromarray(pixels).resize(
        (max(width, round(pixels.shape[1] * scale)), max(height, round(pixels.shape[0] * scale)))
    )
    left, top = (large.width - width) // 2, (large.height - height) // 4
    return large.crop((left, top, left + width, top + height))


def _collage(chance: Random, photos: Photos, width: int, height: int) -> Image.Image:
    """Several photos with a headline's room above, below or nowhere."""
    columns, rows = chance.choice([(2, 1), (3, 1), (3, 2), (4, 1), (2, 2), (4, 2)])
    image = Image.new("RGB", (width, height), chance.choice([color(chance), (255, 255, 255), (248, 244, 238)]))
    room = chance.choice([0.0, 0.25, 0.35])
    top = chance.choice([0, int(height * room)])
    gap = chance.choice([0, 4, 12, 24])
    wide, tall = width // columns, int(height * (1 - room)) // rows
    for number in range(columns * rows):
        if chance.random() < 0.9:
            part = fitted(chance.choice(photos), max(8, wide - gap), max(8, tall - gap))
            image.paste(part, (number % columns * wide + gap // 2, top + number // columns * tall + gap // 2))
    return image


def _half(chance: Random, photos: Photos, width: int, height: int) -> Image.Image:
    """A colour with a photo at one side, in a frame or in a disc."""
    image = _slope(chance, width, height)
    wide = int(width * chance.uniform(0.25, 0.5))
    if chance.random() < 0.5:
        image.paste(fitted(chance.choice(photos), wide, height), (chance.choice([0, width - wide]), 0))
        return image
    tall = int(height * chance.uniform(0.5, 0.95))
    mask = Image.new("L", (wide, tall), 0)
    pen = ImageDraw.Draw(mask)
    if chance.random() < 0.4:
        pen.ellipse([0, 0, wide - 1, tall - 1], fill=255)
    else:
        pen.rounded_rectangle([0, 0, wide - 1, tall - 1], chance.choice([0, 14]), fill=255)
    at = int((width - wide) * chance.random()), int((height - tall) * chance.random())
    image.paste(fitted(chance.choice(photos), wide, tall), at, mask)
    return image


def _veiled(chance: Random, photos: Photos, width: int, height: int) -> Image.Image:
    """A photo, blurred or shaded so that words can be read on it."""
    image = fitted(chance.choice(photos), width, height)
    blurred = cv2.GaussianBlur(np.asarray(image), (0, 0), chance.choice([0.1, 2, 8]))
    veil = np.array(chance.choice([(0, 0, 0), (255, 255, 255), color(chance)]))
    share = chance.choice([0.0, 0.0, chance.uniform(0.1, 0.7)])  # words alone make an advertisement of a photo
    return Image.fromarray((blurred * (1 - share) + veil * share).astype(np.uint8))


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
