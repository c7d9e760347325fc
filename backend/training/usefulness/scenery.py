"""Places without people: rooms, skies over hills or water, towns, leaves, tables; softened like photos or flat."""

import math
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import Color, color, shaded
from backend.training.usefulness.skins import hills
from backend.vision.images import Pixels

Tones = npt.NDArray[np.float32]


def draw_scenery(chance: Random) -> Pixels:
    """A place, drawn flat or softened and grained like a photo (h, w, 3)."""
    width, height = chance.randint(300, 600), chance.randint(240, 560)
    image = chance.choice((_room, _room, _outdoors, _outdoors, _town, _foliage, _table_top))(chance, width, height)
    if chance.random() < 0.5:
        return np.asarray(image)
    noise = np.random.default_rng(chance.randrange(2**32))
    grain = hills(noise, width, height, 2, 2) * chance.uniform(0, 9) + hills(
        noise, width, height, 90, 90
    ) * chance.uniform(0, 20)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 4)))).astype(np.float32)
    return np.clip(soft + grain[..., None], 0, 255).astype(np.uint8)


def _sky(chance: Random, width: int, height: int) -> Image.Image:
    """From one colour to another downwards, over a third now and then, with clouds or without."""
    sky: tuple[Color, ...] = (
        (120, 170, 220),
        (200, 220, 240),
        (250, 190, 120),
        (240, 120, 90),
        (40, 50, 90),
        (250, 240, 220),
    )
    tones = np.stack(
        [
            np.array(chance.choice(sky) if chance.random() < 0.7 else color(chance))
            for _ in range(chance.choice([2, 2, 3]))
        ]
    )
    column = cv2.resize(tones[:, None].astype(np.float32), (1, height), interpolation=cv2.INTER_LINEAR)
    values = np.repeat(column.reshape(height, 1, 3), width, 1)
    if chance.random() < 0.5:
        noise = np.random.default_rng(chance.randrange(2**32))
        cloud = np.clip(hills(noise, width, height, 90, 30) + 0.4 * hills(noise, width, height, 24, 10), 0, 2) / 2
        values = values + (np.array([250, 248, 245]) - values) * cloud[..., None] * chance.uniform(0.3, 0.9)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _ridge(
    chance: Random, noise: np.random.Generator, width: int, level: float, rough: float
) -> list[tuple[float, float]]:
    """A skyline of hills: waves over waves, from the left edge to the right one."""
    line = np.full(width, level)
    for number in range(5):
        across = np.linspace(0, math.tau * 2**number * chance.uniform(0.3, 1), width)
        line += noise.normal(0, rough / 2**number) * np.sin(across + number)
    return [(float(x), float(y)) for x, y in enumerate(line)]


def _outdoors(chance: Random, width: int, height: int) -> Image.Image:
    """Hills behind hills, a field, sand or water below a sky; the sun, trees, a path."""
    image, noise = _sky(chance, width, height), np.random.default_rng(chance.randrange(2**32))
    pen = ImageDraw.Draw(image)
    if chance.random() < 0.5:
        x, y, radius = width * chance.random(), height * chance.uniform(0.1, 0.5), height * chance.uniform(0.03, 0.14)
        pen.ellipse(
            [x - radius, y - radius, x + radius, y + radius], fill=chance.choice([(255, 250, 220), (255, 170, 80)])
        )
    tone, level = color(chance), height * chance.uniform(0.35, 0.65)
    for number in range(chance.randint(1, 5)):
        line = _ridge(chance, noise, width, level, height * chance.uniform(0.0, 0.06))
        pen.polygon([*line, (width, height), (0, height)], fill=shaded(tone, 1.3 - 0.2 * number))
        level += height * chance.uniform(0.05, 0.18)
    if chance.random() < 0.4:  # water: broken bright lines
        for _ in range(60):
            y = chance.uniform(level * 0.8, height)
            x, long = chance.uniform(0, width), width * chance.uniform(0.02, 0.15)
            pen.line([x, y, x + long, y], fill=shaded(tone, chance.uniform(0.8, 1.7)), width=chance.choice([1, 2]))
    for _ in range(chance.choice([0, 0, 3, 8])):
        x, foot, tall = width * chance.random(), height * chance.uniform(0.6, 0.95), height * chance.uniform(0.08, 0.35)
        _tree(chance, pen, x, foot, tall)
    return image


def _tree(chance: Random, pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    green = chance.choice([(60, 110, 60), (110, 140, 70), (180, 120, 50), (40, 70, 60), color(chance)])
    pen.rectangle([x - tall * 0.03, foot - tall * 0.5, x + tall * 0.03, foot], fill=(90, 66, 50))
    if chance.random() < 0.4:
        pen.polygon(
            [(x - tall * 0.25, foot - tall * 0.2), (x + tall * 0.25, foot - tall * 0.2), (x, foot - tall)], fill=green
        )
        return
    for _ in range(chance.choice([1, 5, 12])):
        u, v, r = (
            x + tall * chance.gauss(0, 0.12),
            foot - tall * chance.uniform(0.5, 0.9),
            tall * chance.uniform(0.1, 0.25),
        )
        pen.ellipse([u - r, v - r, u + r, v + r], fill=shaded(green, chance.uniform(0.8, 1.2)))


def _town(chance: Random, width: int, height: int) -> Image.Image:
    """Houses in a row or behind each other, windows, doors, awnings, a street."""
    image = _sky(chance, width, height)
    pen, foot, x = ImageDraw.Draw(image), height * chance.uniform(0.7, 0.95), -20.0
    while x < width:
        wide, top, wall = width * chance.uniform(0.1, 0.45), height * chance.uniform(0.05, 0.55), color(chance)
        pen.rectangle([x, top, x + wide, foot], fill=wall)
        if chance.random() < 0.3:
            pen.polygon([(x - 6, top), (x + wide + 6, top), (x + wide / 2, top - wide * 0.35)], fill=shaded(wall, 0.6))
        columns, glass = chance.randint(1, 5), chance.choice([shaded(wall, 0.5), (250, 235, 170), (190, 215, 230)])
        step = wide / columns
        y = top + step * 0.3
        while y + step * 0.8 < foot:
            for number in range(columns):
                left = x + (number + 0.25) * step
                pen.rectangle([left, y, left + step * 0.5, y + step * chance.choice([0.6, 0.6, 0.7])], fill=glass)
            y += step * 1.1
        if chance.random() < 0.4:
            y, bars = foot - height * 0.2, 8
            for number in range(bars):
                pen.rectangle([x + wide * number / bars, y, x + wide * (number + 1) / bars, y + height * 0.06],
                              fill=(250, 250, 250) if number % 2 else color(chance))  # fmt: skip
        x += wide * chance.uniform(0.7, 1.1)
    pen.rectangle([0, foot, width, height], fill=color(chance))
    return image


def _room(chance: Random, width: int, height: int) -> Image.Image:
    """Two or three walls, a floor, a window or a picture, and furniture of boxes, cushions and lamps."""
    wall, floor = color(chance), chance.choice([(176, 136, 96), (210, 200, 188), (120, 96, 80), color(chance)])
    image = Image.new("RGB", (width, height), wall)
    if chance.random() < 0.5:
        image = Image.fromarray(draw_ground(chance, width, height))
    pen, foot = ImageDraw.Draw(image), height * chance.uniform(0.62, 0.85)
    pen.rectangle([0, foot, width, height], fill=floor)
    corner = width * chance.choice([chance.uniform(0.1, 0.35), 0.0])
    pen.polygon([(0, 0), (corner, height * 0.08), (corner, foot), (0, height)], fill=shaded(wall, 0.8))
    for number in range(0, chance.choice([0, 8, 14])):
        pen.line(
            [width * (number / 7 - 0.5), height, width * (0.25 + number / 28), foot], fill=shaded(floor, 0.85), width=2
        )
    for _ in range(chance.randint(0, 3)):  # windows, mirrors, pictures
        left, top = width * chance.uniform(0.1, 0.7), height * chance.uniform(0.05, 0.3)
        wide, tall = width * chance.uniform(0.1, 0.3), height * chance.uniform(0.15, 0.35)
        pen.rectangle(
            [left, top, left + wide, top + tall],
            fill=color(chance),
            outline=shaded(wall, 0.5),
            width=chance.choice([2, 5, 9]),
        )
        if chance.random() < 0.5:
            pen.line([left + wide / 2, top, left + wide / 2, top + tall], fill=shaded(wall, 0.5), width=4)
    for _ in range(chance.randint(1, 5)):
        chance.choice((_sofa, _cupboard, _lamp, _pot))(
            chance,
            pen,
            width * chance.uniform(0.1, 0.8),
            height * chance.uniform(0.78, 0.97),
            height * chance.uniform(0.2, 0.5),
        )
    return image


def _sofa(chance: Random, pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    tone, wide = color(chance), tall * chance.uniform(0.9, 2.2)
    pen.rounded_rectangle([x, foot - tall * 0.7, x + wide, foot - tall * 0.1], tall * 0.1, fill=shaded(tone, 0.9))
    pen.rounded_rectangle(
        [x - tall * 0.08, foot - tall * 0.45, x + tall * 0.12, foot - tall * 0.08], tall * 0.06, fill=tone
    )
    pen.rounded_rectangle([x, foot - tall * 0.36, x + wide, foot - tall * 0.1], tall * 0.05, fill=shaded(tone, 1.1))
    for side in (0.05, 0.9):
        pen.rectangle([x + wide * side, foot - tall * 0.1, x + wide * side + 6, foot], fill=(60, 46, 40))


def _cupboard(chance: Random, pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    tone, wide, rows = color(chance), tall * chance.uniform(0.5, 1.3), chance.randint(1, 5)
    pen.rectangle([x, foot - tall, x + wide, foot], fill=tone, outline=shaded(tone, 0.6), width=3)
    for row in range(rows):
        y = foot - tall + row * tall / rows
        pen.line([x, y, x + wide, y], fill=shaded(tone, 0.6), width=3)
        for _ in range(chance.choice([0, 0, 2, 4])):
            left, high = x + wide * chance.uniform(0.05, 0.8), tall / rows * chance.uniform(0.3, 0.8)
            pen.rectangle([left, y + tall / rows - high, left + wide * 0.1, y + tall / rows], fill=color(chance))


def _lamp(chance: Random, pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    shade, half = chance.choice([(250, 240, 210), color(chance)]), tall * 0.18
    pen.line([x, foot, x, foot - tall], fill=(50, 50, 50), width=4)
    pen.polygon([(x - half, foot - tall * 0.75), (x + half, foot - tall * 0.75), (x + half * 0.6, foot - tall * 1.1),
                 (x - half * 0.6, foot - tall * 1.1)], fill=shade)  # fmt: skip
    pen.ellipse([x - half * 0.7, foot - 5, x + half * 0.7, foot + 5], fill=(50, 50, 50))


def _pot(chance: Random, pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    """A vase with twigs or leaves in it."""
    tone, green = color(chance), chance.choice([(70, 120, 70), (120, 140, 90), color(chance)])
    for _ in range(chance.randint(4, 16)):
        u, v = x + tall * chance.gauss(0, 0.22), foot - tall * chance.uniform(0.5, 1.0)
        pen.line([x, foot - tall * 0.3, u, v], fill=shaded(green, 0.7), width=2)
        pen.ellipse(
            [u - tall * 0.06, v - tall * 0.1, u + tall * 0.06, v + tall * 0.1],
            fill=shaded(green, chance.uniform(0.7, 1.3)),
        )
    pen.polygon([(x - tall * 0.16, foot - tall * 0.35), (x + tall * 0.16, foot - tall * 0.35), (x + tall * 0.11, foot),
                 (x - tall * 0.11, foot)], fill=tone)  # fmt: skip


def _foliage(chance: Random, width: int, height: int) -> Image.Image:
    """Leaves, petals or pebbles over each other, larger in front."""
    image = Image.fromarray(draw_ground(chance, width, height))
    pen, tone, slim = (
        ImageDraw.Draw(image),
        chance.choice([(70, 120, 60), (160, 150, 140), color(chance)]),
        chance.uniform(0.25, 1),
    )
    for number in range(chance.randint(15, 160)):
        x, y, long = width * chance.random(), height * chance.random(), min(width, height) * chance.uniform(0.03, 0.16)
        way = chance.uniform(0, math.tau)
        ring = [(long * math.cos(t), long * slim * math.sin(t)) for t in np.linspace(0, math.tau, 18)]
        leaf = [(x + u * math.cos(way) - v * math.sin(way), y + u * math.sin(way) + v * math.cos(way)) for u, v in ring]
        pen.polygon(leaf, fill=shaded(tone, 0.5 + 0.8 * number / 160 + chance.uniform(0, 0.3)))
        if slim < 0.6:
            pen.line([leaf[0], leaf[9]], fill=shaded(tone, 0.5), width=1)
    return image


def _table_top(chance: Random, width: int, height: int) -> Image.Image:
    """Round and square things on a table, seen from above: cups, plates, books, a phone."""
    image = Image.fromarray(draw_ground(chance, width, height))
    pen = ImageDraw.Draw(image)
    for _ in range(chance.randint(2, 7)):
        x, y, r, tone = (
            width * chance.random(),
            height * chance.random(),
            min(width, height) * chance.uniform(0.08, 0.25),
            color(chance),
        )
        pen.ellipse([x - r + 6, y - r + 8, x + r + 6, y + r + 8], fill=(60, 56, 52)) if chance.random() < 0.3 else None
        if chance.random() < 0.6:
            for share, lit in ((1.0, 1.0), (0.85, 0.85), (0.7, 1.15)):
                pen.ellipse([x - r * share, y - r * share, x + r * share, y + r * share], fill=shaded(tone, lit))
        else:
            pen.rounded_rectangle(
                [x - r, y - r * 1.4, x + r, y + r * 1.4], r * 0.1, fill=tone, outline=shaded(tone, 0.6), width=3
            )
    return image
