"""Swatches and textures: cloth that fills the picture, pieces of it, and cards of the colours there are."""

from collections.abc import Callable
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.usefulness.canvas import Color, Place, color, ink_on, page, shaded, write
from backend.training.usefulness.cloth import draw_cloth
from backend.vision.images import Pixels

_NAMES = (
    "NAVY", "Black", "01 WHITE", "Beige", "ホワイト", "ネイビー", "Col.09", "#12", "KHAKI", "Off white", "グレー",
    "19-4052", "C: 60 M: 20", "Dusty rose", "ミント", "チャコール", "#A3B18A", "31", "sand",
)  # fmt: skip
_HEADS = (
    "COLOUR CARD",
    "Colors",
    "カラー見本",
    "生地サンプル",
    "FABRIC",
    "Shades",
    "Collection 26",
    "カラー展開",
    "Linen 100%",
)

_GRIDS = ((1, 1), (2, 1), (3, 1), (5, 1), (8, 1), (1, 4), (1, 6), (2, 2), (3, 3), (4, 2), (6, 4), (5, 6))


def draw_swatch(chance: Random) -> Pixels:
    """One flat colour or cloth, a sample on a ground, or several colours on a card, a pile, a stair (h, w, 3)."""
    makers: tuple[tuple[float, Callable[[Random], Image.Image]], ...] = (
        (0.1, _one_colour), (0.3, _cloth), (0.1, _named), (0.12, _piece), (0.22, _card), (0.08, _bars),
        (0.08, _arranged),
    )  # fmt: skip
    ((_, make),) = chance.choices(makers, [share for share, _ in makers])
    return np.asarray(make(chance).convert("RGB"))


def _one_colour(chance: Random) -> Image.Image:
    """One colour, or two that share the picture."""
    image = Image.new("RGB", (chance.randint(60, 500), chance.randint(60, 500)), color(chance))
    if chance.random() < 0.2:
        edges = [(0, 0), (image.width, 0), (chance.choice([0, image.width]), image.height)]
        ImageDraw.Draw(image).polygon(edges, fill=color(chance))
    if chance.random() < 0.3:
        rim = chance.choice([(255, 255, 255), (230, 230, 230), (40, 40, 40)])
        ImageDraw.Draw(image).rectangle([0, 0, image.width - 1, image.height - 1], outline=rim, width=6)
    return image


def _cloth(chance: Random) -> Image.Image:
    return Image.fromarray(draw_cloth(chance, chance.randint(120, 480), chance.randint(120, 480)))


def _named(chance: Random) -> Image.Image:
    """Cloth with its name on a strip, a sticker or the cloth itself."""
    image = _cloth(chance) if chance.random() < 0.6 else _one_colour(chance)
    pen, kind = ImageDraw.Draw(image), chance.random()
    tall = max(14, int(image.height * chance.uniform(0.08, 0.25)))
    strip = chance.choice([(255, 255, 255), (20, 20, 20), (240, 240, 236), color(chance)])
    top = chance.choice([0, image.height - tall])
    left = 0.0 if kind < 0.5 else image.width * chance.uniform(0.05, 0.3)
    if kind < 0.8:
        pen.rectangle([left, top, image.width - left, top + tall], fill=strip)
    ink = ink_on(strip) if kind < 0.8 else chance.choice([(255, 255, 255), (20, 20, 20)])
    write(chance, pen, (left + 8, top + tall * 0.2), chance.choice(_NAMES), size=tall * 0.55, ink=ink)
    return image


def _piece(chance: Random) -> Image.Image:
    """A piece of cloth, cut straight, round or with pinking shears, that lies on a ground or is stuck to a card."""
    image, ground = page(chance)
    width, height = image.size
    mask = Image.new("L", image.size, 0)
    left, top = width * chance.uniform(0.06, 0.25), height * chance.uniform(0.06, 0.25)
    if chance.random() < 0.25:
        ImageDraw.Draw(mask).ellipse([left, top, width - left, height - top], fill=255)
    else:
        tooth, count = chance.choice([0, 0.01, 0.03]) * min(width, height), chance.randint(12, 40)
        edge = [
            (left + x * (width - 2 * left) + shift * tooth, top + y * (height - 2 * top) + shift * tooth)
            for number in range(4 * count)
            for x, y, shift in [_around(number / count, (-1) ** number)]
        ]
        ImageDraw.Draw(mask).polygon(edge, fill=255)
    mask = mask.rotate(chance.gauss(0, 8))
    _laid(chance, image, mask)
    if chance.random() < 0.4:
        size = max(10, height * chance.uniform(0.03, 0.06))
        at = (left, chance.choice([top * 0.2, height - top * 0.8]))
        write(chance, ImageDraw.Draw(image), at, chance.choice((*_NAMES, *_HEADS)), size=size, ink=ink_on(ground))
    return image


def _laid(chance: Random, image: Image.Image, mask: Image.Image) -> None:
    """Paste cloth where the mask is, with a shadow or without."""
    if chance.random() < 0.5:
        soft = mask.filter(ImageFilter.GaussianBlur(6)).point(lambda value: value // 3)
        image.paste((0, 0, 0), (4, 6), soft)
    image.paste(Image.fromarray(draw_cloth(chance, *image.size)), (0, 0), mask)


def _around(way: float, shift: int) -> tuple[float, float, int]:
    side, share = int(way), way % 1
    return [(share, 0.0, shift), (1.0, share, shift), (1 - share, 1.0, shift), (0.0, 1 - share, shift)][side % 4]


def _card(chance: Random) -> Image.Image:
    """Chips of the colours there are in rows, with or without a heading and with names below, beside or on them."""
    image, ground = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    top = 0.0
    if chance.random() < 0.4:
        top = height * chance.uniform(0.08, 0.25)
        at = (width * chance.uniform(0.03, 0.3), top * 0.3)
        write(chance, pen, at, chance.choice(_HEADS), size=top * chance.uniform(0.25, 0.5), ink=ink_on(ground))
    bottom = height * (1.0 if chance.random() < 0.7 else chance.uniform(0.6, 0.95))
    columns, rows = chance.choice(_GRIDS)
    wide, tall, gap = width / columns, (bottom - top) / rows, chance.choice([0.0, chance.uniform(0.02, 0.35)])
    shape, names = (
        chance.choice(["box", "box", "round", "rounded", "disc"]),
        chance.choice(["", "below", "beside", "on"]),
    )
    woven, near, lettering = chance.random() < 0.35, color(chance), max(9, min(wide, tall) * chance.uniform(0.08, 0.16))
    for number in range(columns * rows):
        x, y = (number % columns + gap / 2) * wide, top + (number // columns + gap / 2) * tall
        box = (
            x,
            y,
            x + wide * (1 - gap - 0.45 * (names == "beside")),
            y + tall * (1 - gap - 0.25 * (names == "below")),
        )
        fill = color(chance) if chance.random() < 0.7 else shaded(near, chance.uniform(0.6, 1.3))
        _chip(chance, image, box, fill, shape, woven=woven)
        text = chance.choice(_NAMES)
        if names == "below":
            write(chance, pen, (box[0] + 2, box[3] + 2), text, size=lettering, ink=ink_on(ground))
        elif names == "beside":
            write(chance, pen, (box[2] + 6, (y + box[3]) / 2), text, size=lettering, ink=ink_on(ground))
        elif names == "on":
            write(chance, pen, (box[0] + 6, box[3] - 2 * lettering), text, size=lettering, ink=ink_on(fill))
    return image


def _chip(chance: Random, image: Image.Image, box: Place, fill: Color, shape: str, *, woven: bool) -> None:
    left, top, right, bottom = box
    if shape == "disc":
        side = min(right - left, bottom - top) / 2
        x, y = (left + right) / 2, (top + bottom) / 2
        left, top, right, bottom = x - side, y - side, x + side, y + side
    mask = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(mask)
    if shape in ("round", "disc"):
        pen.ellipse([left, top, right, bottom], fill=255)
    else:
        pen.rounded_rectangle([left, top, right, bottom], 12 if shape == "rounded" else 0, fill=255)
    if woven:
        size = max(4, round(right - left)), max(4, round(bottom - top))
        flat = Image.new("RGB", image.size)
        flat.paste(Image.fromarray(draw_cloth(chance, *size)), (round(left), round(top)))
        image.paste(flat, (0, 0), mask)
    else:
        image.paste(fill, (0, 0), mask)


def _bars(chance: Random) -> Image.Image:
    """Rolls side by side, folded cloth in a pile, ribbons: bars with light across them."""
    image, _ = page(chance)
    width, height = image.size
    count, lying, rim = chance.randint(3, 14), chance.random() < 0.5, chance.choice([0, 0.04, 0.12])
    long, thick = (width, height / count) if lying else (height, width / count)
    curve, flat = chance.uniform(0, 0.8), chance.random() < 0.4
    for number in range(count):
        tall, size = max(4, round(thick * chance.uniform(0.85, 1.0))), max(8, round(long * (1 - 2 * rim)))
        cloth = draw_cloth(chance, size, tall) if not flat else np.full((tall, size, 3), color(chance), np.uint8)
        across = np.linspace(-1, 1, tall)[:, None, None]
        bar = Image.fromarray(np.clip(cloth * (1 - curve * across**2), 0, 255).astype(np.uint8))
        shift = round(long * rim * chance.uniform(0.5, 1.5))
        if lying:
            image.paste(bar, (shift, round(number * thick)))
        else:
            image.paste(bar.rotate(90, expand=True), (round(number * thick), shift))
    return image


def _arranged(chance: Random) -> Image.Image:
    """Equal pieces of several colours in a ring, a stair or a row that leans; some on a pin or with names."""
    image, ground = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    count, kind, turn = chance.randint(3, 14), chance.random(), chance.uniform(0, 2 * np.pi)
    wide, tall = width * chance.uniform(0.05, 0.3), height * chance.uniform(0.1, 0.5)
    spread, named = chance.choice([0.6, 1.2, 2 * np.pi]), chance.random() < 0.3
    for number in range(count):
        way = turn + number / count * spread
        if kind < 0.5:
            pivot = (width / 2, height * (0.5 if spread > 5 else 0.8))
            far, near = min(width, height) * chance.uniform(0.46, 0.5), min(width, height) * 0.08
            edge = [
                (pivot[0] + reach * np.cos(way + side), pivot[1] + reach * np.sin(way + side))
                for reach, side in ((near, 0), (far, 0), (far, 0.9 * spread / count), (near, 0.9 * spread / count))
            ]
        else:
            x, y = (0.08 + 0.84 * number / count) * width, (0.1 + 0.6 * number / count * (kind < 0.75)) * height
            edge = [(x, y), (x + wide, y + tall * 0.2), (x + wide, y + tall), (x, y + tall)]
        pen.polygon(edge, fill=color(chance), outline=chance.choice([None, (255, 255, 255)]))
        if named:
            write(chance, pen, edge[2], chance.choice(_NAMES), size=12, ink=ink_on(ground))
    return image
