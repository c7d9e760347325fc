"""Blanks, codes and signs, maps, bottles and boxes: neither garment nor cloth nor advertisement."""

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import color, ink_on, japanese, page, said, shaded, write
from backend.training.usefulness.signs import SIGNS
from backend.training.usefulness.words import BLANK, LINES
from backend.vision.images import Pixels


def draw_other(chance: Random) -> Pixels:
    """A blank place holder, a map, a few things that stand there, a sign (h, w, 3)."""
    makers: tuple[Callable[[Random], Image.Image], ...] = (_blank, _map, _things, _sign, _sign, _sign, _sign)
    return np.asarray(chance.choice(makers)(chance).convert("RGB"))


def _text(chance: Random, words: tuple[str, ...]) -> str:
    return chance.choice(words if japanese(chance) else tuple(word for word in words if word.isascii()))


def _sign(chance: Random) -> Image.Image:
    """A code, a graph, a bust, a tag: one or two of them, sometimes with a word."""
    image, ground = page(chance)
    for _ in range(chance.choice([1, 1, 2])):
        chance.choice(SIGNS)(chance, image)
    if chance.random() < 0.5:
        size = max(12, min(image.size) * chance.uniform(0.03, 0.07))
        at = image.width * chance.uniform(0.1, 0.5), image.height * chance.uniform(0.02, 0.93)
        write(chance, ImageDraw.Draw(image), at, _text(chance, (*LINES, *BLANK)), size=size, ink=ink_on(ground))
    return image


def _blank(chance: Random) -> Image.Image:
    image, ground = page(chance)
    tone = shaded(ground, 0.75) if ground[0] > 100 else (120, 120, 120)
    pen, (x, y) = ImageDraw.Draw(image), (image.width / 2, image.height / 2)
    size = min(image.size) * chance.uniform(0.1, 0.3)
    kind = chance.random()
    if kind < 0.6:  # a camera or a hill in a frame
        pen.rectangle([x - size, y - size * 0.7, x + size, y + size * 0.7], outline=tone, width=6)
        pen.ellipse([x - size * 0.4, y - size * 0.4, x + size * 0.4, y + size * 0.4], outline=tone, width=6)
    elif kind < 0.8:  # something to play, or that is still loading
        pen.ellipse([x - size, y - size, x + size, y + size], fill=tone)
        corners = [(x - size * 0.35, y - size * 0.5), (x + size * 0.6, y), (x - size * 0.35, y + size * 0.5)]
        pen.polygon(corners, fill=ground)
    write(chance, pen, (x - size, y + size), _text(chance, BLANK), size=max(12, size * 0.35), ink=tone)
    return image


def _map(chance: Random) -> Image.Image:
    image = Image.new("RGB", (chance.randint(300, 640), chance.randint(300, 640)), (240, 236, 226))
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(chance.randint(2, 6)):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        fill = chance.choice([(200, 225, 190), (170, 205, 230), (226, 220, 210)])
        pen.rectangle([x, y, x + width * chance.uniform(0.1, 0.4), y + height * chance.uniform(0.1, 0.4)], fill=fill)
    for _ in range(chance.randint(5, 20)):
        ends = [(chance.uniform(-50, width + 50), chance.uniform(-50, height + 50)) for _ in range(2)]
        pen.line(ends, fill=chance.choice([(255, 255, 255), (250, 220, 140)]), width=chance.choice([4, 8, 16]))
    for _ in range(chance.randint(3, 9)):
        at = (chance.uniform(0, width * 0.8), chance.uniform(0, height))
        text = said(chance, ("Main St", "Station", "Park", "Shop"), ("駅前通り", "公園", "当店", "銀座"))
        write(chance, pen, at, text, size=16, ink=(90, 90, 90))
    return image


def _things(chance: Random) -> Image.Image:
    """Bottles, boxes, cups, lamps: bodies of one outline turned about their middle, on a ground, in one light."""
    width, height = chance.randint(300, 560), chance.randint(300, 560)
    image = Image.fromarray(draw_ground(chance, width, height))
    for _ in range(chance.choice([1, 1, 2, 3])):
        x, tall = width * chance.uniform(0.2, 0.8), height * chance.uniform(0.3, 0.75)
        foot, broad = height * chance.uniform(0.75, 0.92), tall * chance.uniform(0.1, 0.35)
        knots = np.array([chance.uniform(0.2, 1) for _ in range(chance.randint(3, 6))], np.float32)
        line = cv2.resize(
            knots[:, None], (1, 64), interpolation=chance.choice([cv2.INTER_LINEAR, cv2.INTER_NEAREST])
        ).ravel()
        right = [(x + broad * far, foot - tall * step / 63) for step, far in enumerate(line)]
        left = [(2 * x - u, v) for u, v in right][::-1]
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).polygon([*right, *left], fill=255)
        across = np.clip((np.arange(width) - x) / broad, -1, 1)
        light = 1.15 - 0.6 * (across - chance.uniform(-0.5, 0.5)) ** 2
        body = np.clip(np.array(color(chance)) * light[None, :, None], 0, 255).repeat(height, 0).astype(np.uint8)
        soft = mask.filter(ImageFilter.GaussianBlur(8)).point(lambda value: value // 3)
        image.paste((0, 0, 0), (8, 8), soft)
        image.paste(Image.fromarray(body), (0, 0), mask)
    return image
