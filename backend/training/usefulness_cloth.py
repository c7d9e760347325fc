"""Cloth drawn from its threads: what swatches show, and drawn close-ups with a seam, a button or a fold."""

from itertools import pairwise
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from backend.training.usefulness_canvas import Color, color, font, ink_on, page, shaded
from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]

_NAMES = ("NAVY", "Black", "01 WHITE", "Beige", "ホワイト", "ネイビー", "Col.09", "#12", "KHAKI", "Off white", "グレー")


def draw_cloth(chance: Random, width: int, height: int) -> Pixels:
    """Flat woven, knitted or printed cloth in one light (h, w, 3)."""
    noise = np.random.default_rng(chance.randrange(2**32))
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    first, second = np.array(color(chance), np.float32), np.array(color(chance), np.float32)
    share = _pattern(chance, noise, across, down)[..., None]
    cloth = first * (1 - share) + second * share
    grain = noise.normal(0, chance.choice([0, 2, 5, 9, 16]), (height, width)).astype(np.float32)
    reach = chance.choice([(1, 1), (1, 3), (5, 1), (2, 2)])
    return _clip(cloth + cv2.blur(grain, reach)[..., None] + _threads(chance, across, down)[..., None])


def _pattern(chance: Random, noise: np.random.Generator, across: Tones, down: Tones) -> Tones:
    """How much of the second colour there is at each point, 0 to 1 (h, w)."""
    kind, period = chance.random(), chance.uniform(6, 90)
    if kind < 0.36:
        return np.zeros_like(across)
    if kind < 0.42:  # a broken twill
        column = np.mod(np.floor(across / period), 2) * 2 - 1
        return np.asarray(np.mod(down + column * np.mod(across, period), period / 2) < period / 4, np.float32)
    if kind < 0.55:
        turn = chance.choice([0.0, np.pi / 2, np.pi / 4, chance.uniform(0, np.pi)])
        along = across * np.cos(turn) + down * np.sin(turn)
        return np.asarray(np.mod(along, period) < period * chance.uniform(0.15, 0.6), np.float32)
    if kind < 0.68:
        wide = period * chance.uniform(0.2, 0.6)
        return ((np.mod(across, period) < wide) * 0.5 + (np.mod(down, period) < wide) * 0.5).astype(np.float32)
    if kind < 0.78:
        radius = period * chance.uniform(0.12, 0.4)
        return (np.hypot(np.mod(across, period) - period / 2, np.mod(down, period) - period / 2) < radius).astype(
            np.float32
        )
    cells = (max(2, int(across.shape[0] / period)), max(2, int(across.shape[1] / period)))
    blobs = cv2.resize(noise.normal(0, 1, cells).astype(np.float32), across.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(blobs > chance.uniform(-0.3, 0.8) if chance.random() < 0.6 else np.clip(blobs, 0, 1), np.float32)


def _threads(chance: Random, across: Tones, down: Tones) -> Tones:
    """Lightness steps of a weave, a rib or a knit (h, w); flat as often as not."""
    if chance.random() < 0.35:
        return np.zeros_like(across)
    strength, period = chance.uniform(3, 26), chance.uniform(3, 22)
    kind = chance.random()
    if kind < 0.35:
        wave = np.sin(across * 2 * np.pi / period) * np.sin(down * 2 * np.pi / period)
    elif kind < 0.6:
        wave = np.sin((across + down * chance.choice([-1, 0, 1])) * 2 * np.pi / period)
    else:
        wave = np.sin(down * 2 * np.pi / period + 2 * np.abs(np.sin(across * np.pi / period)))
    return np.asarray(wave * strength, np.float32)


def draw_swatch(chance: Random) -> Pixels:
    """One flat colour or cloth, a sample with pinked edges, or a card of several (h, w, 3)."""
    kind = chance.random()
    if kind < 0.12:
        image, _ = page(chance)
        return np.asarray(Image.new("RGB", image.size, color(chance)))
    if kind < 0.5:
        pixels = draw_cloth(chance, chance.randint(120, 480), chance.randint(120, 480))
        return _named(pixels, chance) if chance.random() < 0.35 else pixels
    if kind < 0.6:
        return _sample(chance)
    return _card(chance) if kind < 0.88 else _arranged(chance)


def _named(pixels: Pixels, chance: Random) -> Pixels:
    """A strip with the colour's name."""
    image = Image.fromarray(pixels)
    tall = max(14, int(image.height * chance.uniform(0.08, 0.2)))
    pen, strip = ImageDraw.Draw(image), chance.choice([(255, 255, 255), (20, 20, 20), (240, 240, 236)])
    top = chance.choice([0, image.height - tall])
    pen.rectangle([0, top, image.width, top + tall], fill=strip)
    pen.text((8, top + tall * 0.15), chance.choice(_NAMES), fill=ink_on(strip), font=font(chance, int(tall * 0.6)))
    return np.asarray(image)


def _sample(chance: Random) -> Pixels:
    """A piece of cloth cut with pinking shears, lying on a ground."""
    image, _ = page(chance)
    width, height = image.size
    cloth = Image.fromarray(draw_cloth(chance, width, height))
    left, top = width * chance.uniform(0.06, 0.25), height * chance.uniform(0.06, 0.25)
    tooth = chance.uniform(0, 0.03) * min(width, height)
    count = chance.randint(12, 40)
    edge = [
        (left + x * (width - 2 * left) + shift * tooth, top + y * (height - 2 * top) + shift * tooth)
        for number in range(4 * count)
        for x, y, shift in [_around(number / count, (-1) ** number)]
    ]
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).polygon(edge, fill=255)
    turn = chance.gauss(0, 8)
    image.paste(cloth, (0, 0), mask.rotate(turn))
    return np.asarray(image)


def _arranged(chance: Random) -> Pixels:
    """Equal pieces of several colours in a ring, a stair, a fan or a pile."""
    image, _ = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    count, kind, turn = chance.randint(3, 12), chance.random(), chance.uniform(0, 2 * np.pi)
    wide, tall = width * chance.uniform(0.05, 0.2), height * chance.uniform(0.1, 0.35)
    for number in range(count):
        way = turn + number / count * chance.choice([1.5, 2 * np.pi])
        if kind < 0.5:
            far, near = min(width, height) * 0.48, min(width, height) * 0.12
            edge = [
                (width / 2 + reach * np.cos(way + side), height / 2 + reach * np.sin(way + side))
                for reach, side in ((near, 0), (far, 0), (far, 2.5 / count), (near, 2.5 / count))
            ]
        else:
            x, y = (0.08 + 0.84 * number / count) * width, (0.1 + 0.6 * number / count * (kind < 0.75)) * height
            edge = [(x, y), (x + wide, y + tall * 0.2), (x + wide, y + tall), (x, y + tall)]
        pen.polygon(edge, fill=color(chance), outline=chance.choice([None, (255, 255, 255)]))
    return np.asarray(image)


def _around(way: float, shift: int) -> tuple[float, float, int]:
    side, share = int(way), way % 1
    return [(share, 0.0, shift), (1.0, share, shift), (1 - share, 1.0, shift), (0.0, 1 - share, shift)][side % 4]


def _card(chance: Random) -> Pixels:
    """Chips of the colours there are, in rows, round or square, with or without names."""
    image, ground = page(chance)
    width, height = image.size
    columns, rows = chance.choice([(3, 1), (5, 1), (8, 1), (2, 2), (3, 3), (4, 2), (6, 4), (5, 6), (1, 4), (2, 1)])
    pen = ImageDraw.Draw(image)
    wide, tall = width / columns, height / rows
    gap, round_chips = chance.uniform(0, 0.3), chance.random() < 0.4
    named = chance.random() < 0.5
    woven = chance.random() < 0.4
    size = max(9, int(min(wide, tall) * 0.13))
    near = color(chance)
    for row in range(rows):
        for column in range(columns):
            box = [
                (column + gap / 2) * wide, (row + gap / 2) * tall,
                (column + 1 - gap / 2) * wide, (row + 1 - gap / 2 - 0.18 * named) * tall,
            ]  # fmt: skip
            fill = color(chance) if chance.random() < 0.8 else shaded(near, chance.uniform(0.6, 1.3))
            if woven and not round_chips:
                part = draw_cloth(chance, max(4, int(box[2] - box[0])), max(4, int(box[3] - box[1])))
                image.paste(Image.fromarray(part), (int(box[0]), int(box[1])))
            else:
                (pen.ellipse if round_chips else pen.rectangle)(box, fill=fill)
            if named:
                pen.text((box[0] + 2, box[3] + 2), chance.choice(_NAMES), fill=ink_on(ground), font=font(chance, size))
    return np.asarray(image)


def draw_close_up(chance: Random) -> Pixels:
    """Cloth seen near, in folds and in uneven light, with a seam, buttons, a zip or a pocket's edge (h, w, 3)."""
    side = chance.randint(180, 420)
    pixels = draw_cloth(chance, side, side).astype(np.float32)
    noise = np.random.default_rng(chance.randrange(2**32))
    rough = noise.normal(0, chance.uniform(8, 55), (chance.randint(2, 9), chance.randint(2, 9))).astype(np.float32)
    pixels += cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC)[..., None]
    image = Image.fromarray(_clip(pixels))
    pen = ImageDraw.Draw(image)
    tone = shaded(_mean(pixels), chance.choice([0.5, 0.7, 1.4]))
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        _seam(chance, pen, side, tone)
    _fastener(chance, pen, side)
    return np.asarray(image)


def _seam(chance: Random, pen: ImageDraw.ImageDraw, side: int, tone: Color) -> None:
    start, end, bend = (chance.uniform(0, side) for _ in range(3))
    steps = [step / 24 for step in range(25)]
    path = [((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t * t * end, t * side) for t in steps]
    if chance.random() < 0.5:
        path = [(y, x) for x, y in path]
    pen.line(path, fill=tone, width=chance.choice([1, 2, 4, 8]))
    if chance.random() < 0.5:
        for (x, y), (u, v) in list(pairwise(path))[::2]:
            pen.line([(x + 7, y + 7), (u + 7, v + 7)], fill=tone, width=2)


def _fastener(chance: Random, pen: ImageDraw.ImageDraw, side: int) -> None:
    kind, x = chance.random(), side * chance.uniform(0.3, 0.7)
    tone = color(chance)
    if kind < 0.3:
        radius = side * chance.uniform(0.04, 0.12)
        for number in range(chance.randint(1, 3)):
            y = side * (0.2 + 0.3 * number)
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tone, outline=shaded(tone, 0.6), width=3)
            for dx, dy in ((-0.3, -0.3), (0.3, -0.3), (-0.3, 0.3), (0.3, 0.3)):
                at = (x + dx * radius, y + dy * radius)
                pen.ellipse([at[0] - 2, at[1] - 2, at[0] + 2, at[1] + 2], fill=(30, 30, 30))
    elif kind < 0.5:
        step = max(4, side // 40)
        for y in range(0, side, step):
            pen.rectangle([x - step, y, x + step, y + step // 2], fill=tone)


def _mean(pixels: Tones) -> Color:
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    return round(float(red)), round(float(green)), round(float(blue))


def _clip(values: Tones) -> Pixels:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
