"""Samples of cloth as shops photograph them: pieces, stacks, rolls, chips, corners turned over, waves, surfaces."""

import math
from collections.abc import Callable
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.training.grounds import draw_ground
from backend.training.usefulness.canvas import Color, Place, color, dashes, font, ink_on, page, shaded
from backend.training.usefulness.cloth import drape, draw_cloth
from backend.training.usefulness.skins import draw_skin
from backend.vision.images import Pixels

_NAMES = (
    "Ivory", "Charcoal", "Sage", "Navy", "ブラック", "ベージュ", "カーキ", "グレージュ", "No.3", "C-12", "Mustard",
    "Terracotta",
    "wool 80%", "Full grain", "本革", "リネン", "Cotton twill", "14oz", "A01", "B07", "赤", "Col. 5", "Natural", "Ecru",
)  # fmt: skip
_HEADS = (
    "Fabric swatches",
    "Colour options",
    "素材見本",
    "生地見本帳",
    "LEATHER",
    "Available colours",
    "全12色",
    "FABRICS",
)


def draw_samples(chance: Random) -> Pixels:
    """One of these arrangements, of cloth of one kind or of many (h, w, 3)."""
    return np.asarray(chance.choice(_MAKERS)(chance).convert("RGB"))


def draw_stuff(chance: Random, width: int, height: int) -> Pixels:
    """Cloth of threads or another surface (h, w, 3)."""
    return (draw_skin if chance.random() < 0.45 else draw_cloth)(chance, max(8, width), max(8, height))


def _family(chance: Random) -> Callable[[Random, int, int], Pixels]:
    """The same surface in one colour after another, or a new one each time."""
    if chance.random() < 0.5:
        return draw_stuff
    seed = chance.randrange(2**32)

    def again(other: Random, width: int, height: int) -> Pixels:
        grey = draw_stuff(Random(seed), width, height).astype(np.float32).mean(2, keepdims=True)
        tone = np.array(color(other), np.float32)
        return np.asarray(np.clip(tone + (grey - grey.mean()) * 0.9, 0, 255), np.uint8)

    return again


def _board(chance: Random) -> tuple[Image.Image, Color]:
    """What samples lie on: a page, or a table of wood, stone or cloth."""
    image, ground = page(chance)
    if chance.random() < 0.5:
        image = Image.fromarray(draw_ground(chance, *image.size))
        ground = image.resize((1, 1)).getpixel((0, 0))  # type: ignore[assignment]
    return image, ground


def _laid(chance: Random, image: Image.Image, mask: Image.Image, stuff: Pixels, at: tuple[int, int]) -> None:
    """Paste with a shadow under it."""
    if chance.random() < 0.7:
        soft = mask.filter(ImageFilter.GaussianBlur(chance.uniform(2, 8))).point(lambda value: round(value * 0.4))
        image.paste((0, 0, 0), (at[0] + chance.randint(-3, 6), at[1] + chance.randint(1, 7)), soft)
    image.paste(Image.fromarray(stuff), at, mask)


def _outline(chance: Random, width: int, height: int) -> Image.Image:
    """A piece's shape: straight, pinked, round, torn like a hide, with a hole or without (L)."""
    mask, kind, cut = Image.new("L", (width, height), 0), chance.random(), min(width, height) * 0.03
    pen = ImageDraw.Draw(mask)
    if kind < 0.35:
        pen.rectangle([cut, cut, width - cut, height - cut], fill=255)
    elif kind < 0.6:
        teeth = chance.randint(10, 30)
        way = [(0.0, 0.0, 1.0, 0.0), (1.0, 0.0, 0.0, 1.0), (1.0, 1.0, -1.0, 0.0), (0.0, 1.0, 0.0, -1.0)]
        edge = [
            (cut + (width - 2 * cut) * (x + u * n / teeth) + cut * (n % 2) * (v != 0),
             cut + (height - 2 * cut) * (y + v * n / teeth) + cut * (n % 2) * (u != 0))
            for x, y, u, v in way for n in range(teeth)
        ]  # fmt: skip
        pen.polygon(edge, fill=255)
    elif kind < 0.8:
        pen.rounded_rectangle(
            [cut, cut, width - cut, height - cut], min(width, height) * chance.uniform(0.08, 0.5), fill=255
        )
    else:
        waves = [chance.uniform(-0.08, 0.08) for _ in range(4)]
        ways = [number * math.tau / 60 for number in range(60)]
        far = [0.42 + sum(wave * math.sin((n + 2) * way + n) for n, wave in enumerate(waves)) for way in ways]
        pen.polygon([(width * (0.5 + r * math.cos(w)), height * (0.5 + r * math.sin(w)))
                     for r, w in zip(far, ways, strict=True)], fill=255)  # fmt: skip
    if chance.random() < 0.2:
        x, hole = width * chance.choice([0.5, 0.15]), min(width, height) * 0.05
        pen.ellipse([x - hole, 2 * hole, x + hole, 4 * hole], fill=0)
    return mask


def _named(chance: Random, image: Image.Image, at: tuple[float, float], size: float, ground: Color) -> None:
    text = chance.choice(_NAMES)
    ImageDraw.Draw(image).text(at, text, fill=ink_on(ground), font=font(chance, max(9, round(size)), text), anchor="ma")


def _pieces(chance: Random) -> Image.Image:
    """Pieces in rows, on a page or a table, straight or a little turned, named or not, under a heading or not."""
    image, ground = _board(chance)
    width, height = image.size
    columns, rows = chance.choice([(1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (4, 3), (5, 4), (1, 3), (4, 1)])
    top = height * chance.choice([0.02, 0.02, 0.14])
    if top > height * 0.1:
        text = chance.choice(_HEADS)
        ImageDraw.Draw(image).text((width / 2, top * 0.5), text, fill=ink_on(ground),
                                   font=font(chance, max(10, round(top * 0.4)), text), anchor="mm")  # fmt: skip
    wide, tall, stuff = width / columns, (height * 0.98 - top) / rows, _family(chance)
    named, turned, fill = chance.random() < 0.5, chance.choice([0, 0, 6, 20]), chance.uniform(0.62, 0.95)
    for number in range(columns * rows):
        w, h = round(wide * fill), round(tall * (fill - 0.16 * named))
        mask, piece = _outline(chance, w, h), Image.fromarray(stuff(chance, w, h))
        if chance.random() < 0.3:
            dashes(ImageDraw.Draw(piece), [(w * 0.08, h * 0.08), (w * 0.92, h * 0.08), (w * 0.92, h * 0.92),
                                           (w * 0.08, h * 0.92), (w * 0.08, h * 0.08)], color(chance), 7)  # fmt: skip
        turn = chance.uniform(-turned, turned)
        mask, piece = mask.rotate(turn), piece.rotate(turn)
        x, y = (
            round((number % columns + (1 - fill) / 2) * wide),
            round(top + (number // columns + (1 - fill) / 2) * tall),
        )
        _laid(chance, image, mask, np.asarray(piece), (x, y))
        if named:
            _named(chance, image, (x + w / 2, y + h + 2), tall * 0.09, ground)
    return image


def _stack(chance: Random) -> Image.Image:
    """Folded cloth in a pile, seen from its folds: thick round edges, over each other."""
    image, _ = _board(chance)
    width, height = image.size
    count = chance.randint(2, 9)
    thick = height * chance.uniform(0.6, 0.95) / count
    foot, stuff = height * chance.uniform(0.9, 1.0), _family(chance)
    for _ in range(count):
        shift = width * chance.gauss(0, 0.015)
        left, right = width * chance.uniform(0.05, 0.14) + shift, width * chance.uniform(0.86, 0.95) + shift
        w, h = round(right - left), round(thick * chance.uniform(0.9, 1.08))
        layers = chance.choice([1, 1, 2, 4])
        across = np.mod(np.linspace(0, layers, h, endpoint=False), 1.0)[:, None, None] * 2 - 1
        cloth = stuff(chance, w, h) * (1.05 - 0.6 * across**2)
        mask = Image.new("L", (w, h), 0)
        ImageDraw.Draw(mask).rounded_rectangle([0, 0, w - 1, h - 1], h * chance.choice([0.2, 0.45]), fill=255)
        foot -= thick
        _laid(chance, image, mask, np.clip(cloth, 0, 255).astype(np.uint8), (round(left), round(foot)))
    return image


def _rolls(chance: Random) -> Image.Image:
    """Rolls of cloth or spools of thread: standing, lying, or seen from their ends."""
    image, _ = _board(chance)
    width, height = image.size
    columns, rows = chance.choice([(3, 1), (4, 1), (6, 1), (3, 2), (4, 3), (5, 3)])
    wide, tall, stuff = width / columns, height / rows, _family(chance)
    ends = chance.random() < 0.4
    for number in range(columns * rows):
        x, y = number % columns * wide, number // columns * tall
        w, h = round(wide * 0.92), round(min(tall, wide) * 0.92 if ends else tall * chance.uniform(0.75, 0.95))
        mask, pen_on = Image.new("L", (w, h), 0), None
        if ends:
            ImageDraw.Draw(mask).ellipse([0, 0, w - 1, h - 1], fill=255)
            disc = Image.new("RGB", (w, h), tone := color(chance))
            pen_on = ImageDraw.Draw(disc)
            for ring in range(3, min(w, h) // 2, chance.choice([3, 5, 7])):
                pen_on.ellipse(
                    [w / 2 - ring, h / 2 - ring, w / 2 + ring, h / 2 + ring],
                    outline=shaded(tone, chance.uniform(0.6, 0.9)),
                )
            pen_on.ellipse([w * 0.4, h * 0.4, w * 0.6, h * 0.6], fill=chance.choice([(190, 160, 120), (60, 50, 44)]))
            cloth = np.asarray(disc)
        else:
            ImageDraw.Draw(mask).rounded_rectangle([0, 0, w - 1, h - 1], w * 0.08, fill=255)
            across = np.linspace(-1, 1, w)[None, :, None]
            cloth = np.clip(stuff(chance, w, h) * (1.1 - 0.7 * across**2), 0, 255).astype(np.uint8)
        _laid(chance, image, mask, cloth, (round(x), round(y)))
    return image


def _chips(chance: Random) -> Image.Image:
    """Colours to choose from: discs, squares, drops or bars with rings, names, codes, or nothing."""
    image, ground = page(chance)
    width, height = image.size
    columns = chance.randint(2, 9)
    step = width / columns
    rows = max(1, min(9, int(height / step / chance.choice([1, 1, 1.4]))))
    tall, named, ringed = height / rows, chance.random() < 0.4, chance.random() < 0.4
    kind, size, base = chance.choice(["disc", "box", "soft", "drop"]), step * chance.uniform(0.28, 0.5), color(chance)
    pen = ImageDraw.Draw(image)
    for number in range(columns * rows - chance.choice([0, 0, columns // 2])):
        x, y = (number % columns + 0.5) * step, (number // columns + 0.46) * tall
        tone = color(chance) if chance.random() < 0.75 else shaded(base, chance.uniform(0.5, 1.4))
        box, edge = [x - size, y - size, x + size, y + size], shaded(tone, 0.8) if ringed else None
        if kind == "disc":
            pen.ellipse(box, fill=tone, outline=edge, width=2)
        elif kind == "drop":
            pen.ellipse(box, fill=tone)
            pen.polygon(
                [(x - size * 0.75, y - size * 0.6), (x + size * 0.75, y - size * 0.6), (x, y - size * 1.5)], fill=tone
            )
        else:
            pen.rounded_rectangle(box, size * 0.3 if kind == "soft" else 0, fill=tone, outline=edge, width=2)
        if named:
            _named(chance, image, (x, y + size + 2), size * 0.3, ground)
    return image


def _corner(chance: Random) -> Image.Image:
    """Cloth that fills the picture, one corner turned over; or two cloths side by side; or one over the other."""
    width, height = chance.randint(200, 480), chance.randint(200, 480)
    image, kind = Image.fromarray(draw_stuff(chance, width, height)), chance.random()
    over = draw_stuff(chance, width, height)
    mask = Image.new("L", (width, height), 0)
    u, v = chance.uniform(0.25, 0.75), chance.uniform(0.25, 0.75)
    edge = [(width * u, 0), (width, 0), (width, height * v)] if kind < 0.4 else [
        (width * u, 0), (width, 0), (width, height), (width * v, height)]  # fmt: skip
    ImageDraw.Draw(mask).polygon(edge, fill=255)
    if kind < 0.2:
        over = np.clip(np.asarray(image).astype(np.float32)[::-1, ::-1] * 0.8 + 30, 0, 255).astype(np.uint8)
    _laid(chance, image, mask, np.ascontiguousarray(over), (0, 0))
    return image


def _waved(chance: Random) -> Image.Image:
    """Cloth hung or laid in wide soft waves, several colours beside each other."""
    width, height = chance.randint(260, 520), chance.randint(220, 420)
    image, stuff, count = Image.new("RGB", (width, height)), _family(chance), chance.randint(2, 7)
    wide = width // count + 1
    for number in range(count):
        image.paste(Image.fromarray(drape(chance, stuff(chance, wide, height))), (number * wide, 0))
    return image


def _surface(chance: Random) -> Image.Image:
    """A surface that fills the picture, with a rim, a name, a coin's size of a sticker, or nothing."""
    width, height = chance.randint(120, 480), chance.randint(120, 480)
    image = Image.fromarray(draw_stuff(chance, width, height))
    place: Place = (width * 0.06, height * 0.8, width * chance.uniform(0.4, 0.94), height * 0.94)
    if chance.random() < 0.25:
        paper = chance.choice([(255, 255, 255), (240, 236, 226), (20, 20, 20)])
        ImageDraw.Draw(image).rectangle(place, fill=paper)
        _named(chance, image, ((place[0] + place[2]) / 2, place[1] + 2), height * 0.08, paper)
    return image


_MAKERS = (_pieces, _pieces, _pieces, _stack, _stack, _rolls, _chips, _chips, _corner, _waved, _surface, _surface)
