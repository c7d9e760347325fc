"""Banners that usefulness is measured with: see `drawn`."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

from backend.training.evaluation.drawn.paper import SIZES, TINTS, rgb, sheet, write
from backend.vision.images import Pixels

_CALLS = (
    "CLEARANCE",
    "Golden Week",
    "2 for 1",
    "EXTRA 20%",
    "Gift with purchase",
    "PRE-ORDER",
    "Weekend deal",
    "App only",
)


def ribbon(chance: Random) -> Image.Image:
    image, pen = sheet(chance, chance.choice(TINTS[:2]))
    width, height = image.size
    tail = [
        (0, height * 0.35),
        (width, height * 0.3),
        (width * 0.93, height * 0.48),
        (width, height * 0.65),
        (0, height * 0.7),
    ]
    pen.polygon(tail, fill=chance.choice(TINTS[2:7]))
    write(chance, pen, (width / 2, height / 2), chance.choice(_CALLS), size=width // 11, ink="#1a1a1a")
    write(chance, pen, (width / 2, height * 0.85), "code: HAPPY10", size=width // 22, ink="#ffffff")
    return image


def ticket(chance: Random) -> Image.Image:
    """A coupon with a torn edge."""
    image, pen = sheet(chance, chance.choice(TINTS))
    width, height = image.size
    pen.rounded_rectangle([width * 0.06, height * 0.25, width * 0.94, height * 0.75], 30, fill="#fffdf5")
    for step in range(14):
        y = height * (0.27 + 0.034 * step)
        pen.ellipse([width * 0.64, y, width * 0.64 + 8, y + 8], fill="#c33")
    write(
        chance,
        pen,
        (width * 0.35, height * 0.45),
        f"¥{chance.choice([300, 500, 1000])} OFF",
        size=width // 11,
        ink="#cc3333",
    )
    write(chance, pen, (width * 0.35, height * 0.6), chance.choice(_CALLS), size=width // 24, ink="#333333")
    write(chance, pen, (width * 0.8, height * 0.5), "COUPON", size=width // 20, ink="#333333")
    return image


def rays(chance: Random) -> Image.Image:
    image, pen = sheet(chance, "#ffd400")
    x, y = image.width / 2, image.height / 2
    for number in range(0, 24, 2):
        turn = [math.tau * (number + side) / 24 for side in (0, 1)]
        pen.polygon([(x, y), *((x + 2000 * math.cos(one), y + 2000 * math.sin(one)) for one in turn)], fill="#ff8a00")
    write(chance, pen, (x, y), chance.choice(_CALLS), size=image.width // 9, ink="#b00020")
    write(chance, pen, (x, y * 1.4), "Don't miss it", size=image.width // 20, ink="#222222")
    return image


def strip(chance: Random) -> Image.Image:
    """The long announcement at the head of a shop."""
    image = Image.new("RGB", (1200, chance.choice([200, 280, 400])), chance.choice(TINTS))
    pen = ImageDraw.Draw(image)
    for number in range(6):
        x = number * 220 - 40
        pen.polygon([(x, 0), (x + 90, 0), (x + 30, image.height), (x - 60, image.height)], fill=chance.choice(TINTS))
    write(chance, pen, (600, image.height * 0.4), chance.choice(_CALLS), size=image.height // 4, ink="#101010")
    write(chance, pen, (600, image.height * 0.75), "Free returns within 30 days", size=image.height // 9, ink="#101010")
    return image


def countdown(chance: Random) -> Image.Image:
    image, pen = sheet(chance, "#0b132b")
    width, height = image.size
    write(chance, pen, (width / 2, height * 0.25), chance.choice(_CALLS), size=width // 12, ink="#ffd166")
    for number in range(4):
        x = width * (0.14 + 0.24 * number)
        pen.rounded_rectangle([x - width * 0.09, height * 0.45, x + width * 0.09, height * 0.7], 16, fill="#1c2541")
        write(chance, pen, (x, height * 0.575), f"{chance.randint(0, 59):02d}", size=width // 12, ink="#ffffff")
    return image


def poster(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A photo under a slanting band, with large words."""
    image = Image.fromarray(chance.choice(photos)).resize(chance.choice(SIZES))
    pen, (width, height) = ImageDraw.Draw(image, "RGBA"), image.size
    top = height * chance.uniform(0.3, 0.6)
    edge = [(0, top), (width, top - height * 0.1), (width, top + height * 0.2), (0, top + height * 0.3)]
    pen.polygon(edge, fill=(*rgb(chance.choice(TINTS[:2])), 215))
    write(chance, pen, (width / 2, top + height * 0.1), chance.choice(_CALLS), size=width // 10, ink="#ffffff")
    write(chance, pen, (width / 2, height * 0.93), "Shop the look >", size=width // 18, ink="#d00000")
    return image


def lookbook(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """Three photos under a headline."""
    image, pen = sheet(chance, "#faf7f2")
    width, height = image.size
    wide, top = width // 3 - 12, int(height * 0.3)
    for number in range(3):
        part = Image.fromarray(chance.choice(photos)).resize((wide, int(height * 0.6)))
        image.paste(part, (8 + number * (wide + 10), top))
    write(chance, pen, (width / 2, height * 0.15), chance.choice(_CALLS), size=width // 10, ink="#202020")
    return image
