"""Printed cloth: flowers, the skins of animals, figures and words; each draws itself anew."""

import colorsys
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from backend.training.cloth_fields import Field, colors, field, mix, motifs, noise, petals, smooth


def flowers(u: Field, v: Field, chance: Random) -> Field:
    """Small ones, strewn, with leaves between them."""
    tones = colors(chance, chance.randint(3, 5))
    step = chance.uniform(0.07, 0.22)
    cloth = tones[0]
    green = np.array(colorsys.hsv_to_rgb(chance.uniform(0.2, 0.45), 0.5, chance.uniform(0.25, 0.7)), np.float32)
    x, y, _ = motifs(u + step / 2, v + step / 3, chance, step, 0.4)
    leaf = np.hypot(x / 0.5, (y - 0.2 * x) / 0.16) < 1
    if chance.random() < 0.8:
        cloth = mix(cloth, green, leaf)
    x, y, number = motifs(u, v, chance, step, 0.35)
    inside = petals(x / chance.uniform(0.45, 0.75), y / 0.6, chance.randint(4, 7), chance.uniform(0.3, 0.7))
    cloth = mix(cloth, tones[1 + number % (len(tones) - 1)], inside > 0)
    middle = np.array([0.95, 0.8, 0.3], np.float32) if chance.random() < 0.6 else tones[0]
    return mix(cloth, middle, inside > chance.uniform(0.6, 0.75))


def roses(u: Field, v: Field, chance: Random) -> Field:
    """Large ones, of petals around each other, on leaves."""
    tones = colors(chance, 3)
    step = chance.uniform(0.15, 0.4)
    x, y, number = motifs(u + step / 2, v, chance, step, 0.3)
    green = np.array(colorsys.hsv_to_rgb(chance.uniform(0.2, 0.45), 0.6, chance.uniform(0.2, 0.6)), np.float32)
    leaves = petals(x / 0.9, y / 0.9, chance.randint(3, 5), 1.2) > 0
    cloth = mix(tones[0], green, leaves)
    x, y, number = motifs(u, v, chance, step, 0.3)
    far = np.hypot(x, y) + 0.08 * np.sin(5 * np.arctan2(y, x) + 9 * np.hypot(x, y))
    shade = 0.65 + 0.35 * np.abs(np.sin(far * chance.uniform(7, 12) + np.arctan2(y, x)))
    blossom = tones[1 + number % 2] * shade[..., None]
    inside = far < chance.uniform(0.6, 0.85)
    return field(cloth + (blossom - cloth) * inside[..., None])


def botanical(u: Field, v: Field, chance: Random) -> Field:
    """Leaves and buds on stems, in two or three tones."""
    tones = colors(chance, 3)
    x, y, number = motifs(u, v, chance, chance.uniform(0.1, 0.3), 0.3)
    stem = (np.abs(y - 0.15 * np.sin(3 * x)) < 0.05) & (np.abs(x) < 0.8)
    side = np.abs(np.abs(y) - 0.25 - 0.2 * np.abs(np.sin(x * 6))) < 0.09
    cloth = tones[0]
    cloth = mix(cloth, tones[1], stem | (side & (np.abs(x) < 0.7)))
    bud = petals((x - 0.6) / 0.35, y / 0.35, 5, 0.5) > 0
    return mix(cloth, tones[2], bud & (number % 3 > 0))


def hibiscus(u: Field, v: Field, chance: Random) -> Field:
    """A few very large flowers with veins."""
    tones = colors(chance, 3)
    x, y, number = motifs(u, v, chance, chance.uniform(0.3, 0.55), 0.25)
    inside = petals(x / 0.9, y / 0.9, 5, 0.5)
    veins = 0.8 + 0.2 * np.cos(25 * np.arctan2(y, x))
    blossom = tones[1 + number % 2] * veins[..., None]
    cloth = tones[0]
    return field(cloth + (blossom - cloth) * (inside > 0)[..., None])


def leopard(u: Field, v: Field, chance: Random) -> Field:
    brown = chance.random() < 0.7
    tones = (
        np.array([[0.8, 0.62, 0.38], [0.15, 0.1, 0.07], [0.6, 0.4, 0.2]], np.float32) if brown else colors(chance, 3)
    )
    scale = chance.uniform(0.02, 0.06)
    hills = noise(u, v, chance, scale) + 0.5 * noise(u, v, chance, scale * 0.6)
    cloth = mix(tones[0], tones[2], hills > 0.9)
    return mix(cloth, tones[1], (hills > 0.45) & (hills < 0.9))


def camouflage(u: Field, v: Field, chance: Random) -> Field:
    greens = np.array([[0.35, 0.37, 0.22], [0.2, 0.22, 0.13], [0.55, 0.5, 0.35], [0.12, 0.12, 0.1]], np.float32)
    tones = greens if chance.random() < 0.6 else colors(chance, 4)
    scale = chance.uniform(0.05, 0.15)
    levels = [noise(u, v * 1.4, chance, scale) + 0.5 * noise(u, v, chance, scale / 3) for _ in range(3)]
    which = np.where(levels[0] > 0.5, 1, np.where(levels[1] > 0.4, 2, np.where(levels[2] > 0.7, 3, 0)))
    return field(tones[which])


def abstract(u: Field, v: Field, chance: Random) -> Field:
    """Waves bent by noise: zebra, marble, water."""
    tones = colors(chance, chance.randint(2, 4))
    bent = u * chance.uniform(0, 8) + v * chance.uniform(3, 12) + chance.uniform(1, 3) * noise(u, v, chance, 0.15)
    which = (np.floor(bent * len(tones) / 2)).astype(int) % len(tones)
    return field(tones[which])


def geometric(u: Field, v: Field, chance: Random) -> Field:
    """Triangles of several colours."""
    tones = colors(chance, chance.randint(3, 6))
    step = chance.uniform(0.06, 0.2)
    x, y = u / step, v / step
    half = (x % 1 + y % 1 > 1).astype(int)
    number = np.floor(x).astype(int) * 17 + np.floor(y).astype(int) * 29 + half * 11
    return field(tones[number * number % 101 % len(tones)])


def icons(u: Field, v: Field, chance: Random) -> Field:
    """Hearts, stars, crosses and drops, strewn."""
    tones = colors(chance, 3)
    x, y, number = motifs(u, v, chance, chance.uniform(0.08, 0.22), 0.3)
    x, y = x / 0.6, y / 0.6
    shapes = [
        (x * x + y * y - 0.4) ** 3 + x * x * y * y * y < 0, petals(x, y, 5, 1.3) > 0,
        np.minimum(np.abs(x), np.abs(y)) < 0.2, np.hypot(x / (0.45 - 0.35 * y), y) < 1,
    ]  # fmt: skip
    inside = shapes[chance.randrange(len(shapes))] & (np.hypot(x, y) < 1)
    return mix(tones[0], tones[1 + number % 2], inside)


def tie_dye(u: Field, v: Field, chance: Random) -> Field:
    tones = colors(chance, chance.randint(2, 4))
    x, y = u - chance.uniform(0.3, 0.7), v - chance.uniform(0.3, 0.9)
    round_ = np.hypot(x, y) * chance.uniform(1, 4) + np.arctan2(y, x) / (2 * np.pi) * chance.randint(0, 3)
    place = (round_ + 0.4 * noise(u, v, chance, 0.12)) % 1 * len(tones)
    first = np.floor(place).astype(int) % len(tones)
    return mix(tones[first], tones[(first + 1) % len(tones)], smooth(place % 1))


def emblem(u: Field, v: Field, chance: Random) -> Field:
    """One print on the chest: a word or two, a figure, or both."""
    tones = colors(chance, chance.randint(2, 4))
    picture = np.asarray(_picture(chance, len(tones) - 1))
    wide = chance.uniform(0.3, 0.65)
    x = (u - 0.5 - chance.uniform(-0.05, 0.05)) / wide + 0.5
    y = (v - chance.uniform(0.35, 0.55)) / wide + 0.5
    inside = (x >= 0) & (x < 1) & (y >= 0) & (y < 1)
    side = len(picture)
    which = picture[(np.clip(y, 0, 0.999) * side).astype(int), (np.clip(x, 0, 0.999) * side).astype(int)]
    return field(tones[np.where(inside, which, 0)])


def _picture(chance: Random, inks: int) -> Image.Image:
    """A print of 96 x 96, each place the number of its ink, 0 where there is none."""
    image = Image.new("L", (96, 96))
    pen = ImageDraw.Draw(image)
    kind = chance.random()
    if kind < 0.65:
        for _ in range(chance.randint(2, 9)):
            x, y, w, h = chance.uniform(15, 80), chance.uniform(15, 60), chance.uniform(5, 30), chance.uniform(5, 30)
            shape = chance.choice(["ellipse", "rectangle", "rounded_rectangle"])
            ink, rim = chance.randint(0, inks), chance.randint(1, inks)
            getattr(pen, shape)((x - w, y - h, x + w, y + h), fill=ink, outline=rim)
    if kind > 0.35:
        for line in range(chance.randint(1, 2)):
            word = "".join(chance.choice("ABCDEHKLMNORSTUWaeilnorstu") for _ in range(chance.randint(3, 9)))
            font = ImageFont.load_default(chance.uniform(14, 30))
            place = (48, chance.uniform(25, 70) if kind > 0.65 else 74 + 14 * line)
            pen.text(place, word, fill=chance.randint(1, inks), font=font, anchor="mm")
    return image
