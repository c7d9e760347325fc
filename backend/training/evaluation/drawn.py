"""Pictures that do not sell, drawn by another hand than those that usefulness learns from, to measure it with.

Nothing is shared with `backend.training.usefulness_*`: other layouts, other fonts where the machine has them, other
words. The same seed draws the same pictures on the same machine.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from backend.training.evaluation.drawn_charts import conversions, matrix, phone_screen, tape_drawing
from backend.vision.images import Pixels, Picture

Size = tuple[int, int]
Maker = Callable[[Random], Image.Image]
_LATIN = ("truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSerif.ttf",
          "opentype/urw-base35/URWBookman-Demi.otf", "opentype/urw-base35/NimbusSansNarrow-Bold.otf")  # fmt: skip
_SIZES: tuple[Size, ...] = ((800, 800), (600, 800), (750, 1000), (900, 600), (500, 500))
_TINTS = ("#1d3557", "#e63946", "#f1faee", "#a8dadc", "#2a9d8f", "#e9c46a", "#f4a261", "#6d597a", "#b56576", "#ffffff",
          "#d8c3a5", "#8e8d8a", "#111111", "#5b7553", "#eae7dc", "#3d405b", "#81b29a", "#f2cc8f", "#c9ada7", "#22223b")  # fmt: skip


@lru_cache(maxsize=64)
def lettering(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = Path("/usr/share/fonts") / name
    return ImageFont.truetype(str(path), size) if path.is_file() else ImageFont.load_default(size)


def drawn_pictures(each: int, *, photos: Sequence[Pixels] = (), seed: int = 20) -> Iterator[tuple[str, str, Picture]]:
    """`each` pictures of size_chart, swatch, banner, close_up and other: kind, the drawing's name, picture.

    With `photos`, banners are laid over them too.
    """
    over: tuple[Maker, ...] = (lambda chance: poster(chance, photos), lambda chance: lookbook(chance, photos))
    for kind, makers in _MAKERS.items():
        named = [(make.__name__, make) for make in makers]
        if kind == "banner" and photos:
            named += zip(("poster", "lookbook"), over, strict=True)
        for number in range(each):
            name, make = named[number % len(named)]
            image = make(Random(f"{seed} {kind} {number}")).convert("RGB")
            yield kind, name, Picture(np.asarray(image), image.width, image.height)


def _sheet(chance: Random, ground: str | None = None) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", chance.choice(_SIZES), ground or chance.choice(_TINTS))
    return image, ImageDraw.Draw(image)


def _write(
    pen: ImageDraw.ImageDraw, chance: Random, at: tuple[float, float], text: str, size: int, ink: str = "#ffffff"
) -> None:
    pen.text(at, text, fill=ink, font=lettering(chance.choice(_LATIN), size), anchor="mm")


# Swatches: cloth and colour for their own sake.


def herringbone(chance: Random) -> Image.Image:
    width, height = chance.choice(_SIZES)
    down, across = np.mgrid[0:height, 0:width]
    wide = chance.randint(16, 60)
    slope = np.where(across // wide % 2 == 0, across + down, across - down)
    return _two_tones(chance, slope % (wide // 2) < wide // 4)


def houndstooth(chance: Random) -> Image.Image:
    width, height = chance.choice(_SIZES)
    side = chance.randint(10, 40)
    down, across = np.mgrid[0:height, 0:width] // side
    rows, columns = down % 4 < 2, across % 4 < 2
    return _two_tones(chance, np.where(rows == columns, rows, (down + across) % 4 < 2))


def _two_tones(chance: Random, where: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Image.Image:
    first, second = (np.array(_rgb(tint)) for tint in chance.sample(_TINTS, 2))
    return Image.fromarray(np.where(where[..., None], first, second).astype(np.uint8))


def _rgb(tint: str) -> tuple[int, int, int]:
    return int(tint[1:3], 16), int(tint[3:5], 16), int(tint[5:7], 16)


def fan_deck(chance: Random) -> Image.Image:
    """A fan of colour cards."""
    image, pen = _sheet(chance, "#ffffff")
    center, reach = (image.width * 0.1, image.height * 0.9), min(image.size) * 0.85
    count = chance.randint(5, 9)
    for number in range(count):
        turn = math.radians(-85 + 80 * number / count)
        wide = math.radians(80 / count * 0.9)
        edge = [center, *(
            (center[0] + reach * math.cos(turn + wide * step / 8), center[1] + reach * math.sin(turn + wide * step / 8))
            for step in range(9)
        )]  # fmt: skip
        pen.polygon(edge, fill=chance.choice(_TINTS))
    return image


def paint_card(chance: Random) -> Image.Image:
    """One colour over a white foot with its number."""
    image, pen = _sheet(chance)
    pen.rectangle([0, image.height * 0.78, image.width, image.height], fill="#ffffff")
    _write(pen, chance, (image.width / 2, image.height * 0.88), f"TCX {chance.randint(1000, 9999)}", 44, "#222222")
    return image


def hexagons(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, "#fafafa")
    radius = chance.randint(50, 110)
    for row in range(1, int(image.height / radius / 1.6)):
        for column in range(1, int(image.width / radius / 1.9)):
            x, y = column * radius * 1.85 + (row % 2) * radius * 0.9, row * radius * 1.6
            pen.regular_polygon((x, y, radius * 0.95), 6, fill=chance.choice(_TINTS))
    return image


def plain_weave(chance: Random) -> Image.Image:
    width, height = chance.choice(_SIZES)
    noise = np.random.default_rng(chance.randrange(2**31))
    threads = noise.normal(0, 7, (height, 1)) + noise.normal(0, 7, (1, width))
    tone = np.array(_rgb(chance.choice(_TINTS)))
    return Image.fromarray(np.clip(tone + threads[..., None], 0, 255).astype(np.uint8))


def one_colour(chance: Random) -> Image.Image:
    return _sheet(chance)[0]


# Banners: words that shout.

_CALLS = ("CLEARANCE", "Golden Week", "2 for 1", "EXTRA 20%", "Gift with purchase", "PRE-ORDER", "Weekend deal", "App only")


def ribbon(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, chance.choice(_TINTS[:2]))
    width, height = image.size
    tail = [(0, height * 0.35), (width, height * 0.3), (width * 0.93, height * 0.48), (width, height * 0.65), (0, height * 0.7)]
    pen.polygon(tail, fill=chance.choice(_TINTS[2:7]))
    _write(pen, chance, (width / 2, height / 2), chance.choice(_CALLS), width // 11, "#1a1a1a")
    _write(pen, chance, (width / 2, height * 0.85), "code: HAPPY10", width // 22)
    return image


def ticket(chance: Random) -> Image.Image:
    """A coupon with a torn edge."""
    image, pen = _sheet(chance, chance.choice(_TINTS))
    width, height = image.size
    pen.rounded_rectangle([width * 0.06, height * 0.25, width * 0.94, height * 0.75], 30, fill="#fffdf5")
    for step in range(14):
        y = height * (0.27 + 0.034 * step)
        pen.ellipse([width * 0.64, y, width * 0.64 + 8, y + 8], fill="#c33")
    _write(pen, chance, (width * 0.35, height * 0.45), f"¥{chance.choice([300, 500, 1000])} OFF", width // 11, "#cc3333")
    _write(pen, chance, (width * 0.35, height * 0.6), chance.choice(_CALLS), width // 24, "#333333")
    _write(pen, chance, (width * 0.8, height * 0.5), "COUPON", width // 20, "#333333")
    return image


def rays(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, "#ffd400")
    x, y = image.width / 2, image.height / 2
    for number in range(0, 24, 2):
        turn = [math.tau * (number + side) / 24 for side in (0, 1)]
        pen.polygon([(x, y), *((x + 2000 * math.cos(one), y + 2000 * math.sin(one)) for one in turn)], fill="#ff8a00")
    _write(pen, chance, (x, y), chance.choice(_CALLS), image.width // 9, "#b00020")
    _write(pen, chance, (x, y * 1.4), "Don't miss it", image.width // 20, "#222222")
    return image


def strip(chance: Random) -> Image.Image:
    """The long announcement at the head of a shop."""
    image = Image.new("RGB", (1200, chance.choice([200, 280, 400])), chance.choice(_TINTS))
    pen = ImageDraw.Draw(image)
    for number in range(6):
        x = number * 220 - 40
        pen.polygon([(x, 0), (x + 90, 0), (x + 30, image.height), (x - 60, image.height)], fill=chance.choice(_TINTS))
    _write(pen, chance, (600, image.height * 0.4), chance.choice(_CALLS), image.height // 4, "#101010")
    _write(pen, chance, (600, image.height * 0.75), "Free returns within 30 days", image.height // 9, "#101010")
    return image


def countdown(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, "#0b132b")
    width, height = image.size
    _write(pen, chance, (width / 2, height * 0.25), chance.choice(_CALLS), width // 12, "#ffd166")
    for number in range(4):
        x = width * (0.14 + 0.24 * number)
        pen.rounded_rectangle([x - width * 0.09, height * 0.45, x + width * 0.09, height * 0.7], 16, fill="#1c2541")
        _write(pen, chance, (x, height * 0.575), f"{chance.randint(0, 59):02d}", width // 12)
    return image


def poster(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """A photo under a slanting band, with large words."""
    image = Image.fromarray(chance.choice(photos)).resize(chance.choice(_SIZES))
    pen, (width, height) = ImageDraw.Draw(image, "RGBA"), image.size
    top = height * chance.uniform(0.3, 0.6)
    edge = [(0, top), (width, top - height * 0.1), (width, top + height * 0.2), (0, top + height * 0.3)]
    pen.polygon(edge, fill=(*_rgb(chance.choice(_TINTS[:2])), 215))
    _write(pen, chance, (width / 2, top + height * 0.1), chance.choice(_CALLS), width // 10)
    _write(pen, chance, (width / 2, height * 0.93), "Shop the look >", width // 18, "#d00000")
    return image


def lookbook(chance: Random, photos: Sequence[Pixels]) -> Image.Image:
    """Three photos under a headline."""
    image, pen = _sheet(chance, "#faf7f2")
    width, height = image.size
    wide, top = width // 3 - 12, int(height * 0.3)
    for number in range(3):
        part = Image.fromarray(chance.choice(photos)).resize((wide, int(height * 0.6)))
        image.paste(part, (8 + number * (wide + 10), top))
    _write(pen, chance, (width / 2, height * 0.15), chance.choice(_CALLS), width // 10, "#202020")
    return image


# Close-ups: cloth in its folds, near.


def rib_and_button(chance: Random) -> Image.Image:
    side = chance.choice([480, 600, 800])
    down, across = np.mgrid[0:side, 0:side]
    ribs = 18 * np.abs(np.sin(across / chance.uniform(6, 16))) - 14 * np.cos(down / side * 2.5 + across / side)
    tone = np.array(_rgb(chance.choice(_TINTS))) * 0.85
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
    waves = sum(chance.uniform(8, 24) * np.sin(across * chance.uniform(3, 14) + down * chance.uniform(-3, 3)) for _ in range(3))
    noise = np.random.default_rng(chance.randrange(2**31)).normal(0, 4, (side, side))
    tone = np.array(_rgb(chance.choice(_TINTS))) * 0.85
    image = Image.fromarray(np.clip(tone + (waves + noise)[..., None], 0, 255).astype(np.uint8))
    pen, y = ImageDraw.Draw(image), side * chance.uniform(0.3, 0.8)
    for x in range(0, side, 18):
        pen.line([x, y + x * 0.05, x + 11, y + (x + 11) * 0.05], fill="#f5f0e6", width=3)
    return image.filter(ImageFilter.GaussianBlur(0.7))


# Others: neither garment nor cloth.


def squares_code(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, "#ffffff")
    cell = min(image.size) // 34
    for row in range(25):
        for column in range(25):
            if chance.random() < 0.5:
                x, y = (column + 4) * cell, (row + 4) * cell
                pen.rectangle([x, y, x + cell, y + cell], fill="#000000")
    return image


def silhouette(chance: Random) -> Image.Image:
    """Nobody's portrait."""
    image, pen = _sheet(chance, "#e5e7eb")
    x, y, size = image.width / 2, image.height * 0.4, min(image.size) * 0.17
    pen.ellipse([x - size, y - size, x + size, y + size], fill="#9ca3af")
    pen.pieslice([x - 2 * size, y + size * 1.2, x + 2 * size, y + size * 5], 180, 360, fill="#9ca3af")
    return image


def delivery_van(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, chance.choice(("#ffffff", "#f1faee", "#eae7dc")))
    width, height = image.size
    tint = chance.choice(_TINTS[:2])
    pen.rectangle([width * 0.15, height * 0.35, width * 0.6, height * 0.65], fill=tint)
    pen.polygon([(width * 0.62, height * 0.45), (width * 0.76, height * 0.45), (width * 0.85, height * 0.55),
                 (width * 0.85, height * 0.65), (width * 0.62, height * 0.65)], fill=tint)  # fmt: skip
    for x in (0.28, 0.72):
        pen.ellipse([width * x - 40, height * 0.62, width * x + 40, height * 0.62 + 80], fill="#222222")
    _write(pen, chance, (width / 2, height * 0.85), "Ships in 24 h", width // 18, "#333333")
    return image


def bar_graph(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, "#ffffff")
    width, height = image.size
    for number in range(6):
        x = width * (0.14 + 0.13 * number)
        pen.rectangle([x, height * chance.uniform(0.2, 0.7), x + width * 0.08, height * 0.85], fill=chance.choice(_TINTS[:9]))
    pen.line([width * 0.1, height * 0.1, width * 0.1, height * 0.85, width * 0.95, height * 0.85], fill="#333333", width=4)
    _write(pen, chance, (width / 2, height * 0.06), "Warmth compared", width // 22, "#333333")
    return image


def hang_tag(chance: Random) -> Image.Image:
    image, pen = _sheet(chance, chance.choice(("#e8e4dc", "#ffffff", "#cfd8dc")))
    x, y = image.width / 2, image.height / 2
    wide, tall = image.width * 0.2, image.height * 0.33
    pen.polygon([(x - wide, y - tall * 0.6), (x - wide * 0.5, y - tall), (x + wide * 0.5, y - tall), (x + wide, y - tall * 0.6),
                 (x + wide, y + tall), (x - wide, y + tall)], fill=chance.choice(_TINTS[:2]))  # fmt: skip
    pen.ellipse([x - 14, y - tall * 0.85, x + 14, y - tall * 0.85 + 28], fill="#ffffff")
    pen.arc([x - 80, y - tall * 1.5, x + 80, y - tall * 0.7], 90, 300, fill="#6b5b4b", width=4)
    _write(pen, chance, (x, y), "maison k.", image.width // 18)
    _write(pen, chance, (x, y + tall * 0.5), f"¥{chance.randint(20, 190)}00", image.width // 22)
    return image


_MAKERS: dict[str, tuple[Maker, ...]] = {
    "size_chart": (conversions, matrix, phone_screen, tape_drawing),
    "swatch": (herringbone, houndstooth, fan_deck, paint_card, hexagons, plain_weave, one_colour),
    "banner": (ribbon, ticket, rays, strip, countdown),
    "close_up": (rib_and_button, fold),
    "other": (squares_code, silhouette, delivery_van, bar_graph, hang_tag),
}
DRAWN_KINDS = tuple(_MAKERS)
