"""More advertisements: lettering over photos, posters of words alone, pages of blocks, prices, seasons, notices."""

import math
from collections.abc import Callable, Sequence
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.big_letters import a_shout, set_big
from backend.training.usefulness.blocks import draw_blocks
from backend.training.usefulness.canvas import Color, color, font, ink_on, shaded
from backend.training.usefulness.grounds import fitted
from backend.training.usefulness.lettering import a_line, set_words
from backend.training.usefulness.scenery import draw_scenery
from backend.vision.images import Pixels

_SIZES = (
    (1.0, 1.0),
    (1.0, 0.33),
    (1.0, 0.5),
    (1.0, 0.62),
    (1.0, 0.75),
    (0.8, 1.0),
    (0.7, 1.0),
    (0.56, 1.0),
    (0.4, 1.0),
)


def draw_campaign(chance: Random, photos: Sequence[Pixels]) -> Pixels:
    """One of these advertisements, some with `photos` in them (h, w, 3)."""
    side, (wide, tall) = chance.randint(300, 620), chance.choice(_SIZES)
    width, height = round(side * wide), round(side * tall)
    make = chance.choice(_MAKERS)
    return np.asarray(make(chance, photos, max(120, width), max(110, height)).convert("RGB"))


def _over_a_photo(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A photo or a place with large letters across it, and small ones somewhere."""
    behind = chance.choice(photos) if chance.random() < 0.75 else draw_scenery(chance)
    image = fitted(behind, width, height)
    if chance.random() < 0.35:
        image = Image.blend(image, Image.new("RGB", image.size, color(chance)), chance.uniform(0.1, 0.5))
    ink = chance.choice([(255, 255, 255), (255, 255, 255), (15, 15, 15), color(chance)])
    rows, top = chance.choice([1, 1, 2, 3]), height * chance.uniform(0.05, 0.6)
    tall = min(height * chance.uniform(0.14, 0.4), (height * 0.97 - top) / rows)
    for row in range(rows):
        place = (
            width * chance.uniform(-0.04, 0.1),
            top + row * tall,
            width * chance.uniform(0.75, 1.04),
            top + (row + 0.9) * tall,
        )
        set_big(chance, image, place, a_shout(chance), ink)
    if chance.random() < 0.6:
        _small(chance, image, (width * chance.uniform(0.05, 0.5), height * chance.choice([0.04, 0.9])), ink)
    return image


def _small(chance: Random, image: Image.Image, at: tuple[float, float], ink: Color) -> None:
    text = a_line(chance)
    ImageDraw.Draw(image).text(at, text, fill=ink, font=font(chance, max(10, round(min(image.size) * 0.045)), text))


def _split(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """Words on a colour at one side, a photo at the other; the edge straight, slanting or round."""
    ground = chance.choice([color(chance), (250, 248, 244), (20, 20, 22)])
    image = Image.new("RGB", (width, height), ground)
    photo = fitted(chance.choice(photos), width, height)
    mask, share, lying = Image.new("L", (width, height), 0), chance.uniform(0.35, 0.65), height > width
    pen, lean = ImageDraw.Draw(mask), chance.choice([0.0, 0.0, 0.12])
    if chance.random() < 0.15:
        pen.ellipse([width * share, -height * 0.2, width * 1.5, height * 1.2], fill=255)
    elif lying:
        pen.polygon(
            [(0, height * (share - lean)), (width, height * (share + lean)), (width, height), (0, height)], fill=255
        )
    else:
        pen.polygon(
            [(width * (share + lean), 0), (width, 0), (width, height), (width * (share - lean), height)], fill=255
        )
    flipped = chance.random() < 0.5
    image.paste(photo, (0, 0), mask.transpose(Image.Transpose.ROTATE_180) if flipped else mask)
    inner = (0.06, 0.08, 0.94, share - lean - 0.02) if lying else (0.05, 0.15, share - lean - 0.03, 0.88)
    if flipped:
        inner = (1 - inner[2], 1 - inner[3], 1 - inner[0], 1 - inner[1])
    set_words(chance, image, (width * inner[0], height * inner[1], width * inner[2], height * inner[3]), ground)
    return image


def _words_alone(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A poster: one to six lines that fill it, in one ink or several, on a colour, a slope, a texture, in the dark."""
    del photos
    dark = chance.random() < 0.3
    ground = chance.choice([(12, 12, 16), (20, 24, 40), (40, 40, 38)]) if dark else color(chance)
    image = Image.new("RGB", (width, height), ground)
    if chance.random() < 0.3:
        image = Image.fromarray(
            (np.asarray(draw_ground(chance, width, height)) * (0.3 if dark else 1)).astype(np.uint8)
        )
        ground = image.resize((1, 1)).getpixel((0, 0))  # type: ignore[assignment]
    _strewn(chance, image, chance.choice([0, 0, 0, 5, 40]))
    rows, glow = chance.randint(1, 6), chance.random() < (0.5 if dark else 0.05)
    inks = [ink_on(ground), ink_on(ground), color(chance)]
    weights = [chance.choice([1.0, 1.0, 0.35]) for _ in range(rows)]
    rim, top = height * chance.uniform(0.03, 0.2), 0.0
    room = height - 2 * rim
    for weight in weights:
        tall = room * weight / sum(weights)
        text = a_shout(chance) if weight == 1.0 else a_line(chance)
        place = (width * 0.06, rim + top, width * 0.94, rim + top + tall * 0.86)
        set_big(chance, image, place, text, (color(chance) if dark and glow else chance.choice(inks)), glow=glow)
        top += tall
    return image


def _strewn(chance: Random, image: Image.Image, count: int) -> None:
    """Confetti, snow, hearts, stars, leaves, bubbles: one sort, many times."""
    pen, (width, height), kind, tones = (
        ImageDraw.Draw(image),
        image.size,
        chance.randrange(5),
        [color(chance) for _ in range(3)],
    )
    largest = min(width, height) * (0.12 if count < 10 else 0.035)
    for _ in range(count):
        x, y, r, tone = (
            width * chance.random(),
            height * chance.random(),
            largest * chance.uniform(0.3, 1),
            chance.choice(tones),
        )
        if kind == 0:
            pen.ellipse([x - r, y - r, x + r, y + r], fill=tone)
        elif kind == 1:
            pen.ellipse([x - r, y - r, x + r, y + r], outline=tone, width=2)
        elif kind == 2:
            pen.polygon(
                [
                    (x, y + r),
                    (x - r, y - r * 0.2),
                    (x - r * 0.5, y - r * 0.8),
                    (x, y - r * 0.3),
                    (x + r * 0.5, y - r * 0.8),
                    (x + r, y - r * 0.2),
                ],
                fill=tone,
            )
        else:
            points = 2 * (5 if kind == 3 else 2)
            star = [
                (
                    x + r * (1 if n % 2 else 0.4) * math.sin(n * math.tau / points),
                    y + r * (1 if n % 2 else 0.4) * math.cos(n * math.tau / points),
                )
                for n in range(points)
            ]
            pen.polygon(star, fill=tone)


def _price(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A very large figure with its sign, bursts, ribbons across a corner, a thing at the side."""
    image = Image.new("RGB", (width, height), ground := color(chance))
    if chance.random() < 0.4:
        mask = Image.radial_gradient("L").resize((width, height))
        image = Image.composite(Image.new("RGB", image.size, shaded(ground, 0.55)), image, mask)
    _strewn(chance, image, chance.choice([0, 0, 30]))
    if photos and chance.random() < 0.4:
        part = fitted(chance.choice(photos), round(width * 0.4), round(height * 0.8))
        image.paste(part, (round(width * chance.choice([0.02, 0.57])), round(height * 0.1)))
    figure = chance.choice(
        [
            f"{chance.randint(1, 9) * 10}%",
            f"¥{chance.randint(1, 9)}00",
            "1+1",
            f"-{chance.randint(10, 80)}%",
            "0円",
            f"${chance.randint(5, 50)}",
            f"{chance.randint(2, 9)}割引",
            "2×1",
        ]
    )
    set_big(
        chance,
        image,
        (width * 0.08, height * 0.2, width * 0.92, height * 0.7),
        figure,
        ink_on(ground) if chance.random() < 0.6 else color(chance),
    )
    pen = ImageDraw.Draw(image)
    if chance.random() < 0.35:
        reach, tone = min(width, height) * chance.uniform(0.25, 0.5), color(chance)
        pen.polygon([(0, reach * 0.55), (reach * 0.55, 0), (reach, 0), (0, reach)], fill=tone)
    set_words(chance, image, (width * 0.1, height * 0.72, width * 0.9, height * 0.97), ground)
    return image


def _season(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A wreath, a border, rays or waves of simple shapes around a few words."""
    del photos
    ground = color(chance)
    image = Image.new("RGB", (width, height), ground)
    pen, tones, kind = ImageDraw.Draw(image), [color(chance) for _ in range(3)], chance.random()
    unit = min(width, height)
    if kind < 0.5:  # along the edge of a ring or of the picture
        for number in range(count := chance.randint(14, 60)):
            way = number / count * math.tau
            x, y = width / 2 + width * 0.46 * math.cos(way), height / 2 + height * 0.46 * math.sin(way)
            r = unit * chance.uniform(0.03, 0.1)
            pen.ellipse([x - r, y - r * chance.uniform(0.4, 1), x + r, y + r], fill=chance.choice(tones))
    else:  # waves from below or above
        for number, tone in enumerate(tones):
            level = height * (0.7 + 0.1 * number)
            line = [(x, level + unit * 0.05 * math.sin(x / width * 9 + number * 2)) for x in range(0, width + 8, 8)]
            pen.polygon([*line, (width, height), (0, height)], fill=tone)
        if chance.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    place = (width * 0.18, height * (0.3 if kind < 0.5 else 0.12), width * 0.82, height * 0.72)
    set_words(chance, image, place, ground)
    return image


def _notice(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """When the shop rests, what sending costs, how to join: a headline on a bar, boxes with words and figures."""
    del photos
    ground = chance.choice([(255, 255, 255), (250, 246, 236), color(chance)])
    image = Image.new("RGB", (width, height), ground)
    pen, bar, tall = ImageDraw.Draw(image), color(chance), height * chance.uniform(0.16, 0.3)
    pen.rectangle([0, 0, width, tall], fill=bar)
    set_big(chance, image, (width * 0.06, tall * 0.18, width * 0.94, tall * 0.85), a_shout(chance), ink_on(bar))
    columns, rows = chance.choice([(1, 1), (1, 2), (2, 1), (3, 1), (2, 2)])
    wide, high, card = width / columns, (height - tall) / rows, shaded(ground, chance.choice([1.0, 0.93, 0.85]))
    for number in range(columns * rows):
        x, y = number % columns * wide, tall + number // columns * high
        box = (x + wide * 0.06, y + high * 0.08, x + wide * 0.94, y + high * 0.92)
        pen.rounded_rectangle(
            box, chance.choice([0, 10]), fill=card, outline=bar if chance.random() < 0.4 else None, width=3
        )
        set_words(chance, image, (box[0] + 8, box[1] + high * 0.1, box[2] - 8, box[3]), card)
    return image


def _veil(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A mesh of soft colours or a photo out of focus, and a card with words, or words alone, in its middle."""
    cells = np.array([[color(chance) for _ in range(chance.randint(2, 4))] for _ in range(1)], np.uint8)
    cells = np.concatenate([cells, cells[:, ::-1]])
    image = Image.fromarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC))
    if chance.random() < 0.4:
        image = fitted(chance.choice(photos), width, height).filter(ImageFilter.GaussianBlur(chance.uniform(4, 16)))
    ground: Color | None = None
    place = (width * 0.14, height * 0.22, width * 0.86, height * 0.82)
    if chance.random() < 0.6:
        ground = chance.choice([(255, 255, 255), (20, 20, 20), color(chance)])
        sheet = Image.new("RGB", image.size, ground)
        mask = Image.new("L", image.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle(place, chance.choice([0, 18]), fill=chance.choice([255, 255, 190]))
        image.paste(sheet, (0, 0), mask)
    set_words(chance, image, (place[0] + 10, place[1] + 10, place[2] - 10, place[3] - 6), ground)
    return image


_MAKERS: tuple[Callable[[Random, Sequence[Pixels], int, int], Image.Image], ...] = (
    _over_a_photo, _over_a_photo, _over_a_photo, _split, _split, _words_alone, _words_alone, draw_blocks, draw_blocks,
    _price, _season, _notice, _veil,
)  # fmt: skip
