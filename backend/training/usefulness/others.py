"""All that is neither garment nor cloth nor advertisement: blanks, logos, labels, maps, parcels, codes."""

import math
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import color, font, ink_on, japanese, numbers, page, said, shaded, write
from backend.training.usefulness.signs import SIGNS
from backend.training.usefulness.words import BLANK, CARE, LINES
from backend.vision.images import Pixels


def draw_other(chance: Random) -> Pixels:
    """A blank place holder, a logo, a care label, a map, a parcel, a sign (h, w, 3)."""
    makers: tuple[Callable[[Random], Image.Image], ...] = (
        _blank, _logo, _care_label, _map, _parcel, _icons, _things, _place, _sign, _sign, _sign, _sign,
    )  # fmt: skip
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


def _logo(chance: Random) -> Image.Image:
    image, ground = page(chance)
    pen, tone = ImageDraw.Draw(image), chance.choice([ink_on(ground), color(chance)])
    x, y, size = image.width / 2, image.height * chance.uniform(0.3, 0.5), min(image.size) * chance.uniform(0.1, 0.3)
    shape = chance.random()
    if shape < 0.3:
        pen.ellipse([x - size, y - size, x + size, y + size], outline=tone, width=chance.randint(3, 16))
    elif shape < 0.6:
        corners = [(x + size * math.sin(n * math.tau / 6), y - size * math.cos(n * math.tau / 6)) for n in range(6)]
        pen.polygon(chance.sample(corners, chance.randint(3, 6)), fill=tone)
    name = "".join(chance.choice("ABDEGIKLMNORSTUYZ") for _ in range(chance.randint(3, 9)))
    write(chance, pen, (x, y + size * 1.1), name, size=size * chance.uniform(0.5, 1.0), ink=tone, anchor="ma")
    return image


def _care_label(chance: Random) -> Image.Image:
    """A white or black ribbon with washing signs, on cloth of one colour."""
    width, height = chance.randint(280, 500), chance.randint(280, 560)
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, 6, (height, width, 1))
    image = Image.fromarray(np.clip(np.array(color(chance)) + noise, 0, 255).astype(np.uint8))
    pen, plate = ImageDraw.Draw(image), chance.choice([(250, 250, 246), (20, 20, 20), (240, 230, 210)])
    left, top = width * chance.uniform(0.08, 0.3), height * chance.uniform(0.03, 0.2)
    pen.rectangle([left, top, width - left, height - top], fill=plate)
    size, ink = max(10, int((width - 2 * left) * chance.uniform(0.06, 0.12))), ink_on(plate)
    down = top + size
    for _ in range(chance.randint(3, 9)):
        write(chance, pen, (left + size, down), _text(chance, CARE), size=size, ink=ink)
        down += size * 1.5
    for number in range(chance.randint(0, 5)):
        x = left + size * (1 + 2 * number)
        box = [x, down, x + size * 1.4, down + size * 1.2]
        (pen.rectangle if chance.random() < 0.5 else pen.ellipse)(box, outline=ink, width=2)
        pen.line([box[0], box[1], box[2], box[3]], fill=ink, width=2)
    return image.rotate(chance.gauss(0, 4), fillcolor=image.getpixel((2, 2)))


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


def _parcel(chance: Random) -> Image.Image:
    """A box, a bag or an envelope on a ground."""
    image, _ = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    tone = chance.choice([(196, 152, 100), (230, 220, 200), (40, 40, 40), color(chance)])
    left, top = width * chance.uniform(0.15, 0.3), height * chance.uniform(0.25, 0.4)
    right, bottom, slant = width - left, height * 0.85, width * chance.uniform(0, 0.12)
    pen.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill=tone)
    pen.polygon([(left, top), (left + slant, top - slant), (right + slant, top - slant), (right, top)],
                fill=shaded(tone, 1.15))  # fmt: skip
    pen.polygon([(right, top), (right + slant, top - slant), (right + slant, bottom - slant), (right, bottom)],
                fill=shaded(tone, 0.8))  # fmt: skip
    band, middle = color(chance), (left + right) / 2
    pen.rectangle([middle - width * 0.03, top, middle + width * 0.03, bottom], fill=band)
    if chance.random() < 0.4:  # a bow
        for side in (-1, 1):
            x = middle + side * width * 0.08
            pen.ellipse([x - width * 0.08, top - height * 0.09, x + width * 0.08, top], outline=band, width=9)
    return image


def _icons(chance: Random) -> Image.Image:
    """Washing signs, ways to pay or to send, in rows; with a word or a number each, or without."""
    image, ground = page(chance)
    pen, columns, rows = ImageDraw.Draw(image), chance.randint(2, 5), chance.randint(1, 4)
    wide, tall, worded = image.width / columns, image.height / rows, chance.random() < 0.5
    tone, filled = color(chance), chance.random() < 0.5
    for number in range(columns * rows):
        x, y = (number % columns + 0.5) * wide, (number // columns + 0.4) * tall
        radius, kind = min(wide, tall) * chance.uniform(0.2, 0.3), chance.random()
        box = [x - radius, y - radius * 0.7, x + radius, y + radius * 0.7]
        fill = tone if filled else None
        if kind < 0.4:
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], outline=tone, fill=fill, width=5)
        elif kind < 0.7:
            pen.rounded_rectangle(box, radius * 0.2, outline=tone, fill=fill, width=5)
        else:
            corners = [(x, y - radius), (x + radius, y + radius * 0.7), (x - radius, y + radius * 0.7)]
            pen.polygon(corners, outline=tone, fill=fill)
        mark = ink_on(tone) if filled else tone
        pen.line([x - radius / 2, y, x, y + radius / 2, x + radius / 2, y - radius / 2], fill=mark, width=6)
        if worded:
            text = f"{_text(chance, CARE)} {numbers(chance)}"
            pen.text((x, y + radius * 1.2), text, fill=ink_on(ground), anchor="ma",
                     font=font(chance, max(10, int(radius * 0.4)), text))  # fmt: skip
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


def _place(chance: Random) -> Image.Image:
    """A shop's front, a street, a hill: sky, ground, walls with windows, a sign."""
    width, height = chance.randint(320, 640), chance.randint(260, 520)
    down = np.linspace(0, 1, height)[:, None, None]
    first, second = np.array(color(chance)), np.array(color(chance))
    image = Image.fromarray((first + (second - first) * down).repeat(width, 1).astype(np.uint8))
    pen, ground = ImageDraw.Draw(image), height * chance.uniform(0.6, 0.9)
    pen.rectangle([0, ground, width, height], fill=color(chance))
    for _ in range(chance.randint(1, 5)):
        left, wide, top = (
            width * chance.uniform(-0.1, 0.8),
            width * chance.uniform(0.15, 0.7),
            height * chance.uniform(0.05, 0.5),
        )
        wall = color(chance)
        pen.rectangle([left, top, left + wide, ground], fill=wall)
        glass, step = color(chance), wide / chance.randint(2, 5)
        y = top + step * 0.4
        while y + step * 0.6 < ground:
            for number in range(int(wide / step)):
                x = left + (number + 0.2) * step
                pen.rectangle([x, y, x + step * 0.6, y + step * 0.6], fill=glass)
            y += step
    return image
