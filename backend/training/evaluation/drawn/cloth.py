"""Swatches and close-ups that usefulness is measured with: see `drawn`."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.evaluation.drawn.paper import SIZES, TINTS, rgb, sheet, write


def herringbone(chance: Random) -> Image.Image:
    width, height = chance.choice(SIZES)
    down, across = np.mgrid[0:height, 0:width]
    wide = chance.randint(16, 60)
    slope = np.where(across // wide % 2 == 0, across + down, across - down)
    return _two_tones(chance, slope % (wide // 2) < wide // 4)


def houndstooth(chance: Random) -> Image.Image:
    width, height = chance.choice(SIZES)
    side = chance.randint(10, 40)
    down, across = np.mgrid[0:height, 0:width] // side
    rows, columns = down % 4 < 2, across % 4 < 2
    return _two_tones(chance, np.where(rows == columns, rows, (down + across) % 4 < 2))


def _two_tones(chance: Random, where: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Image.Image:
    first, second = (np.array(rgb(tint)) for tint in chance.sample(TINTS, 2))
    return Image.fromarray(np.where(where[..., None], first, second).astype(np.uint8))


def fan_deck(chance: Random) -> Image.Image:
    """A fan of colour cards."""
    image, pen = sheet(chance, "#ffffff")
    center, reach = (image.width * 0.1, image.height * 0.9), min(image.size) * 0.85
    count = chance.randint(5, 9)
    for number in range(count):
        turn = math.radians(-85 + 80 * number / count)
        wide = math.radians(80 / count * 0.9)
        edge = [center, *(
            (center[0] + reach * math.cos(turn + wide * step / 8), center[1] + reach * math.sin(turn + wide * step / 8))
            for step in range(9)
        )]  # fmt: skip
        pen.polygon(edge, fill=chance.choice(TINTS))
    return image


def paint_card(chance: Random) -> Image.Image:
    """One colour over a white foot with its number."""
    image, pen = sheet(chance)
    pen.rectangle([0, image.height * 0.78, image.width, image.height], fill="#ffffff")
    write(
        chance, pen, (image.width / 2, image.height * 0.88), f"TCX {chance.randint(1000, 9999)}", size=44, ink="#222222"
    )
    return image


def hexagons(chance: Random) -> Image.Image:
    image, pen = sheet(chance, "#fafafa")
    radius = chance.randint(50, 110)
    for row in range(1, int(image.height / radius / 1.6)):
        for column in range(1, int(image.width / radius / 1.9)):
            x, y = column * radius * 1.85 + (row % 2) * radius * 0.9, row * radius * 1.6
            pen.regular_polygon((x, y, radius * 0.95), 6, fill=chance.choice(TINTS))
    return image


def plain_weave(chance: Random) -> Image.Image:
    width, height = chance.choice(SIZES)
    noise = np.random.default_rng(chance.randrange(2**31))
    threads = noise.normal(0, 7, (height, 1)) + noise.normal(0, 7, (1, width))
    tone = np.array(rgb(chance.choice(TINTS)))
    return Image.fromarray(np.clip(tone + threads[..., None], 0, 255).astype(np.uint8))


def one_colour(chance: Random) -> Image.Image:
    return sheet(chance)[0]


def rib_and_button(chance: Random) -> Image.Image:
    side = chance.choice([480, 600, 800])
    down, across = np.mgrid[0:side, 0:side]
    ribs = 18 * np.abs(np.sin(across / chance.uniform(6, 16))) - 14 * np.cos(down / side * 2.5 + across / side)
    tone = np.array(rgb(chance.choice(TINTS))) * 0.85
    image = Image.fromarray(np.clip(tone + ribs[..., None], 0, 255).astype(np.uint8))
    pen, x = ImageDraw.Draw(image), side * chance.uniform(0.4, 0.6)
    for y in (side * 0.25, side * 0.72):
        radius = side * 0.07
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill="#e8dfcf", outline="#7a6f5d", width=4)
        for dx, dy in ((-12, -12), (12, -12), (-12, 12), (12, 12)):
            pen.ellipse([x + dx - 4, y + dy - 4, x + dx + 4, y + dy + 4], fill="#4a4036")
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.2)))


def fold(chance: Random) -> Image.Image:
    """Cloth hanging in soft folds, with a stitched hem across."""
    side = chance.choice([480, 600, 800])
    down, across = np.mgrid[0:side, 0:side] / side
    waves = sum(
        chance.uniform(8, 24) * np.sin(across * chance.uniform(3, 14) + down * chance.uniform(-3, 3)) for _ in range(3)
    )
    noise = np.random.default_rng(chance.randrange(2**31)).normal(0, 4, (side, side))
    tone = np.array(rgb(chance.choice(TINTS))) * 0.85
    image = Image.fromarray(np.clip(tone + (waves + noise)[..., None], 0, 255).astype(np.uint8))
    pen, y = ImageDraw.Draw(image), side * chance.uniform(0.3, 0.8)
    for x in range(0, side, 18):
        pen.line([x, y + x * 0.05, x + 11, y + (x + 11) * 0.05], fill="#f5f0e6", width=3)
    return image.filter(ImageFilter.GaussianBlur(0.7))
